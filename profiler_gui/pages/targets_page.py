"""What each target would do with the model: summaries, the matrix operator x target, reasons and partitions."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.reports.columns import TARGET_COLUMNS, Column, default_columns, matrix_columns
from backends.reports.published_counts import count_sentences, types_column
from backends.reports.rows import OperatorRow, operator_rows
from backends.reports.table_content import TableContent
from backends.reports.verdict_content import VerdictContent
from backends.reports.what_if import outcome_of, sentence_of
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict, Placement
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.export import TableExport, export_tables_button
from profiler_gui.pages.gradual import Gradual
from profiler_gui.pages.page import Page
from profiler_gui.pages.partition_pane import Cuts, PartitionPane, find_cuts
from profiler_gui.pages.target_matrix import Counts, Speeds, TargetMatrix, count_placements
from profiler_gui.pages.target_reasons import heading_of, reasons_of
from profiler_gui.pages.what_if_pane import WhatIfPane
from profiler_gui.session import OpenModel, Session
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.filter_bar import FilterBar
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.placement_mark import PlacementLegend
from profiler_gui.widgets.reason_list import Reason, ReasonList
from profiler_gui.widgets.turning_splitter import TurningSplitter

_NAME_WIDTH = 150
"""Pixels for the names of targets, so that the counts beside them stay in sight."""


class TargetsPage(Page):
    """All targets side by side; the chosen target and the selected operators are the session's.

    Signals:
        accepts_wanted: id of the target whose page of what it accepts shall be shown.
    """

    accepts_wanted = Signal(str)

    def __init__(self, session: Session, notices: NoticeBoard | None = None, jobs: JobRunner | None = None) -> None:
        super().__init__(session, notices)
        self._gradual = Gradual(self, jobs)
        self._selecting = Gradual(self, jobs)
        self._rows: tuple[OperatorRow, ...] = ()
        self._listed: Model | None = None
        self._chosen = _Chosen()
        self._summary = RecordView(RecordTable(default_columns(TARGET_COLUMNS), self._summary_look, is_narrow=True))
        self._summary.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._matrix = TargetMatrix()
        self._reasons = ReasonList()
        self._partitions = PartitionPane()
        self._what_if = WhatIfPane()
        self._line = plain_label("")
        self._known: tuple[Target, ...] = ()
        self._filter = FilterBar("Filter: type, tensor or reason")
        self._refused = _toggle("Refused only")
        self._refused.setToolTip("Only operators that the chosen target does not accelerate for certain")
        self._flat = _toggle("Flat")
        self._flat.setToolTip("One row for each operator instead of types to expand")
        self._alone = _toggle("All targets")
        self._alone.setToolTip("The table of targets over the whole width, with all its numbers")
        self._accepts = QToolButton()
        self._accepts.setText("Accepts…")
        self._accepts.setToolTip("What the chosen target accepts, with conditions and sources")
        self._legend = PlacementLegend()
        self._details = QTabWidget()
        self._pages = QStackedWidget()
        self._empty = Placeholder()
        self._arrange()
        self._connect_widgets()
        self.follow(
            model_changed=self.invalidate,
            verdicts_changed=self.invalidate,
            supposition_changed=self.invalidate,
            overlay_changed=self._on_overlay_changed,
            target_changed=self._on_target_changed,
            selection_changed=self._on_selection_changed,
        )

    @property
    def summary_view(self) -> RecordView:
        """The table of targets."""
        return self._summary

    @property
    def matrix(self) -> TargetMatrix:
        """The matrix operator x target."""
        return self._matrix

    @property
    def reasons(self) -> ReasonList:
        """The reasons for the selected operators on the chosen target."""
        return self._reasons

    @property
    def partitions(self) -> PartitionPane:
        """The partitions of the chosen target, and which cut is listed."""
        return self._partitions

    @property
    def what_if(self) -> WhatIfPane:
        """What shall be supposed about the targets."""
        return self._what_if

    @property
    def summary_line(self) -> str:
        """The numbers of the chosen target in a sentence."""
        return self._line.plain_text

    @property
    def partition_view(self) -> RecordView:
        """The partitions of the chosen target."""
        return self._partitions.view

    def refresh(self) -> None:
        """Show the verdicts on the model in front."""
        record = self.record
        if record is None or not record.verdicts:
            self._gradual.cancel()
            self._empty.set_text(
                "Open a model to see what each target would do with it."
                if record is None
                else "The targets are being asked…"
            )
            self._pages.setCurrentWidget(self._empty)
            return
        model, costs, verdicts = record.model, record.costs, record.verdicts
        known = self._rows if model is self._listed else None
        answer = record.verdict

        def prepare() -> _Listing:
            rows = operator_rows(model, costs) if known is None else known
            counted = count_placements(rows, tuple(verdicts.values()))
            return _Listing(rows=rows, counted=counted, chosen=_describe(model, answer, costs))

        self._gradual.show(len(costs), prepare, partial(self._steps, model, verdicts))

    def _steps(
        self, model: Model, verdicts: Mapping[str, ModelVerdict], listing: "_Listing"
    ) -> Sequence[Callable[[], object]]:
        """Give the steps that show new answers."""
        self._listed, self._rows = model, listing.rows
        self._matrix.take_counts(self._rows, verdicts, listing.counted)
        return (self._show_summary, *self._target_steps(listing.chosen))

    def _show_summary(self) -> None:
        record = self.record
        if record is not None:
            self._filter.set_kinds(Counter(row.kind for row in self._rows))
            self._summary.table.set_rows(record.verdicts.values(), self._new_columns())
            self._summary.fit_columns(widest=_NAME_WIDTH)
            self._pages.setCurrentIndex(1)

    def _show_target(self, record: OpenModel) -> None:
        """Show what depends on the chosen target."""
        model, verdict, costs = record.model, record.verdict, record.costs
        self._gradual.show(len(costs), lambda: _describe(model, verdict, costs), self._target_steps)

    def _target_steps(self, chosen: "_Chosen") -> Sequence[Callable[[], object]]:
        """Give the steps that show a description of the chosen target."""
        self._chosen = chosen
        if chosen.cuts is not None:
            self._partitions.take_cuts(chosen.cuts)
        return (
            self._show_chosen,
            lambda: self._partitions.show_record(self.record),
            lambda: self._line.set_text(chosen.line),
            self._show_what_if,
            self._show_matrix,
            self._on_selection_changed,
        )

    def _show_chosen(self) -> None:
        record = self.record
        if record is not None:
            self._summary.select_rows(lambda row: row.target_id == record.target_id)
            self._summary.table.refresh_look()

    @Slot()
    def _on_filter_changed(self) -> None:
        self._show_matrix()
        self._on_selection_changed()

    def _show_matrix(self) -> None:
        """Show the operators that pass the filter."""
        record = self.record
        if record is not None and record.verdicts and record.model is self._listed:
            self._matrix.show_verdicts(self._filtered(), record.verdicts, record.target_id)

    @Slot()
    def _show_what_if(self) -> None:
        """Bring the numbers of the what-if up to date if somebody looks at them."""
        record = self.record
        if record is not None and self._details.currentWidget() is self._what_if:
            target = next((target for target in self.session.targets if target.id == record.target_id), None)
            self._what_if.show_record(record, target)

    def show_what_if(self) -> None:
        """Bring the what-if to the front."""
        self._alone.setChecked(False)
        self._details.setCurrentWidget(self._what_if)

    def _new_columns(self) -> tuple[Column[ModelVerdict], ...] | None:
        """Give the columns of the table of targets if the targets are others than before."""
        if self._known == self.session.targets:
            return None
        self._known = self.session.targets
        return (*default_columns(TARGET_COLUMNS), types_column(self._known))

    def _filtered(self) -> tuple[OperatorRow, ...]:
        verdict = self.record.verdict if self.record else None
        terms = self._filter.text.casefold().split()
        kinds, is_refused_only = self._filter.kinds, self._refused.isChecked()
        if not terms and not kinds and not is_refused_only:
            return self._rows
        return tuple(
            row
            for row in self._rows
            if (not kinds or row.kind in kinds)
            and (not is_refused_only or _is_refused(row, verdict))
            and (not terms or _contains(row, verdict, terms))
        )

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(8, 4, 8, 4)
        tools.addWidget(self._filter, 1)
        tools.addWidget(self._refused)
        tools.addWidget(self._flat)
        tools.addWidget(self._alone)
        tools.addWidget(self._accepts)
        tools.addWidget(self._export_button())
        self._line.setContentsMargins(12, 0, 12, 4)
        self._middle = QWidget()
        layout = QVBoxLayout(self._middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._matrix, 1)
        legend = QHBoxLayout()
        legend.setContentsMargins(8, 2, 8, 4)
        legend.addWidget(self._legend)
        legend.addWidget(QLabel("Types: accelerated / all"))
        legend.addStretch(1)
        layout.addLayout(legend)
        self._details.setDocumentMode(True)
        self._details.addTab(self._reasons, "Reasons")
        self._details.addTab(self._partitions, "Partitions")
        self._details.addTab(self._what_if, "What if")
        splitter = TurningSplitter((5, 7, 6))
        for part in (self._summary, self._middle, self._details):
            splitter.addWidget(part)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self._line)
        column.addWidget(splitter, 1)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _export_button(self) -> QToolButton:
        return export_tables_button(
            self,
            TableExport(title="Matrix", content=self.matrix_content, stem=self._stem),
            TableExport(title="Findings", content=self.findings_content, stem=lambda: f"{self._stem()}-findings"),
        )

    def _connect_widgets(self) -> None:
        self._filter.changed.connect(self._on_filter_changed)
        self._refused.toggled.connect(self._on_filter_changed)
        self._alone.toggled.connect(self._on_alone_toggled)
        self._accepts.clicked.connect(self._on_accepts_clicked)
        self._details.currentChanged.connect(self._show_what_if)
        self._flat.toggled.connect(self._matrix.show_flat)
        self._summary.rows_selected.connect(self._on_summary_selected)
        self._matrix.cell_chosen.connect(self._on_cell_chosen)
        self._reasons.operators_wanted.connect(self._on_operators_wanted)
        self._partitions.operators_chosen.connect(self._on_operators_wanted)
        self._partitions.count_changed.connect(self._on_partition_count_changed)

    def matrix_content(self) -> TableContent[OperatorRow]:
        """Give the operators that pass the filter with the placement on each target."""
        verdicts = tuple(self.record.verdicts.values()) if self.record else ()
        title = f"{self.record.model.name}: operators x targets" if self.record else ""
        return TableContent("tflite-profiler/matrix/1", title, matrix_columns(verdicts), self._filtered())

    def findings_content(self) -> VerdictContent:
        """Give all findings of all targets."""
        if self.record is None:
            raise RuntimeError("there is no model to export")
        return VerdictContent(self.record.model, tuple(self.record.verdicts.values()))

    def _stem(self) -> str:
        return f"{self.record.title.removesuffix('.tflite') if self.record else 'model'}-targets"

    def _summary_look(self, row: ModelVerdict, column: str) -> Look | None:
        if column == "types":
            sentences = next((count_sentences(target) for target in self._known if target.id == row.target_id), ())
            return Look(tooltip="\n".join(sentences))
        if column != "target":
            return None
        is_chosen = self.record is not None and row.target_id == self.record.target_id
        return Look(is_bold=is_chosen, tooltip="\n".join([row.target_name, *row.notes]))

    def _show_reasons(self) -> None:
        record = self.record
        verdict = record.verdict if record else None
        if record is None or verdict is None:
            self._reasons.show_reasons("Choose a target on the left", None, (), ())
            return
        selection = record.selection
        heading, placement = heading_of(record.model, verdict, selection)
        is_known = not selection and self._chosen.cuts is not None and self._chosen.cuts.verdict is verdict
        chosen = sorted(selection) or verdict.verdicts
        reasons = self._chosen.reasons if is_known else reasons_of(record.model, verdict, chosen)
        sentences = list(verdict.notes) if not selection else []
        if not reasons:
            sentences.append("Nothing speaks against it." if selection else "Nothing speaks against this model.")
        self._reasons.show_reasons(heading, placement, sentences, reasons)

    @Slot(bool)
    def _on_alone_toggled(self, is_alone: bool) -> None:
        for part in (self._middle, self._details):
            part.setVisible(not is_alone)

    @Slot()
    def _on_accepts_clicked(self) -> None:
        if self.record is not None:
            self.accepts_wanted.emit(self.record.target_id)

    @Slot(int)
    def _on_partition_count_changed(self, count: int) -> None:
        self._details.setTabText(1, f"Partitions ({count})")

    @Slot()
    def _on_target_changed(self) -> None:
        if self.is_in_sight and self.record is not None and not self._gradual.is_busy:
            self._show_target(self.record)
        else:
            self.invalidate()

    @Slot()
    def _on_overlay_changed(self) -> None:
        if self.is_in_sight:
            self._partitions.follow_overlay()

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self.is_in_sight:
            self.invalidate()
            return
        selection = self.record.selection if self.record else frozenset[OperatorId]()
        self._selecting.show(len(selection), lambda: selection, self._selecting_steps)

    def _selecting_steps(self, selection: frozenset[OperatorId]) -> Iterable[Callable[[], object]]:
        yield lambda: self._matrix.select(selection)
        yield lambda: self._partitions.select(selection)
        yield self._what_if.show_selection
        yield self._show_reasons

    @Slot(object)
    def _on_summary_selected(self, rows: tuple[ModelVerdict, ...]) -> None:
        if self.record is not None and rows:
            self.record.choose_target(rows[0].target_id)

    @Slot(object, str)
    def _on_cell_chosen(self, operators: tuple[OperatorId, ...], target_id: str) -> None:
        if self.record is not None:
            self.record.select(operators)
            if target_id:
                self.record.choose_target(target_id)

    @Slot(object)
    def _on_operators_wanted(self, operators: tuple[OperatorId, ...]) -> None:
        if self.record is not None:
            self.record.select(operators)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pages"):
            self._legend.refresh()
            self._matrix.refresh_look()
            self._partitions.refresh_look()
            self._show_reasons()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chosen:
    """What is to be said about the chosen target."""

    line: str = ""
    cuts: Cuts | None = None
    reasons: tuple[Reason, ...] = ()
    """Those of the whole model."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Listing:
    """What takes long to make for large models."""

    rows: tuple[OperatorRow, ...]
    counted: tuple[Counts, Speeds]
    chosen: _Chosen


def _describe(model: Model, verdict: ModelVerdict | None, costs: Mapping[OperatorId, OperatorCost]) -> _Chosen:
    """Put the numbers of a verdict into a sentence, also what the delegate's own limits leave, and find its parts."""
    if verdict is None:
        return _Chosen()
    outcome = outcome_of(model, verdict, costs)
    text = f"{verdict.target_name}: {sentence_of(outcome.supported, verdict.summary.operator_count)}"
    if outcome.is_limited:
        text += f". After the delegate's limits: {sentence_of(outcome.delegated, verdict.summary.operator_count)}"
    reasons = reasons_of(model, verdict, verdict.verdicts)
    return _Chosen(line=f"{text}.", cuts=find_cuts(model, verdict, costs), reasons=reasons)


def _toggle(title: str) -> QToolButton:
    button = QToolButton()
    button.setText(title)
    button.setCheckable(True)
    return button


def _is_refused(row: OperatorRow, target: ModelVerdict | None) -> bool:
    verdict = target.verdicts.get(row.id) if target and row.id is not None else None
    return verdict is not None and verdict.placement is not Placement.ACCELERATED


def _contains(row: OperatorRow, target: ModelVerdict | None, terms: list[str]) -> bool:
    verdict = target.verdicts.get(row.id) if target and row.id is not None else None
    findings = verdict.findings if verdict else ()
    text = " ".join([row.kind, row.name, *(f"{f.reason} {f.message}" for f in findings)]).casefold()
    return all(term in text for term in terms)
