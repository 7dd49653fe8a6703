"""Paints the frames around groups that are expanded, each with its name in a header that collapses it."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from backends.graph.boxes import Floats, Ints
from backends.graph.frames import HEADER
from profiler_gui.canvas.detail import Detail
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.text import TextRole, node_font
from profiler_gui.canvas.viewport import Box, Viewport

_RADIUS = 8.0
_LEAST_PIXELS = 5.0
_LEAST_LABELLED = 44.0
"""Height in pixels from which a frame is named from afar."""
_LABEL_HEIGHT = 15.0
_MARK = "▾ "


class FramePainter:
    """Paints the frames of one picture."""

    def __init__(self, picture: GraphPicture, palette: Palette, font: QFont) -> None:
        self._frames, self._titles = picture.frames, picture.frame_titles
        self._palette = palette
        self._font = node_font(font, TextRole.LINE)
        self._font.setWeight(QFont.Weight.DemiBold)
        self._metrics = QFontMetricsF(self._font)
        self._border = QColor(palette.edge)
        self._ground = QColor(palette.edge)
        self._ground.setAlpha(20 if palette.is_dark else 16)

    def paint(self, painter: QPainter, box: Box, view: Viewport, detail: Detail) -> None:
        """Paint what lies in a part of the picture; outer frames first."""
        seen = self._seen(box, view)
        rects = self._on_screen(seen, view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, detail is not Detail.BOXES)
        radius = _RADIUS * min(view.zoom, 1.0) if detail is not Detail.BOXES else 0.0
        for frame, rect in zip(seen.tolist(), rects, strict=True):
            is_clean = bool(self._frames.is_clean[frame])
            self._border.setAlpha(150 if detail is not Detail.BOXES else 90)
            painter.setPen(QPen(self._border, 1.0, Qt.PenStyle.SolidLine if is_clean else Qt.PenStyle.DashLine))
            # Where branches run side by side the frame holds foreign nodes too: it is only an outline then.
            painter.setBrush(self._ground if is_clean else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, radius, radius)
            if detail >= Detail.LINES:
                self._paint_header(painter, frame, view)

    def paint_labels(self, painter: QPainter, box: Box, view: Viewport, detail: Detail) -> None:
        """Name large frames beside their right edge while nodes are too small to be read; in pixels of the widget."""
        if detail >= Detail.LINES:
            return
        painter.save()
        painter.setFont(self._font)
        taken: list[QRectF] = []
        seen = self._seen(box, view)
        for frame, rect in zip(seen.tolist(), self._on_screen(seen, view), strict=True):
            # Beside a frame that branches run through lie foreign nodes.
            if rect.height() < _LEAST_LABELLED or not self._frames.is_clean[frame]:
                continue
            text = self._titles[frame]
            top = max(rect.top(), 2.0)
            place = QRectF(rect.right() + 8, top, self._metrics.horizontalAdvance(text) + 8, _LABEL_HEIGHT)
            if top + _LABEL_HEIGHT > rect.bottom() or any(place.intersects(other) for other in taken):
                continue
            taken.append(place)
            painter.setPen(QColor(self._palette.dim_text))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()

    def header_at(self, x: float, y: float) -> int | None:
        """Give the group whose header lies under a point of the picture."""
        left, top, right, _ = self._frames.box.T
        hits = np.flatnonzero((left <= x) & (x <= right) & (top <= y) & (y <= top + HEADER))
        for frame in hits[::-1].tolist():
            width = self._metrics.horizontalAdvance(_MARK + self._titles[frame]) + 16
            if x <= left[frame] + width:
                return int(self._frames.group[frame])
        return None

    def group_at(self, x: float, y: float) -> int | None:
        """Give the innermost group whose frame is around a point of the picture."""
        left, top, right, bottom = self._frames.box.T
        hits = np.flatnonzero((left <= x) & (x <= right) & (top <= y) & (y <= bottom))
        return int(self._frames.group[hits[-1]]) if len(hits) else None

    def _seen(self, box: Box, view: Viewport) -> Ints:
        left, top, right, bottom = self._frames.box.T
        return np.flatnonzero(
            (right >= box[0])
            & (left <= box[2])
            & (bottom >= box[1])
            & (top <= box[3])
            & ((bottom - top) * view.zoom >= _LEAST_PIXELS)
        )

    def _on_screen(self, frames: Ints, view: Viewport) -> list[QRectF]:
        rows: Floats = (self._frames.box[frames] - (view.x, view.y, view.x, view.y)) * view.zoom
        return [QRectF(QPointF(left, top), QPointF(right, bottom)) for left, top, right, bottom in rows.tolist()]

    def _paint_header(self, painter: QPainter, frame: int, view: Viewport) -> None:
        left, top, right, _ = self._frames.box[frame].tolist()
        x, y = view.to_widget(left, top)
        painter.save()
        painter.translate(x, y)
        painter.scale(view.zoom, view.zoom)
        painter.setFont(self._font)
        painter.setPen(QColor(self._palette.dim_text))
        text = self._metrics.elidedText(_MARK + self._titles[frame], Qt.TextElideMode.ElideRight, right - left - 14)
        room = QRectF(8, 1, right - left - 10, HEADER - 2)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()
