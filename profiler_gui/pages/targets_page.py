"""What each target would do with the model: summaries, the matrix operator x target, reasons and partitions."""

from collections import Counter

from PySide6.QtCore import QEvent, Slot
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

from backends.model.model import Model, OperatorId
from backends.reports.columns import PARTITION_COLUMNS, TARGET_COLUMNS, default_columns, matrix_columns
from backends.reports.rows import OperatorRow, operator_rows
from backends.reports.table_content import TableContent
from backends.reports.verdict_content import VerdictContent
from backends.targets.verdict import ModelVerdict, Partition, Placement
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.export import TableExport, export_tables_button
from profiler_gui.pages.page import Page
from profiler_gui.pages.target_matrix import TargetMatrix
from profiler_gui.pages.target_reasons import heading_of, reasons_of
from profiler_gui.session import Session
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.filter_bar import FilterBar
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.placement_mark import PlacementLegend, placement_icon
from profiler_gui.widgets.reason_list import ReasonList
from profiler_gui.widgets.turning_splitter import TurningSplitter

_NAME_WIDTH = 150
"""Pixels for the names of targets, so that the counts beside them stay in sight."""


class TargetsPage(Page):
    """All targets side by side; the chosen target and the selected operators are the session's."""

    def __init__(self, session: Session, notices: NoticeBoard | None = None) -> None:
        super().__init__(session, notices)
        self._rows: tuple[OperatorRow, ...] = ()
        self._listed: Model | None = None
        self._summary = RecordView(RecordTable(default_columns(TARGET_COLUMNS), self._summary_look, is_narrow=True))
        self._summary.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._matrix = TargetMatrix()
        self._reasons = ReasonList()
        self._partitions = RecordView(RecordTable(PARTITION_COLUMNS, self._partition_look))
        self._filter = FilterBar("Filter: type, tensor or reason")
        self._refused = _toggle("Refused only")
        self._refused.setToolTip("Only operators that the chosen target does not accelerate for certain")
        self._flat = _toggle("Flat")
        self._flat.setToolTip("One row for each operator instead of types to expand")
        self._legend = PlacementLegend()
        self._details = QTabWidget()
        self._pages = QStackedWidget()
        self._empty = Placeholder()
        self._arrange()
        self._connect_widgets()
        self.follow(
            model_changed=self.invalidate,
            verdicts_changed=self.invalidate,
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
    def partition_view(self) -> RecordView:
        """The partitions of the chosen target."""
        return self._partitions

    def refresh(self) -> None:
        """Show the verdicts on the model in front."""
        record = self.record
        if record is None or not record.verdicts:
            self._empty.set_text(
                "Open a model to see what each target would do with it."
                if record is None
                else "The targets are being asked…"
            )
            self._pages.setCurrentWidget(self._empty)
            return
        if record.model is not self._listed:
            self._listed = record.model
            self._rows = operator_rows(record.model, record.costs)
        self._filter.set_kinds(Counter(row.kind for row in self._rows))
        self._summary.table.set_rows(record.verdicts.values())
        self._summary.fit_columns(widest=_NAME_WIDTH)
        self._pages.setCurrentIndex(1)
        self._show_target()

    def _show_target(self) -> None:
        """Show what depends on the chosen target."""
        record = self.record
        if record is None or not record.verdicts:
            return
        self._summary.select_rows(lambda row: row.target_id == record.target_id)
        self._summary.table.refresh_look()
        self._matrix.show_verdicts(self._filtered(), record.verdicts, record.target_id)
        partitions = record.verdict.partitions if record.verdict else ()
        self._partitions.table.set_rows(partitions)
        self._partitions.fit_columns()
        taken = sum(partition.is_accelerated for partition in partitions)
        self._details.setTabText(1, f"Partitions ({taken})")
        self._on_selection_changed()

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
        tools.addWidget(self._export_button())
        middle = QWidget()
        layout = QVBoxLayout(middle)
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
        splitter = TurningSplitter((6, 8, 5))
        for part in (self._summary, middle, self._details):
            splitter.addWidget(part)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
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
        self._filter.changed.connect(self._show_target)
        self._refused.toggled.connect(self._show_target)
        self._flat.toggled.connect(self._matrix.show_flat)
        self._summary.rows_selected.connect(self._on_summary_selected)
        self._matrix.cell_chosen.connect(self._on_cell_chosen)
        self._reasons.operators_wanted.connect(self._on_operators_wanted)
        self._partitions.rows_selected.connect(self._on_partitions_selected)

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
        if column != "target":
            return None
        is_chosen = self.record is not None and row.target_id == self.record.target_id
        return Look(is_bold=is_chosen, tooltip="\n".join([row.target_name, *row.notes]))

    def _partition_look(self, row: Partition, column: str) -> Look | None:
        if column != "place":
            return None
        return Look(icon=placement_icon(Placement.ACCELERATED if row.is_accelerated else Placement.FALLBACK, self))

    def _show_reasons(self) -> None:
        record = self.record
        verdict = record.verdict if record else None
        if record is None or verdict is None:
            self._reasons.show_reasons("Choose a target on the left", None, (), ())
            return
        selection = record.selection
        heading, placement = heading_of(record.model, verdict, selection)
        reasons = reasons_of(record.model, verdict, sorted(selection) or verdict.verdicts)
        sentences = list(verdict.notes) if not selection else []
        if not reasons:
            sentences.append("Nothing speaks against it." if selection else "Nothing speaks against this model.")
        self._reasons.show_reasons(heading, placement, sentences, reasons)

    @Slot()
    def _on_target_changed(self) -> None:
        if self.isVisible():
            self._show_target()
        else:
            self.invalidate()

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self.isVisible():
            self.invalidate()
            return
        selection = self.record.selection if self.record else frozenset[OperatorId]()
        self._matrix.select(selection)
        self._partitions.select_rows(lambda row: bool(selection) and selection <= _operators_of(row))
        self._show_reasons()

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

    @Slot(object)
    def _on_partitions_selected(self, rows: tuple[Partition, ...]) -> None:
        if self.record is not None:
            self.record.select(id_ for row in rows for id_ in _operators_of(row))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pages"):
            self._legend.refresh()
            self._matrix.refresh_look()
            self._partitions.table.refresh_look()
            self._show_reasons()


def _toggle(title: str) -> QToolButton:
    button = QToolButton()
    button.setText(title)
    button.setCheckable(True)
    return button


def _operators_of(partition: Partition) -> frozenset[OperatorId]:
    return frozenset(OperatorId(partition.subgraph, index) for index in partition.operators)


def _is_refused(row: OperatorRow, target: ModelVerdict | None) -> bool:
    verdict = target.verdicts.get(row.id) if target and row.id is not None else None
    return verdict is not None and verdict.placement is not Placement.ACCELERATED


def _contains(row: OperatorRow, target: ModelVerdict | None, terms: list[str]) -> bool:
    verdict = target.verdicts.get(row.id) if target and row.id is not None else None
    findings = verdict.findings if verdict else ()
    text = " ".join([row.kind, row.name, *(f"{f.reason} {f.message}" for f in findings)]).casefold()
    return all(term in text for term in terms)
