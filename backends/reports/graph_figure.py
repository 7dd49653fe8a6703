"""The graph of a subgraph as a figure, coloured by numbers or verdicts, without Qt."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import BoxGraph, Layout
from backends.graph.layout import layout_graph
from backends.graph.nodes import GraphNode, GraphScene, NodeRole, build_scene
from backends.model.model import Model, OperatorId
from backends.reports.columns import format_operator
from backends.reports.figure import Box, Figure, Label, Line, Shape, Tone
from backends.reports.heat import ink_on
from backends.reports.plain_text import clip, display_width, plain

MOST_NODES = 8000
"""Larger graphs are not drawn: browsers would hardly move them."""
_DETAILED_NODES = 1500
"""Larger graphs show types and numbers only."""
_CHARACTER = 8.0
"""Width of a bold 12 px capital in px, and of other 11 px characters: as in wide fonts, so that all fit."""
_SMALL = 6.5
_LINE, _PADDING, _MOST_CHARACTERS = 15.0, 9.0, 34
_MARGIN = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """What is shown on the nodes."""

    colours: Mapping[OperatorId, str]
    """Operator to fill, ``#rrggbb``."""
    texts: Mapping[OperatorId, str]
    """A line to add, such as the time."""
    tips: Mapping[OperatorId, str]
    caption: str
    """What the colours mean."""
    link_prefix: str = ""
    """Tells the graphs of a report apart in links between nodes and rows: letters only."""
    title: str = ""
    """Stands before the name of a subgraph; ``Graph`` where empty."""


def operator_link(operator: OperatorId, prefix: str = "") -> str:
    """Name an operator for links between the nodes of a drawing and the rows of a table."""
    return f"{prefix}{operator.subgraph}-{operator.index}"


def graph_figure(model: Model, subgraph: int, paint: Paint) -> Figure | None:
    """Draw a subgraph; ``None`` where it has no operators or more than ``MOST_NODES`` nodes."""
    scene = build_scene(model, subgraph)
    if not scene.nodes or not model.subgraphs[subgraph].operators or len(scene.nodes) > MOST_NODES:
        return None
    lines = [_lines(node, paint, is_detailed=len(scene.nodes) <= _DETAILED_NODES) for node in scene.nodes]
    layout = _lay_out(scene, lines)
    left, top, right, bottom = layout.bounds
    move = (_MARGIN - left, _MARGIN - top)
    shapes: list[Shape] = [*_edges(layout, move)]
    for index, node in enumerate(scene.nodes):
        shapes.extend(_node(node, lines[index], layout, index, move, paint))
    name = model.subgraphs[subgraph].name
    head = paint.title or "Graph"
    title = head if len(model.subgraphs) == 1 else f"{head} of subgraph {subgraph} {name}".rstrip()
    return Figure(
        title=title,
        width=right - left + 2 * _MARGIN,
        height=bottom - top + 2 * _MARGIN,
        shapes=tuple(shapes),
        caption=paint.caption,
        is_zoomable=True,
    )


def _lines(node: GraphNode, paint: Paint, *, is_detailed: bool) -> list[str]:
    """Give the lines of a node: type, number, then shapes and attributes."""
    head = plain(node.title)
    lines = [clip(head, _MOST_CHARACTERS)]
    if node.operator is not None:
        lines[0] = f"{format_operator(node.operator)}  {lines[0]}"
        if node.operator in paint.texts:
            lines.append(paint.texts[node.operator])
    if is_detailed:
        lines.extend(clip(plain(line), _MOST_CHARACTERS) for line in node.lines[:2])
    return lines


def _lay_out(scene: GraphScene, lines: list[list[str]]) -> Layout:
    widths = [
        max(_CHARACTER * display_width(text[0]), *(_SMALL * display_width(line) for line in text[1:]), 60.0)
        if len(text) > 1
        else max(_CHARACTER * display_width(text[0]), 60.0)
        for text in lines
    ]
    return layout_graph(
        BoxGraph(
            width=np.asarray(widths) + 2 * _PADDING,
            height=np.asarray([_LINE * len(text) + _PADDING for text in lines]),
            source=scene.source,
            target=scene.target,
            tensor=scene.tensor,
        )
    )


def _edges(layout: Layout, move: tuple[float, float]) -> list[Shape]:
    shapes: list[Shape] = []
    dx, dy = move
    for (x0, y0, yb, x1, yt, y1), arrives in zip(layout.pieces.tolist(), layout.piece_ends.tolist(), strict=True):
        points = [(x0 + dx, y0 + dy), (x0 + dx, yb + dy), (x1 + dx, yt + dy), (x1 + dx, y1 + dy)]
        shapes.append(Line(points=tuple(dict.fromkeys(points)) if x0 != x1 else (points[0], points[3]), tone=Tone.EDGE))
        if arrives:
            x, y = points[3]
            shapes.append(Line(points=((x - 3, y - 6), (x, y), (x + 3, y - 6)), tone=Tone.EDGE))
    return shapes


def _node(
    node: GraphNode, lines: list[str], layout: Layout, index: int, move: tuple[float, float], paint: Paint
) -> list[Shape]:
    x, y = float(layout.left[index]) + move[0], float(layout.top[index]) + move[1]
    width, height = float(layout.width[index]), float(layout.height[index])
    fill = paint.colours.get(node.operator, "") if node.operator is not None else ""
    ink = ink_on(fill) if fill else ""
    is_end = node.role is not NodeRole.OPERATOR
    tip = paint.tips.get(node.operator, "") if node.operator is not None else ""
    shapes: list[Shape] = [
        Box(
            x=x,
            y=y,
            width=width,
            height=height,
            tone=Tone.GRID if is_end else Tone.NODE,
            fill=fill,
            outline=Tone.EDGE,
            radius=height / 2 if is_end and len(lines) == 1 else 5,
            tip=tip or f"{plain(node.title)} {plain(node.name)}".strip(),
            link=operator_link(node.operator, paint.link_prefix) if node.operator is not None else "",
        )
    ]
    for number, text in enumerate(lines):
        shapes.append(
            Label(
                x=x + width / 2,
                y=y + _PADDING / 2 + _LINE * (number + 0.75),
                text=text,
                size=12 if number == 0 else 11,
                tone=Tone.INK if number == 0 else Tone.DIM,
                fill=ink,
                anchor="middle",
                is_bold=number == 0,
            )
        )
    if layout.has_top_tab[index] or layout.has_bottom_tab[index]:
        for is_there, at in ((layout.has_top_tab[index], y - 4), (layout.has_bottom_tab[index], y + height + 11)):
            if is_there:
                shapes.append(Label(x=x + width / 2, y=at, text="…", size=11, tone=Tone.DIM, anchor="middle"))
    return shapes
