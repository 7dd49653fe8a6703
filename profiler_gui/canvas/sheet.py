"""The drawn part of a graph, kept as pixels: panning shifts them and paints only what comes into sight."""

import time

from PySide6.QtCore import QPoint, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap, QRegion

from profiler_gui.canvas.graph_painter import GraphPainter
from profiler_gui.canvas.viewport import Viewport

_MOST_MILLISECONDS = 13.0


class Sheet:
    """Pixels of one view; give it the view to show and it paints as little as it can."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._view: Viewport | None = None
        self._ratio = 1.0
        self._milliseconds = 0.0

    def is_slow_near(self, view: Viewport) -> bool:
        """Whether a view of about the same place took more to paint than a frame may take."""
        if self._view is None or self._milliseconds <= _MOST_MILLISECONDS:
            return False
        left, top, right, bottom = self._view.box
        x, y = view.centre
        return left <= x <= right and top <= y <= bottom

    def stretch(self, brush: QPainter, view: Viewport) -> None:
        """Draw the old pixels where they lie in another view: a stopgap while the user zooms."""
        if self._view is None:
            return
        old = self._view
        x, y = view.to_widget(old.x, old.y)
        scale = view.zoom / old.zoom
        brush.drawPixmap(QRectF(x, y, old.width * scale, old.height * scale), self._pixmap, QRectF(self._pixmap.rect()))

    def forget(self) -> None:
        """Paint everything anew next time."""
        self._view = None
        self._milliseconds = 0.0

    def show(self, painter: GraphPainter, view: Viewport, ratio: float) -> QPixmap:
        """Give the pixels of a view.

        Args:
            painter: of the picture; after a change of it call ``forget``.
            view: its origin must lie on whole device pixels (see ``snapped``).
            ratio: device pixels per pixel of the widget.
        """
        size = QSize(round(view.width * ratio), round(view.height * ratio))
        old = self._view
        if self._pixmap.size() != size or ratio != self._ratio:
            self._pixmap = QPixmap(size)
            self._pixmap.setDevicePixelRatio(ratio)
            self._ratio, old = ratio, None
        if old is None or old.zoom != view.zoom:
            start = time.perf_counter()
            self._paint(painter, view, QRectF(0, 0, view.width, view.height))
            self._milliseconds = (time.perf_counter() - start) * 1e3
        elif (old.x, old.y) != (view.x, view.y):
            self._shift(painter, view, old)
        self._view = view
        return self._pixmap

    def _shift(self, painter: GraphPainter, view: Viewport, old: Viewport) -> None:
        scale = view.zoom * self._ratio
        move = QPoint(round((old.x - view.x) * scale), round((old.y - view.y) * scale))
        whole = self._pixmap.rect()
        exposed = QRegion(whole).subtracted(QRegion(whole.translated(move)))
        if whole.translated(move).intersects(whole):
            self._pixmap.scroll(move.x(), move.y(), whole)
        else:
            exposed = QRegion(whole)
        for rect in exposed:  # type: ignore[attr-defined]  # iterable, which its stub does not know
            ratio = self._ratio
            self._paint(
                painter,
                view,
                QRectF(rect.x() / ratio, rect.y() / ratio, rect.width() / ratio, rect.height() / ratio),
            )

    def _paint(self, painter: GraphPainter, view: Viewport, region: QRectF) -> None:
        brush = QPainter(self._pixmap)
        painter.paint(brush, view, region)
        brush.end()


def snapped(view: Viewport, ratio: float) -> Viewport:
    """Move a view by less than a pixel so that its origin lies on whole device pixels."""
    scale = view.zoom * ratio
    dx, dy = (round(view.x * scale) / scale - view.x), (round(view.y * scale) / scale - view.y)
    return view.moved(-dx * view.zoom, -dy * view.zoom)
