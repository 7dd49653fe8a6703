"""The values of a constant as a grid that reads only the cells in sight."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from backends.model.constant_values import ConstantValues
from backends.reports.plain_text import plain
from profiler_gui.constants import format_value
from profiler_gui.tables.look import plain_tooltip

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = 16
"""Columns of a constant with one dimension."""
_SHOWN_STRING = 400
MOST_SECTIONS = 100_000
"""Rows or columns shown at a time: a view keeps some bytes for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a constant the grid shows."""

    leading: tuple[int, ...] = ()
    """Indexes in all dimensions but the last two."""
    first_row: int = 0
    first_column: int = 0


class ValueTable(QAbstractTableModel):
    """Shows the last two dimensions at an index of the leading ones; a single dimension is wrapped."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values: ConstantValues | None = None
        self._window = Window()
        self._is_real = False

    @property
    def window(self) -> Window:
        """Which part is shown."""
        return self._window

    @property
    def grid(self) -> tuple[int, int]:
        """All rows and columns, in sight or not."""
        return (0, 0) if self._values is None else grid_of(self._values.shape)

    def show_values(self, values: ConstantValues, window: Window, *, is_real: bool) -> None:
        """Show a part of the values."""
        self.beginResetModel()
        self._values, self._window, self._is_real = values, window, is_real
        self.endResetModel()

    def place_of(self, element: tuple[int, ...]) -> tuple[int, int]:
        """Give row and column, counted in the whole grid, of an element."""
        if len(element) > 1:
            return element[-2], element[-1]
        return divmod(element[0] if element else 0, _WRAPPED)

    def element_at(self, row: int, column: int) -> tuple[int, ...] | None:
        """Give the index of the element in a cell in sight; ``None`` behind the last one."""
        if self._values is None:
            return None
        row, column = row + self._window.first_row, column + self._window.first_column
        shape = self._values.shape
        if len(shape) > 1:
            return (*self._window.leading, row, column)
        position = row * _WRAPPED + column
        if not shape:
            return ()
        return (position,) if position < shape[0] else None

    def block(self, rows: range, columns: range) -> list[list[str]]:
        """Give the texts of a block of cells in full precision, for copying."""
        if self._values is None:
            return []
        down = slice(rows.start + self._window.first_row, rows.stop + self._window.first_row)
        across = slice(columns.start + self._window.first_column, columns.stop + self._window.first_column)
        if len(self._values.shape) > 1:
            found = self._values.part((*self._window.leading, down, across), is_real=self._is_real)
            return [[_one_line(value) for value in line] for line in found]
        flat = slice(down.start * _WRAPPED, down.stop * _WRAPPED) if self._values.shape else ()
        texts = [_one_line(value) for value in np.reshape(self._values.part(flat, is_real=self._is_real), -1)]
        lines = [texts[first : first + _WRAPPED][across] for first in range(0, len(texts), _WRAPPED)]
        return [line + [""] * (len(columns) - len(line)) for line in lines]

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of rows in the window."""
        return 0 if parent.isValid() else min(self.grid[0] - self._window.first_row, MOST_SECTIONS)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of columns in the window."""
        return 0 if parent.isValid() else min(self.grid[1] - self._window.first_column, MOST_SECTIONS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give one facet of a cell."""
        if not index.isValid() or self._values is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if self._values.is_text else _RIGHT
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        element = self.element_at(index.row(), index.column())
        if element is None:
            return None
        value = self._value(element)
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(format_value(value)[:_SHOWN_STRING])
        place = ", ".join(map(str, element))
        return plain_tooltip(f"[{place}]: {plain(str(value)[:_SHOWN_STRING])}{self._stored_text(element)}")

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give the index of a row or column."""
        if role != Qt.ItemDataRole.DisplayRole or self._values is None:
            return None
        is_wrapped = len(self._values.shape) < 2
        if orientation is Qt.Orientation.Horizontal:
            number = section + self._window.first_column
            return f"+{number}" if is_wrapped else str(number)
        number = section + self._window.first_row
        return str(number * _WRAPPED if is_wrapped else number)

    def _value(self, element: tuple[int, ...]) -> Any:
        assert self._values is not None
        return self._values.part(element, is_real=self._is_real)

    def _stored_text(self, element: tuple[int, ...]) -> str:
        """Give the other face of a quantised value."""
        if self._values is None or not self._values.has_real:
            return ""
        other = self._values.part(element, is_real=not self._is_real)
        return f" ({'stored as' if self._is_real else 'stands for'} {other})"


def grid_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """Give the rows and columns that a shape needs."""
    if len(shape) > 1:
        return shape[-2], shape[-1]
    length = shape[0] if shape else 1
    return -(-length // _WRAPPED), min(length, _WRAPPED)


def find_element(text: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Give the element that a text names: an index in each dimension, or one position in the order of the file.

    ``None`` if there is none.
    """
    try:
        numbers = tuple(int(word) for word in text.replace(",", " ").replace("[", " ").replace("]", " ").split())
    except ValueError:
        return None
    count = int(np.prod(shape, dtype=object))
    if len(numbers) == len(shape):
        fits = all(0 <= number < length for number, length in zip(numbers, shape, strict=True))
        return numbers if fits else None
    if len(numbers) == 1 and 0 <= numbers[0] < count:
        return tuple(int(place) for place in np.unravel_index(numbers[0], shape))
    return None


def _one_line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else str(value)
