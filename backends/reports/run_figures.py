"""Plots of a run as figures: latency run by run, its distribution, what was sampled beside it."""

import math
from collections.abc import Sequence

import numpy as np

from backends.power.throttling import Throttle, bin_medians
from backends.power.traces import Quantity, Trace
from backends.reports.figure import Box, Dot, Figure, Label, Line, Tone
from backends.reports.plain_text import clip, plain
from backends.reports.plot_frame import BOTTOM, TOP, WIDTH, PlotFrame
from backends.runs.run import Run
from backends.runs.summary import summarize_latencies
from backends.units import format_latency, latency_unit

_MOST_DOTS = 1500
_MOST_BINS = 60


def latency_figures(run: Run) -> tuple[Figure, ...]:
    """Draw the latencies one after the other and how they are distributed; nothing for fewer than two."""
    if len(run.latencies_ns) < 2:
        return ()
    return _over_runs(run), _distribution(run)


def _over_runs(run: Run) -> Figure:
    divisor, unit = latency_unit(max(run.latencies_ns))
    values = [time / divisor for time in run.latencies_ns]
    low, high = min(values), max(values)
    room = (high - low) * 0.08 or high * 0.05 or 1.0
    plot = PlotFrame((1.0, float(max(2, len(values)))), (max(0.0, low - room), high + room))
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
    plot = PlotFrame((low, low + span), (0.0, 1.0))
    most = max(counts)
    for number, count in enumerate(counts):
        if count:
            (x0, y0), (x1, _) = (plot.at(low + span * (number + i) / bins, 0.0) for i in (0, 1))
            height = count / most * (plot.height - TOP - BOTTOM)
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


def trace_figures(traces: Sequence[Trace], throttles: Sequence[Throttle] = ()) -> tuple[Figure, ...]:
    """Draw latency, power, temperature and clocks over time, one figure for each quantity, with marks of throttling."""
    figures = []
    for quantity in (Quantity.LATENCY, Quantity.POWER, Quantity.TEMPERATURE, Quantity.CLOCK):
        found = [trace for trace in traces if trace.quantity is quantity and len(trace.times_s) > 1][:4]
        if found:
            figures.append(_trace_figure(quantity, found, throttles))
    return tuple(figures)


_UNIT_WIDTH = 50.0
_MOST_POINTS, _LATENCY_BINS = 1000, 120
_TITLES = {Quantity.LATENCY: "Latency over time"}
_TONES = (Tone.ACCENT, Tone.SECOND, Tone.GOOD, Tone.UNKNOWN)


def _trace_figure(quantity: Quantity, traces: Sequence[Trace], throttles: Sequence[Throttle]) -> Figure:
    drawn = [_points(trace) for trace in traces]
    low = min(value for points in drawn for _, value in points)
    high = max(value for points in drawn for _, value in points)
    low = 0.0 if quantity is Quantity.POWER and low >= 0 else low
    room = (high - low) * 0.06 or 1.0
    start, end = min(trace.times_s[0] for trace in traces), max(trace.times_s[-1] for trace in traces)
    plot = PlotFrame((start, end), (low if low == 0 else low - room, high + room))
    marks = [item for item in throttles if any(trace.id == item.trace for trace in traces)]
    for mark in marks:
        (x0, y0), (x1, y1) = (
            plot.at(mark.start_s, high + room),
            plot.at(end if mark.end_s is None else mark.end_s, plot.low),
        )
        plot.shapes.append(Box(x=x0, y=y0, width=max(x1 - x0, 1.0), height=y1 - y0, tone=Tone.BAND, tip=mark.sentence))
        plot.shapes.append(Line(points=((x0, y0), (x0, y1)), tone=Tone.BAD, width=1.5))
    plot.draw_axes("seconds", traces[0].unit)
    for points, tone in zip(drawn, _TONES, strict=False):
        plot.shapes.append(Line(points=tuple(plot.at(x, y) for x, y in points), tone=tone, width=1.4))
    if len(traces) > 1:
        slot = min(150.0, (WIDTH - _UNIT_WIDTH) / len(traces))
        for number, (trace, tone) in enumerate(zip(traces, _TONES, strict=False)):
            x = WIDTH - slot * (len(traces) - number)
            plot.shapes.append(Line(points=((x, 8), (x + 16, 8)), tone=tone, width=2.5))
            plot.shapes.append(Label(x=x + 20, y=12, text=clip(plain(trace.title), int((slot - 26) / 6)), size=11))
    told = [f"From: {plain(traces[0].source or traces[0].title)}."] if quantity is not Quantity.LATENCY else []
    told += ["Medians of equal stretches of time."] if quantity is Quantity.LATENCY else []
    told += [plain(mark.sentence) for mark in marks]
    return plot.figure(_TITLES.get(quantity, quantity.value.capitalize()), " ".join(told))


def _points(trace: Trace) -> Sequence[tuple[float, float]]:
    """Give what to draw: single latencies scatter, so that their medians are drawn."""
    if trace.quantity is Quantity.LATENCY:
        times, medians, _ = bin_medians(np.asarray(trace.times_s), np.asarray(trace.values), _LATENCY_BINS)
        if len(times) > 1:
            return list(zip(times.tolist(), medians.tolist(), strict=True))
    step = max(1, len(trace.times_s) // _MOST_POINTS)
    return list(zip(trace.times_s[::step], trace.values[::step], strict=True))
