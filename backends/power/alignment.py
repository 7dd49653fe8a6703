"""Bringing times of another clock into the clock of a run.

Two ways. A device that tells its own time with each line is mapped by the lines themselves: a line cannot arrive
before it was written, so that the smallest difference of arrival and writing is the offset. A meter with a file of its
own saw the same load as the run did: idle, inferences, idle. Its power is correlated with that pattern, and the best
match gives the offset.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backends.power.integration import Array

_GRID_POINTS = 60_000
_LEAST_MATCH = 0.5
_SEGMENTS = 8
_SKEW_FROM_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMap:
    """Own time = ``offset_s + rate * other time``."""

    offset_s: float
    rate: float = 1.0
    error_s: float = 0.0
    """Standard uncertainty of a mapped time."""

    def apply(self, times_s: Array) -> Array:
        """Map times of the other clock."""
        return self.offset_s + self.rate * times_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a meter's file lies in a run."""

    offset_s: float
    """To be added to the file's times."""
    error_s: float
    quality: float
    """Correlation of power and load, 1 for a perfect match."""

    @property
    def is_trustworthy(self) -> bool:
        """Whether the file shows the load at all."""
        return self.quality >= _LEAST_MATCH


def map_clock(written_s: Sequence[float], arrived_s: Sequence[float], *, resolution_s: float = 0.0) -> ClockMap:
    """Map a device's clock by the lines that it wrote.

    The offset is the least of arrival minus writing; over a minute and longer the least of each of eight parts gives
    the rate too. The uncertainty is how much these least ones differ from the line, and the clock's resolution.

    Args:
        written_s: by the device's clock, ascending.
        arrived_s: by the own clock.
        resolution_s: of the device's clock.

    Raises:
        ValueError: there is no line.
    """
    written, arrived = np.asarray(written_s, np.float64), np.asarray(arrived_s, np.float64)
    if not len(written) or len(written) != len(arrived):
        raise ValueError("a clock is mapped by pairs of times, at least one")
    delay = arrived - written
    coarse = resolution_s / math.sqrt(12)
    parts = [part for part in np.array_split(np.arange(len(written)), _SEGMENTS) if len(part)]
    best = [int(part[np.argmin(delay[part])]) for part in parts]
    if written[-1] - written[0] < _SKEW_FROM_S or len(best) < _SEGMENTS:
        offset = float(np.min(delay))
        spread = float(np.median(delay[best]) - offset) if len(best) > 2 else float(np.ptp(delay)) / 2
        return ClockMap(offset_s=offset, error_s=math.hypot(coarse, spread))
    slope, offset = np.polyfit(written[best] - written[0], delay[best], 1)
    rest = delay[best] - (offset + slope * (written[best] - written[0]))
    return ClockMap(
        offset_s=float(offset - slope * written[0]),
        rate=float(1 + slope),
        error_s=math.hypot(coarse, float(np.std(rest))),
    )


def match_load(times_s: Array, power_mw: Array, busy: Sequence[tuple[float, float]]) -> Match | None:
    """Find where a power recording lies in a run, by correlating it with the times the run was busy.

    Both are put on one grid, and the correlation coefficient over the overlap decides, so that a recording that began
    long before the run is matched too. ``None`` where there is nothing to correlate: a flat recording, or one without
    idle time around the load.

    Args:
        times_s: of the recording, ascending, by its own clock.
        power_mw: of the recording.
        busy: start and end of each stretch with inferences, by the run's clock.
    """
    if len(times_s) < 8 or not busy or float(np.ptp(power_mw)) <= 0:
        return None
    start, end = busy[0][0], busy[-1][1]
    margin = 0.5 * (end - start)
    length, total = end - start + 2 * margin, float(times_s[-1] - times_s[0])
    if total <= 0 or length <= 0:
        return None
    step = max(float(np.median(np.diff(times_s))), (total + length) / _GRID_POINTS)
    signal = np.interp(np.arange(times_s[0], times_s[-1], step), times_s, power_mw)
    moments = np.arange(start - margin, end + margin, step)
    load = np.zeros(len(moments))
    for first, last in busy:
        load[(moments >= first) & (moments < last)] = 1.0
    place, quality = _correlate(signal, load)
    if place is None:
        return None
    # The load's first moment is where the signal's sample number ``place`` is.
    offset = float(moments[0] - (times_s[0] + place * step))
    return Match(offset_s=offset, error_s=step / math.sqrt(3), quality=quality)


def _correlate(signal: Array, load: Array) -> tuple[int | None, float]:
    """Give the shift of the load with the largest correlation coefficient over the overlap, and that coefficient."""
    size = 1 << (len(signal) + len(load) - 1).bit_length()
    ones_s, ones_l = np.ones(len(signal)), np.ones(len(load))
    reach = np.arange(-(len(load) - 1), len(signal))

    def slide(a: Array, b: Array) -> Array:
        product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
        return np.asarray(product[reach], np.float64)

    level = signal - signal.mean()
    count = np.round(slide(ones_s, ones_l))
    sum_s, sum_l = slide(level, ones_l), slide(ones_s, load)
    var_s = slide(level**2, ones_l) - sum_s**2 / np.maximum(count, 1)
    var_l = slide(ones_s, load**2) - sum_l**2 / np.maximum(count, 1)
    cross = slide(level, load) - sum_s * sum_l / np.maximum(count, 1)
    least = 0.5 * load.sum() * (1 - load.sum() / len(load))
    # All of the load must lie in the recording, and some idle time with it.
    is_usable = (sum_l > 0.98 * load.sum()) & (var_l > 0.1 * least) & (var_s > 1e-9 * float(np.sum(level**2)))
    score = np.where(is_usable, cross / np.sqrt(np.maximum(var_s * var_l, 1e-30)), -1.0)
    best = int(np.argmax(score))
    if score[best] <= 0:
        return None, 0.0
    return int(reach[best]), float(min(1.0, score[best]))
