"""The order in which the C++ runtime sorts: equal values do not keep theirs once there are many.

Delegates keep their largest sets of operators after a ``std::sort`` by size. Which of several equally large sets stay
is decided by that algorithm, so that it has to be followed step by step: introspective sort as in the GNU standard
library, that is quicksort around the median of three down to runs of 16, then insertion.
"""

from collections.abc import Sequence

_RUN = 16


def order_by_size(sizes: Sequence[int]) -> list[int]:
    """Give the positions of the values, largest first, as ``std::sort`` leaves them."""
    order = list(range(len(sizes)))
    _Sorter(sizes, order).sort()
    return order


class _Sorter:
    """Sorts positions in place."""

    def __init__(self, sizes: Sequence[int], order: list[int]) -> None:
        self._sizes = sizes
        self._order = order

    def sort(self) -> None:
        count = len(self._order)
        self._split(0, count, 2 * (count.bit_length() - 1))
        for place in range(1, min(count, _RUN)):
            self._insert(place, 0)
        for place in range(_RUN, count):
            self._insert(place, None)

    def _before(self, left: int, right: int) -> bool:
        """Whether the value at the first place must come before that at the second."""
        return self._sizes[self._order[left]] > self._sizes[self._order[right]]

    def _swap(self, left: int, right: int) -> None:
        order = self._order
        order[left], order[right] = order[right], order[left]

    def _split(self, first: int, last: int, depth: int) -> None:
        while last - first > _RUN:
            if depth == 0:
                # Heap sort in the original; sizes of sets never drive the recursion that deep.
                self._order[first:last] = sorted(self._order[first:last], key=lambda index: -self._sizes[index])
                return
            depth -= 1
            self._median_to_front(first, first + 1, first + (last - first) // 2, last - 1)
            middle = self._divide(first + 1, last, first)
            self._split(middle, last, depth)
            last = middle

    def _median_to_front(self, front: int, a: int, b: int, c: int) -> None:
        if self._before(a, b):
            median = b if self._before(b, c) else c if self._before(a, c) else a
        else:
            median = a if self._before(a, c) else c if self._before(b, c) else b
        self._swap(front, median)

    def _divide(self, first: int, last: int, pivot: int) -> int:
        while True:
            while self._before(first, pivot):
                first += 1
            last -= 1
            while self._before(pivot, last):
                last -= 1
            if first >= last:
                return first
            self._swap(first, last)
            first += 1

    def _insert(self, place: int, stop: int | None) -> None:
        """Move the value at a place forward past all smaller ones; the run is sorted up to there."""
        order = self._order
        mine = order[place]
        while place != stop and self._sizes[mine] > self._sizes[order[place - 1]]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = mine
