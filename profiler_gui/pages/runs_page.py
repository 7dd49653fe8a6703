"""All runs of the session: found, named, tagged, compared, deleted and brought back."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from backends.errors import StoreError
from backends.reports.kept_run_columns import (
    KEPT_RUN_COLUMNS,
    KeptRunRow,
    format_change,
    how_of,
    kept_run_rows,
    where_of,
)
from backends.reports.plain_text import plain
from backends.reports.rows import RunRow, run_row
from backends.reports.table_content import TableContent
from backends.runs.run import Run
from profiler_gui.notices import Notice, NoticeAction, NoticeBoard, Severity
from profiler_gui.pages.drag_out import DragFolder, file_name, mime_of_runs
from profiler_gui.pages.export import TableExport, export_tables_button
from profiler_gui.pages.page import Page
from profiler_gui.run_book import RunBook
from profiler_gui.session import Session
from profiler_gui.settings import Settings
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_view import RecordView
from profiler_gui.tables.runs_table import Edit, RunsTable
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.placeholder import Placeholder

_EMPTY = (
    "No runs yet. Profile a model (Ctrl+R), or drop saved runs or a session here.\n"
    "Every run stays in this list, also when its model is changed, read again or closed."
)
_NOTHING_FITS = "No run fits the filter."
_FILTERS: tuple[tuple[str, str, Callable[[KeptRunRow], str]], ...] = (
    ("model", "All models", lambda row: row.model.name if row.model else row.run.model_name),
    ("device", "All devices", lambda row: where_of(row.run)),
    ("delegate", "All delegates", lambda row: how_of(row.run)),
    ("date", "Any day", lambda row: row.run.started_at[:10]),
)
_TABLE = "all runs"


class RunsPage(Page):
    """The list of runs, whichever model is in front.

    Args:
        session: what is open.
        book: the runs.
        notices: where failures are told.
        settings: where the choice of columns is remembered.

    Signals:
        run_opened: a ``KeptRun`` that shall be shown in its model.
        export_wanted: a tuple of ``KeptRun`` to be saved as files.
    """

    run_opened = Signal(object)
    export_wanted = Signal(object)

    def __init__(self, session: Session, book: RunBook, notices: NoticeBoard, settings: Settings | None = None) -> None:
        super().__init__(session, notices)
        self._book = book
        self._settings = settings
        self._folder = DragFolder(self)
        self._known: dict[str, RunRow] = {}
        self.table = RunsTable(self._look, self._mime)
        self.view = RecordView(self.table)
        self.search = QLineEdit()
        self.filters = {id_: QComboBox() for id_, _, _ in _FILTERS}
        for id_, combo in self.filters.items():
            combo.setAccessibleName(f"Only runs with this {id_}")
        self.compare_button = QPushButton("Compare")
        self.baseline_button = QPushButton("Pin as baseline")
        self.delete_button = QPushButton("Delete")
        self._count = plain_label("", role="dim", is_selectable=False)
        self._pages = QStackedWidget()
        self._empty = Placeholder(_EMPTY)
        self._set_up_view()
        self._actions = self._make_actions()
        self._arrange()
        self._connect_widgets()
        self.follow(run_changed=self._show_chosen)
        book.changed.connect(self.invalidate)
        book.undo_stack.canRedoChanged.connect(self._on_undone)
        self._show_state()

    def refresh(self) -> None:
        """Show all runs, newest first until another order is wanted."""
        book, selected = self._book, {row.run.id for row in self.selected()}
        rows = kept_run_rows(book.runs, book.models, self.session.baseline, self._row_of)
        self.table.set_rows(sorted(rows, key=lambda row: row.run.started_at, reverse=True))
        self._fill_filters(rows)
        self._apply_filter()
        self._show_columns()
        self.view.fit_columns()
        self.view.select_rows(lambda row: row.run.id in selected, scroll=False)
        self._show_chosen()
        self._show_state()

    def content(self) -> TableContent[KeptRunRow]:
        """Give the rows and columns in sight."""
        shown = self.view.visible_column_ids()
        columns = [column for column in KEPT_RUN_COLUMNS if column.id in shown]
        return TableContent("tflite-profiler/runs/1", "Runs", columns, self.table.visible_rows)

    def _row_of(self, run: Run) -> RunRow:
        """Give the statistics of a run, counted once."""
        known = self._known.get(run.id)
        if known is None or known.run is not run:
            known = self._known[run.id] = run_row(run)
        return known

    # Commands ---------------------------------------------------------------------------------------------------------

    def selected(self) -> tuple[KeptRunRow, ...]:
        """Give the selected rows from top to bottom."""
        return self.view.selected_rows()

    @Slot()
    def compare_selected(self) -> None:
        """Show the selected runs beside each other; a single one beside the baseline."""
        ids = [row.run.id for row in self.selected()]
        base = self.session.baseline
        if len(ids) == 1 and base is not None and base.id != ids[0]:
            ids = [base.id, *ids]
        self.compare(ids)

    def compare(self, ids: Sequence[str]) -> None:
        """Show runs beside each other, in this order; the baseline is the first if it is among them."""
        base = self.session.baseline
        ordered = sorted(dict.fromkeys(ids), key=lambda id_: base is None or id_ != base.id)
        kept = [found for found in map(self._book.find, ordered) if found is not None]
        sides = [self._book.side_of(item) for item in kept]
        missing = {self._book.model_of(item.run).name for item, side in zip(kept, sides, strict=True) if side is None}
        if missing:
            self.notices.warn(
                f"What was measured of {', '.join(sorted(missing))} is not at hand, so it cannot be compared.",
                hint="Open that file as it was then; keep models in the session to have them always.",
                key="compare runs",
            )
            return
        self.session.compare(side for side in sides if side is not None)

    @Slot()
    def pin_selected(self) -> None:
        """Pin the selected run as the baseline, or unpin it."""
        rows = self.selected()
        if len(rows) == 1:
            self._book.choose_baseline("" if rows[0].is_baseline else rows[0].run.id)

    @Slot()
    def delete_selected(self) -> None:
        """Delete the selected runs; the notice and Ctrl+Z bring them back."""
        rows = self.selected()
        if not rows:
            return
        self._book.delete(row.run.id for row in rows)
        what = f"{len(rows)} runs were deleted." if len(rows) > 1 else "The run was deleted."
        self.notices.post(
            Notice(
                severity=Severity.INFO,
                message=what,
                hint="Ctrl+Z brings them back, too.",
                actions=(NoticeAction(label="Undo", run=self._book.undo_stack.undo),),
                key="runs deleted",
            )
        )

    def edit_selected(self, column: str, *_: object) -> None:
        """Edit a cell of the selected run in place; the column is shown if it was not."""
        positions = self.table.positions(lambda row: row in self.selected())
        places = [place for place, item in enumerate(KEPT_RUN_COLUMNS) if item.id == column]
        if positions:
            self.view.setColumnHidden(places[0], False)
            index = self.table.index(positions[0], places[0])
            self.view.scrollTo(index)
            self.view.edit(index)

    @Slot()
    def open_selected(self) -> None:
        """Show the selected run in its model."""
        rows = self.selected()
        if rows:
            self.run_opened.emit(rows[0].kept)

    @Slot()
    def export_selected(self) -> None:
        """Save the selected runs as files."""
        rows = self.selected()
        if rows:
            self.export_wanted.emit(tuple(row.kept for row in rows))

    # Parts ------------------------------------------------------------------------------------------------------------

    def _set_up_view(self) -> None:
        view = self.view
        view.setDragEnabled(True)
        view.setAcceptDrops(True)
        view.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        view.setDefaultDropAction(Qt.DropAction.CopyAction)
        view.setDropIndicatorShown(True)
        view.setDragDropOverwriteMode(True)  # onto rows, not between them
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.setAccessibleName("Runs")
        self.search.setPlaceholderText("Search names, models, devices, tags, notes")
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)
        for box in self.filters.values():
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMaximumWidth(140)

    def _make_actions(self) -> dict[str, QAction]:
        wanted: tuple[tuple[str, str, str, Callable[..., object]], ...] = (
            ("open", "Show in the graph", "Return", self.open_selected),
            ("compare", "Compare", "C", self.compare_selected),
            ("baseline", "Pin as baseline", "B", self.pin_selected),
            ("rename", "Rename", "F2", partial(self.edit_selected, "title")),
            ("tags", "Edit tags", "T", partial(self.edit_selected, "tags")),
            ("note", "Edit note", "N", partial(self.edit_selected, "note")),
            ("export", "Save as JSON…", "", self.export_selected),
            ("delete", "Delete", "Del", self.delete_selected),
        )
        actions = {}
        for id_, text, keys, command in wanted:
            action = QAction(text, self.view)
            if keys:
                action.setShortcut(QKeySequence(keys))
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(command)
            actions[id_] = action
        # Return opens by the view's own signal already.
        self.view.addActions([action for id_, action in actions.items() if id_ != "open"])
        return actions

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(6)
        bar.addWidget(self.search, 1)
        for box in self.filters.values():
            bar.addWidget(box)
        for button in (self.compare_button, self.baseline_button, self.delete_button):
            bar.addWidget(button)
        bar.addWidget(export_tables_button(self, TableExport(title="", content=self.content, stem=lambda: "runs")))
        bar.addWidget(self._count)
        self._count.setWordWrap(False)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _connect_widgets(self) -> None:
        self.search.textChanged.connect(self._apply_filter)
        for box in self.filters.values():
            box.activated.connect(self._apply_filter)
        self.compare_button.clicked.connect(self.compare_selected)
        self.baseline_button.clicked.connect(self.pin_selected)
        self.delete_button.clicked.connect(self.delete_selected)
        self.view.rows_selected.connect(self._on_rows_selected)
        self.view.row_opened.connect(lambda row: self.run_opened.emit(row.kept))
        self.view.columns_changed.connect(self._on_columns_chosen)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.table.edited.connect(self._on_edited)
        self.table.dropped.connect(self._on_dropped)

    def _fill_filters(self, rows: Sequence[KeptRunRow]) -> None:
        for id_, title, value in _FILTERS:
            box, chosen = self.filters[id_], self.filters[id_].currentData()
            values = sorted({value(row) for row in rows}, reverse=id_ == "date")
            box.clear()
            box.addItem(title, "")
            for found in values:
                box.addItem(plain(found), found)
            box.setCurrentIndex(max(0, box.findData(chosen)))
            # A choice of one is none.
            box.setVisible(len(values) > 1)

    @Slot()
    def _apply_filter(self) -> None:
        wanted = [
            (value, self.filters[id_].currentData()) for id_, _, value in _FILTERS if self.filters[id_].currentData()
        ]
        accepts = (lambda row: all(value(row) == text for value, text in wanted)) if wanted else None
        self.table.set_filter(self.search.text(), accepts)
        self._show_state()

    def _show_columns(self) -> None:
        remembered = self._settings.columns(_TABLE) if self._settings else ()
        if remembered:
            self.view.show_columns(remembered)
            return
        self.view.show_columns([column.id for column in KEPT_RUN_COLUMNS if column.is_default])
        self.view.hide_empty_columns()

    @Slot()
    def _show_state(self) -> None:
        rows = self.selected()
        total, shown = len(self.table.all_rows), len(self.table.visible_rows)
        base = self.session.baseline
        can_compare = len(rows) > 1 or (len(rows) == 1 and base is not None and not rows[0].is_baseline)
        compare = f"Compare {len(rows)}" if len(rows) > 1 else "Compare with baseline" if can_compare else "Compare"
        pin = "Unpin baseline" if len(rows) == 1 and rows[0].is_baseline else "Pin as baseline"
        for name, text, is_on, button in (
            ("compare", compare, can_compare, self.compare_button),
            ("baseline", pin, len(rows) == 1, self.baseline_button),
            ("delete", "Delete", bool(rows), self.delete_button),
        ):
            self._actions[name].setText(text)
            self._actions[name].setEnabled(is_on)
            button.setText(text)
            button.setEnabled(is_on)
        self.compare_button.setToolTip("Select two or more runs, or one where a baseline is pinned (C)")
        for name in ("open", "rename", "tags", "note", "export"):
            self._actions[name].setEnabled(bool(rows))
        runs = f"{total} run{'s' if total != 1 else ''}"
        self._count.set_text(runs if shown == total else f"{shown} of {runs}" if shown else _NOTHING_FITS)
        self._pages.setCurrentIndex(1 if total else 0)

    def _show_chosen(self, *_: object) -> None:
        run = self.record.run if self.record is not None else None
        if run is not None and not self.selected():
            self.view.select_rows(lambda row: row.run is run, scroll=False)
        self._show_state()

    def _open_menu(self, position: QPoint) -> None:
        menu = QMenu(self.view)
        for id_ in ("open", "compare", "baseline"):
            menu.addAction(self._actions[id_])
        menu.addSeparator()
        for id_ in ("rename", "tags", "note"):
            menu.addAction(self._actions[id_])
        menu.addSeparator()
        menu.addAction(self._actions["export"])
        menu.addActions([action for action in self.view.actions() if action.text().startswith("Copy")])
        menu.addSeparator()
        menu.addAction(self._actions["delete"])
        menu.exec(self.view.viewport().mapToGlobal(position))
        menu.deleteLater()

    def _mime(self, rows: Sequence[KeptRunRow]) -> QMimeData:
        try:
            return mime_of_runs(((row.run, file_name(self._book.title_of(row.kept))) for row in rows), self._folder)
        except StoreError as error:
            self.notices.report(error)
            return QMimeData()

    def _look(self, row: KeptRunRow, column: str) -> Look | None:
        colors = colors_of(self)
        if column == "title" and row.is_baseline:
            return Look(icon=make_icon("pin", colors.accent), is_bold=True, tooltip="The baseline")
        if column == "change" and row.change is not None:
            if format_change(row.change) == format_change(0.0):
                return None
            worse = row.change > 0
            name = "slower" if worse else "faster"
            return Look(
                color=QColor(colors.error if worse else colors.success),
                tooltip=f"{abs(100 * row.change):.2f} % {name} than the baseline (medians; on devices means)",
            )
        if column == "runs" and not row.run.is_complete:
            return Look(
                icon=make_icon("warning", colors.warning), tooltip="Stopped early: " + " ".join(row.run.warnings)
            )
        return Look(is_bold=True) if row.is_baseline and column == "mean_ns" else None

    @Slot(object)
    def _on_rows_selected(self, rows: tuple[KeptRunRow, ...]) -> None:
        self._show_state()
        if len(rows) == 1 and self.record is not None and rows[0].run in self.record.runs:
            self.record.choose_run(rows[0].run)

    @Slot(bool)
    def _on_undone(self, is_undone: bool) -> None:
        if is_undone:
            self.notices.dismiss_key("runs deleted")

    @Slot(object)
    def _on_edited(self, edit: Edit) -> None:
        if edit.column == "title":
            self._book.rename(edit.id, edit.text)
        elif edit.column == "tags":
            self._book.set_tags(edit.id, edit.text.replace(";", ",").split(","))
        else:
            self._book.set_note(edit.id, edit.text)

    @Slot(object, str)
    def _on_dropped(self, ids: tuple[str, ...], onto: str) -> None:
        # What one drops things on is what they are compared with.
        self.compare([onto, *ids])

    @Slot(object)
    def _on_columns_chosen(self, ids: tuple[str, ...]) -> None:
        if self._settings is not None:
            self._settings.remember_columns(_TABLE, ids)

    def minimumSizeHint(self) -> QSize:
        """Ask for little, so that docks can be made as small as the user wants."""
        return QSize(200, 100)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "table"):
            self.table.refresh_look()
