"""The operators of the model as a table: sizes, work, measured time, and the chosen target's answer."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backends.model.model import Model, OperatorId
from backends.reports.columns import KIND_COLUMNS, OPERATOR_COLUMNS, Column, format_operator
from backends.reports.number_columns import further_columns, number_column
from backends.reports.rows import KindRow, OperatorRow, kind_rows, kind_totals, operator_rows, total_rows
from backends.reports.table_content import TableContent
from backends.runs.prediction import compare_prediction
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.export import TableExport, export_tables_button
from profiler_gui.pages.gradual import Gradual
from profiler_gui.pages.page import Page
from profiler_gui.pages.row_query import RowAnswer, RowQuery
from profiler_gui.predictions import predicting_verdict
from profiler_gui.session import Session
from profiler_gui.settings import Settings
from profiler_gui.tables.footer import FooterView
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.filter_bar import FilterBar
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.placement_mark import PLACEMENT_WORDS, placement_color, placement_icon

_FIRST = (
    "index", "kind", "time_ns", "share", "certainty", "placement", "agreement", "cumulative", "fused_into", "verdict",
)  # fmt: skip
"""What a person looks for stands left, so that it is in sight in a narrow dock."""

_Content = tuple[tuple[OperatorRow, ...], tuple[Column[OperatorRow], ...]]
"""Rows and columns of the table by operator."""


class LayersPage(Page):
    """Operators or their types in a table with totals; the selection is the session's.

    Args:
        session: what is open.
        notices: where failures are told.
        settings: where the choice of columns is remembered.
        jobs: where the rows of large models are made; without it that happens at once.
    """

    def __init__(
        self,
        session: Session,
        notices: NoticeBoard | None = None,
        settings: Settings | None = None,
        jobs: JobRunner | None = None,
    ) -> None:
        super().__init__(session, notices)
        self._settings = settings
        self._gradual = Gradual(self, jobs)
        self._selecting = Gradual(self, jobs)
        self._listed: Model | None = None
        self._rows: tuple[OperatorRow, ...] = ()
        self._operators = self._make_view(_ordered(OPERATOR_COLUMNS), self._operator_look)
        self._kinds = self._make_view(KIND_COLUMNS, None)
        self._operator_footer = FooterView(self._operators)
        self._kind_footer = FooterView(self._kinds)
        self._filter = FilterBar("Filter: words, or a query such as time>1ms type:conv")
        self._filter.set_tip(
            "Every word must occur in some column. Queries as in Find (Ctrl+F) work too: type:CONV_2D time>1ms "
            "-fallback:nnapi-1.1"
        )
        self._query = RowQuery(self, jobs)
        self._found: frozenset[OperatorId] | None = None
        """What the query in the line finds; none while it is only words."""
        self._columns: tuple[Column[OperatorRow], ...] = _ordered(OPERATOR_COLUMNS)
        self._unwanted: set[str] = set()
        """Further columns that the user hid; others are shown as soon as they come."""
        self._count = QLabel()
        self._count.setProperty("role", "dim")
        self._tables = QStackedWidget()
        self._pages = QStackedWidget()
        self._empty = Placeholder("Open a model to see its operators here.")
        self._arrange()
        self._filter.changed.connect(self._ask)
        self._query.answered.connect(self._on_answered)
        self._operators.rows_selected.connect(self._on_operators_selected)
        self._operators.row_opened.connect(self._on_operator_opened)
        self._kinds.rows_selected.connect(self._on_kinds_selected)
        self._kinds.row_opened.connect(self._on_kind_opened)
        self.follow(
            model_changed=self.invalidate,
            run_changed=self.invalidate,
            columns_changed=self.invalidate,
            verdicts_changed=self.invalidate,
            target_changed=self.invalidate,
            selection_changed=self._on_selection_changed,
        )

    @property
    def operator_view(self) -> RecordView:
        """The table by operator."""
        return self._operators

    @property
    def kind_view(self) -> RecordView:
        """The table by type."""
        return self._kinds

    def refresh(self) -> None:
        """Show the model in front with its costs, run and verdict."""
        record = self.record
        if record is None or record.model is not self._listed:
            self._rows = ()
            self._listed = None
            self._operators.table.set_rows(())
            self._kinds.table.set_rows(())
        if record is None:
            self._gradual.cancel()
            self._pages.setCurrentWidget(self._empty)
            return
        model, costs, run, verdict = record.model, record.costs, record.run, record.verdict
        predicting = predicting_verdict(record)
        others = record.columns

        def prepare() -> _Content:
            predictions = compare_prediction(run, predicting) if run is not None and predicting is not None else ()
            columns = (
                *_ordered(OPERATOR_COLUMNS),
                *further_columns(costs, run),
                *(number_column(column) for column in others),
            )
            return operator_rows(model, costs, run, verdict, predictions), columns

        self._gradual.show(len(costs), prepare, partial(self._steps, model))

    def _steps(self, model: Model, content: _Content) -> Sequence[Callable[[], object]]:
        """Give the steps that show new rows."""
        self._listed = model
        self._rows, self._columns = rows, columns = content
        return (
            lambda: self._filter.set_kinds(Counter(row.kind for row in rows)),
            lambda: self._operators.table.set_rows(rows, columns),
            self._ask,
            self._show_kinds,
            self._show_columns,
            self._fit,
            self._on_selection_changed,
        )

    def _fit(self) -> None:
        totals = self._show_totals()
        self._operators.fit_columns(totals)
        self._kinds.fit_columns(kind_totals(totals, len(self._rows)))
        self._pages.setCurrentIndex(1)

    def show_kinds(self, is_by_kind: bool) -> None:
        """Show one row for each type instead of each operator."""
        self._tables.setCurrentIndex(int(is_by_kind))
        self._grouping.button(int(is_by_kind)).setChecked(True)

    def _make_view(self, columns: Sequence[Column[Any]], look: Any) -> RecordView:
        view = RecordView(RecordTable(columns, look))
        view.show_columns([column.id for column in columns if column.is_default])
        view.columns_changed.connect(self._on_columns_chosen)
        return view

    def _arrange(self) -> None:
        self._grouping = QButtonGroup(self)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        for number, title in enumerate(("By operator", "By type")):
            button = QToolButton()
            button.setText(title)
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.clicked.connect(partial(self.show_kinds, bool(number)))
            self._grouping.addButton(button, number)
            bar.addWidget(button)
        bar.addWidget(self._filter, 1)
        bar.addWidget(self._count)
        bar.addWidget(export_tables_button(self, TableExport(title="", content=self.content, stem=self._file_stem)))
        for view, footer in ((self._operators, self._operator_footer), (self._kinds, self._kind_footer)):
            self._tables.addWidget(_stacked(view, footer))
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self._tables, 1)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def content(self) -> TableContent[Any]:
        """Give the visible rows and columns of the table in front, as sorted and filtered."""
        view = self._kinds if self._is_by_kind else self._operators
        shown = view.visible_column_ids()
        columns = [column for column in view.table.columns if column.id in shown]
        name = self.record.model.name if self.record else ""
        what = "types" if self._is_by_kind else "operators"
        return TableContent(f"tflite-profiler/{what}/1", f"{name}: {what}", columns, view.table.visible_rows)

    @property
    def _is_by_kind(self) -> bool:
        return self._tables.currentIndex() == 1

    def _file_stem(self) -> str:
        title = self.record.title if self.record else "model"
        return f"{title.removesuffix('.tflite')}-{'types' if self._is_by_kind else 'operators'}"

    def _show_kinds(self) -> None:
        self._kinds.table.set_rows(kind_rows(self._operators.table.visible_rows))

    def _show_columns(self) -> None:
        remembered = self._settings.columns("operators") if self._settings else ()
        further = [column.id for column in (self.record.columns if self.record else ())]
        if remembered:
            self._operators.show_columns([*remembered, *(id_ for id_ in further if id_ not in self._unwanted)])
            return
        shown = [column.id for column in self._columns if column.is_default and column.id not in self._unwanted]
        self._operators.show_columns(shown)
        self._operators.hide_empty_columns()
        self._kinds.show_columns([column.id for column in KIND_COLUMNS if column.is_default])
        self._kinds.hide_empty_columns()

    def _show_totals(self) -> tuple[OperatorRow, ...]:
        shown = self._operators.table.visible_rows
        is_whole = len(shown) == len(self._rows)
        run = self.record.run if self.record and is_whole else None
        totals = total_rows(shown, run)
        self._operator_footer.set_rows(totals)
        self._kind_footer.set_rows(kind_totals(totals, len(shown)))
        total = f"{len(self._rows)} operator{'s' if len(self._rows) != 1 else ''}"
        self._count.setText(total if is_whole else f"{len(shown)} of {total}")
        return totals

    def _operator_look(self, row: OperatorRow, column: str) -> Look | None:
        if column == "verdict" and row.verdict is not None:
            sentences = [finding.message for finding in row.verdict.findings]
            return Look(
                icon=placement_icon(row.verdict.placement, self),
                color=placement_color(row.verdict.placement, self),
                tooltip="\n".join([PLACEMENT_WORDS[row.verdict.placement].capitalize(), *sentences]),
            )
        if column == "agreement" and row.prediction is not None and row.prediction.is_finding:
            color = QColor(colors_of(self).warning)
            return Look(icon=make_icon("warning", color.name()), color=color, tooltip=row.prediction.explanation)
        if row.fused_into is not None and column in {"time_ns", "share", "fused_into"}:
            return Look(tooltip=f"Done as part of operator {format_operator(row.fused_into)}; its time is there.")
        return None

    def filter_by(self, query: str) -> None:
        """Show the operators that a query finds."""
        self.show_kinds(False)
        self._filter.set_text(query)

    @Slot()
    def _ask(self) -> None:
        self._query.ask(self.record, self._filter.text)

    @Slot(object)
    def _on_answered(self, answer: RowAnswer) -> None:
        if answer.is_unfinished:
            self._filter.show_mistake("", " ".join(answer.notes))
            return
        self._found = answer.operators
        self._filter.show_mistake(answer.mistake, " ".join(answer.notes))
        kinds, found = self._filter.kinds, self._found
        accepts = None
        if kinds or found is not None:
            accepts = lambda row: (not kinds or row.kind in kinds) and (found is None or row.id in found)  # noqa: E731
        self._operators.table.set_filter(self._filter.text if found is None else "", accepts)
        self._show_kinds()
        self._show_totals()
        self._on_selection_changed()

    @Slot(object)
    def _on_operators_selected(self, rows: tuple[OperatorRow, ...]) -> None:
        if self.record is not None:
            self.record.select(row.id for row in rows if row.id is not None)

    @Slot(object)
    def _on_operator_opened(self, row: OperatorRow) -> None:
        if self.record is not None and row.id is not None:
            self.record.reveal(row.id)

    @Slot(object)
    def _on_kinds_selected(self, rows: tuple[KindRow, ...]) -> None:
        if self.record is not None:
            self.record.select(id_ for row in rows for id_ in row.operators)

    @Slot(object)
    def _on_kind_opened(self, row: KindRow) -> None:
        self.show_kinds(False)
        self._filter.choose_kinds([row.kind])

    @Slot()
    def _on_selection_changed(self) -> None:
        selection = self.record.selection if self.record else frozenset[OperatorId]()
        # Selecting thousands of rows takes long, so that the table and the graph do not do it in the same turn.
        self._selecting.show(len(selection), lambda: selection, self._selecting_steps)

    def _selecting_steps(self, selection: frozenset[OperatorId]) -> Iterable[Callable[[], object]]:
        yield lambda: self._operators.select_rows(lambda row: row.id in selection)
        yield lambda: self._kinds.select_rows(
            lambda row: bool(selection) and selection.issuperset(row.operators), scroll=False
        )

    @Slot(object)
    def _on_columns_chosen(self, ids: tuple[str, ...]) -> None:
        if self.sender() is not self._operators:
            return
        further = {column.id for column in (self.record.columns if self.record else ())}
        self._unwanted = (self._unwanted - set(ids)) | (further - set(ids))
        if self._settings is not None:
            self._settings.remember_columns("operators", tuple(id_ for id_ in ids if id_ not in further))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_operators"):
            self._operators.table.refresh_look()


def _ordered(columns: Sequence[Column[OperatorRow]]) -> tuple[Column[OperatorRow], ...]:
    by_id = {column.id: column for column in columns}
    return (*(by_id[id_] for id_ in _FIRST), *(column for column in columns if column.id not in _FIRST))


def _stacked(view: RecordView, footer: FooterView) -> QWidget:
    result = QWidget()
    layout = QVBoxLayout(result)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(view, 1)
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setForegroundRole(QPalette.ColorRole.Mid)
    layout.addWidget(line)
    layout.addWidget(footer)
    return result
