"""The view of a ``RecordTable``: choosing columns, copying, widths, selection by row values."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFont, QFontMetrics, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView, QWidget

from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.share_delegate import ShareDelegate

_SAMPLED_ROWS = 200
_MEASURED_TEXTS = 12
_MARGIN = 22
_SORT_MARK = 10
_ICON = 24
_MAX_WIDTH = 220
_MOST_FILLED_WIDTH = 560
"""Wider texts would drive the numbers out of sight."""


class RecordView(QTableView):
    """Shows a ``RecordTable`` in rows of equal height, whatever its length.

    Signals:
        rows_selected: the user changed the selection; carries the selected rows.
        row_opened: a row was double-clicked or Enter was pressed on it.
        columns_changed: the user chose other columns; carries the ids of the visible ones.
    """

    rows_selected = Signal(object)
    row_opened = Signal(object)
    columns_changed = Signal(object)

    def __init__(self, table: RecordTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._is_telling = True
        self._kept: frozenset[int] = frozenset()
        self._shortened: dict[int, tuple[int, int, int]] = {}
        """By column: the least width, the most that is useful, and the one it was given last."""
        self._delegate = ShareDelegate()
        self.setModel(table)
        self.setItemDelegate(self._delegate)
        self._set_up_appearance()
        self._set_up_header()
        self._add_copy_actions()
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.activated.connect(self._on_activated)
        table.modelAboutToBeReset.connect(self._on_about_to_be_reset)
        table.modelReset.connect(self._on_reset)

    @property
    def table(self) -> RecordTable:
        """The item model."""
        return self._table

    def selected_rows(self) -> tuple[Any, ...]:
        """Give the selected rows from top to bottom."""
        positions: set[int] = set()
        ranges: Any = self.selectionModel().selection()  # a list of ranges, which the stubs do not say
        for stretch in ranges:
            positions.update(range(stretch.top(), stretch.bottom() + 1))
        return tuple(self._table.row(position) for position in sorted(positions))

    def select_rows(self, wanted: Callable[[Any], bool], *, scroll: bool = True) -> None:
        """Select exactly the visible rows that are wanted, without telling anybody."""
        positions = self._table.positions(wanted)
        selection = QItemSelection()
        last_column = self._table.columnCount() - 1
        for first, last in _stretches(positions):
            selection.select(self._table.index(first, 0), self._table.index(last, last_column))
        self._is_telling = False
        try:
            self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        finally:
            self._is_telling = True
        if scroll and positions and not self._is_any_in_sight(positions):
            self.scrollTo(self._table.index(positions[0], 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    def visible_column_ids(self) -> tuple[str, ...]:
        """Give the ids of the columns that are shown, in the order of the table."""
        return tuple(c.id for i, c in enumerate(self._table.columns) if not self.isColumnHidden(i))

    def show_columns(self, ids: Iterable[str]) -> None:
        """Show exactly these columns; unknown ids are ignored, the first column stays in any case."""
        shown = set(ids)
        for i, column in enumerate(self._table.columns):
            self.setColumnHidden(i, i > 0 and column.id not in shown)

    def hide_empty_columns(self, always: Sequence[str] = ()) -> None:
        """Hide columns without any value; ``always`` are kept."""
        rows = self._table.all_rows
        for i, column in enumerate(self._table.columns):
            if i > 0 and column.id not in always and all(column.value(row) in (None, "") for row in rows):
                self.setColumnHidden(i, True)

    def fit_columns(self, totals: Iterable[Any] = (), widest: int = _MAX_WIDTH) -> None:
        """Make columns as wide as titles, totals and the first rows need; asking all rows would be slow.

        Room that is left goes to columns whose texts are shortened.

        Args:
            totals: rows below the table.
            widest: pixels that no text makes a column wider than.
        """
        metrics = self.fontMetrics()
        bold = QFont(self.font())
        bold.setBold(True)
        bold_metrics = QFontMetrics(bold)
        rows = self._table.visible_rows[:_SAMPLED_ROWS]
        below = tuple(totals)
        self._shortened = {}
        for i, column in enumerate(self._table.columns):
            title = metrics.horizontalAdvance(self._table.title(column)) + _MARGIN + _SORT_MARK
            total = max((bold_metrics.horizontalAdvance(column.text(row)) for row in below), default=0) + _MARGIN
            has_icon = any(self._table.cell(row, column, Qt.ItemDataRole.DecorationRole) for row in rows)
            # The widest is among the longest; each question to Qt may have to wait for a thread.
            longest = sorted({column.text(row) for row in rows}, key=len)[-_MEASURED_TEXTS:]
            widths = [metrics.horizontalAdvance(text) for text in longest]
            width = max(widths, default=0) + _MARGIN + (_ICON if has_icon else 0)
            wanted, given = max(title, total, width), max(widest, title)
            self.setColumnWidth(i, min(wanted, given))
            if wanted > given:
                self._shortened[i] = (given, min(wanted, _MOST_FILLED_WIDTH), given)
        self._fill_width()

    def copy_rows(self) -> None:
        """Put the selected rows on the clipboard, tab-separated under their titles."""
        columns = [c for i, c in enumerate(self._table.columns) if not self.isColumnHidden(i)]
        lines = ["\t".join(column.title for column in columns)]
        lines += ["\t".join(_one_line(column.text(row)) for column in columns) for row in self.selected_rows()]
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")

    def copy_cell(self) -> None:
        """Put the text of the current cell on the clipboard."""
        index = self.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(str(index.data()))

    def open_column_menu(self, position: QPoint) -> None:
        """Offer all columns to show or hide."""
        menu = self.column_menu()
        menu.exec(self.horizontalHeader().mapToGlobal(position))
        menu.deleteLater()

    def column_menu(self) -> QMenu:
        """Build the menu with one checkable entry for each column."""
        menu = QMenu(self)
        for i, column in enumerate(self._table.columns):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(i))
            action.setEnabled(i > 0)
            action.setData(i)
            action.toggled.connect(self._on_column_toggled)
        return menu

    def _set_up_appearance(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # tensors' names differ at their ends
        self.setSortingEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(4)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        # An empty selection of its own: to paint a section as selected, Qt would ask for every cell of the column.
        header.setSelectionModel(QItemSelectionModel(self._table, header))
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self.open_column_menu)

    def _add_copy_actions(self) -> None:
        copy = QAction("Copy rows", self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_rows)
        cell = QAction("Copy cell", self)
        cell.setShortcut(QKeySequence("Ctrl+Shift+C"))
        cell.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        cell.triggered.connect(self.copy_cell)
        self.addActions([copy, cell])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the new room for texts that are shortened."""
        super().resizeEvent(event)
        self._fill_width()

    def _fill_width(self) -> None:
        """Widen shortened columns as far as there is room; one that the user made another width stays as it is."""
        spare = self.viewport().width() - self.horizontalHeader().length()
        for i, (least, most, given) in tuple(self._shortened.items()):
            if self.isColumnHidden(i):
                continue
            if self.columnWidth(i) != given:
                del self._shortened[i]
                continue
            width = min(max(given + spare, least), most)
            spare -= width - given
            self.setColumnWidth(i, width)
            self._shortened[i] = (least, most, width)

    def _is_any_in_sight(self, positions: Sequence[int]) -> bool:
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        last = self._table.rowCount() - 1 if last < 0 else last
        return any(first <= position <= last for position in positions)

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._is_telling:
            self.rows_selected.emit(self.selected_rows())

    @Slot("QModelIndex")
    def _on_activated(self, index: Any) -> None:
        self.row_opened.emit(self._table.row(index.row()))

    @Slot(bool)
    def _on_column_toggled(self, is_shown: bool) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.setColumnHidden(action.data(), not is_shown)
            self.columns_changed.emit(self.visible_column_ids())

    @Slot()
    def _on_about_to_be_reset(self) -> None:
        self._kept = frozenset(id(row) for row in self.selected_rows())

    @Slot()
    def _on_reset(self) -> None:
        if self._kept:
            self.select_rows(lambda row: id(row) in self._kept, scroll=False)
        shares = [c.value(row) for c in self._table.columns if c.is_share for row in self._table.all_rows]
        self._delegate.set_full(max((s for s in shares if isinstance(s, float)), default=1.0))


def _stretches(positions: Sequence[int]) -> list[tuple[int, int]]:
    """Join ascending positions into (first, last) stretches; selecting 20,000 single rows would be slow."""
    result: list[tuple[int, int]] = []
    for position in positions:
        if result and result[-1][1] == position - 1:
            result[-1] = (result[-1][0], position)
        else:
            result.append((position, position))
    return result


def _one_line(text: str) -> str:
    return " ".join(text.split())
