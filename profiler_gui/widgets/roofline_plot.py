"""The roofline plot. Importing this takes about a second (pyqtgraph): import it when it is needed."""

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from backends.reports.plain_text import plain
from backends.runs.host.peak import Peak
from backends.runs.roofline import Roofline, RooflinePoint, is_memory_bound, roof_at
from backends.units import format_latency, format_quantity, format_share
from profiler_gui.theme import colors_of

_LEAST_DOT, _MOST_DOT = 7.0, 26.0
_MARGIN = 0.25
"""Least number of decades around what is shown; more above, for the number at the roof."""
_AXIS = 50
"""Pixels that the axis takes below."""


class RooflinePlot(QWidget):
    """Operators as dots below the two roofs; both axes are logarithmic.

    The wheel zooms, dragging pans, a double click on the ground shows everything again.

    Signals:
        chosen: the operators that the user clicked, and whether they join the selection.
        opened: the operator that was double-clicked.
    """

    chosen = Signal(object, bool)
    opened = Signal(object)

    title = "Roofline"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._roofline: Roofline | None = None
        self._peak: Peak | None = None
        self._selection: frozenset[OperatorId] = frozenset()
        self._view = pg.PlotWidget(self)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.viewport().installEventFilter(self)
        self._dots = pg.ScatterPlotItem(hoverable=True, tip=_tip, hoverPen=None)
        self._dots.sigClicked.connect(self._on_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self._view)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setMinimumSize(260, 150)

    @property
    def dots(self) -> pg.ScatterPlotItem:
        """The operators."""
        return self._dots

    def show_roofline(self, roofline: Roofline | None, peak: Peak | None) -> None:
        """Show other operators and roofs."""
        self._roofline, self._peak = roofline, peak
        self.redraw()
        self.show_everything()

    def select(self, operators: Collection[OperatorId]) -> None:
        """Mark operators."""
        if frozenset(operators) != self._selection:
            self._selection = frozenset(operators)
            self._paint_dots()

    def show_everything(self) -> None:
        """Show all dots and the bend of the roofs."""
        points, peak = self._points(), self._peak
        if not points or peak is None:
            return
        bend = peak.macs_per_second / peak.bytes_per_second
        x = [math.log10(point.macs_per_byte) for point in points] + [math.log10(bend)]
        y = [math.log10(point.macs_per_second) for point in points] + [math.log10(peak.macs_per_second)]
        # Room for the dots and for the number at the roof, however low the panel is.
        across = max(_MARGIN, (max(x) - min(x)) * _MOST_DOT / max(self._view.width(), 1))
        up = max(_MARGIN, (max(y) - min(y)) * _MOST_DOT / max(self._view.height() - _AXIS, _MOST_DOT))
        low, high = min(x) - across, max(x) + across
        self._view.setRange(xRange=(low, high), yRange=(min(y) - up, max(y) + 1.5 * up), padding=0)

    def redraw(self) -> None:
        """Draw everything in the colours of the present theme."""
        item, colors = self._view.getPlotItem(), colors_of(self)
        item.clear()
        self._view.setBackground(colors.plot_ground)
        item.setLogMode(x=False, y=False)  # the values are logarithms already, so that dots keep their size
        for side, text, unit in (
            ("bottom", "Arithmetic intensity (multiply-adds per byte)", ""),
            ("left", "Multiply-adds / s", "MAC/s"),
        ):
            axis = item.getAxis(side)
            axis.setPen(colors.plot_grid)
            axis.setTextPen(colors.plot_axis)
            axis.setStyle(tickFont=self.font(), tickTextOffset=4)
            axis.enableAutoSIPrefix(False)
            axis.tickStrings = _ticks_in(unit)
            axis.setTickSpacing(1, 1)
            item.setLabel(side, text, color=colors.plot_axis)
        item.showGrid(x=True, y=True, alpha=0.35)
        if self._peak is not None and self._points():
            self._draw_roofs(item, self._peak)
        item.addItem(self._dots)
        self._paint_dots()

    def _draw_roofs(self, item: pg.PlotItem, peak: Peak) -> None:
        colors = colors_of(self)
        bend = math.log10(peak.macs_per_second / peak.bytes_per_second)
        top = math.log10(peak.macs_per_second)
        slope = math.log10(peak.bytes_per_second)
        item.plot(
            np.asarray([bend - 9, bend, bend + 9]),
            np.asarray([slope + bend - 9, top, top]),
            pen=pg.mkPen(colors.text, width=1.6),
        )
        flat = pg.TextItem(format_quantity(peak.macs_per_second, "MAC/s"), color=colors.text, anchor=(0, 1))
        flat.setPos(bend, top)
        rising = pg.TextItem(format_quantity(peak.bytes_per_second, "bytes/s"), color=colors.text, anchor=(1, 1))
        rising.setPos(bend - 0.12, top - 0.12)
        for text in (flat, rising):
            text.setFont(self.font())
            item.addItem(text, ignoreBounds=True)

    def _points(self) -> tuple[RooflinePoint, ...]:
        return self._roofline.points if self._roofline is not None else ()

    def _paint_dots(self) -> None:
        colors, peak = colors_of(self), self._peak
        most = max((point.share for point in self._points()), default=0.0)
        spots: list[dict[str, Any]] = []
        # Small dots last, so that none is hidden; then the selected ones.
        for point in sorted(self._points(), key=lambda p: (p.operator in self._selection, -p.share)):
            is_chosen = point.operator in self._selection
            is_memory = peak is not None and is_memory_bound(peak, point.macs_per_byte)
            color = QColor(colors.series[1 if is_memory else 0])
            color.setAlpha(190)
            size = _LEAST_DOT + (_MOST_DOT - _LEAST_DOT) * math.sqrt(point.share / most if most else 0.0)
            spots.append(
                {
                    "pos": (math.log10(point.macs_per_byte), math.log10(point.macs_per_second)),
                    "size": size,
                    "symbol": "t1" if is_memory else "o",
                    "brush": color,
                    "pen": pg.mkPen(colors.error if is_chosen else colors.plot_ground, width=3 if is_chosen else 1),
                    "data": (point, peak),
                }
            )
        self._dots.setData(spots)

    def _on_clicked(self, _item: object, spots: Sequence[Any], event: Any) -> None:
        if not len(spots):
            return
        point: RooflinePoint = spots[0].data()[0]
        if event.double():
            self.opened.emit(point.operator)
            return
        joins = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        self.chosen.emit((point.operator,), joins)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show everything in the new room."""
        super().resizeEvent(event)
        self.show_everything()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_dots"):
            self.redraw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show everything again on a double click on the ground."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonDblClick:
            at = self._dots.mapFromScene(self._view.mapToScene(event.position().toPoint()))
            if not len(self._dots.pointsAt(at)):
                self.show_everything()
                return True
        return super().eventFilter(watched, event)


def _ticks_in(unit: str):  # type: ignore[no-untyped-def]  # takes the place of a method of pyqtgraph
    def strings(values: Collection[float], _scale: float, _spacing: float) -> list[str]:
        return [format_quantity(10**value, unit) if value == round(value) else "" for value in values]

    return strings


def _tip(x: float, y: float, data: tuple[RooflinePoint, Peak | None]) -> str:
    """Tell about a dot."""
    point, peak = data
    lines = [
        f"{plain(point.kind)}  ·  operator {point.operator.index}",
        f"{format_quantity(point.macs_per_second, 'MAC/s')} at {point.macs_per_byte:.3g} MAC/byte",
        f"{format_latency(point.time_ns)}, {format_share(point.share)} of the inference",
    ]
    if peak is not None:
        reached = point.macs_per_second / roof_at(peak, point.macs_per_byte)
        limit = "memory" if is_memory_bound(peak, point.macs_per_byte) else "arithmetic"
        lines.append(f"{format_share(reached)} of what {limit} allows here")
    return "\n".join(lines)
