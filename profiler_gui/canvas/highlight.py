"""Paints what stands out: the selection, what feeds it and what reads it, matches of a search, and the hovered node."""

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from backends.graph.boxes import Ints
from profiler_gui.canvas.culling import screen_rects
from profiler_gui.canvas.detail import Detail, detail_at
from profiler_gui.canvas.edge_painter import along_flow, flow_view, on_screen
from profiler_gui.canvas.graph_painter import GraphPainter
from profiler_gui.canvas.strokes import distinct_lines, distinct_pixels, draw_lines, draw_rects
from profiler_gui.canvas.viewport import Viewport

_EDGE_WIDTH = 2.6
_TRACE_WIDTH = 4.2
_MOST_EDGES = 4000
_MOST_CURVES = 400
_MOST_OUTLINES = 250
"""More are drawn all at once, as plain rectangles."""


class Highlight:
    """What stands out in one picture; recomputed when the selection changes, not at each frame."""

    def __init__(self, graph: GraphPainter) -> None:
        self._graph = graph
        nothing: Ints = np.zeros(0, np.int64)
        self._selected = self._producers = self._consumers = nothing
        self._incoming = self._outgoing = nothing
        self._matches = nothing
        self._traced_nodes = self._traced = nothing

    def select(self, nodes: Iterable[int]) -> None:
        """Choose the selected nodes."""
        picture = self._graph.picture
        self._selected = np.asarray(sorted(nodes), np.int64)
        is_selected = np.zeros(len(picture.nodes), bool)
        is_selected[self._selected] = True
        incoming = np.flatnonzero(is_selected[picture.target])[:_MOST_EDGES]
        outgoing = np.flatnonzero(is_selected[picture.source])[:_MOST_EDGES]
        self._incoming, self._outgoing = self._pieces(incoming), self._pieces(outgoing)
        producers, consumers = np.unique(picture.source[incoming]), np.unique(picture.target[outgoing])
        self._producers, self._consumers = producers[~is_selected[producers]], consumers[~is_selected[consumers]]

    def match(self, nodes: Iterable[int]) -> None:
        """Choose the nodes that a search found."""
        self._matches = np.asarray(sorted(nodes), np.int64)

    def trace(self, nodes: Iterable[int], edges: Ints) -> None:
        """Choose the nodes and edges of a tensor that is followed, or of a path."""
        self._traced_nodes = np.asarray(sorted(nodes), np.int64)
        self._traced = self._pieces(edges[:_MOST_EDGES])

    def paint(self, painter: QPainter, view: Viewport, hovered: int | None) -> None:
        """Paint over the graph; producers are outlined solid, consumers dashed."""
        palette = self._graph.palette
        trace = QColor(palette.trace)
        self._paint_edges(painter, self._traced, view, trace, Qt.PenStyle.SolidLine, width=_TRACE_WIDTH)
        self._mark_traced(painter, view, trace)
        self._paint_edges(painter, self._incoming, view, QColor(palette.producer), Qt.PenStyle.SolidLine)
        self._paint_edges(painter, self._outgoing, view, QColor(palette.consumer), Qt.PenStyle.DashLine)
        self._outline(painter, self._matches, view, QPen(QColor(palette.match), 3.0, Qt.PenStyle.DotLine), 5.0)
        self._outline(painter, self._producers, view, QPen(QColor(palette.producer), 2.5), 2.0)
        self._outline(painter, self._consumers, view, QPen(QColor(palette.consumer), 2.5, Qt.PenStyle.DashLine), 2.0)
        self._outline(painter, self._selected, view, QPen(QColor(palette.selection), 3.5), 3.0)
        if hovered is not None:
            pen = QPen(QColor(palette.dim_text), 1.5)
            self._outline(painter, np.asarray([hovered], np.int64), view, pen, 1.0)
        self._paint_labels(painter, view)

    def _mark_traced(self, painter: QPainter, view: Viewport, colour: QColor) -> None:
        """Outline the traced nodes; from afar fill them, as outlines would run together."""
        if detail_at(view.zoom) is not Detail.BOXES:
            self._outline(painter, self._traced_nodes, view, QPen(colour, 3.0), 2.0)
            return
        seen = np.intersect1d(self._traced_nodes, self._graph.culling.nodes(view.box), assume_unique=True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        draw_rects(painter, distinct_pixels(screen_rects(self._graph.picture.layout, seen, view.x, view.y, view.zoom)))

    def _paint_labels(self, painter: QPainter, view: Viewport) -> None:
        """Paint the labels of outlined nodes again: the outline crosses them."""
        marked = (self._selected, self._producers, self._consumers, self._matches, self._traced_nodes)
        outlined = np.unique(np.concatenate(marked))
        seen = np.intersect1d(outlined, self._graph.culling.nodes(view.box, 24.0), assume_unique=True)
        if len(seen) <= _MOST_OUTLINES:
            self._graph.paint_labels(painter, seen, view)

    def _pieces(self, edges: Ints) -> Ints:
        layout = self._graph.picture.layout
        if not len(edges):
            return np.zeros(0, np.int64)
        return np.unique(np.concatenate([layout.pieces_of(edge) for edge in edges.tolist()]))

    def _paint_edges(
        self,
        painter: QPainter,
        pieces: Ints,
        view: Viewport,
        colour: QColor,
        style: Qt.PenStyle,
        *,
        width: float = _EDGE_WIDTH,
    ) -> None:
        seen = np.intersect1d(pieces, self._graph.culling.pieces(view.box, 8.0), assume_unique=True)
        if not len(seen):
            return
        if len(seen) > _MOST_CURVES:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(colour, 0, style))
            layout = self._graph.picture.layout
            rows = on_screen(layout.pieces[seen], flow_view(layout, view))
            with along_flow(painter, layout):
                draw_lines(painter, distinct_lines(rows[:, [0, 1, 3, 5]]))
            return
        width = max(1.6, width * min(view.zoom, 1.4)) if detail_at(view.zoom) is not Detail.BOXES else 1.2
        pen = QPen(colour, width, style)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._graph.edges.paint_curves(painter, seen, view, pen)

    def _outline(self, painter: QPainter, nodes: Ints, view: Viewport, pen: QPen, margin: float) -> None:
        seen = np.intersect1d(nodes, self._graph.culling.nodes(view.box, 10.0 / view.zoom), assume_unique=True)
        layout = self._graph.picture.layout
        is_end = self._graph.picture.is_end
        if len(seen) > _MOST_OUTLINES:
            rects = distinct_pixels(screen_rects(layout, seen, view.x, view.y, view.zoom))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(pen.color(), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            draw_rects(painter, rects + np.asarray((-1.0, -1.0, 2.0, 2.0)))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for node in seen.tolist():
            x, y = view.to_widget(layout.left[node], layout.top[node])
            rect = QRectF(x, y, layout.width[node] * view.zoom, layout.height[node] * view.zoom)
            # From afar a node is a few pixels: its mark must not vanish.
            least = max(0.0, 8.0 - rect.width()) / 2
            radius = (12.0 if is_end[node] else 6.0) * view.zoom + margin
            painter.drawRoundedRect(rect.adjusted(-margin - least, -margin, margin + least, margin), radius, radius)
