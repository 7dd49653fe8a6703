"""Paints a part of a graph: regions, edges, nodes, tabs and labels, in this order."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from backends.graph.boxes import Ints
from profiler_gui.canvas.coat import NO_REGION, Coat
from profiler_gui.canvas.culling import Culling, screen_rects
from profiler_gui.canvas.detail import Detail, detail_at
from profiler_gui.canvas.edge_painter import EdgePainter, along_flow, flow_view, on_screen
from profiler_gui.canvas.frame_painter import FramePainter
from profiler_gui.canvas.node_painter import NodePainter
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.strokes import distinct_pixels, draw_lines, draw_rects, piece_lines
from profiler_gui.canvas.tabs import Tabs
from profiler_gui.canvas.text import TextRole, node_font
from profiler_gui.canvas.viewport import Viewport

_REACH = 24.0
"""How far a node's decorations reach beyond its box, in units of the picture."""
_LABEL_REACH = 200.0
_SMALL_LABEL = 0.8
"""Size of labels on nodes that show nothing but their title."""
_PILL_TOP, _PILL_HEIGHT = -13.0, 18.0
_REGION_MARGIN = 13.0
_WIDEST_REGION_EDGE = 600.0


class GraphPainter:
    """Paints one picture in one palette and coat."""

    def __init__(self, picture: GraphPicture, palette: Palette, coat: Coat, font: QFont) -> None:
        self.picture, self.palette, self.coat = picture, palette, coat
        self.culling = Culling(picture.layout)
        self.tabs = Tabs(picture)
        self.edges = EdgePainter(picture, palette)
        self.frames = FramePainter(picture, palette, font)
        self._nodes = NodePainter(picture, palette, coat, font)
        self._piece_region = _regions_of_pieces(picture, coat)
        self._small = node_font(font, TextRole.CONSTANT)
        self._small_metrics = QFontMetricsF(self._small)
        self._ground = QColor(palette.background)
        self._ground.setAlpha(190)
        self._bold = QFont(self._small)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._bold_metrics = QFontMetricsF(self._bold)

    def paint(self, painter: QPainter, view: Viewport, region: QRectF) -> None:
        """Paint what lies in a region of the widget, background included."""
        painter.save()
        painter.setClipRect(region)
        painter.fillRect(region, QColor(self.palette.background))
        detail = detail_at(view.zoom)
        left, top = view.to_picture(region.left(), region.top())
        right, bottom = view.to_picture(region.right(), region.bottom())
        box = (left, top, right, bottom)
        nodes = self.culling.nodes(box, _REACH + 2 / view.zoom)
        pieces = self.culling.pieces(box, 12 + 2 / view.zoom)
        self.frames.paint(painter, box, view, detail)
        self._paint_regions(painter, nodes, pieces if detail >= Detail.TITLES else pieces[:0], view)
        self.edges.paint(painter, pieces, view, detail)
        if detail is Detail.EVERYTHING:
            self._paint_edge_texts(painter, view, box)
        self._nodes.paint(painter, nodes, view, detail)
        if detail >= Detail.LINES:
            self._paint_tabs(painter, nodes, view)
        self.paint_labels(painter, nodes, view)
        self.frames.paint_labels(painter, box, view, detail)
        painter.restore()

    def paint_labels(self, painter: QPainter, nodes: Ints, view: Viewport) -> None:
        """Paint badge and overlay label in a pill on the upper right corner, away from the labels of edges."""
        coat, detail = self.coat, detail_at(view.zoom)
        labels = coat.labels if coat.shows_labels else ()
        if detail < Detail.TITLES or (not labels and not coat.badges):
            return
        layout = self.picture.layout
        scale = view.zoom if detail >= Detail.LINES else _SMALL_LABEL
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setFont(self._bold)
        for node in nodes.tolist():
            text = " ".join(filter(None, (coat.badges[node] if coat.badges else "", labels[node] if labels else "")))
            if not text:
                continue
            width = self._bold_metrics.horizontalAdvance(text) + 12
            if detail < Detail.LINES and width * scale > layout.width[node] * view.zoom:
                continue
            x, y = view.to_widget(layout.left[node] + layout.width[node], layout.top[node])
            painter.save()
            painter.translate(x, y)
            painter.scale(scale, scale)
            self._paint_pill(
                painter, QRectF(8 - width, _PILL_TOP, width, _PILL_HEIGHT), text, coat.colours[coat.colour[node]]
            )
            painter.restore()
        painter.restore()

    def _paint_regions(self, painter: QPainter, nodes: Ints, pieces: Ints, view: Viewport) -> None:
        """Tint the ground under nodes of one partition and under the edges between them."""
        inside = nodes[self.coat.region[nodes] != NO_REGION]
        if not len(inside):
            return
        rects = screen_rects(self.picture.layout, inside, view.x, view.y, view.zoom)
        margin = max(_REGION_MARGIN * view.zoom, 2.0)
        rects += (-margin, -margin, 2 * margin, 2 * margin)
        rows = self.picture.layout.pieces[pieces]
        pieces = pieces[
            (self._piece_region[pieces] != NO_REGION) & (np.abs(rows[:, 0] - rows[:, 3]) < _WIDEST_REGION_EDGE)
        ]
        layout = self.picture.layout
        lines = on_screen(layout.pieces[pieces], flow_view(layout, view))
        tints, tint_of = self.palette.tints, self.coat.region_tints
        rect_tint, line_tint = tint_of[self.coat.region[inside]], tint_of[self._piece_region[pieces]]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for index, tint in enumerate(tints):
            painter.setPen(QPen(QColor(tint), 2 * margin, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
            with along_flow(painter, layout):
                draw_lines(painter, piece_lines(lines[line_tint == index]))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tint))
            draw_rects(painter, distinct_pixels(rects[rect_tint == index]))

    def _paint_edge_texts(self, painter: QPainter, view: Viewport, box: tuple[float, float, float, float]) -> None:
        picture = self.picture
        left, top, right, bottom = box
        seen = (
            (picture.label_y >= top - _REACH)
            & (picture.label_y <= bottom)
            & (picture.label_x >= left - _LABEL_REACH)
            & (picture.label_x <= right)
        )
        painter.save()
        painter.translate(-view.x * view.zoom, -view.y * view.zoom)
        painter.scale(view.zoom, view.zoom)
        painter.setFont(self._small)
        painter.setPen(QColor(self.palette.edge_text))
        columns = (picture.label_x[seen], picture.label_y[seen], picture.label_tensor[seen])
        for x, y, tensor in zip(*(column.tolist() for column in columns), strict=True):
            text = picture.tensor_text[tensor]
            ground = QRectF(x + 3, y + 4, self._small_metrics.horizontalAdvance(text) + 4, 13)
            painter.fillRect(ground, self._ground)
            painter.drawText(QPointF(x + 5, y + 14), text)
        painter.restore()

    def _paint_tabs(self, painter: QPainter, nodes: Ints, view: Viewport) -> None:
        layout = self.picture.layout
        tabbed = nodes[layout.has_top_tab[nodes] | layout.has_bottom_tab[nodes]]
        if not len(tabbed):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.translate(-view.x * view.zoom, -view.y * view.zoom)
        painter.scale(view.zoom, view.zoom)
        painter.setFont(self._small)
        metrics = self._small_metrics
        for node in tabbed.tolist():
            for tab in self.tabs.of(node):
                left, top, right, bottom = tab.box
                text = metrics.elidedText(tab.text, Qt.TextElideMode.ElideRight, right - left - 10)
                rect = QRectF(left, top, min(right - left, metrics.horizontalAdvance(text) + 12), bottom - top)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(self.palette.tab))
                painter.drawRoundedRect(rect, 4, 4)
                painter.setPen(QColor(self.palette.tab_text))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
        painter.restore()

    def _paint_pill(self, painter: QPainter, rect: QRectF, text: str, colour: str) -> None:
        painter.setPen(QPen(QColor(colour), 1.5))
        painter.setBrush(QColor(self.palette.panel))
        painter.drawRoundedRect(rect, 9, 9)
        painter.setPen(QColor(self.palette.text))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)


def _regions_of_pieces(picture: GraphPicture, coat: Coat) -> Ints:
    """Give for each piece of an edge the region that both ends of the edge lie in."""
    layout = picture.layout
    region: Ints = np.full(len(layout.pieces), NO_REGION, np.int64)
    of_source, of_target = coat.region[picture.source], coat.region[picture.target]
    of_edge = np.where(of_source == of_target, of_source, NO_REGION)
    of_step = np.repeat(of_edge, np.diff(layout.edge_start))
    inside = of_step != NO_REGION
    region[layout.edge_pieces[inside]] = of_step[inside]
    return region
