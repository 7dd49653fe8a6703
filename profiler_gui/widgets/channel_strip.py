"""The scales of a per-channel quantised tensor as a row of bars."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from backends.model.model import Quantization
from profiler_gui.theme import colors_of

_HEIGHT = 44
_LEAST_BAR = 1.0


class ChannelStrip(QWidget):
    """One bar for each channel, as high as its scale; where there is no room, the largest of neighbours."""

    def __init__(self, quantization: Quantization, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quantization = quantization
        self._scales = np.nan_to_num(np.asarray(quantization.scale, np.float64), posinf=0.0, neginf=0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(_HEIGHT)
        self.setAccessibleName(f"Scales of {len(self._scales)} channels")

    def sizeHint(self) -> QSize:
        """Prefer a low strip."""
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars."""
        del event
        colors = colors_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.sunken))
        largest = float(self._scales.max(initial=0.0))
        if largest <= 0:
            return
        count = min(len(self._scales), max(1, int(self.width() / _LEAST_BAR)))
        edges = np.linspace(0, len(self._scales), count + 1).astype(int)
        heights = np.maximum.reduceat(self._scales, edges[:-1]) / largest * (self.height() - 4)
        width = self.width() / count
        gap = 1.0 if width >= 4 else 0.0
        bar = QColor(colors.accent)
        for number, height in enumerate(heights.tolist()):
            painter.fillRect(QRectF(number * width, self.height() - height, max(width - gap, 0.5), height), bar)

    def event(self, event: QEvent) -> bool:
        """Tell the numbers of the channel under the pointer."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def text_at(self, position: QPointF) -> str:
        """Give channel, scale and zero point at a place of the strip."""
        scales, zeros = self._quantization.scale, self._quantization.zero_point
        channel = min(max(int(position.x() / max(self.width(), 1) * len(scales)), 0), len(scales) - 1)
        zero = zeros[channel] if channel < len(zeros) else (zeros[0] if zeros else 0)
        return f"channel {channel}: scale {scales[channel]:.6g}, zero point {zero}"
