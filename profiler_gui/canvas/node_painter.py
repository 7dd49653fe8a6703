"""Paints nodes at each level of detail."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen

from backends.graph.boxes import Ints
from profiler_gui.canvas.coat import Coat, Pattern
from profiler_gui.canvas.culling import screen_rects
from profiler_gui.canvas.detail import Detail
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import CONSTANT_HEIGHT, HEADER_HEIGHT, LINE_HEIGHT, PADDING_X, PADDING_Y, GraphPicture
from profiler_gui.canvas.strokes import distinct_pixels, draw_rects
from profiler_gui.canvas.text import PIXEL_SIZE, TextRole, node_font
from profiler_gui.canvas.viewport import Viewport

_RADIUS = 6.0
_CARD = 3.5
"""How far the cards behind a group stand out."""
_LEAST_TITLE_PIXELS = 7
_GOOD_TITLE_PIXELS = 9.5
_MOST_TITLE_PIXELS = float(PIXEL_SIZE[TextRole.TITLE])
_BRUSHES = {
    Pattern.HATCHED: Qt.BrushStyle.BDiagPattern,
    Pattern.DOTTED: Qt.BrushStyle.Dense6Pattern,
}


class NodePainter:
    """Paints the nodes of one picture.

    Args:
        font: family of all texts.
    """

    def __init__(self, picture: GraphPicture, palette: Palette, coat: Coat, font: QFont) -> None:
        self._picture, self._palette, self._coat = picture, palette, coat
        self._fonts = [node_font(font, role) for role in TextRole]
        self._titles: dict[tuple[str, int], tuple[str, float]] = {}
        self._fills = [QColor(colour) for colour in coat.colours]
        self._header_texts = [QColor(colour) for colour in coat.text_colours]

    def paint(self, painter: QPainter, nodes: Ints, view: Viewport, detail: Detail) -> None:
        """Paint nodes; the painter works in pixels of the widget."""
        if detail is Detail.BOXES:
            self._paint_boxes(painter, nodes, view)
        elif detail is Detail.TITLES:
            self._paint_titles(painter, nodes, view)
        else:
            self._paint_lines(painter, nodes, view)

    # Boxes ----------------------------------------------------------------------------------------------------------

    def _paint_boxes(self, painter: QPainter, nodes: Ints, view: Viewport) -> None:
        rects = screen_rects(self._picture.layout, nodes, view.x, view.y, view.zoom)
        colours = self._coat.colour[nodes]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour in np.unique(colours).tolist():
            painter.setBrush(self._fills[colour])
            draw_rects(painter, distinct_pixels(rects[colours == colour]))

    # Titles ---------------------------------------------------------------------------------------------------------

    def _paint_titles(self, painter: QPainter, nodes: Ints, view: Viewport) -> None:
        rects = screen_rects(self._picture.layout, nodes, view.x, view.y, view.zoom)
        radius = max(2.0, _RADIUS * view.zoom)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        coat, texts = self._coat, self._picture.texts
        for node, (x, y, width, height) in zip(nodes.tolist(), rects.tolist(), strict=True):
            rect = QRectF(x, y, width, height)
            colour = coat.colour[node]
            self._fill_header(painter, rect, radius, node)
            painter.setPen(self._header_texts[colour])
            self._paint_title(painter, rect, texts[node].title)

    def _paint_title(self, painter: QPainter, rect: QRectF, title: str) -> None:
        """Paint a title as large as its node allows: in one line, else in two, else shortened."""
        room = rect.width() - 4.0
        rows, width = self._rows(title, 1)
        size = min(_MOST_TITLE_PIXELS, rect.height() * 0.62, _MOST_TITLE_PIXELS * room / width)
        if size < _GOOD_TITLE_PIXELS:
            two, narrower = self._rows(title, 2)
            smaller = min(rect.height() * 0.38, _MOST_TITLE_PIXELS * room / narrower)
            if smaller > size:
                rows, size = two, smaller
        font = QFont(self._fonts[TextRole.TITLE])
        font.setPixelSize(max(int(size), _LEAST_TITLE_PIXELS))
        painter.setFont(font)
        if size < _LEAST_TITLE_PIXELS:
            rows = QFontMetricsF(font).elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, rows)

    def _rows(self, title: str, count: int) -> tuple[str, float]:
        """Give a title in one or two rows, broken near its middle, and the width of the wider row at full size."""
        known = self._titles.get((title, count))
        if known is None:
            breaks = [index + 1 for index, character in enumerate(title[:-1]) if character in " _/:"]
            rows = [title]
            if count == 2 and breaks:
                at = min(breaks, key=lambda index: abs(index - len(title) / 2))
                rows = [title[:at].rstrip(), title[at:]]
            metrics = QFontMetricsF(self._fonts[TextRole.TITLE])
            widest = max(metrics.horizontalAdvance(row) for row in rows)
            known = self._titles[title, count] = ("\n".join(rows), max(widest, 1.0))
        return known

    # Lines ----------------------------------------------------------------------------------------------------------

    def _paint_lines(self, painter: QPainter, nodes: Ints, view: Viewport) -> None:
        layout = self._picture.layout
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.translate(-view.x * view.zoom, -view.y * view.zoom)
        painter.scale(view.zoom, view.zoom)
        columns = (layout.left[nodes], layout.top[nodes], layout.width[nodes], layout.height[nodes])
        for node, x, y, width, height in zip(nodes.tolist(), *(c.tolist() for c in columns), strict=True):
            self._paint_node(painter, node, QRectF(x, y, width, height))
        painter.restore()

    def _paint_node(self, painter: QPainter, node: int, rect: QRectF) -> None:
        palette, text = self._palette, self._picture.texts[node]
        if self._picture.nodes[node].members:
            self._paint_stack(painter, rect)
        is_end = bool(self._picture.is_end[node])
        radius = HEADER_HEIGHT / 2 if is_end else _RADIUS
        self._fill_header(painter, rect, radius, node)
        if rect.height() > HEADER_HEIGHT and not is_end:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.node))
            body = rect.adjusted(0, HEADER_HEIGHT, 0, 0)
            painter.drawRoundedRect(body, radius, radius)
            painter.drawRect(QRectF(body.x(), body.y(), body.width(), radius))
        self._outline(painter, rect, radius)
        painter.setPen(self._header_texts[self._coat.colour[node]])
        self._centred(painter, rect, HEADER_HEIGHT / 2 + (1.0 if is_end else 0.0), text.title, TextRole.TITLE)
        y = HEADER_HEIGHT + PADDING_Y
        if is_end:
            y -= PADDING_Y
        else:
            painter.setPen(QColor(palette.text))
        for index, line in enumerate(text.lines):
            if index == 1:
                painter.setPen(QColor(palette.dim_text))
            self._centred(painter, rect, y + LINE_HEIGHT / 2, line, TextRole.LINE)
            y += LINE_HEIGHT
        painter.setPen(QColor(palette.dim_text))
        for line in text.constants:
            self._centred(painter, rect, y + CONSTANT_HEIGHT / 2, line, TextRole.CONSTANT)
            y += CONSTANT_HEIGHT

    def _paint_stack(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the edges of further cards behind a node that stands for several."""
        pen = QPen(QColor(self._palette.edge), 1.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(QColor(self._palette.node))
        for away in (_CARD * 2, _CARD):
            painter.drawRoundedRect(rect.translated(away, away), _RADIUS, _RADIUS)

    def _outline(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        pen = QPen(QColor(self._palette.node_border), 1.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, radius, radius)

    def _fill_header(self, painter: QPainter, rect: QRectF, radius: float, node: int) -> None:
        """Fill the whole node with its colour and pattern; the body is painted over it."""
        colour = self._coat.colour[node]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fills[colour])
        painter.drawRoundedRect(rect, radius, radius)
        style = _BRUSHES.get(Pattern(int(self._coat.pattern[node])))
        if style is not None:
            ink = QColor(self._header_texts[colour])
            ink.setAlpha(70)
            painter.setBrush(QBrush(ink, style))
            painter.drawRoundedRect(rect, radius, radius)

    def _centred(self, painter: QPainter, rect: QRectF, middle: float, text: str, role: TextRole) -> None:
        painter.setFont(self._fonts[role])
        box = QRectF(rect.x() + PADDING_X / 2, rect.y() + middle - 12, rect.width() - PADDING_X, 24)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
