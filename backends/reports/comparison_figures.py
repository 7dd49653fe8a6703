"""Drawings of a comparison: both graphs coloured by what changed, distributions, layers and power over each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backends.compare.comparison import Comparison, Subject
from backends.compare.layer_difference import LayerRow, difference_values
from backends.compare.model_difference import Status
from backends.model.model import OperatorId
from backends.power.traces import Quantity, Trace
from backends.reports.comparison_columns import STATUS_MARKS, changes_text, format_difference
from backends.reports.figure import Box, Dot, Figure, Label, Line, Shape, Tone
from backends.reports.graph_figure import MOST_NODES, Paint, graph_figure, operator_link
from backends.reports.heat import heat_colours
from backends.reports.plain_text import clip, plain
from backends.reports.plot_frame import TOP, WIDTH, PlotFrame
from backends.reports.run_figures import trace_figures
from backends.units import format_latency, latency_unit

STATUS_COLOURS = {Status.SAME: "#e4e8ee", Status.CHANGED: "#c9a6f0", Status.ADDED: "#7fd4c1", Status.REMOVED: "#f7b48a"}
"""Light enough for dark text; each node carries the mark of its status too."""
_STATUS_WORDS = {Status.SAME: "same", Status.CHANGED: "changed", Status.ADDED: "only in B", Status.REMOVED: "only in A"}
_SHOWN_BARS, _BAR, _GAP = 15, 9.0, 10.0
_NAME_WIDTH, _VALUE_WIDTH = 170.0, 120.0
_MOST_POINTS = 400
_MOST_GRAPHS = 3
_PREFIXES = ("a", "b")
_TONES = (Tone.ACCENT, Tone.SECOND)


@dataclass(frozen=True, slots=True)
class _Curve:
    """One side of a plot."""

    letter: str
    values: Sequence[float]


def graph_figures(comparison: Comparison) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Draw the graphs of A and B, each node coloured by what became of it; and say what is not drawn."""
    sides = (comparison.a, comparison.b)
    if comparison.model is None or any(side.model is None for side in sides):
        return (), ()
    if is_one_model(comparison):
        return _difference_figures(comparison), ()
    drawn: list[Figure] = []
    sentences: list[str] = []
    counts = [len(side.model.subgraphs) for side in sides if side.model is not None]
    for index in range(min(max(counts), _MOST_GRAPHS)):
        for letter, side, paint in zip("AB", sides, _paints(comparison), strict=True):
            model = side.model
            if model is None or index >= len(model.subgraphs) or not model.subgraphs[index].operators:
                continue
            figure = graph_figure(model, index, paint)
            if figure is None:
                sentences.append(f"Subgraph {index} of {letter} has more than {MOST_NODES:,} nodes and is not drawn.")
            else:
                drawn.append(figure)
    if max(counts) > _MOST_GRAPHS:
        sentences.append(f"The first {_MOST_GRAPHS} of {max(counts)} subgraphs are drawn.")
    return tuple(drawn), tuple(sentences)


def is_one_model(comparison: Comparison) -> bool:
    """Whether both sides are of the same file, so that one graph is enough."""
    a, b = comparison.a.model, comparison.b.model
    return a is not None and b is not None and a.sha256 == b.sha256


def layer_links(comparison: Comparison, rows: Sequence[LayerRow]) -> tuple[str, ...]:
    """Name the operators of each row, of both sides, as the graphs' nodes are named."""
    a, b = ("", "") if is_one_model(comparison) else _PREFIXES
    return tuple(
        " ".join(dict.fromkeys([*(operator_link(id_, a) for id_ in row.a), *(operator_link(id_, b) for id_ in row.b)]))
        for row in rows
    )


def latency_comparison_figures(comparison: Comparison) -> tuple[Figure, ...]:
    """Draw how the latencies of both sides are distributed, over each other."""
    values = [[time for run in side.runs for time in run.latencies_ns] for side in (comparison.a, comparison.b)]
    if min(map(len, values)) < 2:
        return ()
    divisor, unit = latency_unit(max(map(max, values)))
    curves = [
        _Curve(letter, sorted(time / divisor for time in times)) for letter, times in zip("AB", values, strict=True)
    ]
    low, high = min(curve.values[0] for curve in curves), max(curve.values[-1] for curve in curves)
    plot = PlotFrame((low, high if high > low else low * 1.01 + 1e-9), (0.0, 1.0))
    plot.draw_axes(unit, "share of runs")
    for curve, tone in zip(curves, _TONES, strict=True):
        count = len(curve.values)
        kept = [*range(0, count, max(1, count // _MOST_POINTS)), count - 1]
        points = [plot.at(curve.values[0], 0.0), *(plot.at(curve.values[place], (place + 1) / count) for place in kept)]
        plot.shapes.append(Line(points=tuple(points), tone=tone, width=1.8))
    plot.shapes.extend(_key([(curve.letter, len(curve.values)) for curve in curves]))
    return (plot.figure("Latencies of both sides", "Share of runs that took at most so long."),)


def layer_figures(comparison: Comparison) -> tuple[Figure, ...]:
    """Draw the layers of the largest difference as pairs of bars."""
    timed = [row for row in comparison.layers if row.difference_ns is not None]
    shown = sorted(timed, key=lambda row: -abs(row.difference_ns or 0.0))[:_SHOWN_BARS]
    most = max((max(row.a_ns or 0.0, row.b_ns or 0.0) for row in shown), default=0.0)
    if most <= 0:
        return ()
    room = WIDTH - _NAME_WIDTH - _VALUE_WIDTH
    shapes: list[Shape] = []
    links = layer_links(comparison, shown)
    for number, row in enumerate(shown):
        y = TOP + number * (2 * _BAR + _GAP)
        places = "/".join(str(ids[0].index) if ids else "–" for ids in (row.a, row.b))
        name = clip(f"{places}  {plain(row.kind)}", 26)
        shapes.append(Label(x=_NAME_WIDTH - 8, y=y + _BAR + 4, text=name, size=11, anchor="end"))
        for place, (time, tone) in enumerate(zip((row.a_ns, row.b_ns), _TONES, strict=True)):
            if time:
                tip = f"{'AB'[place]}: {format_latency(time)}"
                width = max(time / most * room, 0.8)
                top = y + place * _BAR
                shapes.append(
                    Box(x=_NAME_WIDTH, y=top, width=width, height=_BAR - 1, tone=tone, tip=tip, link=links[number])
                )
        told = format_difference(row.difference_ns or 0.0)
        shapes.append(Label(x=WIDTH - 4, y=y + _BAR + 4, text=told, size=11, tone=Tone.DIM, anchor="end"))
    shapes.extend(_key([("A", 0), ("B", 0)]))
    height = TOP + len(shown) * (2 * _BAR + _GAP)
    caption = (
        f"The {len(shown)} of the largest difference; at the right B − A."
        if len(timed) > len(shown)
        else "At the right B − A."
    )
    return (Figure(title="Time by layer", width=WIDTH, height=height, shapes=tuple(shapes), caption=caption),)


def power_figures(comparison: Comparison) -> tuple[Figure, ...]:
    """Draw power, temperature and clocks of both sides over each other, each from its own beginning."""
    traces: list[Trace] = []
    for quantity in (Quantity.POWER, Quantity.TEMPERATURE, Quantity.CLOCK):
        found = [_first_trace(side, quantity) for side in (comparison.a, comparison.b)]
        if all(found):
            traces += [_renamed(trace, letter) for letter, trace in zip("AB", found, strict=True) if trace is not None]
    return trace_figures(traces)


def _difference_figures(comparison: Comparison) -> tuple[Figure, ...]:
    """Draw the one graph, coloured by how much longer or shorter each operator takes in B."""
    values, _ = difference_values(comparison.layers)
    model = comparison.a.model
    if model is None or not values:
        return ()
    most = format_latency(max(map(abs, values.values())))
    paint = Paint(
        colours=heat_colours(values, is_diverging=True),
        texts={id_: format_difference(value) for id_, value in values.items()},
        tips={id_: _tip(row) for row in comparison.layers for id_ in row.a},
        caption=f"Coloured by B − A: red where B takes longer, blue where less, up to {most}.",
    )
    drawn = (graph_figure(model, graph.index, paint) for graph in model.subgraphs[:_MOST_GRAPHS])
    return tuple(figure for figure in drawn if figure is not None)


def _first_trace(side: Subject, quantity: Quantity) -> Trace | None:
    run = side.run
    traces = run.traces if run is not None else ()
    return next((trace for trace in traces if trace.quantity is quantity and len(trace.times_s) > 1), None)


def _renamed(trace: Trace, letter: str) -> Trace:
    start = trace.times_s[0]
    title = f"{letter}: {trace.title}"
    return replace(trace, title=title, source=trace.title, times_s=tuple(time - start for time in trace.times_s))


def _paints(comparison: Comparison) -> tuple[Paint, Paint]:
    colours: tuple[dict[OperatorId, str], dict[OperatorId, str]] = ({}, {})
    texts: tuple[dict[OperatorId, str], dict[OperatorId, str]] = ({}, {})
    tips: tuple[dict[OperatorId, str], dict[OperatorId, str]] = ({}, {})
    for row in comparison.layers:
        for side, (ids, time) in enumerate(((row.a, row.a_ns), (row.b, row.b_ns))):
            for id_ in ids:
                colours[side][id_] = STATUS_COLOURS[row.status]
                texts[side][id_] = _node_text(row, time if id_ == ids[0] else None)
                tips[side][id_] = _tip(row)
    counts = {status: comparison.model.count(status) if comparison.model else 0 for status in Status}
    return (
        _paint("A", _PREFIXES[0], comparison.a, (colours[0], texts[0], tips[0]), counts),
        _paint("B", _PREFIXES[1], comparison.b, (colours[1], texts[1], tips[1]), counts),
    )


_Texts = dict[OperatorId, str]


def _paint(
    letter: str, prefix: str, side: Subject, maps: tuple[_Texts, _Texts, _Texts], counts: Mapping[Status, int]
) -> Paint:
    missing = Status.ADDED if letter == "A" else Status.REMOVED
    told = [
        f"{STATUS_MARKS[status]} {_STATUS_WORDS[status]} ({count})"
        for status, count in counts.items()
        if status is not missing
    ]
    name = plain(side.model.name) if side.model is not None else side.title
    colours, texts, tips = maps
    return Paint(
        colours=colours,
        texts=texts,
        tips=tips,
        caption=f"{name}. {', '.join(told)}.",
        link_prefix=prefix,
        title=f"{letter}",
    )


def _node_text(row: LayerRow, time: float | None) -> str:
    parts = [STATUS_MARKS[row.status]] if row.status is not Status.SAME else []
    parts += [format_latency(time)] if time is not None else []
    return " ".join(parts)


def _tip(row: LayerRow) -> str:
    lines = [f"{_STATUS_WORDS[row.status]}: {row.kind} {row.name}", changes_text(row)]
    if row.difference_ns is not None:
        lines.append(f"B − A: {format_difference(row.difference_ns)}")
    return "\n".join(plain(line) for line in lines if line)


def _key(sides: Sequence[tuple[str, int]]) -> list[Shape]:
    """Say which colour is which side."""
    shapes: list[Shape] = []
    for place, ((letter, count), tone) in enumerate(zip(sides, _TONES, strict=True)):
        x = WIDTH - 190 + 95 * place
        shapes.append(Dot(x=x, y=8, radius=4, tone=tone))
        shapes.append(Label(x=x + 9, y=12, text=f"{letter}, {count} runs" if count else letter, size=11))
    return shapes
