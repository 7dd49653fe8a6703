"""Pictures of a graph as files: PNG and SVG."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QPointF, QRectF, QSize
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from backends.errors import StoreError
from profiler_gui.canvas.graph_painter import GraphPainter
from profiler_gui.canvas.legend import legend_size, paint_legend
from profiler_gui.canvas.overlay import Overlay
from profiler_gui.canvas.viewport import Viewport

_MARGIN = 24.0
_MOST_PIXELS = 100_000_000
"""A hundred megapixels: 400 MB while it is painted."""
_MOST_SIDE = 32_000
"""Longer sides are refused by Qt's painter and by most viewers."""
_MOST_SVG_NODES = 30_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """What goes into a picture; ``view`` is ``None`` for the whole graph."""

    graph: GraphPainter | None
    overlay: Overlay | None
    font: QFont
    view: Viewport | None


def write_png(path: Path, content: Content, scale: float) -> str:
    """Write a PNG at ``scale`` pixels per unit; give a sentence if it had to be made smaller, else nothing.

    Raises:
        StoreError: the file cannot be written, or there is nothing to draw.
    """
    graph, view = _scene(path, content)
    wanted = scale
    largest = min(
        _MOST_SIDE / view.width, _MOST_SIDE / view.height, math.sqrt(_MOST_PIXELS / (view.width * view.height))
    )
    scale = min(scale, largest)
    zoomed = _scaled(view, scale)
    image = QImage(max(1, round(zoomed.width)), max(1, round(zoomed.height)), QImage.Format.Format_RGB32)
    if image.isNull():
        raise StoreError(
            f"Cannot write {path.name}: the picture does not fit in memory", hint="Choose a smaller scale."
        )
    painter = QPainter(image)
    _paint(painter, graph, zoomed, content)
    painter.end()
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise _unwritable(path)
    if scale < wanted:
        return (
            f"The graph is too large for a PNG at scale {wanted:g}; it was written at {scale:.3g}. Export SVG instead."
        )
    return ""


def write_svg(path: Path, content: Content) -> str:
    """Write an SVG with every line of text; give a sentence if details were left out, else nothing.

    Raises:
        StoreError: the file cannot be written, or there is nothing to draw.
    """
    graph, view = _scene(path, content)
    note = ""
    if content.view is None and len(graph.picture.nodes) > _MOST_SVG_NODES:
        view = _scaled(view, 0.1)
        note = f"The graph has more than {_MOST_SVG_NODES} nodes: the SVG shows them as boxes without text."
    generator = QSvgGenerator()
    stream = QBuffer()
    generator.setOutputDevice(stream)
    generator.setTitle("Operator graph")
    generator.setSize(QSize(math.ceil(view.width), math.ceil(view.height)))
    generator.setViewBox(QRectF(0, 0, view.width, view.height))
    painter = QPainter(generator)
    _paint(painter, graph, view, content)
    painter.end()
    try:
        path.write_bytes(bytes(stream.data().data()))
    except OSError as error:
        raise _unwritable(path, str(error)) from error
    return note


def _unwritable(path: Path, detail: str = "") -> StoreError:
    return StoreError(f"Cannot write {path.name}", hint="Check the folder and the free space.", detail=detail)


def _scene(path: Path, content: Content) -> tuple[GraphPainter, Viewport]:
    graph = content.graph
    if graph is None or graph.picture.is_empty:
        raise StoreError(f"Cannot write {path.name}: there is no graph to draw")
    if content.view is not None:
        return graph, content.view
    left, top, right, bottom = graph.picture.layout.bounds
    low = legend_size(content.overlay)[1] + _MARGIN if content.overlay is not None else 0.0
    return graph, Viewport(
        x=left - _MARGIN,
        y=top - _MARGIN,
        zoom=1.0,
        width=max(right - left, legend_size(content.overlay)[0] if content.overlay else 0.0) + 2 * _MARGIN,
        height=bottom - top + 2 * _MARGIN + low,
    )


def _scaled(view: Viewport, scale: float) -> Viewport:
    return replace(view, zoom=view.zoom * scale, width=view.width * scale, height=view.height * scale)


def _paint(painter: QPainter, graph: GraphPainter, view: Viewport, content: Content) -> None:
    graph.paint(painter, view, QRectF(0, 0, view.width, view.height))
    if content.overlay is not None:
        corner = QPointF(_MARGIN, view.height - _MARGIN)
        paint_legend(painter, content.overlay, graph.palette, content.font, corner)
