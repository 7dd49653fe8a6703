"""Marks for placements: the shape tells as much as the colour."""

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from backends.targets.verdict import Placement

PLACEMENT_WORDS = {
    Placement.ACCELERATED: "accelerated",
    Placement.FALLBACK: "fallback to CPU",
    Placement.UNKNOWN: "unknown",
}
"""How a placement reads in a sentence."""

_SIZE = 32


@cache
def placement_icon(placement: Placement, color: str) -> QIcon:
    """Draw a disc with a tick (accelerated), a triangle (fallback) or a ring with a question mark (unknown)."""
    pixmap = QPixmap(_SIZE, _SIZE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shade = QColor(color)
    inner = QColor("#ffffff") if shade.lightness() < 150 else QColor("#10141a")
    if placement is Placement.ACCELERATED:
        _draw_tick(painter, shade, inner)
    elif placement is Placement.FALLBACK:
        _draw_triangle(painter, shade, inner)
    else:
        _draw_question(painter, shade)
    painter.end()
    return QIcon(pixmap)


def _draw_tick(painter: QPainter, shade: QColor, inner: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    painter.drawEllipse(QRectF(3, 3, 26, 26))
    painter.setPen(QPen(inner, 3.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF([QPointF(10, 17), QPointF(14.5, 21.5), QPointF(22.5, 11.5)]))


def _draw_triangle(painter: QPainter, shade: QColor, inner: QColor) -> None:
    painter.setPen(QPen(shade, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(shade)
    painter.drawPolygon(QPolygonF([QPointF(16, 4), QPointF(29, 27), QPointF(3, 27)]))
    painter.setPen(QPen(inner, 3.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(16, 12), QPointF(16, 18.5))
    painter.drawPoint(QPointF(16, 23.5))


def _draw_question(painter: QPainter, shade: QColor) -> None:
    painter.setPen(QPen(shade, 3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(4, 4, 24, 24))
    font = painter.font()
    font.setPixelSize(19)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(QRectF(0, 0, _SIZE, _SIZE), Qt.AlignmentFlag.AlignCenter, "?")
