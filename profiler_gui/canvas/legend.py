"""The legend of an overlay, for the canvas and for exported pictures."""

from collections import Counter

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPen

from backends.reports.plain_text import plain
from backends.targets.verdict import Placement
from profiler_gui.canvas.coat import (
    BADGES,
    PATTERNS,
    PLACEMENT_TEXT,
    TEXTURES,
    Pattern,
    group_colour,
    placement_colour,
    tint_mark,
)
from profiler_gui.canvas.colour_map import colour_table, text_on
from profiler_gui.canvas.overlay import CategoryOverlay, GroupOverlay, Overlay, PlacementOverlay, ValueOverlay
from profiler_gui.canvas.palette import Palette

_WIDTH = 236.0
_PADDING = 10.0
_ROW = 20.0
_MOST_TINTS = 8
_BRUSHES = {Pattern.HATCHED: Qt.BrushStyle.BDiagPattern, Pattern.DOTTED: Qt.BrushStyle.Dense6Pattern}


def legend_size(overlay: Overlay) -> tuple[float, float]:
    """Give width and height in pixels."""
    return _WIDTH, _rows_of(overlay) * _ROW + 2 * _PADDING


def _rows_of(overlay: Overlay) -> float:
    return _own_rows_of(overlay) + _tint_rows_of(overlay)


def _own_rows_of(overlay: Overlay) -> float:
    """Rows of the overlay itself, with its title."""
    if isinstance(overlay, ValueOverlay):
        return 3.4
    if isinstance(overlay, GroupOverlay):
        return 1.0 + len(overlay.groups)
    if isinstance(overlay, CategoryOverlay):
        return 0.0
    return 1.0 + len(Placement) + (2 if overlay.regions else 0)


def _tint_rows_of(overlay: Overlay) -> float:
    shown = min(len(overlay.tints), _MOST_TINTS)
    return 1.0 + shown + (len(overlay.tints) > shown) if shown else 0.0


def paint_legend(painter: QPainter, overlay: Overlay, palette: Palette, font: QFont, corner: QPointF) -> None:
    """Paint the legend with its lower left corner at a point."""
    width, height = legend_size(overlay)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.translate(corner.x(), corner.y() - height)
    painter.setPen(QPen(QColor(palette.panel_border), 1))
    painter.setBrush(QColor(palette.panel))
    painter.drawRoundedRect(QRectF(0, 0, width, height), 8, 8)
    small = QFont(font)
    small.setPixelSize(11)
    bold = QFont(small)
    bold.setWeight(QFont.Weight.DemiBold)
    painter.setFont(bold)
    painter.setPen(QColor(palette.text))
    if not isinstance(overlay, CategoryOverlay):
        title = QFontMetricsF(bold).elidedText(overlay.title, Qt.TextElideMode.ElideRight, width - 2 * _PADDING)
        painter.drawText(_row(0), _LEFT, title)
    if overlay.tints:
        painter.drawText(_row(_own_rows_of(overlay)), _LEFT, "Colour rules")
    painter.setFont(small)
    if isinstance(overlay, ValueOverlay):
        _paint_scale(painter, overlay, palette)
    elif isinstance(overlay, GroupOverlay):
        _paint_groups(painter, overlay, palette)
    elif isinstance(overlay, PlacementOverlay):
        _paint_placements(painter, overlay, palette)
    _paint_tint_rows(painter, overlay, palette)
    painter.restore()


def _paint_tint_rows(painter: QPainter, overlay: Overlay, palette: Palette) -> None:
    first = _own_rows_of(overlay) + 1
    for place, tint in enumerate(overlay.tints[:_MOST_TINTS]):
        _paint_swatch(painter, first + place, tint.colour, Pattern.PLAIN, tint_mark(place))
        _paint_row(painter, first + place, plain(tint.name), len(tint.operators), palette)
    hidden = len(overlay.tints) - _MOST_TINTS
    if hidden > 0:
        painter.setPen(QColor(palette.dim_text))
        painter.drawText(_row(first + _MOST_TINTS), _LEFT, f"and {hidden} more")


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine


def _row(index: float) -> QRectF:
    return QRectF(_PADDING, _PADDING + index * _ROW, _WIDTH - 2 * _PADDING, _ROW)


def _paint_scale(painter: QPainter, overlay: ValueOverlay, palette: Palette) -> None:
    bar = _row(1.1).adjusted(0, 2, 0, -6)
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    colours = colour_table(overlay.colour_map, is_dark=palette.is_dark)
    for index, colour in enumerate(colours):
        gradient.setColorAt(index / (len(colours) - 1), QColor(colour))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(bar, 3, 3)
    painter.setPen(QColor(palette.dim_text))
    painter.drawText(_row(1.8), _LEFT, overlay.minimum_text)
    painter.drawText(_row(1.8), Qt.AlignmentFlag.AlignCenter, overlay.middle_text or overlay.scale)
    painter.drawText(_row(1.8), _RIGHT, overlay.maximum_text)
    _paint_swatch(painter, 2.6, palette.not_measured, Pattern.HATCHED, "")
    painter.setPen(QColor(palette.dim_text))
    painter.drawText(_row(2.6).adjusted(28, 0, 0, 0), _LEFT, "no value of its own")


def _paint_placements(painter: QPainter, overlay: PlacementOverlay, palette: Palette) -> None:
    counts = overlay.counts or Counter(overlay.placements.values())
    for index, placement in enumerate(Placement, 1):
        _paint_swatch(painter, index, placement_colour(palette, placement), PATTERNS[placement], BADGES[placement])
        _paint_row(painter, index, PLACEMENT_TEXT[placement], counts.get(placement, 0), palette)
    if not overlay.regions:
        return
    first = 1 + len(Placement)
    shown = frozenset(overlay.regions.values())
    _paint_tints(painter, first, palette.regions)
    _paint_row(painter, first, "partitions", len(shown - overlay.islands), palette)
    _paint_tints(painter, first + 1, (palette.island,))
    _paint_row(painter, first + 1, "CPU islands", len(shown & overlay.islands), palette)


def _paint_groups(painter: QPainter, overlay: GroupOverlay, palette: Palette) -> None:
    counted = Counter(overlay.members.values()) if not overlay.counts else {}
    counts = overlay.counts or tuple(counted.get(place, 0) for place in range(len(overlay.groups)))
    for index, group in enumerate(overlay.groups):
        _paint_swatch(painter, index + 1, group_colour(palette, group), TEXTURES[group.texture], "")
        _paint_row(painter, index + 1, group.name, counts[index], palette)


def _paint_row(painter: QPainter, row: float, text: str, count: int, palette: Palette) -> None:
    painter.setPen(QColor(palette.text))
    metrics = QFontMetricsF(painter.font())
    room = _WIDTH - 2 * _PADDING - 28 - metrics.horizontalAdvance(f"  {count}")
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(_row(row).adjusted(28, 0, 0, 0), _LEFT, shown)
    painter.setPen(QColor(palette.dim_text))
    painter.drawText(_row(row), _RIGHT, str(count))


def _paint_tints(painter: QPainter, row: float, tints: tuple[str, ...]) -> None:
    """Paint tints side by side, in the outline of a swatch."""
    box = _row(row)
    width = 20 / len(tints)
    painter.setPen(Qt.PenStyle.NoPen)
    for place, tint in enumerate(tints):
        painter.fillRect(QRectF(box.x() + place * width, box.y() + 3, width, _ROW - 6), QColor(tint))


def _paint_swatch(painter: QPainter, row: float, colour: str, pattern: Pattern, badge: str) -> None:
    box = _row(row)
    rect = QRectF(box.x(), box.y() + 3, 20, _ROW - 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(rect, 3, 3)
    if pattern in _BRUSHES:
        ink = QColor(text_on(colour))
        ink.setAlpha(70)
        painter.setBrush(QBrush(ink, _BRUSHES[pattern]))
        painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(QColor(text_on(colour)))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, badge)
