"""Numbers as a low row of bars."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from profiler_gui.theme import colors_of

_HEIGHT = 44
_LEAST_BAR = 1.0


class BarStrip(QWidget):
    """One bar for each number; where there is no room, the largest of neighbours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heights: npt.NDArray[np.float64] = np.zeros(0)
        self._text_of: Callable[[int], str] = str
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(_HEIGHT)

    def set_bars(self, heights: npt.NDArray[np.float64], text_of: Callable[[int], str]) -> None:
        """Replace all bars; ``text_of`` tells about the one at a position."""
        self._heights, self._text_of = heights, text_of
        self.update()

    def sizeHint(self) -> QSize:
        """Prefer a low strip."""
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars."""
        del event
        colors = colors_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.sunken))
        largest = float(self._heights.max(initial=0.0))
        if largest <= 0:
            return
        count = min(len(self._heights), max(1, int(self.width() / _LEAST_BAR)))
        edges = np.linspace(0, len(self._heights), count + 1).astype(int)
        heights = np.maximum.reduceat(self._heights, edges[:-1]) / largest * (self.height() - 4)
        width = self.width() / count
        gap = 1.0 if width >= 4 else 0.0
        bar = QColor(colors.accent)
        for number, height in enumerate(heights.tolist()):
            painter.fillRect(QRectF(number * width, self.height() - height, max(width - gap, 0.5), height), bar)

    def event(self, event: QEvent) -> bool:
        """Tell about the bar under the pointer."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def text_at(self, position: QPointF) -> str:
        """Give what is told about the bar at a place of the strip."""
        count = len(self._heights)
        if not count:
            return ""
        return self._text_of(min(max(int(position.x() / max(self.width(), 1) * count), 0), count - 1))
