"""A two-level tree: groups of rows, and the rows in them, through the same columns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from backends.reports.columns import Align, Column
from backends.reports.plain_text import plain
from profiler_gui.tables.look import LookOf, plain_tooltip

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_TOP = 0
"""Internal id of groups; a row's is its group's number plus one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A titled group; ``cells`` are its own texts by column id."""

    title: str
    cells: dict[str, str]
    rows: tuple[Any, ...]


class GroupTree(QAbstractItemModel):
    """Shows groups with their rows below.

    Args:
        columns: what to show of rows; the first column also holds the groups' titles.
        look: decoration of (row or ``Group``, column id).
        parent: owner.
    """

    def __init__(
        self, columns: Sequence[Column[Any]] = (), look: LookOf | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._look = look
        self._groups: tuple[Group, ...] = ()

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """The columns, left to right."""
        return self._columns

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, top to bottom."""
        return self._groups

    def set_groups(self, groups: Iterable[Group], columns: Sequence[Column[Any]]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self._groups = tuple(groups)
        self.endResetModel()

    def record(self, index: AnyIndex) -> Any:
        """Give the row or the ``Group`` at an index, or ``None``."""
        if not index.isValid():
            return None
        number = index.internalId()
        return self._groups[index.row()] if number == _TOP else self._groups[number - 1].rows[index.row()]

    def indexes(self, wanted: Callable[[Any], bool]) -> list[QModelIndex]:
        """Give the indexes (first column) of the rows that are wanted."""
        return [
            self.createIndex(place, 0, number + 1)
            for number, group in enumerate(self._groups)
            for place, row in enumerate(group.rows)
            if wanted(row)
        ]

    def index(self, row: int, column: int, parent: AnyIndex = _NO_PARENT) -> QModelIndex:
        """Make the index of a group or of a row in it."""
        # Not Qt's ``hasIndex``: it asks back twice, and a group of thousands is asked for every row.
        if not 0 <= column < len(self._columns):
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, column, _TOP) if 0 <= row < len(self._groups) else QModelIndex()
        if parent.internalId() != _TOP or parent.column() or not 0 <= row < len(self._groups[parent.row()].rows):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1)

    def parent(self, index: AnyIndex = _NO_PARENT) -> QModelIndex:  # type: ignore[override]  # two C++ overloads
        """Give the group of a row."""
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, _TOP)

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of groups, or of rows in a group."""
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() != _TOP or parent.column() != 0:
            return 0
        return len(self._groups[parent.row()].rows)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of columns."""
        return 0 if parent.isValid() and (parent.internalId() != _TOP or parent.column()) else len(self._columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give one facet of a cell."""
        record = self.record(index)
        if record is None:
            return None
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(record, column, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole and column.align is Align.RIGHT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        look = self._look(record, column.id) if self._look else None
        if look is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(look.tooltip)
        if role == Qt.ItemDataRole.DecorationRole:
            return look.icon
        if role == Qt.ItemDataRole.ForegroundRole:
            return look.color
        if role == Qt.ItemDataRole.BackgroundRole:
            return look.background
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give a column's title or meaning."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._columns[section].description)
        return None

    @staticmethod
    def _text(record: Any, column: Column[Any], place: int) -> str:
        if isinstance(record, Group):
            return plain(record.title if place == 0 else record.cells.get(column.id, ""))
        return plain(column.text(record))
