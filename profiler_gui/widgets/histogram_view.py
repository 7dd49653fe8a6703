"""One or two histograms over the same values, drawn over each other."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from profiler_gui.theme import colors_of

_HEIGHT = 120
_FOOT = 18
_HEAD = 20


class HistogramView(QWidget):
    """Shows counts as bars, and a second series as a line; both scaled to the larger.

    Args:
        names: what the bars and the line are.
    """

    def __init__(self, names: tuple[str, str] = ("", ""), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._edges: Sequence[float] = ()
        self._bars: Sequence[int] = ()
        self._line: Sequence[int] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(80)

    def set_counts(self, edges: Sequence[float], bars: Sequence[int], line: Sequence[int] = ()) -> None:
        """Replace everything; ``edges`` has one more than the counts."""
        self._edges, self._bars, self._line = edges, bars, line
        span = f"{edges[0]:.4g} to {edges[-1]:.4g}" if edges else "no values"
        self.setAccessibleName(f"Histogram, {span}")
        self.update()

    def sizeHint(self) -> QSize:
        """Prefer a wide low picture."""
        return QSize(280, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars, line, the ends of the axis and the legend."""
        del event
        colors = colors_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, _HEAD, self.width(), max(1, self.height() - _FOOT - _HEAD))
        painter.fillRect(area, QColor(colors.sunken))
        if not self._bars:
            return
        largest = max(1, *self._bars, *(self._line or (0,)))
        width = area.width() / len(self._bars)
        for number, count in enumerate(self._bars):
            height = count / largest * (area.height() - 2)
            place = QRectF(number * width, area.bottom() - height, max(width - 1, 1), height)
            painter.fillRect(place, QColor(colors.accent))
        if self._line:
            points = [
                QPointF((number + 0.5) * width, area.bottom() - count / largest * (area.height() - 2))
                for number, count in enumerate(self._line)
            ]
            painter.setPen(QPen(QColor(colors.warning), 1.5))
            painter.drawPolyline(QPolygonF(points))
        painter.setPen(QColor(colors.dim_text))
        foot = QRectF(2, area.bottom(), self.width() - 4, _FOOT)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{self._edges[0]:.4g}")
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{self._edges[-1]:.4g}")
        self._draw_legend(painter)

    def _draw_legend(self, painter: QPainter) -> None:
        colors = colors_of(self)
        left = 0
        for name, color in zip(self._names, (colors.accent, colors.warning), strict=True):
            if name:
                painter.fillRect(QRectF(left, 5, 10, 10), QColor(color))
                painter.setPen(QColor(colors.dim_text))
                painter.drawText(QPointF(left + 14, 14), name)
                left += 14 + painter.fontMetrics().horizontalAdvance(name) + 16
