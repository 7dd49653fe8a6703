"""What of a scene is shown: groups collapsed to one node each, and parts left out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from backends.graph.boxes import Bools, Ints
from backends.graph.groups import NO_GROUP, GroupKind, GroupTree, NodeGroup
from backends.graph.nodes import GraphNode, GraphScene, NodeRole
from backends.model.cost import OperatorCost
from backends.model.model import OperatorId
from backends.units import format_count

HIDDEN = -1
_MOST_KINDS = 3
_READABLE = 220
"""Nodes and groups that an automatic choice shows at most."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShownScene:
    """A scene of what is shown, and where the nodes of the whole one are in it."""

    scene: GraphScene
    place: Ints
    """Per node of the whole scene, its number or that of its group in the shown one, or ``HIDDEN``."""
    group: Ints
    """Per node of the shown scene, the group that it stands for, or ``NO_GROUP``."""
    first: Ints
    """Per node of the shown scene, its place, or that of its first node, in the order of the tree; ascending."""
    bundles: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """The tensors that run as one edge from a collapsed group, by the number that stands for them in the scene."""


def choose_expanded(tree: GroupTree, most: int = _READABLE) -> frozenset[int]:
    """Choose the groups to expand so that the graph can be read at once: large ones first, as long as there is room."""
    shown = tree.top_items
    expanded: set[int] = set()
    waiting = [number for number, group in enumerate(tree.groups) if group.parent == NO_GROUP]
    while waiting:
        waiting.sort(key=lambda number: tree.groups[number].node_count)
        number = waiting.pop()
        group = tree.groups[number]
        if shown + group.item_count - 1 > most:
            continue
        shown += group.item_count - 1
        expanded.add(number)
        waiting.extend(group.children)
    return frozenset(expanded)


def with_lone_children(tree: GroupTree, group: int) -> frozenset[int]:
    """Give a group with those that are alone in it, so that expanding it shows something."""
    found = {group}
    while tree.groups[group].item_count == 1 and tree.groups[group].children:
        group = tree.groups[group].children[0]
        found.add(group)
    return frozenset(found)


def show_scene(
    scene: GraphScene,
    tree: GroupTree,
    expanded: frozenset[int],
    *,
    only: Bools | None = None,
    costs: Mapping[OperatorId, OperatorCost] | None = None,
) -> ShownScene:
    """Collapse all groups but the expanded ones.

    Args:
        scene: the whole.
        tree: its groups.
        expanded: numbers of groups; one inside a collapsed group has no effect.
        only: marks the nodes to show; ``None`` for all.
        costs: for the MACs on groups.
    """
    count = len(scene.nodes)
    stands_for = np.append(_groups_shown(tree, expanded), NO_GROUP)[tree.group_of]
    firsts = np.asarray([group.first for group in tree.groups] or [0], np.int64)
    key = np.where(stands_for == NO_GROUP, tree.position, firsts[stands_for])
    seen = np.arange(count) if only is None else np.flatnonzero(only)
    if only is not None:
        # A group of which a single node is left is that node.
        sizes = np.bincount(stands_for[seen] + 1, minlength=len(tree.groups) + 1)
        is_lone = (sizes[stands_for + 1] == 1) & only
        key = np.where(is_lone, tree.position, key)
        stands_for = np.where(is_lone, NO_GROUP, stands_for)
    keys, inverse = np.unique(key[seen], return_inverse=True)
    place = np.full(count, HIDDEN, np.int64)
    place[seen] = inverse.reshape(-1)
    group = np.full(len(keys), NO_GROUP, np.int64)
    group[place[seen]] = stands_for[seen]
    if only is None and np.all(group == NO_GROUP):
        return ShownScene(scene=scene, place=np.arange(count), group=group, first=tree.position)
    members: dict[int, list[int]] = {number: [] for number in np.flatnonzero(group != NO_GROUP).tolist()}
    for node, number in zip(seen.tolist(), place[seen].tolist(), strict=True):
        if number in members:
            members[number].append(node)
    node_at = np.argsort(tree.position)
    nodes = tuple(
        group_node(scene, tree, int(group[number]), members[number], costs or {})
        if number in members
        else scene.nodes[node_at[first]]
        for number, first in enumerate(keys.tolist())
    )
    source, target = place[scene.source], place[scene.target]
    kept = (source != target) & (source != HIDDEN) & (target != HIDDEN)
    source, target = source[kept], target[kept]
    tensor, bundles, texts = _bundled(scene, source, scene.tensor[kept], group)
    rows = np.unique(np.stack((target, source, tensor), axis=1), axis=0).reshape(-1, 3)
    shown = GraphScene(
        subgraph=scene.subgraph,
        nodes=nodes,
        source=rows[:, 1].copy(),
        target=rows[:, 0].copy(),
        tensor=rows[:, 2].copy(),
        tensor_text={**scene.tensor_text, **texts},
    )
    return ShownScene(scene=shown, place=place, group=group, first=keys, bundles=bundles)


def _bundled(
    scene: GraphScene, source: Ints, tensor: Ints, group: Ints
) -> tuple[Ints, dict[int, tuple[int, ...]], dict[int, str]]:
    """Let several tensors that leave a group run as one edge, under a number of its own behind those of tensors."""
    pairs = np.unique(np.stack((source, tensor), axis=1), axis=0).reshape(-1, 2)
    pairs = pairs[group[pairs[:, 0]] != NO_GROUP]
    leaving = np.bincount(pairs[:, 0], minlength=len(group))
    first_number = int(scene.tensor.max(initial=-1)) + 1
    is_bundle = leaving[source] > 1
    bundles: dict[int, list[int]] = {}
    for node, index in pairs[leaving[pairs[:, 0]] > 1].tolist():
        bundles.setdefault(first_number + node, []).append(index)
    texts = {number: f"{len(indexes)} tensors" for number, indexes in bundles.items()}
    numbered = np.where(is_bundle, first_number + source, tensor)
    return numbered, {number: tuple(indexes) for number, indexes in bundles.items()}, texts


def group_node(
    scene: GraphScene,
    tree: GroupTree,
    number: int,
    members: list[int],
    costs: Mapping[OperatorId, OperatorCost],
) -> GraphNode:
    """Give the node that stands for a group, with what it sums up."""
    group = tree.groups[number]
    kinds = Counter(scene.nodes[node].title for node in members)
    named = [f"{kind} ×{times}" if times > 1 else kind for kind, times in kinds.most_common(_MOST_KINDS)]
    if len(kinds) > _MOST_KINDS:
        named.append(f"+{len(kinds) - _MOST_KINDS} types")
    operators = tuple(
        id_ for node in members for id_ in (*scene.nodes[node].unpackers, scene.nodes[node].operator) if id_ is not None
    )
    facts = [f"{len(operators):,} operators".replace(",", " ")]
    macs = sum(costs[id_].macs or 0 for id_ in operators if id_ in costs)
    if macs:
        facts.append(f"{format_count(macs)} MACs")
    categories = Counter(scene.nodes[node].category for node in members)
    return GraphNode(
        role=NodeRole.GROUP,
        title=title_of(group),
        category=categories.most_common(1)[0][0],
        name=scene.nodes[members[0]].name,
        lines=("  ·  ".join(facts), ", ".join(named)),
        members=operators,
        group=number,
        copies=group.copies,
    )


def title_of(group: NodeGroup) -> str:
    """Give the name of a group with the mark for repeated ones: ``layer_0 … layer_23  ×24``."""
    if group.kind is GroupKind.SERIES:
        return f"{group.title}  ×{group.copies}"
    return group.title


def _groups_shown(tree: GroupTree, expanded: frozenset[int]) -> Ints:
    """Give for each group the collapsed one that hides it, or ``NO_GROUP`` if its nodes are seen."""
    shown = np.full(len(tree.groups), NO_GROUP, np.int64)
    for number, group in enumerate(tree.groups):
        above = NO_GROUP if group.parent == NO_GROUP else shown[group.parent]
        if above != NO_GROUP:
            shown[number] = above
        elif number not in expanded:
            shown[number] = number
    return shown
