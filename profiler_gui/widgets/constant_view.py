"""A constant: its statistics, a small map of its values, and the first of them."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from backends.units import format_count, format_share
from profiler_gui.constants import ConstantPreview
from profiler_gui.theme import colors_of
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.section import FactGrid

_ROW_HEIGHT = 6
_LEAST_HEIGHT, _MOST_HEIGHT = 12, 96


class ConstantView(QWidget):
    """Shows a preview that was made in a job."""

    def __init__(self, preview: ConstantPreview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        if preview.value_map is not None:
            column.addWidget(ValueMap(preview.value_map))
        statistics = preview.statistics
        if statistics is not None and statistics.minimum is not None and statistics.maximum is not None:
            grid = FactGrid([("Range", f"{statistics.minimum:.5g} … {statistics.maximum:.5g}")])
            if statistics.mean is not None and statistics.std is not None:
                grid.add("Mean, deviation", f"{statistics.mean:.4g}, {statistics.std:.4g}")
            grid.add("Zeros", format_share(statistics.zero_share))
            odd = [(statistics.nan_count, "NaN"), (statistics.infinite_count, "infinite")]
            for count, name in odd:
                if count:
                    grid.add(name, format_count(count))
            column.addWidget(grid)
        if preview.first_values:
            more = ", …" if preview.value_count > len(preview.first_values) else ""
            column.addWidget(plain_label(", ".join(preview.first_values) + more))
        elif not preview.value_count:
            column.addWidget(plain_label("The values are not in this file.", role="dim"))


class ValueMap(QWidget):
    """A map of values: zero is the ground, positive and negative ones have a colour each."""

    def __init__(self, values: np.ndarray, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = values
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        height = min(max(values.shape[0] * _ROW_HEIGHT, _LEAST_HEIGHT), _MOST_HEIGHT)
        self.setFixedHeight(height)
        self.setToolTip(
            "Rows are the first dimension, columns all others.\nBlue is positive, orange negative, the ground zero."
        )

    def sizeHint(self) -> QSize:
        """Prefer the height that the rows need."""
        return QSize(200, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Stretch the map over the widget."""
        del event
        colors = colors_of(self)
        ground = _rgb(colors.sunken)
        positive = _rgb(colors.accelerated)
        negative = _rgb(colors.fallback)
        strength = np.sqrt(np.abs(self._values))[..., None]
        shade = np.where(self._values[..., None] >= 0, positive, negative)
        pixels = np.ascontiguousarray((ground + (shade - ground) * strength).astype(np.uint8))
        height, width = self._values.shape
        image = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
        painter = QPainter(self)
        painter.drawImage(QRectF(self.rect()), image, QRectF(0, 0, width, height))


def _rgb(name: str) -> npt.NDArray[np.float32]:
    color = QColor(name)
    return np.asarray((color.red(), color.green(), color.blue()), np.float32)
