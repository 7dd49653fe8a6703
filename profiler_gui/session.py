"""What is open, chosen and selected: the one place where all pages meet.

Pages get the ``Session`` in their constructor, follow ``current_changed`` and listen to the signals of the current
``OpenModel``. They never talk to each other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backends.model.cost import ModelSummary, OperatorCost
from backends.model.model import Model, OperatorId
from backends.query.tint import Tint
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run
from backends.targets.lint import LintFinding
from backends.targets.supposition import Supposition
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict
from profiler_gui.accuracy_book import AccuracyBook
from profiler_gui.side import CorrectionBook
from profiler_gui.side import Side as Side  # others take it from here


class Overlay(StrEnum):
    """What the colours of the graph mean."""

    NONE = "none"
    """The category of the operator."""
    VERDICT = "verdict"
    """The chosen target's answer."""
    PARTITIONS = "partitions"
    """Which operators the chosen target's accelerator takes together, by support alone."""
    DELEGATED = "delegated"
    """What is left of the partitions after the delegate's own limits."""
    ENGINE = "engine"
    """Which compute engine of the chosen target runs each operator, and whether fast."""
    RAN_ON = "ran_on"
    """Who ran each operator in the chosen run."""
    DTYPE = "dtype"
    """The data type that each operator gives."""
    TIME = "time"
    """Measured time in the chosen run."""
    SHARE = "share"
    RATE = "rate"
    BANDWIDTH = "bandwidth"
    MACS = "macs"
    BYTES = "bytes"
    INTENSITY = "intensity"
    PARAMETERS = "parameters"
    WEIGHTS = "weights"
    COLUMN = "column"
    """One of the further numbers by operator; ``OverlayChoice.column`` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayChoice:
    """What to colour the graph by, and how numbers map to colours."""

    overlay: Overlay = Overlay.NONE
    column: str = ""
    """Id of the ``OperatorColumn`` for ``Overlay.COLUMN``."""
    is_logarithmic: bool = False
    shows_values: bool = True
    """Whether values are printed on the nodes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """What opening a file gives, made in a job."""

    model: Model
    path: Path
    """The file on disk; for a model inside a bundle, the bundle."""
    member: str = ""
    """Name of the model inside a bundle."""
    costs: Mapping[OperatorId, OperatorCost]
    summary: ModelSummary

    @property
    def key(self) -> str:
        """Identity of what was opened: the same key means the same tab."""
        return open_key(self.path, self.member)


def open_key(path: Path, member: str = "") -> str:
    """Give the identity of a file, or of a model inside a bundle."""
    resolved = path.resolve()
    return f"{resolved}#{member}" if member else str(resolved)


class OpenModel(QObject):
    """A model that is open, with everything known and chosen about it; one tab.

    Signals:
        model_changed: the file was read again; costs, verdicts and selection are reset as far as needed.
        selection_changed: the new ``frozenset[OperatorId]``.
        revealed: an ``OperatorId`` that shall be brought into sight; it is selected and its subgraph shown.
        subgraph_changed: index of the shown subgraph.
        verdicts_changed: the new ``Mapping[str, ModelVerdict]`` by target id.
        supposition_changed: the new ``Supposition``; verdicts follow.
        advice_changed: the new tuple of ``LintFinding``.
        target_changed: id of the chosen target.
        runs_changed: the new tuple of ``Run``, oldest first.
        run_changed: the chosen ``Run`` or ``None``.
        overlay_changed: the new ``OverlayChoice``.
        columns_changed: the new tuple of ``OperatorColumn``.
        tints_changed: the new tuple of ``Tint``: what colour rules pick out.
    """

    model_changed = Signal(object)
    selection_changed = Signal(object)
    revealed = Signal(object)
    subgraph_changed = Signal(int)
    verdicts_changed = Signal(object)
    supposition_changed = Signal(object)
    advice_changed = Signal(object)
    target_changed = Signal(str)
    runs_changed = Signal(object)
    run_changed = Signal(object)
    overlay_changed = Signal(object)
    columns_changed = Signal(object)
    tints_changed = Signal(object)

    def __init__(self, opened: OpenedFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened = opened
        self._selection: frozenset[OperatorId] = frozenset()
        self._subgraph = 0
        self._verdicts: Mapping[str, ModelVerdict] = {}
        self._supposed: Mapping[str, ModelVerdict] = {}
        self._supposition = Supposition()
        self._advice: tuple[LintFinding, ...] = ()
        self._target_id = ""
        self._runs: tuple[Run, ...] = ()
        self._run: Run | None = None
        self._overlay = OverlayChoice()
        self._columns: tuple[OperatorColumn, ...] = ()
        self._tints: tuple[Tint, ...] = ()

    @property
    def opened(self) -> OpenedFile:
        """What was read last, as one value."""
        return self._opened

    @property
    def model(self) -> Model:
        """The model as read last."""
        return self._opened.model

    @property
    def path(self) -> Path:
        """The file on disk."""
        return self._opened.path

    @property
    def member(self) -> str:
        """Name inside a bundle, or empty."""
        return self._opened.member

    @property
    def key(self) -> str:
        """Identity of what is open."""
        return self._opened.key

    @property
    def title(self) -> str:
        """Short name for a tab."""
        return Path(self.member or self.path).name

    @property
    def costs(self) -> Mapping[OperatorId, OperatorCost]:
        """Static estimates by operator."""
        return self._opened.costs

    @property
    def summary(self) -> ModelSummary:
        """Totals of the model."""
        return self._opened.summary

    @property
    def selection(self) -> frozenset[OperatorId]:
        """The selected operators; shared by graph, tables and plots."""
        return self._selection

    @property
    def subgraph(self) -> int:
        """Index of the shown subgraph."""
        return self._subgraph

    @property
    def verdicts(self) -> Mapping[str, ModelVerdict]:
        """Answers by target id, in the order of the targets; empty until they are checked.

        During a what-if they are what the targets would answer then.
        """
        return self._supposed or self._verdicts

    @property
    def target_id(self) -> str:
        """Id of the chosen target, or empty."""
        return self._target_id

    @property
    def verdict(self) -> ModelVerdict | None:
        """The chosen target's answer, once it is known."""
        return self.verdicts.get(self._target_id)

    @property
    def verdict_before(self) -> ModelVerdict | None:
        """The chosen target's answer without any what-if."""
        return self._verdicts.get(self._target_id)

    @property
    def supposition(self) -> Supposition:
        """The what-if that is active; an empty one for none."""
        return self._supposition

    @property
    def advice(self) -> tuple[LintFinding, ...]:
        """What makes the model a poor fit for integer accelerators."""
        return self._advice

    @property
    def runs(self) -> tuple[Run, ...]:
        """Measurements of this model, oldest first."""
        return self._runs

    @property
    def run(self) -> Run | None:
        """The chosen measurement."""
        return self._run

    @property
    def overlay(self) -> OverlayChoice:
        """What the graph is coloured by."""
        return self._overlay

    @property
    def columns(self) -> tuple[OperatorColumn, ...]:
        """Further numbers by operator, in the order they were added."""
        return self._columns

    @property
    def tints(self) -> tuple[Tint, ...]:
        """What colour rules pick out, the first rule first."""
        return self._tints

    def select(self, operators: Iterable[OperatorId]) -> None:
        """Select operators; ones that do not exist are ignored."""
        counts = [len(subgraph.operators) for subgraph in self.model.subgraphs]
        selection = frozenset(id_ for id_ in operators if 0 <= id_[0] < len(counts) and 0 <= id_[1] < counts[id_[0]])
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit(selection)

    def reveal(self, operator: OperatorId) -> None:
        """Select one operator, show its subgraph and bring it into sight, even if it was selected before."""
        if self._exists(operator):
            self.show_subgraph(operator.subgraph)
            self.select([operator])
            self.revealed.emit(operator)

    def show_subgraph(self, index: int) -> None:
        """Show another subgraph; one that does not exist is ignored."""
        if index != self._subgraph and 0 <= index < len(self.model.subgraphs):
            self._subgraph = index
            self.subgraph_changed.emit(index)

    def set_verdicts(self, verdicts: Mapping[str, ModelVerdict]) -> None:
        """Take the answers of all targets."""
        self._verdicts = verdicts
        self.verdicts_changed.emit(verdicts)

    def suppose(self, supposition: Supposition) -> None:
        """Start, change or (with an empty one) end a what-if; what the targets answer then comes later."""
        if supposition == self._supposition:
            return
        self._supposition = supposition
        self.supposition_changed.emit(supposition)
        if supposition.is_empty and self._supposed:
            self._supposed = {}
            self.verdicts_changed.emit(self._verdicts)

    def set_supposed(self, verdicts: Mapping[str, ModelVerdict]) -> None:
        """Take what all targets would answer in the what-if; ignored if that has ended."""
        if not self._supposition.is_empty:
            self._supposed = verdicts
            self.verdicts_changed.emit(verdicts)

    def set_advice(self, advice: Iterable[LintFinding]) -> None:
        """Take what was found to be a poor fit."""
        self._advice = tuple(advice)
        self.advice_changed.emit(self._advice)

    def choose_target(self, target_id: str) -> None:
        """Choose the target that verdict and partitions are shown for; empty for none."""
        if target_id != self._target_id:
            self._target_id = target_id
            self.target_changed.emit(target_id)

    def add_run(self, run: Run) -> None:
        """Add a measurement, choose it, and colour the graph by time if nothing else was chosen."""
        self._runs = (*self._runs, run)
        self.runs_changed.emit(self._runs)
        self.choose_run(run)
        if self._overlay.overlay is Overlay.NONE:
            self.choose_overlay(replace(self._overlay, overlay=Overlay.TIME))

    def take_runs(self, runs: Iterable[Run]) -> None:
        """Take measurements that were made before, in place of all there are; the newest one is chosen if need be."""
        self._runs = tuple(runs)
        self.runs_changed.emit(self._runs)
        if not any(run is self._run for run in self._runs):
            self.choose_run(self._runs[-1] if self._runs else None)

    def remove_run(self, run: Run) -> None:
        """Forget a measurement; the newest of the others is chosen if this one was."""
        self._runs = tuple(other for other in self._runs if other is not run)
        self.runs_changed.emit(self._runs)
        if self._run is run:
            self.choose_run(self._runs[-1] if self._runs else None)

    def choose_run(self, run: Run | None) -> None:
        """Choose the measurement whose times are shown."""
        if run is not self._run:
            self._run = run
            self.run_changed.emit(run)

    def choose_overlay(self, overlay: OverlayChoice) -> None:
        """Choose what the graph is coloured by."""
        if overlay != self._overlay:
            self._overlay = overlay
            self.overlay_changed.emit(overlay)

    def set_tints(self, tints: tuple[Tint, ...]) -> None:
        """Take what colour rules pick out now."""
        if tints != self._tints:
            self._tints = tints
            self.tints_changed.emit(tints)

    def add_column(self, column: OperatorColumn) -> None:
        """Take further numbers by operator; ones with the same id are replaced in their place."""
        if any(other.id == column.id for other in self._columns):
            self._columns = tuple(column if other.id == column.id else other for other in self._columns)
        else:
            self._columns = (*self._columns, column)
        self.columns_changed.emit(self._columns)

    def remove_column(self, id_: str) -> None:
        """Forget the numbers with this id, if there are any."""
        kept = tuple(other for other in self._columns if other.id != id_)
        if len(kept) != len(self._columns):
            self._columns = kept
            self.columns_changed.emit(kept)

    def replace_file(self, opened: OpenedFile) -> None:
        """Take the file as it is now; keeps the selection where the same operators exist.

        Measurements of the old content are no longer shown with it, as their operators may be others; the list of all
        runs keeps them. Verdicts must be made anew.
        """
        is_same = opened.model.sha256 == self.model.sha256
        old, self._opened = self.model, opened
        kept = frozenset(id_ for id_ in self._selection if self._exists(id_) and _is_alike(old, self.model, id_))
        if self._subgraph >= len(self.model.subgraphs):
            self._subgraph = 0
        if not is_same:
            self.suppose(Supposition())
            self._verdicts, self._runs, self._run, self._columns = {}, (), None, ()
            self.set_advice(())
        self._selection = kept
        self.model_changed.emit(self.model)
        if not is_same:
            self.verdicts_changed.emit(self._verdicts)
            self.runs_changed.emit(self._runs)
            self.run_changed.emit(self._run)
            self.columns_changed.emit(())
        self.selection_changed.emit(kept)

    def _exists(self, id_: OperatorId) -> bool:
        subgraphs = self.model.subgraphs
        return 0 <= id_.subgraph < len(subgraphs) and 0 <= id_.index < len(subgraphs[id_.subgraph].operators)


def _is_alike(old: Model, new: Model, id_: OperatorId) -> bool:
    return old.operator(id_).label == new.operator(id_).label


class Session(QObject):
    """All open models, which one is in front, and the targets there are.

    Signals:
        model_opened: the new ``OpenModel``.
        model_closed: the ``OpenModel`` that was taken out.
        current_changed: the ``OpenModel`` in front, or ``None``.
        targets_changed: the tuple of ``Target``.
        compare_wanted: a tuple of two or more ``Side`` that shall be shown beside each other.
        baseline_changed: the ``Run`` that times are compared with everywhere, or ``None``.
        sampled: the ``Model``, the ``Plan`` and a tuple of ``Sample`` of a measurement under way.
        measuring_ended: the ``Plan`` of a measurement that is over, in whichever way.
        run_measured: a ``Run`` that was just made, also if its model is no longer open.
    """

    model_opened = Signal(object)
    model_closed = Signal(object)
    current_changed = Signal(object)
    targets_changed = Signal(object)
    compare_wanted = Signal(object)
    baseline_changed = Signal(object)
    run_measured = Signal(object)
    sampled = Signal(object, object, object)
    measuring_ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.corrections = CorrectionBook(self)
        self.accuracies = AccuracyBook(self)
        self._models: list[OpenModel] = []
        self._baseline: Run | None = None
        self._current: OpenModel | None = None
        self._targets: tuple[Target, ...] = ()

    @property
    def models(self) -> tuple[OpenModel, ...]:
        """The open models in the order they were opened."""
        return tuple(self._models)

    @property
    def current(self) -> OpenModel | None:
        """The model in front."""
        return self._current

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets there are, in the order to show them."""
        return self._targets

    @property
    def baseline(self) -> Run | None:
        """The run that times are compared with everywhere."""
        return self._baseline

    def set_baseline(self, run: Run | None) -> None:
        """Compare times with this run from now on, or with none."""
        if run is not self._baseline:
            self._baseline = run
            self.baseline_changed.emit(run)

    def set_targets(self, targets: Iterable[Target]) -> None:
        """Take the targets that were loaded."""
        self._targets = tuple(targets)
        self.targets_changed.emit(self._targets)

    def compare(self, sides: Iterable[Side]) -> None:
        """Ask for a comparison; fewer than two sides are none."""
        chosen = tuple(sides)
        if len(chosen) > 1:
            self.compare_wanted.emit(chosen)

    def find(self, key: str) -> OpenModel | None:
        """Give the open model with this identity."""
        return next((opened for opened in self._models if opened.key == key), None)

    def add(self, opened: OpenedFile) -> OpenModel:
        """Open a model and bring it to the front; what is already open is only brought to the front."""
        existing = self.find(opened.key)
        if existing is not None:
            self.set_current(existing)
            return existing
        record = OpenModel(opened, self)
        self._models.append(record)
        self.model_opened.emit(record)
        self.set_current(record)
        return record

    def close(self, record: OpenModel) -> None:
        """Close a model; its neighbour comes to the front."""
        if record not in self._models:
            return
        index = self._models.index(record)
        self._models.remove(record)
        if self._current is record:
            self.set_current(self._models[min(index, len(self._models) - 1)] if self._models else None)
        self.model_closed.emit(record)
        record.deleteLater()

    def set_current(self, record: OpenModel | None) -> None:
        """Bring a model to the front."""
        if record is not self._current:
            self._current = record
            self.current_changed.emit(record)
