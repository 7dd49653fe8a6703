"""Finding in a model: the bar, the matches as a list, and the search behind them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from backends.model.cost import OperatorCost
from backends.model.model import OperatorId
from backends.progress import Progress
from backends.query.completion import Completion, complete_query
from backends.query.error import QueryError
from backends.query.find import Found, find_operators
from backends.reports.columns import OPERATOR_COLUMNS
from backends.reports.rows import OperatorRow, operator_rows
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.query_facts import FactsSource
from profiler_gui.session import OpenModel
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.find_bar import FindBar

_LANE = "find"
"""Finding answers while the graph is laid out or targets are checked in other lanes."""
_LISTED = ("index", "kind", "shape", "dtype", "time_ns", "share", "macs", "moved_bytes", "name")
_LIST_HEIGHT = 152


class FindPane(QWidget):
    """Find bar and results of one open model.

    Signals:
        matches_changed: the new tuple of ``OperatorId``.
        table_wanted: a query whose matches the table of layers shall show.
        rule_wanted: a query to make a colour rule of.
        closed: the bar was put away.
    """

    matches_changed = Signal(object)
    table_wanted = Signal(str)
    rule_wanted = Signal(str)
    closed = Signal()

    def __init__(self, record: OpenModel, jobs: JobRunner, notices: NoticeBoard) -> None:
        super().__init__()
        self._record = record
        self._jobs = jobs
        self._notices = notices
        self._source = FactsSource(record)
        self._found = Found(operators=())
        self._is_finding = False
        self._wanted_step = 0
        """Step asked for while the search still ran; taken when its matches arrive."""
        self._match = -1
        self.bar = FindBar()
        columns = [column for id_ in _LISTED for column in OPERATOR_COLUMNS if column.id == id_]
        self.results = RecordView(RecordTable([replace(column, is_default=True) for column in columns]))
        self.results.setAccessibleName("Matches")
        self.results.setMaximumHeight(_LIST_HEIGHT)
        self.results.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.results)
        self.results.hide()
        self._connect()

    @property
    def matches(self) -> tuple[OperatorId, ...]:
        """What was found last, in execution order."""
        return self._found.operators

    def open_bar(self) -> None:
        """Show the bar with the cursor in it."""
        self.bar.open_bar()

    def go_to_match(self, step: int) -> None:
        """Select the next (1) or the previous (-1) match and bring it into view."""
        if self._is_finding:
            self._wanted_step = step
            return
        count = len(self.matches)
        if not count:
            return
        if self._match < 0:
            self._match = 0 if step > 0 else count - 1
        else:
            self._match = (self._match + step) % count
        self._go_to(self._match)

    def select_all(self) -> None:
        """Select every match."""
        self._record.select(self.matches)

    def _connect(self) -> None:
        bar, record = self.bar, self._record
        bar.query_changed.connect(self._find)
        bar.completion_wanted.connect(self._complete)
        bar.next_wanted.connect(partial(self.go_to_match, 1))
        bar.previous_wanted.connect(partial(self.go_to_match, -1))
        bar.list_toggled.connect(self._list_matches)
        bar.selection_wanted.connect(self.select_all)
        bar.table_wanted.connect(self.table_wanted)
        bar.rule_wanted.connect(self.rule_wanted)
        bar.closed.connect(self._on_closed)
        self.results.rows_selected.connect(self._on_rows_selected)
        self.results.row_opened.connect(self._on_row_opened)
        for changed in (
            record.model_changed, record.run_changed, record.verdicts_changed, record.target_changed,
            record.columns_changed,
        ):  # fmt: skip
            changed.connect(self._find_again)

    def _go_to(self, place: int) -> None:
        self._match = place
        operator = self.matches[place]
        self.bar.show_result(place + 1, len(self.matches), self._found.notes)
        self.results.select_rows(lambda row: row.id == operator)
        self._record.reveal(operator)

    # Searching --------------------------------------------------------------------------------------------------------

    @Slot(str)
    def _find(self, query: str) -> None:
        order = self._source.take()

        def work(progress: Progress) -> tuple[str, Found | QueryError]:
            try:
                return query, find_operators(query, order.facts(), progress)
            except QueryError as error:
                return query, error

        self._is_finding, self._wanted_step = True, 0
        self._jobs.start(
            work,
            lane=_LANE,
            replaces=f"find:{self._record.key}",
            on_success=self._on_found,
            on_failure=self._on_failed,
        )

    @Slot()
    def _find_again(self) -> None:
        """Ask again when more is known: times, verdicts."""
        if self.bar.isVisible() and self.bar.query.strip():
            self._find(self.bar.query)

    @Slot(object)
    def _on_found(self, answer: tuple[str, Found | QueryError]) -> None:
        query, found = answer
        self._is_finding = False
        if isinstance(found, QueryError):
            self._take(Found(operators=()))
            if query == self.bar.query:
                self.bar.show_mistake(found)
            return
        old = self.matches[self._match] if 0 <= self._match < len(self.matches) else None
        self._take(found)
        if old in found.operators and not self._wanted_step:
            self._match = found.operators.index(old)
        self.bar.show_result(self._match + 1, len(found.operators), found.notes)
        if self._wanted_step:
            self.go_to_match(self._wanted_step)

    def _take(self, found: Found) -> None:
        is_other = found.operators != self.matches
        self._found, self._match = found, -1
        if is_other:
            self.matches_changed.emit(found.operators)
        self._list_matches()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._is_finding = False
        self._notices.report(error)

    @Slot(str, int)
    def _complete(self, query: str, cursor: int) -> None:
        order = self._source.take()

        def work(progress: Progress) -> tuple[str, Completion]:
            progress.check()
            return query, complete_query(query, cursor, order.facts())

        self._jobs.start(
            work,
            lane=_LANE,
            replaces=f"complete:{self._record.key}",
            on_success=lambda answer: self.bar.offer(*answer),
            on_failure=self._notices.report,
        )

    # The list ---------------------------------------------------------------------------------------------------------

    @Slot()
    def _list_matches(self) -> None:
        """List what was found; without any, the list takes no room."""
        is_wanted = self.bar.is_listing and bool(self.matches)
        self.results.setVisible(is_wanted)
        if not is_wanted:
            return
        record, wanted = self._record, frozenset(self.matches)
        model, costs, run = record.model, record.costs, record.run

        def work(progress: Progress) -> tuple[OperatorRow, ...]:
            progress.check()
            kept: dict[OperatorId, OperatorCost] = {id_: costs[id_] for id_ in wanted if id_ in costs}
            return tuple(row for row in operator_rows(model, kept, run) if row.id in wanted)

        self._jobs.start(work, lane=_LANE, replaces=f"list:{record.key}", on_success=self._show_rows)

    @Slot(object)
    def _show_rows(self, rows: Sequence[OperatorRow]) -> None:
        self.results.table.set_rows(rows)
        self.results.show_columns(_LISTED)
        self.results.hide_empty_columns()
        self.results.fit_columns()

    @Slot(object)
    def _on_rows_selected(self, rows: tuple[OperatorRow, ...]) -> None:
        if len(rows) == 1 and rows[0].id in self.matches:
            self._go_to(self.matches.index(rows[0].id))
        else:
            self._record.select(row.id for row in rows if row.id is not None)

    @Slot(object)
    def _on_row_opened(self, row: OperatorRow) -> None:
        if row.id is not None:
            self._record.reveal(row.id)

    @Slot()
    def _on_closed(self) -> None:
        self._take(Found(operators=()))
        self.closed.emit()
