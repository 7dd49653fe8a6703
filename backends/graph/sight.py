"""How a graph is looked at: what is collapsed, what is left out, and which way it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from backends.graph.boxes import Bools
from backends.graph.groups import GroupTree, build_groups
from backends.graph.nodes import GraphScene, build_scene
from backends.graph.shown import ShownScene, choose_expanded, show_scene, with_lone_children
from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.progress import Progress

COLLAPSES_FROM = 2000
"""Nodes from which a graph opens with collapsed groups."""
_SHOWN_WHOLE = 400
"""A part of a graph of at most so many nodes is shown with all its groups expanded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One way to look at a subgraph."""

    expanded: frozenset[int]
    """Numbers of groups in the tree."""
    has_frames: bool = False
    """Whether expanded groups are framed."""
    only: frozenset[int] | None = None
    """Numbers of the nodes of the whole scene that are shown; ``None`` for all."""
    expanded_before: frozenset[int] = frozenset()
    """What was expanded before a part that is small enough to be shown whole was chosen."""
    reason: str = ""
    """What is left out and why, for people: ``2 hops around ADD 7``."""
    is_sideways: bool = False
    """Whether the graph runs from left to right."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WholeGraph:
    """A subgraph with all its nodes, and the groups they form."""

    scene: GraphScene
    tree: GroupTree
    costs: Mapping[OperatorId, OperatorCost]
    node_of: Mapping[OperatorId, int]
    """The node that stands for each operator; the first reader for one that only unpacks constants."""

    @property
    def first_sight(self) -> Sight:
        """How it is shown at first: whole, or with collapsed groups if it is too large to be read."""
        if len(self.scene.nodes) < COLLAPSES_FROM:
            return Sight(expanded=self.all_groups)
        return Sight(expanded=choose_expanded(self.tree), has_frames=True)

    @property
    def all_groups(self) -> frozenset[int]:
        """The numbers of all groups."""
        return frozenset(range(len(self.tree.groups)))

    def show(self, sight: Sight) -> ShownScene:
        """Give what is seen."""
        marks = None
        if sight.only is not None:
            marks = np.zeros(len(self.scene.nodes), bool)
            marks[list(sight.only)] = True
        return show_scene(self.scene, self.tree, sight.expanded, only=marks, costs=self.costs)


def whole_graph(
    model: Model, subgraph: int, costs: Mapping[OperatorId, OperatorCost], progress: Progress | None = None
) -> WholeGraph:
    """Collect the nodes of a subgraph and group them.

    Raises:
        IndexError: there is no such subgraph.
        Cancelled: the user cancelled.
    """
    progress = progress or Progress()
    progress.step("Collecting nodes and edges")
    scene = build_scene(model, subgraph)
    progress.step("Grouping operators")
    node_of: dict[OperatorId, int] = {}
    for number, node in enumerate(scene.nodes):
        if node.operator is not None:
            node_of[node.operator] = number
        for id_ in node.unpackers:
            node_of.setdefault(id_, number)
    return WholeGraph(scene=scene, tree=build_groups(scene), costs=costs, node_of=node_of)


def expand(whole: WholeGraph, sight: Sight, group: int) -> Sight:
    """Show what is in a group, and in those around it."""
    around = whole.tree.ancestors(group)
    return replace(sight, expanded=sight.expanded.union(around, with_lone_children(whole.tree, group)), has_frames=True)


def expand_around(whole: WholeGraph, sight: Sight, nodes: list[int]) -> Sight:
    """Expand as much as is needed to see some nodes of the whole scene."""
    around = {group for node in nodes for group in whole.tree.chain(node)}
    return sight if around <= sight.expanded else replace(sight, expanded=sight.expanded | around)


def collapse(whole: WholeGraph, sight: Sight, group: int) -> Sight:
    """Show a group as one node; those in it are collapsed too when it is expanded again."""
    first, last = whole.tree.groups[group].first, whole.tree.groups[group].last
    inside = {
        number for number in sight.expanded
        if first <= whole.tree.groups[number].first and whole.tree.groups[number].last <= last and number >= group
    }  # fmt: skip
    return replace(sight, expanded=sight.expanded - inside, has_frames=True)


def collapse_all(sight: Sight) -> Sight:
    """Show only the outermost groups."""
    return replace(sight, expanded=frozenset(), has_frames=True)


def expand_all(whole: WholeGraph, sight: Sight) -> Sight:
    """Show every operator."""
    return replace(sight, expanded=whole.all_groups)


def restrict(whole: WholeGraph, sight: Sight, marks: Bools, reason: str) -> Sight:
    """Show only some nodes of the whole scene; marking all of them shows everything."""
    chosen = np.flatnonzero(marks)
    if len(chosen) == len(whole.scene.nodes):
        return show_everything(sight)
    before = sight.expanded if sight.only is None else sight.expanded_before
    return replace(
        sight,
        only=frozenset(chosen.tolist()),
        reason=reason,
        expanded_before=before,
        expanded=whole.all_groups if len(chosen) <= _SHOWN_WHOLE else before,
    )


def show_everything(sight: Sight) -> Sight:
    """Leave nothing out, with the groups expanded that were before."""
    if sight.only is None:
        return sight
    return replace(sight, only=None, reason="", expanded=sight.expanded_before, expanded_before=frozenset())
