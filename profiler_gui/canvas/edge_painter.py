"""Paints edges: smooth curves with arrow heads where they can be seen, plain lines from afar."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from backends.graph.boxes import Floats, Ints, Layout
from profiler_gui.canvas.culling import Culling
from profiler_gui.canvas.detail import Detail
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.strokes import distinct_lines, draw_lines, piece_lines
from profiler_gui.canvas.viewport import Viewport

EDGE_WIDTH = 1.4
_ARROW_LENGTH = 8.0
_ARROW_HALF_WIDTH = 4.0
_MOST_CURVES = 1500
_WIDE = 1200.0
_ONE_LINE_BELOW = 0.02
"""Zoom from which the bends of an edge are less than a pixel or two."""


class EdgePainter:
    """Paints the edges of one picture."""

    def __init__(self, picture: GraphPicture, palette: Palette) -> None:
        self._layout = picture.layout
        self._colour = QColor(palette.edge)
        faint = QColor(palette.edge)
        faint.setAlpha(120)
        self._faint = faint

    def paint(self, painter: QPainter, pieces: Ints, view: Viewport, detail: Detail) -> None:
        """Paint pieces of edges; the painter works in pixels of the widget."""
        with along_flow(painter, self._layout):
            self._paint_along(painter, pieces, flow_view(self._layout, view), detail)

    def _paint_along(self, painter: QPainter, pieces: Ints, view: Viewport, detail: Detail) -> None:
        """Paint as if edges ran down."""
        if detail is Detail.BOXES or len(pieces) > _MOST_CURVES:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self._faint if detail is Detail.BOXES else self._colour, 0))
            rows = on_screen(self._layout.pieces[pieces], view)
            lines = rows[:, [0, 1, 3, 5]] if view.zoom < _ONE_LINE_BELOW else piece_lines(rows)
            draw_lines(painter, distinct_lines(lines))
            return
        pen = QPen(self._colour, max(1.0, EDGE_WIDTH * view.zoom))
        # Pieces meet end to end: caps that overlap would show as dots.
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        rows = self._layout.pieces[pieces]
        is_wide = np.abs(rows[:, 0] - rows[:, 3]) > _WIDE
        self._paint_curves(painter, pieces[~is_wide], view, pen)
        # Broad strokes that run far take Qt long, and such edges come in crowds.
        self._paint_curves(painter, pieces[is_wide], view, QPen(self._colour, 1.0))

    def tensor_at(self, x: float, y: float, reach: float, culling: Culling) -> int | None:
        """Give the tensor of the edge that passes a point of the picture within ``reach``."""
        best, nearest = None, reach
        near = culling.pieces((x, y, x, y), reach).tolist()
        if self._layout.is_sideways:
            x, y = y, x
        for piece in near:
            x0, y0, yb, x1, yt, y1 = self._layout.pieces[piece].tolist()
            share = np.clip((y - yb) / max(yt - yb, 1e-9), 0.0, 1.0)
            away = abs(x0 + (x1 - x0) * share * share * (3 - 2 * share) - x)
            if away <= nearest and y0 - reach <= y <= y1 + reach and self._layout.piece_tensor[piece] >= 0:
                best, nearest = int(self._layout.piece_tensor[piece]), away
        return best

    def paint_curves(self, painter: QPainter, pieces: Ints, view: Viewport, pen: QPen) -> None:
        """Paint pieces as curves with arrow heads, with a pen whose width is in pixels."""
        with along_flow(painter, self._layout):
            self._paint_curves(painter, pieces, flow_view(self._layout, view), pen)

    def _paint_curves(self, painter: QPainter, pieces: Ints, view: Viewport, pen: QPen) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        rows = on_screen(self._layout.pieces[pieces], view)
        ends = self._layout.piece_ends[pieces]
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # One path for all would be much slower: its outline is cut at each crossing of edges.
        for path in _curves(rows, np.where(ends, _ARROW_LENGTH * 0.6 * view.zoom, 0.0)):
            painter.drawPath(path)
        size = view.zoom * max(1.0, pen.widthF() / (EDGE_WIDTH * view.zoom) * 0.6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        for x, y in rows[ends][:, [3, 5]].tolist():
            half, back = _ARROW_HALF_WIDTH * size, _ARROW_LENGTH * size
            painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x - half, y - back), QPointF(x + half, y - back)]))


@contextmanager
def along_flow(painter: QPainter, layout: Layout) -> Iterator[None]:
    """Let what is painted downwards run from left to right where the layout does."""
    painter.save()
    if layout.is_sideways:
        painter.setTransform(QTransform(0, 1, 1, 0, 0, 0), True)
    yield
    painter.restore()


def flow_view(layout: Layout, view: Viewport) -> Viewport:
    """Give the view for what is painted ``along_flow``."""
    return replace(view, x=view.y, y=view.x) if layout.is_sideways else view


def on_screen(pieces: Floats, view: Viewport) -> Floats:
    """Give pieces in pixels of the widget."""
    moved: Floats = (pieces - np.asarray((view.x, view.y, view.y, view.x, view.y, view.y))) * view.zoom
    return moved


def _curves(rows: Floats, cut: Floats) -> Iterator[QPainterPath]:
    """Give the path of each piece; ``cut`` is taken off its end, for the arrow head."""
    for (x0, y0, yb, x1, yt, y1), less in zip(rows.tolist(), cut.tolist(), strict=True):
        path = QPainterPath(QPointF(x0, y0))
        if abs(x1 - x0) < 0.5:
            path.lineTo(x1, y1 - less)
        else:
            if yb > y0:
                path.lineTo(x0, yb)
            bottom = min(yt, y1 - less)
            bend = (bottom - yb) * 0.5
            path.cubicTo(x0, yb + bend, x1, bottom - bend, x1, bottom)
            if y1 - less > bottom:
                path.lineTo(x1, y1 - less)
        yield path
