"""The scales of a per-channel quantised tensor as a row of bars."""

import numpy as np
from PySide6.QtWidgets import QWidget

from backends.model.model import Quantization
from profiler_gui.widgets.bar_strip import BarStrip


class ChannelStrip(BarStrip):
    """One bar for each channel, as high as its scale; where there is no room, the largest of neighbours."""

    def __init__(self, quantization: Quantization, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        scales = np.nan_to_num(np.asarray(quantization.scale, np.float64), posinf=0.0, neginf=0.0)
        self.set_bars(scales, lambda channel: _text(quantization, channel))
        self.setAccessibleName(f"Scales of {len(scales)} channels")


def _text(quantization: Quantization, channel: int) -> str:
    scales, zeros = quantization.scale, quantization.zero_point
    zero = zeros[channel] if channel < len(zeros) else (zeros[0] if zeros else 0)
    return f"channel {channel}: scale {scales[channel]:.6g}, zero point {zero}"
