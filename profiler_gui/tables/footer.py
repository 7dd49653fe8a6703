"""Totals that stay in sight below a table."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from profiler_gui.tables.record_table import AnyIndex, RecordTable
from profiler_gui.tables.record_view import RecordView

_NO_PARENT = QModelIndex()


class FooterTable(QAbstractTableModel):
    """Rows seen through the columns of another table, in bold, never sorted or filtered."""

    def __init__(self, table: RecordTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._rows: tuple[Any, ...] = ()
        self._bold = QFont()
        self._bold.setBold(True)

    def set_rows(self, rows: Iterable[Any]) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of columns."""
        return 0 if parent.isValid() else len(self._table.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give one facet of a cell; numbers that do not apply to a total stay empty."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._table.columns[index.column()]
        if role == Qt.ItemDataRole.FontRole:
            return self._bold
        if role == Qt.ItemDataRole.DisplayRole and column.value(row) is None:
            return ""
        if role in {
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.TextAlignmentRole,
            Qt.ItemDataRole.ToolTipRole,
        }:
            return self._table.cell(row, column, role)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give the column's title (read aloud by screen readers)."""
        return self._table.headerData(section, orientation, role)


class FooterView(QTableView):
    """Shows totals exactly under the columns of a ``RecordView``.

    Put it into the same layout, directly below the view.
    """

    def __init__(self, view: RecordView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._footer = FooterTable(view.table, self)
        self.setModel(self._footer)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(4)
        self.verticalHeader().setDefaultSectionSize(view.verticalHeader().defaultSectionSize())
        self._follow(view.horizontalHeader())
        view.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        view.table.modelReset.connect(self.align)
        view.columns_changed.connect(self.align)

    def set_rows(self, rows: Iterable[Any]) -> None:
        """Replace the totals and take the height they need."""
        self._footer.set_rows(rows)
        self.setFixedHeight(self._footer.rowCount() * self.verticalHeader().defaultSectionSize() + 1)
        self.align()

    @Slot()
    def align(self) -> None:
        """Take over widths, order and visibility of all columns."""
        theirs, own = self._view.horizontalHeader(), self.horizontalHeader()
        for column in range(self._footer.columnCount()):
            self.setColumnHidden(column, self._view.isColumnHidden(column))
            if not self._view.isColumnHidden(column):
                self.setColumnWidth(column, self._view.columnWidth(column))
            if own.visualIndex(column) != theirs.visualIndex(column):
                own.moveSection(own.visualIndex(column), theirs.visualIndex(column))
        # Beyond the last column so that both can scroll to the same place.
        self._on_scrolled(self._view.horizontalScrollBar().value())

    def _follow(self, header: QHeaderView) -> None:
        header.sectionResized.connect(self._on_resized)
        header.sectionMoved.connect(self.align)

    @Slot(int, int, int)
    def _on_resized(self, column: int, _before: int, width: int) -> None:
        self.setColumnHidden(column, width == 0)
        if width:
            self.setColumnWidth(column, width)

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self.horizontalHeader().setOffset(value)
        self.horizontalScrollBar().setValue(value)
        self.viewport().update()
