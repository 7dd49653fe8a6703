"""A long run: first minute against last, when it began to throttle, and whether it came to rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backends.power.integration import Array
from backends.power.throttling import Throttle, bin_medians, find_throttling
from backends.power.traces import Quantity, Trace, Window, WindowKind

_MINUTE_S = 60.0
_LEAST_S = 20.0
_STEADY_SHARE = 0.02
_FLAT_CELSIUS_PER_MINUTE = 0.2
"""From this slope on a temperature counts as flat."""
_LAST_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A quantity in the first and in the last minute (or third, of shorter runs): medians."""

    title: str
    quantity: Quantity
    first: float
    last: float

    @property
    def share(self) -> float:
        """Give the change as a share of the first."""
        return self.last / self.first - 1 if self.first else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sustained:
    """What became of a device under continuous load."""

    seconds: float
    part_seconds: float
    """Length of the first and last part that are compared."""
    changes: tuple[Change, ...]
    throttles: tuple[Throttle, ...]
    steady_latency_ms: float | None
    """Median of the last quarter, where the latency had come to rest."""
    steady_from_s: float | None
    """From when on each stretch stayed within 2 % (or its noise) of that; after the start of the loop."""
    slope_celsius_per_minute: float | None
    """Of the hottest sensor in the last quarter; up to 0.2 counts as flat."""

    @property
    def seconds_to_throttle(self) -> float | None:
        """Give the time from the start of the load to the first slowing, ``None`` where there was none."""
        return self.throttles[0].start_s if self.throttles else None

    @property
    def is_warm(self) -> bool | None:
        """Whether the temperature was flat in the end; ``None`` where it was not measured."""
        slope = self.slope_celsius_per_minute
        return None if slope is None else abs(slope) <= _FLAT_CELSIUS_PER_MINUTE


def describe_sustained(traces: Sequence[Trace], windows: Sequence[Window]) -> Sustained | None:
    """Describe the loop of a run; ``None`` where it has none of at least 20 s, or no latencies."""
    loop = next((window for window in windows if window.kind is WindowKind.LOOP), None)
    latency = next((trace for trace in traces if trace.quantity is Quantity.LATENCY), None)
    if loop is None or latency is None or loop.seconds < _LEAST_S:
        return None
    part = min(_MINUTE_S, loop.seconds / 3)
    changes = []
    for trace in traces:
        times, values = _inside(trace, loop)
        first, last = values[times <= loop.start_s + part], values[times >= loop.end_s - part]
        if len(first) and len(last) and trace.quantity is not Quantity.STATUS:
            changes.append(
                Change(
                    title=trace.title,
                    quantity=trace.quantity,
                    first=float(np.median(first)),
                    last=float(np.median(last)),
                )
            )
    throttles = tuple(_from_start(item, loop.start_s) for item in find_throttling(traces, windows))
    steady, since = _steady(*_inside(latency, loop), loop)
    return Sustained(
        seconds=loop.seconds,
        part_seconds=part,
        changes=tuple(changes),
        throttles=throttles,
        steady_latency_ms=steady,
        steady_from_s=since,
        slope_celsius_per_minute=_slope(traces, loop),
    )


def _inside(trace: Trace, loop: Window) -> tuple[Array, Array]:
    times, values = np.asarray(trace.times_s), np.asarray(trace.values)
    chosen = (times >= loop.start_s) & (times <= loop.end_s)
    return times[chosen], values[chosen]


def _from_start(item: Throttle, start: float) -> Throttle:
    return Throttle(
        trace=item.trace,
        start_s=item.start_s - start,
        end_s=None if item.end_s is None else item.end_s - start,
        before=item.before,
        after=item.after,
        sentence=item.sentence,
    )


def _steady(times: Array, values: Array, loop: Window) -> tuple[float | None, float | None]:
    starts, medians, errors = bin_medians(times, values)
    if len(starts) < 8:
        return None, None
    last = medians[-max(2, round(_LAST_SHARE * len(medians))) :]
    level = float(np.median(last))
    is_near = np.abs(medians - level) <= np.maximum(_STEADY_SHARE * level, 3 * errors)
    far = np.flatnonzero(~is_near)
    first = 0 if not len(far) else int(far[-1]) + 1
    if first > len(medians) - len(last):
        return None, None
    return level, max(0.0, float(starts[first]) - loop.start_s)


def _slope(traces: Sequence[Trace], loop: Window) -> float | None:
    """Give the slope of the hottest sensor at the end."""
    found: tuple[float, float] | None = None
    for trace in traces:
        if trace.quantity is not Quantity.TEMPERATURE:
            continue
        times, values = _inside(trace, loop)
        late = times >= loop.end_s - _LAST_SHARE * loop.seconds
        if np.count_nonzero(late) < 4 or np.ptp(times[late]) <= 0:
            continue
        hot = float(np.median(values[late]))
        if found is None or hot > found[0]:
            slope = float(np.polyfit(times[late] - times[late][0], values[late], 1)[0]) * 60
            found = (hot, slope)
    return found[1] if found else None
