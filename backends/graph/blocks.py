"""Placement of small segments as vertical blocks, which keeps lanes and the main path straight.

Blocks are formed as in Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment" (2001), in its form for
items of different widths: four alignments, of which each is packed. Then each block moves to the median of what it is
joined to, as far as its neighbours leave room, and the alignment with the least sideways way of edges is taken.
"""

import itertools
from collections.abc import Iterable

import numpy as np

from backends.graph.boxes import Floats
from backends.graph.segment import Segment

_SWEEPS = 12

Gaps = dict[int, dict[int, float]]
"""Least distance of each block to each of its neighbours on one side."""


def place_by_blocks(segment: Segment, ranks: list[list[int]], gaps: list[list[float]]) -> Floats:
    """Give the centre of each item.

    Args:
        segment: what to place.
        ranks: the items of each rank from left to right.
        gaps: for each rank, the least distances between neighbours.
    """
    above, below = _sorted_neighbours(segment, ranks)
    is_lane = segment.is_lane.tolist()
    guides_above = _guides(above, is_lane, 0 if segment.hangs_above else None)
    guides_below = _guides(below, is_lane, segment.count - 1 if segment.hangs_below else None)
    _keep_mutual(guides_above, guides_below)
    blocked = _crossing_lanes(segment, ranks, above)
    best, least = np.zeros(segment.count), np.inf
    for downwards, leftwards in itertools.product((True, False), repeat=2):
        rows = ranks if downwards else ranks[::-1]
        guides = guides_above if downwards else guides_below
        root = _align(rows, guides, blocked, leftwards=leftwards, downwards=downwards)
        x = _pack(segment, ranks, gaps, root)
        sideways = float(np.abs(x[segment.upper] - x[segment.lower]).sum()) + float(np.ptp(x))
        if sideways < least:
            best, least = x, sideways
    return best


def _sorted_neighbours(segment: Segment, ranks: list[list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    place = [0] * segment.count
    for row in ranks:
        for index, item in enumerate(row):
            place[item] = index
    above: list[list[int]] = [[] for _ in range(segment.count)]
    below: list[list[int]] = [[] for _ in range(segment.count)]
    for upper, lower in zip(segment.upper.tolist(), segment.lower.tolist(), strict=True):
        above[lower].append(upper)
        below[upper].append(lower)
    for neighbours in itertools.chain(above, below):
        neighbours.sort(key=place.__getitem__)
    return above, below


def _guides(neighbours: list[list[int]], is_lane: list[bool], hanging: int | None) -> list[list[int]]:
    """Choose the neighbours to align with, so that the main path stays straight.

    A lane follows itself. Boxes guide boxes rather than lanes do, and a box that more comes behind rather than a loose
    end; behind ``hanging`` lies another segment.
    """
    guides = []
    for item, row in enumerate(neighbours):
        inner = []
        if is_lane[item]:
            inner = [other for other in row if is_lane[other]]
        elif len(row) > 1:
            inner = [other for other in row if (neighbours[other] or other == hanging) and not is_lane[other]]
        guides.append(inner or row.copy())
    return guides


def _keep_mutual(guides_above: list[list[int]], guides_below: list[list[int]]) -> None:
    """Keep only guides that each choose the other; a lane must not take a box away from the main path."""
    joints = {(upper, item) for item, row in enumerate(guides_above) for upper in row}
    joints &= {(item, lower) for item, row in enumerate(guides_below) for lower in row}
    for item, row in enumerate(guides_above):
        row[:] = [upper for upper in row if (upper, item) in joints]
    for item, row in enumerate(guides_below):
        row[:] = [lower for lower in row if (item, lower) in joints]


def _crossing_lanes(segment: Segment, ranks: list[list[int]], above: list[list[int]]) -> set[tuple[int, int]]:
    """Collect pieces that cross a lane's own piece: the lane stays straight, they give way."""
    is_lane = segment.is_lane.tolist()
    blocked = set()
    for upper_row, row in itertools.pairwise(ranks):
        place = {item: index for index, item in enumerate(upper_row)}
        left, scanned = -1, 0
        for index, item in enumerate(row):
            through = next((u for u in above[item] if is_lane[u]), None) if is_lane[item] else None
            if through is None and index < len(row) - 1:
                continue
            right = place[through] if through is not None else len(upper_row)
            for scan in row[scanned : index + 1]:
                for upper in above[scan]:
                    if not left <= place[upper] <= right and not (is_lane[upper] and is_lane[scan]):
                        blocked.add((upper, scan))
            scanned, left = index + 1, right
    return blocked


def _align(
    rows: list[list[int]],
    neighbours: list[list[int]],
    blocked: set[tuple[int, int]],
    *,
    leftwards: bool,
    downwards: bool,
) -> list[int]:
    """Join items with a median neighbour in the rank before to vertical blocks; give each item's block."""
    count = len(neighbours)
    root, follower = list(range(count)), list(range(count))
    place = [0] * count
    for row in rows:
        for index, item in enumerate(row):
            place[item] = index
    for row in rows:
        last = -1
        for item in row:
            candidates = neighbours[item] if leftwards else neighbours[item][::-1]
            size = len(candidates)
            for middle in candidates[(size - 1) // 2 : size // 2 + 1]:
                piece = (middle, item) if downwards else (item, middle)
                if follower[item] == item and last < place[middle] and piece not in blocked:
                    follower[middle] = item
                    follower[item] = root[item] = root[middle]
                    last = place[middle]
    return root


def _pack(segment: Segment, ranks: list[list[int]], gaps: list[list[float]], root: list[int]) -> Floats:
    """Put blocks as far left as their neighbours allow, then move them towards what they are joined to."""
    after: Gaps = {}
    before: Gaps = {}
    for row, distances in zip(ranks, gaps, strict=True):
        for (left, right), distance in zip(itertools.pairwise(row), distances, strict=True):
            a, b = root[left], root[right]
            least = max(distance, after.setdefault(a, {}).get(b, 0.0))
            after[a][b] = before.setdefault(b, {})[a] = least
    order = _block_order(root, after, before)
    x = dict.fromkeys(order, 0.0)
    for block in order:
        x[block] = max((x[a] + gap for a, gap in before.get(block, {}).items()), default=0.0)
    joined: dict[int, list[int]] = {block: [] for block in order}
    for upper, lower in zip(segment.upper.tolist(), segment.lower.tolist(), strict=True):
        a, b = root[upper], root[lower]
        if a != b:
            joined[a].append(b)
            joined[b].append(a)
    for sweep in range(_SWEEPS):
        # The right end moves first: everything was packed to the left.
        _move_to_medians(order if sweep % 2 else order[::-1], x, joined, before, after)
    return np.asarray([x[block] for block in root])


def _move_to_medians(
    order: Iterable[int], x: dict[int, float], joined: dict[int, list[int]], before: Gaps, after: Gaps
) -> None:
    """Move each block to the median of the blocks it is joined to, as near as its neighbours let it."""
    for block in order:
        places = sorted(x[other] for other in joined[block])
        if not places:
            continue
        low, high = places[(len(places) - 1) // 2], places[len(places) // 2]
        wanted = min(max(x[block], low), high)
        if block in before:
            wanted = max(wanted, max(x[a] + gap for a, gap in before[block].items()))
        if block in after:
            wanted = min(wanted, min(x[b] - gap for b, gap in after[block].items()))
        x[block] = wanted


def _block_order(root: list[int], after: dict[int, dict[int, float]], before: dict[int, dict[int, float]]) -> list[int]:
    waiting = {block: len(before.get(block, ())) for block in root}
    order = [block for block, number in waiting.items() if not number]
    for block in order:
        for following in after.get(block, ()):
            waiting[following] -= 1
            if not waiting[following]:
                order.append(following)
    return order
