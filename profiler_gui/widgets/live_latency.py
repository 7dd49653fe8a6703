"""The latencies of a measurement while it runs; cheap to draw, so that drawing does not disturb it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from backends.progress import Sample
from backends.units import format_latency
from profiler_gui.theme import colors_of

_REDRAW_MS = 500
"""At most twice a second while this computer measures."""
_SHOWN = 300
"""The latest samples; older ones leave on the left."""
_MARGIN = 10.0
_DOTS_BELOW = 120


class LiveLatency(QWidget):
    """Draws the latest samples; warm-up runs are hollow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples: list[Sample] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._on_due)
        self.setMinimumSize(160, 70)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """What is shown, oldest first."""
        return tuple(self._samples)

    def sizeHint(self) -> QSize:
        """Ask for some room."""
        return QSize(360, 140)

    def clear(self) -> None:
        """Forget everything (a new run starts)."""
        self._samples = []
        self._timer.stop()
        self.update()

    def add(self, samples: tuple[Sample, ...]) -> None:
        """Take new samples; they are drawn with the next redraw."""
        self._samples = [*self._samples, *samples][-_SHOWN:]
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _on_due(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw curve, dots and the numbers at the edges."""
        del event
        colors = colors_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colors.plot_ground))
        painter.setPen(QColor(colors.plot_axis))
        if not self._samples:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Waiting for the first run…")
            return
        values = [sample.latency_ns for sample in self._samples]
        low, high = min(values), max(values)
        metrics = painter.fontMetrics()
        texts = (format_latency(high), format_latency(low), format_latency(values[-1]))
        left = _MARGIN + max(metrics.horizontalAdvance(text) for text in texts[:2]) + 8
        right = self.width() - _MARGIN - metrics.horizontalAdvance(texts[2]) - 12
        area = QRectF(left, _MARGIN + 4, max(1.0, right - left), max(1.0, self.height() - 2 * _MARGIN - 8))
        painter.setPen(QColor(colors.plot_grid))
        painter.drawLine(area.topLeft(), area.topRight())
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(colors.plot_axis))
        for text, y in ((texts[0], area.top()), (texts[1], area.bottom())):
            if y == area.top() or high > low:
                place = QRectF(_MARGIN, y - 10, left - _MARGIN - 6, 20)
                painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        points = _points(values, area, low, high)
        self._draw_curve(painter, points)
        painter.setPen(QColor(colors.text))
        last = QRectF(right + 8, points[-1].y() - 10, self.width() - right - 8, 20)
        painter.drawText(last, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, texts[2])

    def _draw_curve(self, painter: QPainter, points: list[QPointF]) -> None:
        colors = colors_of(self)
        ink = QColor(colors.series[0])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1.2))
        painter.drawPolyline(QPolygonF(points))
        if len(points) > _DOTS_BELOW:
            return
        for point, sample in zip(points, self._samples, strict=True):
            is_warmup = sample.phase == "warmup"
            painter.setPen(QPen(QColor(colors.warning) if is_warmup else ink, 1.4))
            painter.setBrush(QColor(colors.plot_ground) if is_warmup else ink)
            painter.drawEllipse(point, 2.6, 2.6)


def _points(values: list[int], area: QRectF, low: int, high: int) -> list[QPointF]:
    span = max(1, high - low)
    step = area.width() / max(1, len(values) - 1)
    return [
        QPointF(area.left() + i * step, area.bottom() - (value - low) / span * area.height())
        for i, value in enumerate(values)
    ]
