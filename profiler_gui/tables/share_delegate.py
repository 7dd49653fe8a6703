"""Bars behind numbers in a cell."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from profiler_gui.tables.record_table import SHARE_ROLE, AnyIndex
from profiler_gui.theme import colors_of

_OPACITY = 0.3


class ShareDelegate(QStyledItemDelegate):
    """Draws a bar as long as the cell's share of the longest one, under the number.

    Only cells that answer ``SHARE_ROLE`` get one, so the delegate serves a whole view.
    """

    def __init__(self, parent: QStyledItemDelegate | None = None) -> None:
        super().__init__(parent)
        self._full = 1.0

    def set_full(self, share: float) -> None:
        """Say which share fills a cell; the text tells the number, the bar compares rows."""
        self._full = share if share > 0 else 1.0

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw the bar, then the cell as usual."""
        share = index.data(SHARE_ROLE)
        if share and isinstance(option.widget, QWidget):
            area = QRectF(option.rect).adjusted(2, 3, -2, -3)
            area.setWidth(area.width() * min(1.0, max(0.0, share / self._full)))
            color = QColor(colors_of(option.widget).series[0])
            color.setAlphaF(_OPACITY)
            painter.fillRect(area, color)
        super().paint(painter, option, index)
