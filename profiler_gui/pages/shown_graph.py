"""How the graph of an open model is looked at: which subgraph, what is collapsed or left out; pictures made in jobs."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from backends.graph import sight as sights
from backends.graph.boxes import Bools
from backends.graph.reach import critical_path, neighbourhood, ways_through
from backends.graph.sight import Sight, WholeGraph, whole_graph
from backends.model.model import OperatorId
from backends.progress import Progress, Step
from profiler_gui.canvas.picture import GraphPicture, draw_sight
from profiler_gui.canvas.text import TextMetrics
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.session import OpenModel

_KEPT_NODES = 60_000
"""Pictures are kept for going back to as long as they have no more nodes together."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Made:
    whole: WholeGraph
    picture: GraphPicture
    anchor: OperatorId | None


class ShownGraph(QObject):
    """What is seen of the graphs of one model; each subgraph keeps its own way to be looked at.

    Signals:
        picture_made: a ``GraphPicture``, and the ``OperatorId`` that shall stay where it is on the screen, or ``None``.
        stepped: what is being done, for people.
        failed: the exception.
    """

    picture_made = Signal(object, object)
    stepped = Signal(str)
    failed = Signal(object)

    def __init__(self, record: OpenModel, jobs: JobRunner, metrics: TextMetrics, parent: QObject) -> None:
        super().__init__(parent)
        self._record, self._jobs, self._metrics = record, jobs, metrics
        self._wholes: dict[int, WholeGraph] = {}
        self._sights: dict[int, Sight] = {}
        self._pictures: OrderedDict[tuple[int, Sight], GraphPicture] = OrderedDict()
        self._job: Job | None = None

    @property
    def whole(self) -> WholeGraph | None:
        """The subgraph that is shown, with all its nodes; ``None`` until it was drawn once."""
        return self._wholes.get(self._record.subgraph)

    @property
    def sight(self) -> Sight | None:
        """How it is looked at, or shall be as soon as the picture is made."""
        return self._sights.get(self._record.subgraph)

    @property
    def is_drawing(self) -> bool:
        """Whether a picture is being made."""
        return self._job is not None

    @property
    def is_restricted(self) -> bool:
        """Whether something is left out."""
        return self.sight is not None and self.sight.only is not None

    def forget(self) -> None:
        """Drop what was made from the file as it was."""
        self._wholes.clear()
        self._sights.clear()
        self._pictures.clear()

    def show(self, sight: Sight | None = None, anchor: OperatorId | None = None) -> bool:
        """Show the subgraph of the record; give whether that was possible at once.

        Args:
            sight: how to look at it; ``None`` for the way it was looked at last.
            anchor: the operator that shall stay where it is on the screen.
        """
        index = self._record.subgraph
        wanted = sight or self._sights.get(index)
        if wanted is not None:
            self._sights[index] = wanted
            known = self._pictures.get((index, wanted))
            if known is not None:
                self._pictures.move_to_end((index, wanted))
                self.picture_made.emit(known, anchor)
                return True
        self._start(index, wanted, anchor)
        return False

    # Groups -----------------------------------------------------------------------------------------------------------

    def expand(self, group: int) -> None:
        """Show what is in a group."""
        if self.whole and self.sight:
            self._look(sights.expand(self.whole, self.sight, group), self._first_of(group))

    def collapse(self, group: int) -> None:
        """Show a group as one node."""
        if self.whole and self.sight:
            self._look(sights.collapse(self.whole, self.sight, group), self._first_of(group))

    def expand_all(self) -> None:
        """Show every operator."""
        if self.whole and self.sight:
            self._look(sights.expand_all(self.whole, self.sight))

    def collapse_all(self) -> None:
        """Show only the outermost groups."""
        if self.whole and self.sight and self.whole.tree.groups:
            self._look(sights.collapse_all(self.sight))

    def show_frames(self, has_frames: bool) -> None:
        """Frame the groups that are expanded, or do not."""
        if self.sight:
            self._look(replace(self.sight, has_frames=has_frames))

    def turn(self, is_sideways: bool) -> None:
        """Let the graph run from left to right, or down."""
        if self.sight:
            self._look(replace(self.sight, is_sideways=is_sideways))

    def reveal(self, operators: Iterable[OperatorId]) -> bool:
        """Expand and show as much as is needed to see operators; give whether they are seen already."""
        if self.whole is None or self.sight is None:
            return True
        nodes = self.nodes_of(operators)
        wanted = sights.expand_around(self.whole, self.sight, nodes)
        if wanted.only is not None and not wanted.only.issuperset(nodes):
            wanted = sights.show_everything(wanted)
        if wanted == self.sight:
            return True
        self._look(wanted)
        return False

    def group_around(self, operators: Iterable[OperatorId]) -> int | None:
        """Give the innermost expanded group around all of some operators."""
        if self.whole is None or self.sight is None:
            return None
        chains = [set(self.whole.tree.chain(node)) for node in self.nodes_of(operators)]
        shared = set.intersection(*chains) & self.sight.expanded if chains else set()
        return max(shared) if shared else None

    # Parts ------------------------------------------------------------------------------------------------------------

    def isolate(self, operators: Iterable[OperatorId], reason: str) -> None:
        """Show only some operators."""
        if self.whole and self.sight:
            self._restrict(self._marks(operators), reason)

    def hide(self, operators: Iterable[OperatorId], reason: str) -> None:
        """Leave some operators out, beside what is left out already."""
        if self.whole and self.sight:
            kept = ~self._marks(operators)
            if self.sight.only is not None:
                inside = np.zeros(len(kept), bool)
                inside[list(self.sight.only)] = True
                kept &= inside
            if kept.any():
                self._restrict(kept, reason)

    def show_near(self, operators: Iterable[OperatorId], hops: int, reason: str) -> None:
        """Show only what is at most so many edges away from operators."""
        if self.whole and self.sight:
            scene = self.whole.scene
            nodes = self.nodes_of(operators)
            self._restrict(neighbourhood(scene.source, scene.target, len(scene.nodes), nodes, hops), reason)

    def show_ways(self, operators: Iterable[OperatorId], reason: str) -> None:
        """Show only what leads to operators and what follows from them."""
        if self.whole and self.sight:
            scene = self.whole.scene
            nodes = self.nodes_of(operators)
            self._restrict(ways_through(scene.source, scene.target, len(scene.nodes), nodes), reason)

    def show_everything(self) -> None:
        """Leave nothing out."""
        if self.sight:
            self._look(sights.show_everything(self.sight))

    def critical_path(self) -> tuple[int, ...]:
        """Give the nodes of the longest path: by measured time where a run is there, else by MACs."""
        if self.whole is None:
            return ()
        run, costs = self._record.run, self._record.costs
        if run is not None:
            weights = {time.operator: time.time_ns or 0.0 for time in run.operators}
        else:
            weights = {id_: float(cost.macs or 0) for id_, cost in costs.items()}
        scene = self.whole.scene
        weight = np.asarray(
            [
                sum(weights.get(id_, 0.0) for id_ in (node.operator, *node.unpackers) if id_ is not None)
                for node in scene.nodes
            ],
            float,
        )
        return tuple(critical_path(scene.source, scene.target, weight))

    def nodes_of(self, operators: Iterable[OperatorId]) -> list[int]:
        """Give the nodes of the whole graph that stand for operators."""
        if self.whole is None:
            return []
        known = self.whole.node_of
        return sorted({known[id_] for id_ in operators if id_ in known})

    # Private ----------------------------------------------------------------------------------------------------------

    def _look(self, sight: Sight, anchor: OperatorId | None = None) -> None:
        if sight != self.sight:
            self.show(sight, anchor)

    def _restrict(self, marks: Bools, reason: str) -> None:
        assert self.whole is not None
        assert self.sight is not None
        self._look(sights.restrict(self.whole, self.sight, marks, reason))

    def _marks(self, operators: Iterable[OperatorId]) -> Bools:
        assert self.whole is not None
        marks = np.zeros(len(self.whole.scene.nodes), bool)
        marks[self.nodes_of(operators)] = True
        return marks

    def members_of(self, group: int) -> tuple[OperatorId, ...]:
        """Give the operators of a group."""
        if self.whole is None:
            return ()
        told, position = self.whole.tree.groups[group], self.whole.tree.position
        inside = np.flatnonzero((position >= told.first) & (position < told.last)).tolist()
        nodes = [self.whole.scene.nodes[node] for node in inside]
        return tuple(id_ for node in nodes for id_ in (*node.unpackers, node.operator) if id_ is not None)

    def _first_of(self, group: int) -> OperatorId | None:
        assert self.whole is not None
        place = self.whole.tree.groups[group].first
        node = int(np.flatnonzero(self.whole.tree.position == place)[0])
        return self.whole.scene.nodes[node].operator

    def _start(self, index: int, wanted: Sight | None, anchor: OperatorId | None) -> None:
        model, costs, metrics, known = self._record.model, self._record.costs, self._metrics, self._wholes.get(index)

        def work(progress: Progress) -> _Made:
            whole = known or whole_graph(model, index, costs, progress)
            picture = draw_sight(whole, wanted or whole.first_sight, metrics, progress)
            return _Made(whole=whole, picture=picture, anchor=anchor)

        self._job = self._jobs.start(
            work,
            title=f"Laying out {self._record.title}",
            replaces=f"layout:{self._record.key}",
            on_success=self._on_made,
            on_failure=self._on_failed,
        )
        self._job.stepped.connect(self._on_stepped)

    @Slot(object)
    def _on_made(self, made: _Made) -> None:
        self._job = None
        picture = made.picture
        assert picture.sight is not None
        self._wholes[picture.subgraph] = made.whole
        self._sights.setdefault(picture.subgraph, picture.sight)
        self._keep(picture, picture.sight)
        if picture.subgraph == self._record.subgraph:
            self.picture_made.emit(picture, made.anchor)

    def _keep(self, picture: GraphPicture, sight: Sight) -> None:
        self._pictures[picture.subgraph, sight] = picture
        total = sum(len(kept.nodes) for kept in self._pictures.values())
        while total > _KEPT_NODES and len(self._pictures) > 1:
            _, dropped = self._pictures.popitem(last=False)
            total -= len(dropped.nodes)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(error)

    @Slot(object)
    def _on_stepped(self, step: Step) -> None:
        self.stepped.emit(step.text)
