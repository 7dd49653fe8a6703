"""Sideways coordinates of ordered ranks, with regard to the widths of the items.

Small segments are placed as vertical blocks (see ``blocks``), which keeps lanes and the main path straight. Large ones
move towards their neighbours' mean step by step, all even and all odd ranks in turn.
"""

import itertools

import numpy as np

from backends.graph.blocks import place_by_blocks
from backends.graph.boxes import Floats, Spacing
from backends.graph.segment import Segment

_MOST_ITEMS_FOR_BLOCKS = 4000
_STEPS = 40
_STEADY = 0.8
"""Pull to the middle line at each step, against slow waves over many ranks."""
_STAIRCASE = 2.0
"""Width beside that of the widest rank from which blocks are given up."""
_HARMLESS_WIDTH = 1500.0
_FAR = 1e8


def place_items(segment: Segment, ranks: list[list[int]], spacing: Spacing) -> Floats:
    """Give the centre of each item, with the box at which the segment hangs at 0 where there is one."""
    gaps = _distances(segment, ranks, spacing)
    if segment.count <= _MOST_ITEMS_FOR_BLOCKS:
        centre = place_by_blocks(segment, ranks, gaps)
        # Interlocked blocks drift apart like a staircase in tangled graphs.
        if np.ptp(centre) > _STAIRCASE * max(sum(row) for row in gaps) + _HARMLESS_WIDTH:
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
    """Shift so that the box at which the segment hangs is at 0, and edges to lone end boxes are mostly vertical."""
    ends = [item for item, hangs in ((0, segment.hangs_above), (segment.count - 1, segment.hangs_below)) if hangs]
    if not ends:
        return centre
    sizes = np.bincount(segment.rank)
    crowded = [end for end in ends if sizes[segment.rank[end]] > 1]
    if crowded:
        hung: Floats = centre - centre[crowded[0]]
        return hung
    beside = np.concatenate(
        [segment.lower[segment.upper == end] for end in ends] + [segment.upper[segment.lower == end] for end in ends]
    )
    inner = beside[~np.isin(beside, ends)]
    if len(inner):
        boxes = inner[~segment.is_lane[inner]]
        centre = centre - np.median(centre[boxes if len(boxes) else inner])
    centre[ends] = 0.0
    return centre


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
        wanted = _STEADY * np.where(total > 0, pull / np.maximum(total, 1e-9), x) - offset
        moving = row_of % 2 == step % 2
        free = (wanted + row_of * _FAR)[moving]
        rising = np.maximum.accumulate(free)
        falling = np.minimum.accumulate(free[::-1])[::-1]
        x[moving] = (rising + falling) / 2 - (row_of * _FAR)[moving] + offset[moving]
    centre = np.empty(segment.count)
    centre[flat] = x
    return centre
