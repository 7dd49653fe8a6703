"""One Qt item model for every flat table: rows of values seen through declared columns."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from backends.reports.columns import Align, Column
from backends.reports.plain_text import plain
from profiler_gui.tables.look import LookOf, plain_tooltip

SHARE_ROLE = Qt.ItemDataRole.UserRole + 1
"""Fraction of one for an in-cell bar, or ``None``."""

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_ALIGNMENT = {
    Align.LEFT: Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
}


class RecordTable(QAbstractTableModel):
    """Shows rows through columns; sorts and filters them itself.

    A Python proxy would be asked hundreds of thousands of times to sort 20,000 rows; one ``sorted`` call over keys is
    a few milliseconds. Cells without a value sort last in both directions.

    Args:
        columns: what to show; ids are unique.
        look: decoration of cells, or ``None``.
        is_narrow: use the short titles.
        parent: owner.
    """

    def __init__(
        self,
        columns: Sequence[Column[Any]],
        look: LookOf | None = None,
        *,
        is_narrow: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._look = look
        self._is_narrow = is_narrow
        self._rows: tuple[Any, ...] = ()
        self._texts: dict[int, str] = {}
        self._order: list[int] = []
        self._terms: tuple[str, ...] = ()
        self._accepts: Callable[[Any], bool] | None = None
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """The columns, left to right."""
        return self._columns

    @property
    def all_rows(self) -> tuple[Any, ...]:
        """All rows in their original order, hidden ones included."""
        return self._rows

    @property
    def visible_rows(self) -> tuple[Any, ...]:
        """The rows that pass the filter, as sorted."""
        return tuple(self._rows[i] for i in self._order)

    def row(self, position: int) -> Any:
        """Give the row shown at a position."""
        return self._rows[self._order[position]]

    def title(self, column: Column[Any]) -> str:
        """Give what stands over a column."""
        return (self._is_narrow and column.short_title) or column.title

    def set_rows(self, rows: Iterable[Any], columns: Sequence[Column[Any]] | None = None) -> None:
        """Replace all rows, and the columns where given; the filter stays, and sorting by a column that stays."""
        self.beginResetModel()
        self._rows = tuple(rows)
        if columns is not None:
            sorted_by, self._sorted_by = self._sorted_by, None
            kept = self._columns[sorted_by[0]].id if sorted_by else ""
            self._columns = tuple(columns)
            for place, column in enumerate(self._columns):
                if sorted_by and column.id == kept:
                    self._sorted_by = (place, sorted_by[1])
        self._texts = {}
        self._arrange()
        self.endResetModel()

    def set_filter(self, text: str = "", accepts: Callable[[Any], bool] | None = None) -> None:
        """Show only rows that contain every word of ``text`` in some column and are accepted."""
        terms = tuple(text.casefold().split())
        if terms == self._terms and accepts is None and self._accepts is None:
            return
        self.beginResetModel()
        self._terms, self._accepts = terms, accepts
        self._arrange()
        self.endResetModel()

    def positions(self, wanted: Callable[[Any], bool]) -> list[int]:
        """Give the positions of the visible rows that are wanted, ascending."""
        return [position for position, i in enumerate(self._order) if wanted(self._rows[i])]

    def refresh_look(self) -> None:
        """Ask for all colours and icons again (the theme changed)."""
        if self._order:
            last = self.index(len(self._order) - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _arrange(self) -> None:
        order = [i for i, row in enumerate(self._rows) if self._passes(i, row)]
        if self._sorted_by is not None:
            column, direction = self._sorted_by
            keyed = [(self._columns[column].key(self._rows[i]), i) for i in order]
            known = [pair for pair in keyed if pair[0] is not None and pair[0] != ""]
            unknown = [i for key, i in keyed if key is None or key == ""]
            known.sort(key=lambda pair: pair[0], reverse=direction is Qt.SortOrder.DescendingOrder)
            order = [i for _, i in known] + unknown
        self._order = order

    def _passes(self, i: int, row: Any) -> bool:
        if self._accepts is not None and not self._accepts(row):
            return False
        if not self._terms:
            return True
        text = self._texts.get(i)
        if text is None:
            text = "\n".join(column.text(row) for column in self._columns).casefold()
            self._texts[i] = text
        return all(term in text for term in self._terms)

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of visible rows."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give one facet of a cell."""
        if not index.isValid():
            return None
        return self.cell(self.row(index.row()), self._columns[index.column()], role)

    def cell(self, row: Any, column: Column[Any], role: int) -> Any:
        """Give one facet of the cell of a row that need not be in the table (a total below it)."""
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(column.text(row))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENT[column.align]
        if role == SHARE_ROLE:
            return column.value(row) if column.is_share else None
        look = self._look(row, column.id) if self._look else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip((look and look.tooltip) or plain(column.text(row)))
        if look is None:
            return None
        if role == Qt.ItemDataRole.FontRole and look.is_bold:
            font = QFont()
            font.setBold(True)
            return font
        facets = {
            Qt.ItemDataRole.DecorationRole: look.icon,
            Qt.ItemDataRole.ForegroundRole: look.color,
            Qt.ItemDataRole.BackgroundRole: look.background,
        }
        return facets.get(Qt.ItemDataRole(role)) if role in _LOOK_ROLES else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give a column's title, alignment or meaning."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENT[column.align]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip("\n".join(filter(None, (column.title, column.description))))
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 restores the original order.

        The model is reset, because keeping the indexes of a large selection takes Qt seconds; the view selects the
        same rows again.
        """
        self.beginResetModel()
        self._sorted_by = (column, order) if 0 <= column < len(self._columns) else None
        self._arrange()
        self.endResetModel()


_LOOK_ROLES = frozenset(
    {Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.BackgroundRole}
)
