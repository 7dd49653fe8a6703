"""Pairs of horizontal bars: what the same thing took on side A and on side B."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from backends.units import format_latency
from profiler_gui.theme import colors_of

_ROW = 34
_BAR = 12
_GAP = 8
_MOST_LABEL_SHARE = 0.42
_BRUSHES = (Qt.BrushStyle.SolidPattern, Qt.BrushStyle.Dense3Pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedBar:
    """One pair, in ns; ``None`` where a side has no value. ``key`` is what the owner knows it by."""

    key: object
    label: str
    a_ns: float | None
    b_ns: float | None


class PairedBars(QScrollArea):
    """A list of pairs on one scale; A is filled, B is hatched, and both have their value beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body = _Body()
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Layers of A and B")

    @property
    def bars(self) -> tuple[PairedBar, ...]:
        """The pairs, top to bottom."""
        return self._body.bars

    def set_bars(self, bars: Sequence[PairedBar]) -> None:
        """Show other pairs."""
        self._body.set_bars(tuple(bars))


class _Body(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.bars: tuple[PairedBar, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_bars(self, bars: tuple[PairedBar, ...]) -> None:
        self.bars = bars
        self.setMinimumHeight(len(bars) * _ROW + 2 * _GAP)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a line for each pair."""
        return QSize(260, len(self.bars) * _ROW + 2 * _GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pairs that are seen."""
        painter, colors = QPainter(self), colors_of(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.fillRect(event.rect(), QColor(colors.plot_ground))
        metrics = painter.fontMetrics()
        longest = max((value for bar in self.bars for value in (bar.a_ns, bar.b_ns) if value is not None), default=0.0)
        widest = max((metrics.horizontalAdvance(bar.label) for bar in self.bars), default=0)
        label_width = min(widest + 4, int(self.width() * _MOST_LABEL_SHARE))
        text_width = metrics.horizontalAdvance("A 99.9 ms ")
        room = self.width() - label_width - text_width - 3 * _GAP
        for number, bar in enumerate(self.bars):
            top = _GAP + number * _ROW
            if top > event.rect().bottom() or top + _ROW < event.rect().top():
                continue
            painter.setPen(QColor(colors.text))
            label = metrics.elidedText(bar.label, Qt.TextElideMode.ElideMiddle, label_width)
            painter.drawText(QRectF(_GAP, top, label_width, _ROW - 6), Qt.AlignmentFlag.AlignVCenter, label)
            for place, value in enumerate((bar.a_ns, bar.b_ns)):
                y = top + place * (_BAR + 2)
                left = label_width + 2.0 * _GAP
                length = room * value / longest if value and longest and room > 0 else 0.0
                colour = QColor(colors.series[place])
                painter.setPen(QPen(colour, 1))
                painter.setBrush(
                    QBrush(colour, Qt.BrushStyle.SolidPattern if place == 0 else Qt.BrushStyle.Dense3Pattern)
                )
                painter.drawRect(QRectF(left, y, max(length, 1.0), _BAR - 1))
                text = f"{'AB'[place]} {format_latency(value)}" if value is not None else f"{'AB'[place]} –"
                painter.setPen(QColor(colors.dim_text))
                painter.drawText(
                    QRectF(left + length + 6, y - 3, text_width, _BAR + 5), Qt.AlignmentFlag.AlignVCenter, text
                )
