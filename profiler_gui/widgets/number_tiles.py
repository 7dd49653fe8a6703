"""The numbers of a result at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLayout, QVBoxLayout, QWidget

from profiler_gui.widgets.label import PlainLabel, plain_label

_TILE_WIDTH = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number with what it means."""

    title: str
    text: str
    tip: str = ""
    change: str = ""
    """How it differs from the baseline, with its sign; empty where there is none."""
    is_worse: bool = False
    """Whether the change is for the worse."""


class NumberTiles(QWidget):
    """Numbers over their titles, as many side by side as fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 8, 12, 8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        # The present columns must not keep the widget from getting narrow enough for fewer.
        self._grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._columns = 0

    def show_numbers(self, numbers: Sequence[Number]) -> None:
        """Replace all tiles."""
        for tile in self._tiles:
            tile.hide()
            tile.deleteLater()
        self._tiles = [_tile(number) for number in numbers]
        self._columns = 0
        self._arrange()

    def texts(self) -> dict[str, str]:
        """Give what is shown: title to number."""
        pairs = (tile.findChildren(PlainLabel) for tile in self._tiles)
        return {title.plain_text: value.plain_text for value, title in pairs}

    def minimumSizeHint(self) -> QSize:
        """Ask for the width of two tiles and the height of all."""
        return QSize(2 * _TILE_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the width."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        columns = max(2, self.width() // _TILE_WIDTH)
        if columns == self._columns:
            return
        self._columns = columns
        for tile in self._tiles:
            self._grid.removeWidget(tile)
        for place, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)


def _tile(number: Number) -> QWidget:
    tile = QWidget()
    layout = QVBoxLayout(tile)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    value = plain_label(number.text, role="title")
    value.setWordWrap(False)
    layout.addWidget(value)
    layout.addWidget(plain_label(number.title, role="dim", is_selectable=False))
    if number.change:
        # Not a PlainLabel: those are number and title.
        change = QLabel(number.change)
        change.setProperty("role", "worse" if number.is_worse else "better")
        layout.addWidget(change)
    tile.setToolTip(number.tip)
    return tile
