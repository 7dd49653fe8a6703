"""Segments: the stretches of a layered graph between ranks that everything passes through.

Each is ordered and placed on its own, and equal ones (the repeated blocks of most networks) only once.
"""

import itertools
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
    starts_narrow: bool
    """Whether the first rank is one item, at which the segment hangs on the one before."""
    ends_narrow: bool

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
        flags = bytes((self.starts_narrow, self.ends_narrow))
        return flags + b"".join(len(part).to_bytes(8, "little") + part.tobytes() for part in parts)


def cut_segments(layers: Layers, width: Floats) -> Iterator[tuple[Ints, Segment]]:
    """Cut at ranks that hold a single item; yield each segment with the numbers of its items.

    The item of a cut belongs to the segment above and to the one below.

    Args:
        layers: at least one item.
        width: of each item, lanes included.
    """
    by_rank = np.argsort(layers.rank, kind="stable").astype(np.int64)
    sizes = np.bincount(layers.rank)
    first_item = np.concatenate(([0], np.cumsum(sizes)))
    piece_rank = layers.rank[layers.upper]
    by_piece = np.argsort(piece_rank, kind="stable")
    first_piece = np.searchsorted(piece_rank[by_piece], np.arange(len(sizes) + 1))
    last = len(sizes) - 1
    cuts = [0, *(r for r in np.flatnonzero(sizes == 1).tolist() if 0 < r < last), last]
    local = np.zeros(layers.count, np.int64)
    for top, bottom in itertools.pairwise(cuts) if last else [(0, 0)]:
        items = by_rank[first_item[top] : first_item[bottom + 1]]
        pieces = by_piece[first_piece[top] : first_piece[bottom]]
        local[items] = np.arange(len(items))
        ends = np.unique(np.stack((local[layers.upper[pieces]], local[layers.lower[pieces]])), axis=1)
        yield (
            items,
            Segment(
                rank=layers.rank[items] - top,
                width=width[items],
                is_lane=items >= layers.box_count,
                upper=ends[0],
                lower=ends[1],
                starts_narrow=bool(sizes[top] == 1),
                ends_narrow=bool(sizes[bottom] == 1),
            ),
        )
