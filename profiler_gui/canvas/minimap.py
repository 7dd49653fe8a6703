"""A small picture of the whole graph, with a frame around what is seen."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from profiler_gui.canvas.coat import Coat
from profiler_gui.canvas.edge_painter import along_flow
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.strokes import distinct_lines, distinct_pixels, draw_lines, draw_rects, piece_lines
from profiler_gui.canvas.viewport import Viewport

_MOST_WIDTH, _MOST_HEIGHT = 180.0, 240.0
_LEAST_WIDTH, _LEAST_HEIGHT = 40.0, 48.0
_MARGIN = 6.0


class Minimap(QWidget):
    """The whole graph; a click or a drag moves the view there.

    Very long graphs are stretched sideways: an overview one pixel wide would help nobody.

    Signals:
        place_chosen(x, y): a point of the picture to put in the middle.
    """

    place_chosen = Signal(float, float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Overview of the graph")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._picture: GraphPicture | None = None
        self._palette: Palette | None = None
        self._coat: Coat | None = None
        self._view = Viewport()
        self._pixels = QPixmap()
        self._scale = (1.0, 1.0)
        self._most_height = _MOST_HEIGHT
        self.hide()

    def fit_into(self, height: float) -> None:
        """Keep within a height: of a low canvas, or of one of two above tables."""
        most = max(min(_MOST_HEIGHT, height), _LEAST_HEIGHT)
        if most != self._most_height:
            self._most_height = most
            if self._palette is not None:
                self.set_graph(self._picture, self._palette, self._coat)

    def set_graph(self, picture: GraphPicture | None, palette: Palette, coat: Coat | None) -> None:
        """Show another picture, or the same one in other colours."""
        self._picture, self._palette, self._coat = picture, palette, coat
        if picture is None or picture.is_empty:
            self.hide()
            return
        left, top, right, bottom = picture.layout.bounds
        wide, high = max(right - left, 1.0), max(bottom - top, 1.0)
        scale = min((_MOST_WIDTH - 2 * _MARGIN) / wide, (self._most_height - 2 * _MARGIN) / high)
        width = max(wide * scale, _LEAST_WIDTH - 2 * _MARGIN)
        height = max(high * scale, _LEAST_HEIGHT - 2 * _MARGIN)
        self._scale = (width / wide, height / high)
        self.resize(round(width + 2 * _MARGIN), round(height + 2 * _MARGIN))
        self._pixels = QPixmap()
        self.update()

    def set_view(self, view: Viewport) -> None:
        """Move the frame; hides itself when everything is seen anyway."""
        self._view = view
        if self._picture is None or self._picture.is_empty:
            return
        self.setVisible(not view.shows(self._picture.layout.bounds))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the graph and the frame around what is seen."""
        if self._picture is None or self._palette is None:
            return
        if self._pixels.isNull() or self._pixels.devicePixelRatio() != self.devicePixelRatioF():
            self._pixels = self._render()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._pixels)
        left, top, right, bottom = self._view.box
        x0, y0 = self._to_map(left, top)
        x1, y1 = self._to_map(right, bottom)
        frame = QRectF(QPointF(x0, y0), QPointF(x1, y1)).adjusted(-1, -1, 1, 1)
        frame = frame.intersected(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
        colour = QColor(self._palette.selection)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(colour, 1.5))
        colour.setAlpha(30)
        painter.setBrush(colour)
        painter.drawRoundedRect(frame, 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event)

    def _choose(self, event: QMouseEvent) -> None:
        if self._picture is None:
            return
        left, top, _, _ = self._picture.layout.bounds
        x = (event.position().x() - _MARGIN) / self._scale[0] + left
        y = (event.position().y() - _MARGIN) / self._scale[1] + top
        self.place_chosen.emit(x, y)

    def _to_map(self, x: float, y: float) -> tuple[float, float]:
        assert self._picture is not None
        left, top, _, _ = self._picture.layout.bounds
        return (x - left) * self._scale[0] + _MARGIN, (y - top) * self._scale[1] + _MARGIN

    def _render(self) -> QPixmap:
        assert self._picture is not None
        assert self._palette is not None
        assert self._coat is not None
        ratio = self.devicePixelRatioF()
        pixels = QPixmap(self.size() * ratio)
        pixels.setDevicePixelRatio(ratio)
        pixels.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixels)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(self._palette.panel_border), 1))
        painter.setBrush(QColor(self._palette.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        layout = self._picture.layout
        sx, sy = self._scale
        left, top, _, _ = layout.bounds
        # Pieces run along the flow, whichever way that is.
        (x0, y0), (ax, ay) = ((top, left), (sy, sx)) if layout.is_sideways else ((left, top), (sx, sy))
        pieces = (layout.pieces - (x0, y0, y0, x0, y0, y0)) * (ax, ay, ay, ax, ay, ay)
        pieces += _MARGIN
        faint = QColor(self._palette.edge)
        faint.setAlpha(110)
        painter.setPen(QPen(faint, 0))
        with along_flow(painter, layout):
            draw_lines(painter, distinct_lines(piece_lines(pieces)))
        rects = np.stack((layout.left - left, layout.top - top, layout.width, layout.height), axis=1) * (sx, sy, sx, sy)
        rects[:, :2] += _MARGIN
        painter.setPen(Qt.PenStyle.NoPen)
        for index, colour in enumerate(self._coat.colours):
            painter.setBrush(QColor(colour))
            draw_rects(painter, distinct_pixels(rects[self._coat.colour == index]))
        painter.end()
        return pixels
