"""Finding where a device began to slow down: clocks that fall, latencies that rise, beyond noise and for good.

A trace is cut into equal stretches of time, and the median of each is compared with that of the beginning. A change
counts where it is more than three standard errors of these medians and 5 %, and lasts: a single slow stretch is some
other program's doing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from backends.power.integration import Array
from backends.power.traces import Quantity, Trace, Window, WindowKind
from backends.units import format_latency

_BINS = 60
_LEAST_PER_BIN = 5
_LEAST_BINS = 8
_LEAST_S = 8.0
"""Heat takes seconds: what changes within fewer is something else."""
_BASE_SHARE = 0.15
_DEVIATIONS = 3.0
_LEAST_CHANGE = 0.05
_LASTING_BINS = 3
_LEAST_LASTING_S = 5.0
"""A shorter one that ends is some other program."""
_ROBUST = 1.4826
_MEDIAN_ERROR = 1.2533


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """One stretch of slowing down; ``end_s`` is ``None`` where it lasted until the end."""

    trace: str
    start_s: float
    end_s: float | None
    before: float
    after: float
    """Median from then on, in the unit of the trace."""
    sentence: str

    @property
    def change(self) -> float:
        """Give the change as a share: +0.2 for a latency that rose by a fifth."""
        return self.after / self.before - 1


def find_throttling(traces: Iterable[Trace], windows: Sequence[Window] = ()) -> tuple[Throttle, ...]:
    """Give all slowings of latencies and clocks during the loop (or all the time without one), earliest first.

    Android's own status counts too, where it leaves 0.
    """
    loop = next((window for window in windows if window.kind is WindowKind.LOOP), None)
    found: list[Throttle] = []
    for trace in traces:
        times, values = np.asarray(trace.times_s), np.asarray(trace.values)
        if loop is not None:
            inside = (times >= loop.start_s) & (times <= loop.end_s)
            before = np.flatnonzero(times < loop.start_s)
            held = values[before[-1:]] if trace.quantity is Quantity.STATUS else values[:0]
            # A status holds until the next one is asked for, which may be after a short loop.
            times = np.concatenate([np.full(len(held), loop.start_s), times[inside]])
            values = np.concatenate([held, values[inside]])
        if trace.quantity is Quantity.STATUS:
            found.extend(_raised_status(trace, times, values))
        elif trace.quantity in (Quantity.LATENCY, Quantity.CLOCK):
            found.extend(_slowed(trace, times, values))
    return tuple(sorted(found, key=lambda item: item.start_s))


def bin_medians(times: Array, values: Array, bins: int = _BINS) -> tuple[Array, Array, Array]:
    """Give start times, medians and their standard errors of equal stretches of time; empty ones are left out."""
    if not len(times):
        return np.array([]), np.array([]), np.array([])
    bins = max(1, min(bins, len(times) // _LEAST_PER_BIN))
    edges = np.linspace(times[0], times[-1], bins + 1)
    places = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, bins - 1)
    starts, medians, errors = [], [], []
    for number in range(bins):
        part = values[places == number]
        if len(part):
            median = float(np.median(part))
            deviation = _ROBUST * float(np.median(np.abs(part - median)))
            starts.append(edges[number])
            medians.append(median)
            errors.append(_MEDIAN_ERROR * deviation / len(part) ** 0.5)
    return np.array(starts), np.array(medians), np.array(errors)


def _slowed(trace: Trace, times: Array, values: Array) -> list[Throttle]:
    starts, medians, errors = bin_medians(times, values)
    if len(starts) < _LEAST_BINS or times[-1] - times[0] < _LEAST_S:
        return []
    count = max(2, round(_BASE_SHARE * len(starts)))
    base = float(np.median(medians[:count]))
    if base <= 0:
        return []
    # Stretches differ among themselves by more than their inner spread tells: governors, other programs.
    between = _ROBUST * float(np.median(np.abs(np.diff(medians)))) / 2**0.5
    noise = np.hypot(errors, max(between, float(np.median(errors[:count]))))
    sign = 1.0 if trace.quantity is Quantity.LATENCY else -1.0
    is_slow = sign * (medians - base) > np.maximum(_DEVIATIONS * noise, _LEAST_CHANGE * base)
    found = []
    for first, last in _lasting(is_slow):
        end = None if last == len(starts) - 1 else float(starts[last + 1])
        if end is not None and end - float(starts[first]) < _LEAST_LASTING_S:
            continue
        start, after = float(starts[first]), float(np.median(medians[first : last + 1]))
        sentence = _sentence(trace, start, base, after, end)
        found.append(Throttle(trace=trace.id, start_s=start, end_s=end, before=base, after=after, sentence=sentence))
    return found


def _lasting(flags: "np.typing.NDArray[np.bool_]") -> list[tuple[int, int]]:
    """Give first and last of each long enough stretch; one other stretch in between does not end it."""
    filled = flags.copy()
    for i in range(1, len(flags) - 1):
        filled[i] |= flags[i - 1] and flags[i + 1]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]]).astype(int)))
    pairs = zip(edges[::2], edges[1::2] - 1, strict=True)
    return [(int(a), int(b)) for a, b in pairs if b - a + 1 >= _LASTING_BINS]


def _raised_status(trace: Trace, times: Array, values: Array) -> list[Throttle]:
    raised = np.flatnonzero(values > 0)
    if not len(raised) or not len(values):
        return []
    first = int(raised[0])
    sentence = f"Android reported throttling (status {values[raised].max():.0f}) from {times[first]:.0f} s on."
    return [Throttle(trace=trace.id, start_s=float(times[first]), end_s=None, before=1.0, after=1.0, sentence=sentence)]


def _sentence(trace: Trace, start: float, before: float, after: float, end: float | None) -> str:
    until = "until the end" if end is None else f"until {end:.0f} s"
    if trace.quantity is Quantity.LATENCY:
        numbers = f"from {format_latency(before * 1e6)} to {format_latency(after * 1e6)}"
        return f"The latency rose by {after / before - 1:.0%}, {numbers}, at {start:.0f} s, {until}."
    return (
        f"{trace.title} fell by {1 - after / before:.0%}, from {before:.0f} to {after:.0f} MHz, at {start:.0f} s, "
        f"{until}."
    )
