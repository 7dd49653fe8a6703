"""A curve of any length in a bounded number of points: the least and greatest value of equal stretches.

Nothing that a plot of that width could show is lost: peaks stay peaks. The averages do not survive, so that energy is
computed from all samples and not from these.
"""

from array import array

import numpy as np

from backends.power.integration import Array


class ThinCurve:
    """Takes samples one by one and keeps at most ``capacity`` points, at least half of that once it is full.

    Args:
        capacity: even, at least 8.
    """

    def __init__(self, capacity: int = 4000) -> None:
        self._capacity = capacity
        self._times, self._values = array("d"), array("d")
        self._stride = 1
        self._pending: list[tuple[float, float]] = []
        self.count = 0

    def add(self, time_s: float, value: float) -> None:
        """Take one sample; times ascend."""
        self.count += 1
        if self._stride == 1:
            self._times.append(time_s)
            self._values.append(value)
        else:
            self._pending.append((time_s, value))
            if len(self._pending) < self._stride:
                return
            self._emit()
        if len(self._times) >= self._capacity:
            self._halve()

    def extend(self, times_s: Array, values: Array) -> None:
        """Take many samples at once."""
        for time_s, value in zip(times_s.tolist(), values.tolist(), strict=True):
            self.add(time_s, value)

    def points(self) -> tuple[Array, Array]:
        """Give times and values to draw, oldest first; the newest sample is always the last."""
        times, values = np.array(self._times), np.array(self._values)
        if self._pending:
            rest = self._pending[-1]
            times, values = np.append(times, rest[0]), np.append(values, rest[1])
        return times, values

    def _emit(self) -> None:
        least = min(self._pending, key=lambda pair: pair[1])
        most = max(self._pending, key=lambda pair: pair[1])
        for time_s, value in sorted((least, most)):
            self._times.append(time_s)
            self._values.append(value)
        self._pending.clear()

    def _halve(self) -> None:
        times, values = thin(np.array(self._times), np.array(self._values), len(self._times) // 2)
        self._times, self._values = array("d", times), array("d", values)
        self._stride = 4 if self._stride == 1 else 2 * self._stride


def thin(times: Array, values: Array, points: int) -> tuple[Array, Array]:
    """Give at most about ``points`` points of a curve: least and greatest of equal numbers of samples, in order."""
    size = -(-2 * len(times) // max(2, points))
    if size <= 2:
        return times, values
    whole = len(times) // size * size
    rows = values[:whole].reshape(-1, size)
    start = np.arange(0, whole, size)
    pairs = np.sort(np.stack([start + rows.argmin(axis=1), start + rows.argmax(axis=1)], axis=1), axis=1).ravel()
    chosen = np.concatenate([pairs, np.arange(whole, len(times))[-1:]]) if whole < len(times) else pairs
    return times[chosen], values[chosen]


def thin_around_median(times: Array, values: Array, points: int) -> tuple[Array, Array]:
    """Give least, median and greatest of equal numbers of samples, in order.

    Outliers stay, and the median of what is left is that of all: with least and greatest alone it would be their
    middle, which outliers move.
    """
    size = -(-3 * len(times) // max(3, points))
    if size <= 3:
        return times, values
    whole = len(times) // size * size
    order = np.argsort(values[:whole].reshape(-1, size), axis=1, kind="stable")
    places = np.sort(order[:, [0, (size - 1) // 2, size - 1]], axis=1) + np.arange(0, whole, size)[:, None]
    rest = np.arange(whole, len(times))
    chosen = np.concatenate([places.ravel(), rest[len(rest) // 2 :][:1]])
    return times[chosen], values[chosen]
