"""What an overlay says about collapsed groups: sums, the worst placement, and how many of each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from backends.graph.nodes import GraphNode
from backends.model.model import OperatorId
from backends.targets.verdict import Placement
from profiler_gui.canvas.overlay import GroupOverlay, Overlay, PlacementOverlay, ValueOverlay

_WORST_FIRST = (Placement.FALLBACK, Placement.UNKNOWN, Placement.ACCELERATED)
_MARKS = {Placement.ACCELERATED: "✓", Placement.FALLBACK: "!", Placement.UNKNOWN: "?"}
_MOST_NAMES = 2


def rolled_up(overlay: Overlay | None, nodes: Sequence[GraphNode]) -> Overlay | None:
    """Give the overlay with what it says about each group under the group's first operator."""
    groups = [node for node in nodes if node.members]
    if overlay is None or not groups:
        return overlay
    if isinstance(overlay, ValueOverlay):
        return _values(overlay, nodes)
    if isinstance(overlay, PlacementOverlay):
        return _placements(overlay, groups)
    return _members(overlay, groups) if isinstance(overlay, GroupOverlay) else overlay


def placement_counts(placements: Sequence[Placement]) -> str:
    """Give how many operators are placed where: ``30 ✓  4 !``."""
    counts = Counter(placements)
    return "  ".join(
        f"{counts[placement]} {_MARKS[placement]}" for placement in reversed(_WORST_FIRST) if counts[placement]
    )


def _values(overlay: ValueOverlay, nodes: Sequence[GraphNode]) -> ValueOverlay:
    """Colour by sums: a group is as hot as all that is in it, beside the other nodes that are shown."""
    amounts = overlay.amounts
    if not amounts or overlay.rescale is None:
        return _hottest(overlay, nodes)
    sums: dict[OperatorId, float] = {}
    for node in nodes:
        found = [amounts[id_] for id_ in (node.members or (node.operator,)) if id_ is not None and id_ in amounts]
        if node.key is not None and found:
            sums[node.key] = sum(found)
    return replace(overlay.rescale(sums), tints=overlay.tints, shows_labels=overlay.shows_labels)


def _hottest(overlay: ValueOverlay, nodes: Sequence[GraphNode]) -> ValueOverlay:
    """Colour by the largest value inside: what is shown cannot be summed."""
    values, labels = dict(overlay.values), dict(overlay.labels)
    for node in nodes:
        known = [id_ for id_ in node.members if id_ in values]
        if not node.members or node.key is None:
            continue
        values.pop(node.key, None)
        labels.pop(node.key, None)
        if known:
            most = max(known, key=overlay.values.__getitem__)
            values[node.key] = overlay.values[most]
            labels[node.key] = f"≤ {overlay.labels[most]}" if overlay.labels.get(most) else ""
    return replace(overlay, values=values, labels=labels)


def _placements(overlay: PlacementOverlay, groups: Sequence[GraphNode]) -> PlacementOverlay:
    placements, labels, regions = dict(overlay.placements), dict(overlay.labels), dict(overlay.regions)
    for node in groups:
        key = node.key
        assert key is not None
        found = [overlay.placements.get(id_, Placement.UNKNOWN) for id_ in node.members]
        placements[key] = next(placement for placement in _WORST_FIRST if placement in found)
        labels[key] = placement_counts(found)
        # A group that belongs to one partition as a whole is tinted like it.
        inside = {overlay.regions.get(id_) for id_ in node.members}
        region = inside.pop() if len(inside) == 1 else None
        regions.pop(key, None)
        if region is not None:
            regions[key] = region
    return replace(overlay, placements=placements, labels=labels, regions=regions)


def _members(overlay: GroupOverlay, groups: Sequence[GraphNode]) -> GroupOverlay:
    members, labels = dict(overlay.members), dict(overlay.labels)
    for node in groups:
        key = node.key
        assert key is not None
        counts = Counter(overlay.members[id_] for id_ in node.members if id_ in overlay.members)
        members.pop(key, None)
        labels.pop(key, None)
        if counts:
            members[key] = counts.most_common(1)[0][0]
            labels[key] = ", ".join(
                f"{overlay.groups[place].name} {count}" for place, count in counts.most_common(_MOST_NAMES)
            )
    return replace(overlay, members=members, labels=labels)
