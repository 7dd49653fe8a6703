"""Marks for placements: the shape tells as much as the colour."""

from functools import cache

from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from backends.targets.verdict import Placement
from profiler_gui.theme import colors_of, make_icon

PLACEMENT_WORDS = {
    Placement.ACCELERATED: "accelerated",
    Placement.FALLBACK: "fallback to CPU",
    Placement.UNKNOWN: "unknown",
}
"""How a placement reads in a sentence."""


def placement_color(placement: Placement, widget: QWidget) -> QColor:
    """Give the colour of a placement on the ground of a widget."""
    colors = colors_of(widget)
    return QColor(
        {
            Placement.ACCELERATED: colors.accelerated,
            Placement.FALLBACK: colors.fallback,
            Placement.UNKNOWN: colors.unknown,
        }[placement]
    )


def placement_icon(placement: Placement, widget: QWidget) -> QIcon:
    """Give the mark of a placement on the ground of a widget."""
    return _drawn(str(placement), placement_color(placement, widget).name())


@cache
def _drawn(name: str, color: str) -> QIcon:
    return make_icon(name, color)


class PlacementLegend(QWidget):
    """Says what the marks mean, in one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks: list[tuple[Placement, QLabel]] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for placement in Placement:
            mark = QLabel()
            self._marks.append((placement, mark))
            layout.addWidget(mark)
            layout.addWidget(QLabel(PLACEMENT_WORDS[placement]))
            layout.addSpacing(8)
        self.refresh()

    def refresh(self) -> None:
        """Draw the marks in the colours of the theme."""
        for placement, mark in self._marks:
            mark.setPixmap(placement_icon(placement, self).pixmap(16, 16))
