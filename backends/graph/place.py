"""Sideways coordinates of ordered ranks, with regard to the widths of the items.

Small segments use the block method of Brandes and Köpf ("Fast and Simple Horizontal Coordinate Assignment", 2001) in
its form for items of different widths, which keeps lanes straight. Large ones move towards their neighbours' mean
step by step, all even and all odd ranks in turn.
"""

import itertools

import numpy as np

from backends.graph.boxes import Floats, Spacing
from backends.graph.segment import Segment

_MOST_ITEMS_FOR_BLOCKS = 4000
_STEPS = 60
_STAIRCASE = 2.0
"""Width beside that of the widest rank from which blocks are given up."""
_FAR = 1e8


def place_items(segment: Segment, ranks: list[list[int]], spacing: Spacing) -> Floats:
    """Give the centre of each item; a narrow first or last rank is at 0, so that segments hang together straight."""
    gaps = _distances(segment, ranks, spacing)
    if segment.count <= _MOST_ITEMS_FOR_BLOCKS:
        centre = _place_by_blocks(segment, ranks, gaps)
        # Interlocked blocks drift apart like a staircase in tangled graphs.
        if np.ptp(centre) > _STAIRCASE * max(sum(row) for row in gaps):
            centre = _place_by_steps(segment, ranks, gaps)
    else:
        centre = _place_by_steps(segment, ranks, gaps)
    return _hang_on_ends(segment, centre)


def _distances(segment: Segment, ranks: list[list[int]], spacing: Spacing) -> list[list[float]]:
    """Give for each rank the least distance between the centres of neighbours."""
    width, is_lane = segment.width.tolist(), segment.is_lane.tolist()

    def gap(left: int, right: int) -> float:
        lanes = is_lane[left] + is_lane[right]
        between = (spacing.between_boxes, spacing.lane_to_box, spacing.between_lanes)[lanes]
        return float((width[left] + width[right]) / 2 + between)

    return [list(itertools.starmap(gap, itertools.pairwise(row))) for row in ranks]


def _hang_on_ends(segment: Segment, centre: Floats) -> Floats:
    """Shift so that edges from and to the narrow ends are mostly vertical, then put the ends at 0."""
    ends = [item for item, narrow in ((0, segment.starts_narrow), (segment.count - 1, segment.ends_narrow)) if narrow]
    if not ends:
        return centre
    beside = np.concatenate(
        [segment.lower[segment.upper == end] for end in ends] + [segment.upper[segment.lower == end] for end in ends]
    )
    inner = beside[~np.isin(beside, ends)]
    if len(inner):
        boxes = inner[~segment.is_lane[inner]]
        centre = centre - np.median(centre[boxes if len(boxes) else inner])
    centre[ends] = 0.0
    return centre


# --- blocks ---------------------------------------------------------------------------------------------------------


def _place_by_blocks(segment: Segment, ranks: list[list[int]], gaps: list[list[float]]) -> Floats:
    """Take the mean of the middle two of four alignments (up or down, leftmost or rightmost)."""
    above, below = _sorted_neighbours(segment, ranks)
    blocked = _crossing_lanes(segment, ranks, above)
    layouts = []
    for downwards in (True, False):
        for leftwards in (True, False):
            rows = ranks if downwards else ranks[::-1]
            distances = gaps if downwards else gaps[::-1]
            if not leftwards:
                rows = [row[::-1] for row in rows]
                distances = [row[::-1] for row in distances]
            root = _align(rows, above if downwards else below, blocked, leftwards, downwards)
            x = np.asarray(_compact(rows, distances, root))
            layouts.append(x if leftwards else -x)
    return _balance(layouts)


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


def _compact(rows: list[list[int]], gaps: list[list[float]], root: list[int]) -> list[float]:
    """Put blocks as far left as their neighbours allow, then pull them to the right where there is room."""
    after: dict[int, dict[int, float]] = {}
    before: dict[int, dict[int, float]] = {}
    for row, distances in zip(rows, gaps, strict=True):
        for (left, right), distance in zip(itertools.pairwise(row), distances, strict=True):
            a, b = root[left], root[right]
            least = max(distance, after.setdefault(a, {}).get(b, 0.0))
            after[a][b] = before.setdefault(b, {})[a] = least
    order = _block_order(root, after, before)
    x = dict.fromkeys(order, 0.0)
    for block in order:
        x[block] = max((x[a] + gap for a, gap in before.get(block, {}).items()), default=0.0)
    for block in reversed(order):
        room = min((x[b] - gap for b, gap in after.get(block, {}).items()), default=None)
        if room is not None and room > x[block]:
            x[block] = room
    return [x[block] for block in root]


def _block_order(root: list[int], after: dict[int, dict[int, float]], before: dict[int, dict[int, float]]) -> list[int]:
    waiting = {block: len(before.get(block, ())) for block in root}
    order = [block for block, number in waiting.items() if not number]
    for block in order:
        for following in after.get(block, ()):
            waiting[following] -= 1
            if not waiting[following]:
                order.append(following)
    return order


def _balance(layouts: list[Floats]) -> Floats:
    """Shift the four layouts onto the narrowest and take the mean of the two middle values of each item."""
    narrowest = min(layouts, key=lambda x: float(x.max() - x.min()))
    low, high = narrowest.min(), narrowest.max()
    shifted = [x + (low - x.min()) if index % 2 == 0 else x + (high - x.max()) for index, x in enumerate(layouts)]
    ordered = np.sort(np.stack(shifted), axis=0)
    balanced: Floats = (ordered[1] + ordered[2]) / 2
    return balanced


# --- steps ----------------------------------------------------------------------------------------------------------


def _place_by_steps(segment: Segment, ranks: list[list[int]], gaps: list[list[float]]) -> Floats:
    """Move each rank towards its neighbours' mean; running extremes from both sides keep order and distance."""
    flat = np.fromiter(itertools.chain.from_iterable(ranks), np.int64, segment.count)
    sizes = np.asarray([len(row) for row in ranks])
    row_of = np.repeat(np.arange(len(ranks)), sizes)
    offset = np.concatenate([np.concatenate(([0.0], np.cumsum(row))) - sum(row) / 2 for row in gaps])
    position = np.empty(segment.count, np.int64)
    position[flat] = np.arange(segment.count)
    upper, lower = position[segment.upper], position[segment.lower]
    lane = segment.is_lane[flat]
    weight = np.choose(lane[upper].astype(int) + lane[lower], (1.0, 2.0, 8.0))
    total = np.bincount(upper, weight, segment.count) + np.bincount(lower, weight, segment.count)
    x = offset.copy()
    for step in range(_STEPS):
        pull = np.bincount(upper, weight * x[lower], segment.count) + np.bincount(
            lower, weight * x[upper], segment.count
        )
        wanted = np.where(total > 0, pull / np.maximum(total, 1e-9), x) - offset
        moving = row_of % 2 == step % 2
        free = (wanted + row_of * _FAR)[moving]
        rising = np.maximum.accumulate(free)
        falling = np.minimum.accumulate(free[::-1])[::-1]
        x[moving] = (rising + falling) / 2 - (row_of * _FAR)[moving] + offset[moving]
    centre = np.empty(segment.count)
    centre[flat] = x
    return centre
