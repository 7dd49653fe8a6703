"""The table of all runs: names, tags and notes are edited in place, rows are dragged out and onto each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from backends.reports.kept_run_columns import KEPT_RUN_COLUMNS, KeptRunRow
from backends.reports.plain_text import plain
from profiler_gui.run_mime import RUNS_MIME, run_ids
from profiler_gui.tables.look import LookOf
from profiler_gui.tables.record_table import RecordTable

AnyIndex = QModelIndex | QPersistentModelIndex
_EDITABLE = frozenset({"title", "tags", "note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a person typed into a cell."""

    id: str
    """Of the run."""
    column: str
    text: str


class RunsTable(RecordTable):
    """Rows of ``KeptRunRow``.

    Args:
        look: decoration of cells.
        make_mime: gives runs as what is dragged: ids and files.
        parent: owner.

    Signals:
        edited: an ``Edit``.
        dropped: ids of the runs that were dropped, and that of the run they were dropped on.
    """

    edited = Signal(object)
    dropped = Signal(object, str)

    def __init__(
        self, look: LookOf, make_mime: Callable[[Sequence[KeptRunRow]], QMimeData], parent: QObject | None = None
    ) -> None:
        super().__init__(KEPT_RUN_COLUMNS, look, parent=parent)
        self._make_mime = make_mime

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Let rows be dragged and dropped onto, and some cells be edited."""
        flags = super().flags(index)
        if index.isValid():
            flags |= Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled
            if self.columns[index.column()].id in _EDITABLE:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def cell(self, row: Any, column: Any, role: int) -> Any:
        """Give the text to edit as it was typed."""
        if role == Qt.ItemDataRole.EditRole and column.id in _EDITABLE:
            return plain(column.text(row))
        return super().cell(row, column, role)

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell what was typed; the rows come anew once it is taken over."""
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        column, row = self.columns[index.column()].id, self.row(index.row())
        if column not in _EDITABLE or str(value) == self.cell(row, self.columns[index.column()], role):
            return False
        self.edited.emit(Edit(id=row.run.id, column=column, text=str(value)))
        return True

    def mimeTypes(self) -> list[str]:
        """Name what may be dropped here."""
        return [RUNS_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Give the rows as what is dragged."""
        positions = sorted({index.row() for index in indexes})
        return self._make_mime([self.row(position) for position in positions])

    def supportedDropActions(self) -> Qt.DropAction:
        """Drops copy."""
        return Qt.DropAction.CopyAction

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: AnyIndex) -> bool:
        """Allow runs on another run."""
        del action, row, column
        return parent.isValid() and bool(set(run_ids(data)) - {self.row(parent.row()).run.id})

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: AnyIndex) -> bool:
        """Tell what was dropped on which run."""
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        onto = self.row(parent.row()).run.id
        self.dropped.emit(tuple(id_ for id_ in run_ids(data) if id_ != onto), onto)
        return True
