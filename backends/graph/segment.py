"""Segments: the stretches of a layered graph between boxes that everything passes through.

Each is ordered and placed on its own, and equal ones (the repeated blocks of most networks) only once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import Bools, Floats, Ints
from backends.graph.lanes import Layers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """A part of a layered graph with items and ranks counted from 0; items are sorted by rank."""

    rank: Ints
    width: Floats
    is_lane: Bools
    upper: Ints
    lower: Ints
    hangs_above: bool
    """Whether the first item is a box at which the segment hangs on the one before."""
    hangs_below: bool
    """Whether the last item is a box on which the next segment hangs."""

    @property
    def count(self) -> int:
        """Number of items."""
        return len(self.rank)

    @property
    def rank_count(self) -> int:
        """Number of ranks."""
        return int(self.rank[-1]) + 1

    def rank_slices(self) -> list[tuple[int, int]]:
        """Give first and last-but-one item of each rank."""
        ends = np.cumsum(np.bincount(self.rank)).tolist()
        return list(zip([0, *ends[:-1]], ends, strict=True))

    def fingerprint(self) -> bytes:
        """Give bytes that are equal for segments that look the same."""
        parts = (self.rank, self.width.round().astype(np.int64), self.is_lane, self.upper, self.lower)
        flags = bytes((self.hangs_above, self.hangs_below))
        return flags + b"".join(len(part).to_bytes(8, "little") + part.tobytes() for part in parts)


def cut_segments(layers: Layers, width: Floats) -> Iterator[tuple[Ints, Segment]]:
    """Cut at boxes that everything passes through; yield each segment with the numbers of its items.

    The box of a cut belongs to the segment above and to the one below. Beside it there may be boxes that only begin
    there, which belong to the segment below, or boxes that only end there, which belong to the one above.

    Args:
        layers: at least one item.
        width: of each item, lanes included.
    """
    phase, cuts = _cut_boxes(layers)
    order = np.lexsort((np.arange(layers.count), phase, layers.rank)).astype(np.int64)
    position = np.empty_like(order)
    position[order] = np.arange(layers.count)
    piece_rank = layers.rank[layers.upper]
    by_piece = np.argsort(piece_rank, kind="stable")
    sizes = np.bincount(layers.rank)
    first_piece = np.searchsorted(piece_rank[by_piece], np.arange(len(sizes) + 1))
    starts = [0, *position[cuts].tolist()]
    ends = [*starts[1:], layers.count - 1]
    local = np.zeros(layers.count, np.int64)
    for start, end in zip(starts, ends, strict=True):
        items = order[start : end + 1]
        top, bottom = int(layers.rank[items[0]]), int(layers.rank[items[-1]])
        pieces = by_piece[first_piece[top] : first_piece[bottom]]
        local[items] = np.arange(len(items))
        joints = np.unique(np.stack((local[layers.upper[pieces]], local[layers.lower[pieces]])), axis=1)
        yield (
            items,
            Segment(
                rank=layers.rank[items] - top,
                width=width[items],
                is_lane=items >= layers.box_count,
                upper=joints[0],
                lower=joints[1],
                hangs_above=start > 0 or bool(sizes[0] == 1),
                hangs_below=end < layers.count - 1 or bool(sizes[-1] == 1),
            ),
        )


def _cut_boxes(layers: Layers) -> tuple[Ints, Ints]:
    """Give the boxes to cut at, by rank, and for each item whether it comes before (0) or after (2) one in its rank."""
    from_above, to_below = np.zeros(layers.count, bool), np.zeros(layers.count, bool)
    from_above[layers.lower] = True
    to_below[layers.upper] = True
    passes = from_above & to_below
    rank_count = int(layers.rank.max()) + 1
    passing, beginning, ending = (
        np.bincount(layers.rank[marks], minlength=rank_count)
        for marks in (passes, to_below & ~from_above, from_above & ~to_below)
    )
    is_cut = (passing == 1) & ((beginning == 0) | (ending == 0))
    boxes = np.flatnonzero(passes[: layers.box_count] & is_cut[layers.rank[: layers.box_count]])
    cuts = boxes[np.argsort(layers.rank[boxes], kind="stable")]
    phase = np.where(to_below, 2, 0)
    phase[cuts] = 1
    return phase.astype(np.int64), cuts.astype(np.int64)
