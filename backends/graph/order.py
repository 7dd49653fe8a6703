"""The order of items within each rank, so that few edges cross."""

import fast_sugiyama
import numpy as np

from backends.graph.boxes import Ints
from backends.graph.segment import Segment

_MOST_ITEMS = 600
_MOST_PIECES = 1500
_SWEEPS = 12


def order_items(segment: Segment) -> list[list[int]]:
    """Give the items of each rank from left to right."""
    if segment.count <= 2 or len(segment.upper) == 0:
        return [list(range(start, end)) for start, end in segment.rank_slices()]
    if segment.count <= _MOST_ITEMS and len(segment.upper) <= _MOST_PIECES:
        ordered = _order_exactly(segment)
        if ordered is not None:
            return ordered
    return _order_by_barycentre(segment)


def _order_exactly(segment: Segment) -> list[list[int]] | None:
    """Use the crossing minimisation of fast-sugiyama; ``None`` if it ranked an item differently from us."""
    edges = list(zip(segment.upper.tolist(), segment.lower.tolist(), strict=True))
    parts = fast_sugiyama.from_edges(
        edges,
        minimum_length=1,
        vertex_spacing=1,
        ranking_type="minimize",
        crossing_minimization="median",
        transpose=True,
        check_layout=False,
    )
    rank = segment.rank.tolist()
    ranks: list[list[int]] = [[] for _ in range(segment.rank_count)]
    placed = np.zeros(segment.count, bool)
    islands = [[(int(item), float(x), float(y)) for item, (x, y) in part[0]] for part in parts]
    for island in sorted(islands, key=min):
        heights = {rank[item]: y for item, _, y in island if item < segment.count}
        if len(set(heights.values())) != len(heights):
            return None
        for item, _, y in sorted(island, key=lambda place: place[1]):
            if item >= segment.count or heights[rank[item]] != y:
                return None
            ranks[rank[item]].append(item)
            placed[item] = True
    for item in np.flatnonzero(~placed).tolist():
        ranks[rank[item]].append(item)
    return ranks


def _order_by_barycentre(segment: Segment) -> list[list[int]]:
    """Sort ranks by the mean place of their neighbours, down and up in turn."""
    slices = segment.rank_slices()
    place = np.zeros(segment.count)
    for start, end in slices:
        place[start:end] = np.arange(end - start)
    above = _Neighbours(segment.lower, segment.upper, segment.count)
    below = _Neighbours(segment.upper, segment.lower, segment.count)
    best, best_crossings = place.copy(), count_crossings(segment, place)
    for sweep in range(_SWEEPS):
        side, rows = (above, slices[1:]) if sweep % 2 == 0 else (below, slices[-2::-1])
        for start, end in rows:
            wanted = side.means(place, start, end)
            place[start + np.argsort(wanted, kind="stable")] = np.arange(end - start)
        crossings = count_crossings(segment, place)
        if crossings < best_crossings:
            best, best_crossings = place.copy(), crossings
    return [(start + np.argsort(best[start:end], kind="stable")).tolist() for start, end in slices]


def count_crossings(segment: Segment, place: np.ndarray) -> int:
    """Count pairs of pieces between the same two ranks that cross, given each item's place in its rank."""
    rank = segment.rank[segment.upper]
    by_rank = np.lexsort((place[segment.lower], place[segment.upper], rank))
    tops, bottoms = place[segment.upper][by_rank], place[segment.lower][by_rank]
    firsts = np.searchsorted(rank[by_rank], np.arange(segment.rank_count))
    total = 0
    for start, end in zip(firsts[:-1].tolist(), firsts[1:].tolist(), strict=True):
        if end - start > 1:
            total += _crossings_between(tops[start:end], bottoms[start:end])
    return total


def _crossings_between(tops: np.ndarray, bottoms: np.ndarray) -> int:
    """Count inversions; ``tops`` is sorted."""
    total = 0
    for start in range(0, len(tops), 256):
        part = slice(start, start + 256)
        total += int(np.sum((tops[part, None] < tops[None, start:]) & (bottoms[part, None] > bottoms[None, start:])))
    return total


class _Neighbours:
    """Mean place of the items on one side of each item."""

    def __init__(self, item: Ints, neighbour: Ints, count: int) -> None:
        by_item = np.argsort(item, kind="stable")
        self._neighbour = neighbour[by_item]
        self._first = np.searchsorted(item[by_item], np.arange(count + 1))

    def means(self, place: np.ndarray, start: int, end: int) -> np.ndarray:
        """Give the mean place of the neighbours of items start..end; their own place where they have none."""
        first, last = self._first[start], self._first[end]
        owner = np.repeat(np.arange(end - start), np.diff(self._first[start : end + 1]))
        places = place[self._neighbour[first:last]]
        number = np.bincount(owner, minlength=end - start)
        total = np.bincount(owner, weights=places, minlength=end - start)
        means: np.ndarray = np.where(number > 0, total / np.maximum(number, 1), place[start:end])
        return means
