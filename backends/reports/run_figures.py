"""Plots of a run as figures: latency run by run, its distribution, what was sampled beside it."""

import math
from collections.abc import Sequence

from backends.power.traces import Quantity, Trace
from backends.reports.figure import Box, Dot, Figure, Label, Line, Shape, Tone
from backends.reports.plain_text import plain
from backends.runs.run import Run
from backends.runs.summary import summarize_latencies
from backends.units import format_latency, latency_unit

_WIDTH, _HEIGHT = 560.0, 220.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 14.0, 24.0, 38.0
_MOST_DOTS = 1500
_MOST_BINS = 60
_TICKS = 5


def latency_figures(run: Run) -> tuple[Figure, ...]:
    """Draw the latencies one after the other and how they are distributed; nothing for fewer than two."""
    if len(run.latencies_ns) < 2:
        return ()
    return _over_runs(run), _distribution(run)


class _Plot:
    """A frame with axes; data go to pixels through it."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float], height: float = _HEIGHT) -> None:
        self._x, self._y, self.height = x, y, height
        self.shapes: list[Shape] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Give the place of a point."""
        across = (x - self._x[0]) / ((self._x[1] - self._x[0]) or 1)
        up = (y - self._y[0]) / ((self._y[1] - self._y[0]) or 1)
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), self.height - _BOTTOM - up * (self.height - _TOP - _BOTTOM)

    def draw_axes(self, x_title: str, y_title: str, *, has_x_numbers: bool = True) -> None:
        """Draw grid, numbers and titles."""
        for value in ticks(*self._y):
            (x0, y), (x1, _) = self.at(self._x[0], value), self.at(self._x[1], value)
            self.shapes.append(Line(points=((x0, y), (x1, y)), tone=Tone.GRID))
            self.shapes.append(Label(x=x0 - 6, y=y + 4, text=f"{value:.6g}", size=11, tone=Tone.DIM, anchor="end"))
        for value in ticks(*self._x) if has_x_numbers else ():
            x, y = self.at(value, self._y[0])
            self.shapes.append(Line(points=((x, y), (x, y + 4)), tone=Tone.EDGE))
            self.shapes.append(Label(x=x, y=y + 16, text=f"{value:.6g}", size=11, tone=Tone.DIM, anchor="middle"))
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        self.shapes.append(Label(x=middle, y=self.height - 6, text=x_title, size=11, tone=Tone.DIM, anchor="middle"))
        self.shapes.append(Label(x=4, y=12, text=y_title, size=11, tone=Tone.DIM))

    def figure(self, title: str, caption: str) -> Figure:
        """Give what was drawn."""
        return Figure(title=title, width=_WIDTH, height=self.height, shapes=tuple(self.shapes), caption=caption)


def ticks(low: float, high: float) -> list[float]:
    """Give about five round numbers from low to high (steps of 1, 2 or 5 times a power of ten)."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    raw = span / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 12) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _over_runs(run: Run) -> Figure:
    divisor, unit = latency_unit(max(run.latencies_ns))
    values = [time / divisor for time in run.latencies_ns]
    low, high = min(values), max(values)
    room = (high - low) * 0.08 or high * 0.05 or 1.0
    plot = _Plot((1.0, float(max(2, len(values)))), (max(0.0, low - room), high + room))
    plot.draw_axes("process" if run.chunks else "run", unit)
    median = summarize_latencies(run.latencies_ns).p50_ns
    start, end = plot.at(1.0, median / divisor), plot.at(float(len(values)), median / divisor)
    plot.shapes.append(Line(points=(start, end), tone=Tone.SECOND, width=1.5))
    step = max(1, math.ceil(len(values) / _MOST_DOTS))
    for number in range(0, len(values), step):
        x, y = plot.at(number + 1.0, values[number])
        plot.shapes.append(Dot(x=x, y=y, radius=2.2 if len(values) < 300 else 1.4))
    thinned = f", every {step}th shown" if step > 1 else ""
    return plot.figure("Latency run by run", f"{len(values)} runs{thinned}; the line is the median.")


def _distribution(run: Run) -> Figure:
    divisor, unit = latency_unit(max(run.latencies_ns))
    values = sorted(time / divisor for time in run.latencies_ns)
    low, high = values[0], values[-1]
    span = high - low or max(high * 0.01, 1e-9)
    bins = min(_MOST_BINS, max(4, round(2 * len(values) ** (1 / 3) * 2)))
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int((value - low) / span * bins))] += 1
    plot = _Plot((low, low + span), (0.0, 1.0))
    most = max(counts)
    for number, count in enumerate(counts):
        if count:
            (x0, y0), (x1, _) = (plot.at(low + span * (number + i) / bins, 0.0) for i in (0, 1))
            height = count / most * (plot.height - _TOP - _BOTTOM)
            plot.shapes.append(
                Box(
                    x=x0, y=y0 - height, width=max(x1 - x0 - 1, 0.5), height=height, tone=Tone.BAND, tip=f"{count} runs"
                )
            )
    plot.draw_axes(unit, "share of runs")
    step = max(1, len(values) // 400)
    kept = [*range(0, len(values), step), len(values) - 1]
    points = [plot.at(values[number], (number + 1) / len(values)) for number in kept]
    plot.shapes.append(Line(points=(plot.at(low, 0.0), *points), tone=Tone.ACCENT, width=1.8))
    summary = summarize_latencies(run.latencies_ns)
    caption = (
        f"Line: share of runs that took at most so long; bars: how often. p50 {format_latency(summary.p50_ns)}, "
        f"p90 {format_latency(summary.p90_ns)}, p99 {format_latency(summary.p99_ns)}."
    )
    return plot.figure("Distribution of the latency", caption)


def trace_figures(traces: Sequence[Trace]) -> tuple[Figure, ...]:
    """Draw power, temperature and clocks over time, one figure for each quantity."""
    figures = []
    for quantity in (Quantity.POWER, Quantity.TEMPERATURE, Quantity.CLOCK):
        found = [trace for trace in traces if trace.quantity is quantity and len(trace.times_s) > 1][:4]
        if found:
            figures.append(_trace_figure(quantity, found))
    return tuple(figures)


_TONES = (Tone.ACCENT, Tone.SECOND, Tone.GOOD, Tone.UNKNOWN)


def _trace_figure(quantity: Quantity, traces: Sequence[Trace]) -> Figure:
    low = min(min(trace.values) for trace in traces)
    high = max(max(trace.values) for trace in traces)
    low = 0.0 if quantity is Quantity.POWER and low >= 0 else low
    room = (high - low) * 0.06 or 1.0
    start, end = min(trace.times_s[0] for trace in traces), max(trace.times_s[-1] for trace in traces)
    plot = _Plot((start, end), (low if low == 0 else low - room, high + room))
    plot.draw_axes("seconds", traces[0].unit)
    for trace, tone in zip(traces, _TONES, strict=False):
        step = max(1, len(trace.times_s) // 1000)
        points = zip(trace.times_s[::step], trace.values[::step], strict=True)
        plot.shapes.append(Line(points=tuple(plot.at(x, y) for x, y in points), tone=tone, width=1.4))
    for number, (trace, tone) in enumerate(zip(traces, _TONES, strict=False)):
        if len(traces) > 1:
            y = _TOP + 6 + 14 * number
            plot.shapes.append(Line(points=((_WIDTH - 150, y), (_WIDTH - 132, y)), tone=tone, width=2.5))
            plot.shapes.append(Label(x=_WIDTH - 126, y=y + 4, text=plain(trace.title)[:22], size=11))
    return plot.figure(quantity.value.capitalize(), f"From: {plain(traces[0].source or traces[0].title)}.")
