"""The parts into which the chosen target cuts the model, and which of two cuts to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.reports.columns import default_columns
from backends.reports.partition_columns import PARTITION_COLUMNS
from backends.targets.flows import PartitionFlow, after_limits, folded_operators, partition_flows
from backends.targets.verdict import ModelVerdict, Placement
from profiler_gui.session import OpenModel, Overlay
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.placement_mark import placement_icon

_CUTS = (("By support alone", Overlay.PARTITIONS), ("After the delegate's limits", Overlay.DELEGATED))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cuts:
    """The parts of a verdict, by support alone and after the delegate's limits."""

    verdict: ModelVerdict
    supported: tuple[PartitionFlow, ...]
    limited: tuple[PartitionFlow, ...]


def find_cuts(model: Model, verdict: ModelVerdict, costs: Mapping[OperatorId, OperatorCost]) -> Cuts:
    """Look at the parts of both cuts; takes a moment where there are thousands."""
    folded = folded_operators(model, verdict)
    supported = partition_flows(model, verdict.partitions, costs, folded)
    remaining = after_limits(verdict.partitions)
    is_same = remaining == verdict.partitions
    limited = supported if is_same else partition_flows(model, remaining, costs, folded)
    return Cuts(verdict=verdict, supported=supported, limited=limited)


class PartitionPane(QWidget):
    """A list of partitions and CPU islands with their work and what passes their borders.

    Signals:
        operators_chosen: the operators of the rows that the user selected.
        count_changed: how many partitions there are.
    """

    operators_chosen = Signal(object)
    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: OpenModel | None = None
        self._known: Cuts | None = None
        self._cut = QComboBox()
        self._cut.setToolTip("Which cut of the model is listed")
        self._cut.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for title, overlay in _CUTS:
            self._cut.addItem(title, overlay)
        self._show = QPushButton("Show on graph")
        self._show.setToolTip("Colour the graph by these partitions and the CPU islands between them")
        self._view = RecordView(RecordTable(default_columns(PARTITION_COLUMNS), self._look, is_narrow=True))
        tools = QHBoxLayout()
        tools.setContentsMargins(8, 4, 8, 4)
        tools.addWidget(self._cut, 1)
        tools.addWidget(self._show)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self._view, 1)
        self._cut.currentIndexChanged.connect(self._on_cut_changed)
        self._show.clicked.connect(self.show_on_graph)
        self._view.rows_selected.connect(self._on_rows_selected)

    @property
    def view(self) -> RecordView:
        """The list."""
        return self._view

    @property
    def cut(self) -> QComboBox:
        """The chooser of the cut."""
        return self._cut

    def show_record(self, record: OpenModel | None) -> None:
        """List the parts of the chosen target's verdict."""
        self._record = record
        self.follow_overlay()
        self._fill()

    def take_cuts(self, cuts: Cuts) -> None:
        """Take what ``find_cuts`` gave for the verdict that will be shown next; looking at many parts takes long."""
        self._known = cuts

    def follow_overlay(self) -> None:
        """List the cut that the graph is coloured by, if it is coloured by one."""
        place = self._cut.findData(self._record.overlay.overlay) if self._record is not None else -1
        if place >= 0:
            self._cut.setCurrentIndex(place)

    def select(self, selection: frozenset[OperatorId]) -> None:
        """Select the parts that hold all selected operators, without telling anybody."""
        self._view.select_rows(lambda row: bool(selection) and selection <= frozenset(row.operators))

    def refresh_look(self) -> None:
        """Draw the marks again in the colours of the theme."""
        self._view.table.refresh_look()

    @Slot()
    def show_on_graph(self) -> None:
        """Colour the graph by the cut that is listed."""
        record = self._record
        if record is not None:
            overlay = Overlay(self._cut.currentData())
            record.choose_overlay(replace(record.overlay, overlay=overlay))

    def _fill(self) -> None:
        record = self._record
        verdict = record.verdict if record else None
        flows: tuple[PartitionFlow, ...] = ()
        if record is not None and verdict is not None:
            if self._known is None or self._known.verdict is not verdict:
                self._known = find_cuts(record.model, verdict, record.costs)
            flows = self._known.limited if self._cut.currentData() == Overlay.DELEGATED else self._known.supported
        self._view.table.set_rows(flows)
        self._view.fit_columns()
        self.count_changed.emit(sum(flow.partition.is_accelerated for flow in flows))

    def _look(self, row: PartitionFlow, column: str) -> Look | None:
        if column != "place":
            return None
        placement = Placement.ACCELERATED if row.partition.is_accelerated else Placement.FALLBACK
        return Look(icon=placement_icon(placement, self))

    @Slot()
    def _on_cut_changed(self) -> None:
        self._fill()
        if self._record is not None and self._cut.findData(self._record.overlay.overlay) >= 0:
            self.show_on_graph()

    @Slot(object)
    def _on_rows_selected(self, rows: tuple[PartitionFlow, ...]) -> None:
        self.operators_chosen.emit(tuple(id_ for row in rows for id_ in row.operators))
