"""Repeated blocks: stretches of a sequence that follow one another and are all alike."""

from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import Ints

_LONGEST_BLOCK = 600
_LEAST_COVERED = 6
"""Items that a series covers at least."""
_LEAST_SINGLES = 3
"""Equal items in a row from which they are a series."""
_AS_GOOD = 0.85
"""Share of the best coverage from which shorter blocks are preferred to longer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Blocks of ``length`` items that are alike, one behind the other from item ``start`` on."""

    start: int
    length: int
    count: int

    @property
    def end(self) -> int:
        """The first item behind it."""
        return self.start + self.length * self.count


def find_series(kinds: Ints, cut_cost: Ints | None = None) -> list[Series]:
    """Find series that do not overlap, by their start; the longest ones first take what they cover.

    Args:
        kinds: for each item a number that equal ones share.
        cut_cost: for each item how bad it is to begin a block there; blocks begin where it is low.
    """
    if len(np.unique(kinds)) == len(kinds):
        return []
    found = [series for period in range(1, min(len(kinds) // 2, _LONGEST_BLOCK) + 1) for series in _of(kinds, period)]
    found.sort(key=lambda series: (-series.length * series.count, series.length))
    free = np.ones(len(kinds), bool)
    chosen: list[Series] = []
    for series in found:
        if not free[series.start : series.end].all():
            continue
        shorter = _shorter_one(series, found, free)
        best = _best_phase(kinds, shorter or series, cut_cost, free)
        chosen.append(best)
        free[best.start : best.end] = False
    return sorted(chosen, key=lambda series: series.start)


def _of(kinds: Ints, period: int) -> list[Series]:
    """Give the series with blocks of one length, as long as they go."""
    same = np.concatenate(([False], kinds[:-period] == kinds[period:], [False]))
    edges = np.flatnonzero(same[1:] != same[:-1])
    starts, ends = edges[::2], edges[1::2]
    least = period if period > 1 else _LEAST_SINGLES - 1
    long = np.flatnonzero(ends - starts >= max(least, _LEAST_COVERED - period if period > 1 else 0))
    return [
        Series(start=int(starts[run]), length=period, count=int(ends[run] - starts[run]) // period + 1) for run in long
    ]


def _shorter_one(series: Series, found: list[Series], free: np.ndarray) -> Series | None:
    """Give the series of the shortest blocks that covers about the same items."""
    best = None
    for other in found:
        if (
            other.length < (best or series).length
            and series.length % other.length == 0
            and min(other.end, series.end) - max(other.start, series.start) >= _AS_GOOD * (series.end - series.start)
            and free[other.start : other.end].all()
        ):
            best = other
    return best


def _best_phase(kinds: Ints, series: Series, cut_cost: Ints | None, free: np.ndarray) -> Series:
    """Move the series by less than a block so that its blocks begin where little is cut."""
    if cut_cost is None or series.length == 1:
        return series
    limit = len(kinds)
    end = series.start + series.length
    while end < limit and free[end] and kinds[end] == kinds[end - series.length]:
        end += 1
    total = end - series.start
    best, least = series, np.inf
    for shift in range(series.length):
        count = (total - shift) // series.length
        if count < max(2, series.count - 1):
            break
        start = series.start + shift
        cost = float(np.mean(cut_cost[start : start + count * series.length : series.length]))
        # A block that is lost for a better beginning must be worth it.
        cost += 0.5 * (series.count - count)
        if cost < least:
            best, least = Series(start=start, length=series.length, count=count), cost
    return best
