"""Choosers for the dimensions that a grid cannot show."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget


class IndexRow(QWidget):
    """One number for each leading dimension, and for the first row and column of grids too large to show at once.

    Signals:
        changed: the user chose another part.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._leading: list[QSpinBox] = []
        self._first: list[QSpinBox | None] = [None, None]
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)

    @property
    def choosers(self) -> tuple[QSpinBox, ...]:
        """The numbers, left to right."""
        return (*self._leading, *(box for box in self._first if box is not None))

    @property
    def chosen(self) -> tuple[tuple[int, ...], int, int]:
        """The indexes in the leading dimensions, the first row and the first column."""
        row, column = (box.value() if box is not None else 0 for box in self._first)
        return tuple(box.value() for box in self._leading), row, column

    def show_shape(self, shape: tuple[int, ...], most: int, grid: tuple[int, int]) -> None:
        """Offer what there is to choose.

        Args:
            shape: all dimensions.
            most: rows or columns that can be shown at once.
            grid: rows and columns of the last two dimensions.
        """
        for dimension, length in enumerate(shape[:-2]):
            box = self._add(f"dim {dimension}", length - 1, f"Index in dimension {dimension}, 0 … {length - 1}")
            self._leading.append(box)
        for place, (name, length) in enumerate(zip(("rows from", "columns from"), grid, strict=True)):
            if length > most:
                box = self._add(name, length - 1, f"{most:,} of {length:,} are shown at a time")
                box.setSingleStep(most)
                self._first[place] = box

    def show_window(self, leading: tuple[int, ...], row: int, column: int) -> None:
        """Show which part is in sight, without telling anybody."""
        first = zip(self._first, (row, column), strict=True)
        for box, value in (*zip(self._leading, leading, strict=True), *first):
            if box is not None:
                box.blockSignals(True)
                box.setValue(value)
                box.blockSignals(False)

    def _add(self, title: str, largest: int, tip: str) -> QSpinBox:
        label = QLabel(title)
        label.setProperty("role", "dim")
        box = QSpinBox()
        box.setRange(0, max(0, largest))
        box.setKeyboardTracking(False)
        box.setToolTip(tip)
        box.setAccessibleName(title)
        box.setEnabled(largest > 0)
        box.valueChanged.connect(self._on_changed)
        self._row.addWidget(label)
        self._row.addWidget(box)
        return box

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()
