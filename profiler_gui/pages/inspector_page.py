"""The inspector: the selected operator, the sum of several, or the model as a whole."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from backends.model.model import Model, OperatorId, Subgraph
from backends.model.topology import Topology
from backends.progress import Progress
from profiler_gui.constants import ConstantPreview, preview_constant
from profiler_gui.jobs import JobRunner
from profiler_gui.pages.gradual import Gradual
from profiler_gui.pages.page import Page
from profiler_gui.session import OpenModel, Session
from profiler_gui.widgets.model_view import ModelView
from profiler_gui.widgets.operator_view import OperatorFacts, OperatorView
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.selection_view import SelectionTotals, SelectionView, total_selection

_READ_AT_ONCE = 1 << 20
"""Constants of at most this many elements are read without being asked for."""


class InspectorPage(Page):
    """Follows the selection of the model in front.

    Signals:
        file_wanted: a ``Model`` and the name of a file packed behind it, to look into.
        values_wanted: a ``Model``, indexes of a subgraph and of a constant tensor in it whose values shall be browsed.
    """

    file_wanted = Signal(object, str)
    values_wanted = Signal(object, int, int)

    def __init__(self, session: Session, jobs: JobRunner) -> None:
        super().__init__(session)
        self._jobs = jobs
        self._topologies: dict[tuple[str, int], Topology] = {}
        self._view: QWidget | None = None
        self._gradual = Gradual(self, jobs)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages = QStackedWidget()
        self._pages.addWidget(Placeholder("Open a model to see what it is made of."))
        self._pages.addWidget(self._scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self.setMinimumWidth(260)
        self.follow(
            model_changed=self._on_model_changed,
            selection_changed=self.invalidate,
            verdicts_changed=self.invalidate,
            target_changed=self.invalidate,
            run_changed=self.invalidate,
        )

    @property
    def view(self) -> QWidget | None:
        """What is shown: an ``OperatorView``, a ``SelectionView`` or a ``ModelView``."""
        return self._view

    def refresh(self) -> None:
        """Show what is selected."""
        record = self.record
        self._gradual.cancel()
        self._pages.setCurrentIndex(0 if record is None else 1)
        if record is None:
            self._show(None)
        elif len(record.selection) == 1:
            self._show_operator(record, next(iter(record.selection)))
        elif record.selection:
            self._show_selection(record)
        else:
            self._show(self._model_view(record))

    def _show(self, view: QWidget | None) -> None:
        old, place = self._scroll.takeWidget(), self._scroll.verticalScrollBar().value()
        is_same_kind = type(old) is type(view)
        if old is not None:
            old.deleteLater()
        self._view = view
        if view is not None:
            self._scroll.setWidget(view)
            # Stepping from operator to operator compares the same part of each.
            self._scroll.verticalScrollBar().setValue(place if is_same_kind else 0)

    # Views ------------------------------------------------------------------------------------------------------------

    def _show_operator(self, record: OpenModel, id_: OperatorId) -> None:
        model, key = record.model, (record.model.sha256, id_.subgraph)
        subgraph = model.subgraphs[id_.subgraph]
        known = self._topologies.get(key)

        def show(topology: Topology) -> Iterable[Callable[[], object]]:
            self._topologies[key] = topology
            yield lambda: self._show(self._operator_view(record, id_, topology))

        if known is not None:
            self._show(self._operator_view(record, id_, known))
        else:
            self._gradual.show(len(subgraph.operators), partial(_topology_of, subgraph), show)

    def _operator_view(self, record: OpenModel, id_: OperatorId, topology: Topology) -> OperatorView:
        model = record.model
        run = record.run
        facts = OperatorFacts(
            cost=record.costs.get(id_),
            verdicts=tuple(
                (target_id, verdict.target_name, verdict.verdicts[id_])
                for target_id, verdict in record.verdicts.items()
                if id_ in verdict.verdicts
            ),
            chosen_target=record.target_id,
            time=next((time for time in run.operators if time.operator == id_), None) if run is not None else None,
        )
        view = OperatorView(model, model.operator(id_), topology, facts)
        view.operator_chosen.connect(record.reveal)
        view.subgraph_chosen.connect(record.show_subgraph)
        view.values_wanted.connect(partial(self._read_values, view, model, id_.subgraph))
        view.all_values_wanted.connect(partial(self.values_wanted.emit, model, id_.subgraph))
        for tensor in view.constants:
            size = 1
            for length in tensor.shape:
                size *= length
            if size <= _READ_AT_ONCE:
                self._read_values(view, model, id_.subgraph, tensor.index)
        return view

    def _show_selection(self, record: OpenModel) -> None:
        model, costs, run, chosen = record.model, record.costs, record.run, record.selection

        def prepare() -> SelectionTotals:
            return total_selection(model, costs, run, chosen)

        def show(totals: SelectionTotals) -> Iterable[Callable[[], object]]:
            yield lambda: self._show(SelectionView(totals))

        self._gradual.show(len(chosen), prepare, show)

    def _model_view(self, record: OpenModel) -> ModelView:
        view = ModelView(record.model, record.summary, record.title)
        view.kind_chosen.connect(partial(self._select_kind, record))
        view.file_chosen.connect(partial(self.file_wanted.emit, record.model))
        return view

    # Wishes -----------------------------------------------------------------------------------------------------------

    def _read_values(self, view: OperatorView, model: Model, subgraph: int, tensor: int) -> None:
        def work(progress: Progress) -> ConstantPreview:
            progress.check()
            return preview_constant(model, subgraph, tensor)

        self._jobs.start(
            work,
            title="Reading values",
            replaces=f"values:{id(self)}:{tensor}",
            on_success=partial(self._on_values_read, view),
        )

    def _on_values_read(self, view: OperatorView, preview: ConstantPreview) -> None:
        if view is self._view:
            view.show_values(preview)

    def _select_kind(self, record: OpenModel, kind: str) -> None:
        operators = (operator for subgraph in record.model.subgraphs for operator in subgraph.operators)
        record.select(operator.id for operator in operators if operator.label == kind)

    @Slot()
    def _on_model_changed(self) -> None:
        self._topologies.clear()
        self.invalidate()


def _topology_of(subgraph: Subgraph) -> Topology:
    topology = Topology(subgraph)
    _ = topology.consumers  # what the view asks for, which takes as long again
    return topology
