"""Energy from power over time, with an uncertainty that follows from how it was sampled.

The integral of values at moments is the trapezoidal rule; that of means (from counters) is the sum of mean times
duration. A source that repeats its value is as slow as its changes: only new values count for the uncertainty.

Uncertainties are standard uncertainties and add in squares:

- noise: ``T * s / sqrt(n)`` with s from successive differences, ``s**2 = sum(d**2) / (2 * n)`` (von Neumann's
  estimate: the spread where values are noise, and little for what changes slowly);
- edges, differences d beyond ten times the usual one: ``sum(|d|) * dt / (2 * sqrt(6))``. Each edge may have been
  anywhere between two samples, and where the load and the meter are in step it is the same place every time, so that
  these errors add up and do not cancel;
- the two ends of the window: half a sample times the range of the values around each end, over sqrt(3), and the same
  with the uncertainty of the clock;
- lag, of a source that repeats its values: the change from start to end times the distance of new values, over
  sqrt(3);
- gaps (a spacing beyond five times the usual one): length of the gap times the spread of all values;
- the scale error that the maker of the meter states.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backends.power.traces import Trace

Array = NDArray[np.float64]

_GAP_SPACINGS = 5.0
_NEAR_SAMPLES = 2
_EDGE_STEPS = 10.0
_HELD_SHARE = 0.5
"""Where fewer than this share of the samples bring a new value, the source is slower than it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integral:
    """Energy of a stretch of time."""

    energy_mj: float
    error_mj: float
    seconds: float
    count: int
    """Distinct values that it was made of."""
    gap_seconds: float
    """Time without samples, bridged by straight lines."""

    @property
    def mean_mw(self) -> float:
        """Give the mean power."""
        return self.energy_mj / self.seconds

    @property
    def mean_error_mw(self) -> float:
        """Give the standard uncertainty of the mean power."""
        return self.error_mj / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Power over time as arrays; what integration needs of a trace, also of one too long to be a ``Trace``."""

    times_s: Array
    values: Array
    is_mean: bool = False
    relative_error: float = 0.0
    clock_error_s: float = 0.0

    @classmethod
    def of(cls, trace: Trace) -> "Signal":
        """Give the arrays of a trace."""
        return cls(
            times_s=np.asarray(trace.times_s, np.float64),
            values=np.asarray(trace.values, np.float64),
            is_mean=trace.is_mean,
            relative_error=trace.relative_error,
            clock_error_s=trace.clock_error_s,
        )


def integrate(signal: Signal, start_s: float, end_s: float) -> Integral | None:
    """Integrate from one time to another; ``None`` where the samples do not reach into that stretch.

    A stretch beyond the first or last sample by more than a gap is not guessed: it is cut.

    Raises:
        ValueError: the end is not after the start.
    """
    if not end_s > start_s:
        raise ValueError("the end must come after the start")
    times, values = signal.times_s, signal.values
    if not len(times):
        return None
    spacing = _spacing(times, start_s, end_s)
    reach = _GAP_SPACINGS * spacing
    start, end = max(start_s, times[0] - reach), min(end_s, times[-1] + reach)
    if not end > start:
        return None
    inside_t, inside_v = _cut(times, values, start, end, is_mean=signal.is_mean)
    heights = inside_v[1:] if signal.is_mean else (inside_v[1:] + inside_v[:-1]) / 2
    energy = float(np.sum(np.diff(inside_t) * heights))
    own = values[(times > start) & (times <= end)]
    gaps = _gaps(inside_t, reach)
    error = _error(signal, (inside_t, inside_v), spacing, gaps)
    return Integral(
        energy_mj=energy,
        error_mj=math.hypot(error, signal.relative_error * energy),
        seconds=float(end - start),
        count=int(np.count_nonzero(np.diff(own))) + 1 if len(own) else 0,
        gap_seconds=gaps,
    )


def distinct_rate(signal: Signal, start_s: float, end_s: float) -> float:
    """Give how many new values a second came, on average: the real rate of a slow source."""
    chosen = (signal.times_s >= start_s) & (signal.times_s <= end_s)
    values = signal.values[chosen]
    if len(values) < 2 or end_s <= start_s:
        return 0.0
    return float(np.count_nonzero(np.diff(values)) / (end_s - start_s))


def _spacing(times: Array, start: float, end: float) -> float:
    """Give the usual distance of samples."""
    near = times[(times >= start) & (times <= end)]
    chosen = near if len(near) > 2 else times
    return float(np.median(np.diff(chosen))) if len(chosen) > 1 else end - start


def _cut(times: Array, values: Array, start: float, end: float, *, is_mean: bool) -> tuple[Array, Array]:
    """Give the samples inside with one at each end."""
    if is_mean:
        # The value at a time is the mean of the stretch that ends there.
        ends = np.searchsorted(times, [start, end], side="left").clip(0, len(times) - 1)
        edge = values[ends]
    else:
        edge = np.interp([start, end], times, values)
    inside = (times > start) & (times < end)
    return (
        np.concatenate([[start], times[inside], [end]]),
        np.concatenate([[edge[0]], values[inside], [edge[1]]]),
    )


def _gaps(times: Array, reach: float) -> float:
    widths = np.diff(times)
    return float(np.sum(widths[widths > reach]))


def _error(signal: Signal, inside: tuple[Array, Array], spacing: float, gaps: float) -> float:
    times, values = inside
    seconds = float(times[-1] - times[0])
    steps = np.diff(values)
    n = max(1, int(np.count_nonzero(steps)))
    sampling = math.hypot(*_sampling_errors(np.abs(steps[steps != 0]), seconds, spacing))
    # A source that repeats its values tells each of them for a while after, or before, it was true.
    is_held = not signal.is_mean and n < _HELD_SHARE * len(steps)
    step = seconds / n if is_held else spacing
    lag = abs(float(values[-1] - values[0])) * step / math.sqrt(3) if is_held else 0.0
    ends = 0.0
    for moment in (times[0], times[-1]):
        place = int(np.searchsorted(signal.times_s, moment))
        near = signal.values[max(0, place - _NEAR_SAMPLES) : place + _NEAR_SAMPLES]
        reach = float(np.ptp(near)) if len(near) else 0.0
        ends += (reach * min(step, seconds) / 2) ** 2 / 3 + (reach * signal.clock_error_s) ** 2
    missing = gaps * float(np.std(values))
    return math.sqrt(sampling**2 + lag**2 + ends + missing**2)


def _sampling_errors(steps: Array, seconds: float, spacing: float) -> tuple[float, float]:
    """Give the uncertainty from noise and from edges between samples; steps are those that are not zero."""
    if not len(steps):
        return 0.0, 0.0
    is_edge = steps > _EDGE_STEPS * np.median(steps)
    noise, edges = steps[~is_edge], steps[is_edge]
    n = max(1, len(noise))
    return (
        seconds * math.sqrt(float(np.sum(noise**2)) / 2) / n,
        float(np.sum(edges)) * spacing / (2 * math.sqrt(6)),
    )
