"""Pictures of a graph as files: PNG, SVG and PDF, whole or as it is in view."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QMarginsF, QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QFont, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from backends.errors import StoreError
from backends.progress import Progress
from backends.reports.report_file import replaced_file
from profiler_gui.canvas.graph_painter import GraphPainter
from profiler_gui.canvas.highlight import Highlight
from profiler_gui.canvas.legend import legend_size, paint_legend
from profiler_gui.canvas.overlay import Overlay
from profiler_gui.canvas.viewport import Viewport

POINTS_PER_UNIT = 0.75
"""A unit of the picture is a pixel of a screen with 96 dots per inch; a point is a 72nd of an inch."""

_MARGIN = 24.0
_MOST_PIXELS = 100_000_000
"""A hundred megapixels: 400 MB while it is painted."""
_MOST_SIDE = 32_000
"""Longer sides are refused by Qt's painter and by most viewers."""
_MOST_SVG_NODES = 30_000
_STRIP = 1000
"""Rows of pixels painted between two looks at whether the user cancelled."""
_MOST_PAGE_POINTS = 14_400.0
"""The longest side of a page of a PDF (PDF 32000-1:2008, annex C)."""
_PDF_RESOLUTION = 288


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """What goes into a picture; ``view`` is ``None`` for the whole graph."""

    graph: GraphPainter | None
    overlay: Overlay | None
    font: QFont
    view: Viewport | None
    marks: Highlight | None = None
    """Selection, matches and the followed tensor, where they shall be seen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What is painted at some scale; ``view`` holds the size in pixels."""

    content: Content
    graph: GraphPainter
    view: Viewport
    legend_scale: float

    def paint(self, painter: QPainter, region: QRectF) -> None:
        """Paint what lies in a region, in pixels."""
        self.graph.paint(painter, self.view, region)
        if self.content.marks is not None:
            painter.save()
            painter.setClipRect(region)
            self.content.marks.paint(painter, self.view, None)
            painter.restore()
        if self.content.overlay is None:
            return
        painter.save()
        painter.translate(_MARGIN * self.legend_scale, self.view.height - _MARGIN * self.legend_scale)
        painter.scale(self.legend_scale, self.legend_scale)
        paint_legend(painter, self.content.overlay, self.graph.palette, self.content.font, QPointF(0, 0))
        painter.restore()


def make_scene(name: str, content: Content, scale: float) -> Scene:
    """Place the graph and the legend below it at a scale.

    Args:
        name: the file that is to be written, for errors.
        content: what is to be seen.
        scale: pixels per unit of the whole graph, or per pixel of the view.

    Raises:
        StoreError: there is nothing to draw.
    """
    graph = content.graph
    if graph is None or graph.picture.is_empty:
        raise StoreError(f"Cannot write {name}: there is no graph to draw")
    if content.view is not None:
        view = content.view
        view = replace(view, zoom=view.zoom * scale, width=view.width * scale, height=view.height * scale)
        return Scene(content=content, graph=graph, view=view, legend_scale=scale)
    left, top, right, bottom = graph.picture.layout.bounds
    # A legend stays readable beside a graph that is too large to be.
    legend_scale = max(scale, 1.0)
    wide, high = legend_size(content.overlay) if content.overlay is not None else (0.0, -_MARGIN)
    view = Viewport(
        x=left - _MARGIN,
        y=top - _MARGIN,
        zoom=scale,
        width=max((right - left + 2 * _MARGIN) * scale, (wide + 2 * _MARGIN) * legend_scale if wide else 0.0),
        height=(bottom - top + 2 * _MARGIN) * scale + (high + _MARGIN) * legend_scale,
    )
    return Scene(content=content, graph=graph, view=view, legend_scale=legend_scale)


def fitting_png_scale(content: Content, wanted: float) -> float:
    """Give the wanted scale, or the largest one at which a PNG is not too large.

    Raises:
        StoreError: there is nothing to draw.
    """
    scale = wanted
    while True:
        view = make_scene("the PNG", content, scale).view
        over = max(
            view.width / _MOST_SIDE, view.height / _MOST_SIDE, math.sqrt(view.width * view.height / _MOST_PIXELS)
        )
        if over <= 1.0 or scale < 1e-4:
            return scale
        scale *= min(0.99, 1.0 / over)


def write_png(path: Path, content: Content, scale: float, progress: Progress | None = None) -> str:
    """Write a PNG at ``scale`` pixels per unit; give a sentence if it had to be made smaller, else nothing.

    Raises:
        StoreError: the file cannot be written, or there is nothing to draw.
    """
    progress = progress or Progress()
    fitting = fitting_png_scale(content, scale)
    scene = make_scene(path.name, content, fitting)
    width, height = max(1, round(scene.view.width)), max(1, round(scene.view.height))
    image = QImage(width, height, QImage.Format.Format_RGB32)
    if image.isNull():
        raise StoreError(
            f"Cannot write {path.name}: the picture does not fit in memory", hint="Choose a smaller scale."
        )
    painter = QPainter(image)
    try:
        for top in range(0, height, _STRIP):
            progress.step("Painting the graph", done=top, total=height)
            scene.paint(painter, QRectF(0, top, width, min(_STRIP, height - top)))
    finally:
        painter.end()
    progress.step(f"Writing {path.name}")
    stream = QBuffer()
    if not image.save(stream, "PNG"):  # type: ignore[call-overload]
        raise StoreError(f"Cannot write {path.name}: Qt cannot make a PNG of it", hint="Choose a smaller scale.")
    _put(path, stream)
    if fitting < scale:
        return (
            f"The graph is too large for a PNG at scale {scale:g}; it was written at {fitting:.3g}. "
            "Export SVG or PDF instead."
        )
    return ""


def write_svg(path: Path, content: Content) -> str:
    """Write an SVG with every line of text; give a sentence if details were left out, else nothing.

    Raises:
        StoreError: the file cannot be written, or there is nothing to draw.
    """
    scale, note = _vector_scale(content, "SVG")
    scene = make_scene(path.name, content, scale)
    generator = QSvgGenerator()
    stream = QBuffer()
    generator.setOutputDevice(stream)
    generator.setTitle("Operator graph")
    generator.setSize(QSize(math.ceil(scene.view.width), math.ceil(scene.view.height)))
    generator.setViewBox(QRectF(0, 0, scene.view.width, scene.view.height))
    painter = QPainter(generator)
    scene.paint(painter, QRectF(0, 0, scene.view.width, scene.view.height))
    painter.end()
    _put(path, stream)
    return note


def write_pdf(path: Path, content: Content) -> str:
    """Write a PDF of one page as large as the graph; give a sentence if it had to be made smaller, else nothing.

    Raises:
        StoreError: the file cannot be written, or there is nothing to draw.
    """
    scale, note = _vector_scale(content, "PDF")
    scene = make_scene(path.name, content, scale)
    width, height = scene.view.width, scene.view.height
    points = min(POINTS_PER_UNIT, _MOST_PAGE_POINTS / max(width, height))
    if points < POINTS_PER_UNIT:
        note = note or f"The graph is larger than a page can be; the PDF shows it at {points / POINTS_PER_UNIT:.0%}."
    stream = QBuffer()
    stream.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(stream)
    writer.setResolution(_PDF_RESOLUTION)
    writer.setTitle("Operator graph")
    exactly = QPageSize.SizeMatchPolicy.ExactMatch
    size = QPageSize(QSizeF(width * points, height * points), QPageSize.Unit.Point, "", exactly)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    painter = QPainter(writer)
    dots = points * _PDF_RESOLUTION / 72
    painter.scale(dots, dots)
    scene.paint(painter, QRectF(0, 0, width, height))
    painter.end()
    stream.close()
    _put(path, stream)
    return note


def _vector_scale(content: Content, kind: str) -> tuple[float, str]:
    """Give the scale, and a sentence if it is one without texts."""
    graph = content.graph
    if content.view is None and graph is not None and len(graph.picture.nodes) > _MOST_SVG_NODES:
        return 0.1, f"The graph has more than {_MOST_SVG_NODES} nodes: the {kind} shows them as boxes without text."
    return 1.0, ""


def _put(path: Path, stream: QBuffer) -> None:
    with replaced_file(path) as file:
        file.write(bytes(stream.data().data()))
