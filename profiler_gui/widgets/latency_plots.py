"""Plots of measured latencies. Importing this takes about a second (pyqtgraph): import it when it is needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from backends.runs.summary import ecdf, find_outliers, histogram, summarize_latencies
from backends.units import format_latency, latency_unit
from profiler_gui.theme import Colors, colors_of

_MAX_DOTS = 500
"""With more runs than this, only the line is drawn."""
_PERCENTILE_NAMES = ("p50", "p90", "p99")


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """What the plots show, in nanoseconds."""

    warmup_ns: tuple[int, ...]
    runs_ns: tuple[int, ...]

    @property
    def percentiles_ns(self) -> tuple[float, float, float]:
        """Give p50, p90 and p99 of the runs."""
        summary = summarize_latencies(self.runs_ns)
        return summary.p50_ns, summary.p90_ns, summary.p99_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pen:
    """Everything a drawing function needs besides the data."""

    item: pg.PlotItem
    colors: Colors
    divisor: float
    """Nanoseconds in one unit of the axis."""
    unit: str

    def label(self, side: str, text: str) -> None:
        """Write what an axis means."""
        self.item.setLabel(side, text, color=self.colors.plot_axis)


class LatencyPlot(QWidget):
    """One plot of latencies; its colours follow the theme and its axis has a fitting unit.

    The wheel zooms, dragging pans, a double click shows everything again. Make one with ``latency_timeline``,
    ``latency_histogram`` or ``latency_ecdf``.
    """

    def __init__(self, title: str, draw: Callable[[_Pen, Latencies], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._draw = draw
        self._latencies: Latencies | None = None
        self._legend = QLabel()
        self._legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        heading = QLabel(title)
        heading.setProperty("role", "section")
        self._view = pg.PlotWidget(self)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 4)
        layout.setSpacing(2)
        layout.addWidget(heading)
        layout.addWidget(self._legend)
        layout.addWidget(self._view, 1)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setMinimumSize(220, 170)
        self.redraw()

    @property
    def item(self) -> pg.PlotItem:
        """The plot itself."""
        return self._view.getPlotItem()

    def show_latencies(self, latencies: Latencies | None) -> None:
        """Show other values, or nothing."""
        self._latencies = latencies
        self.redraw()

    def redraw(self) -> None:
        """Draw everything in the colours of the present theme."""
        item, colors = self.item, colors_of(self)
        item.clear()
        self._view.setBackground(colors.plot_ground)
        self._legend.setText(_legend(colors, self._latencies))
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(colors.plot_grid)
            axis.setTextPen(colors.plot_axis)
            axis.setStyle(tickFont=self.font(), tickTextOffset=4)
            axis.enableAutoSIPrefix(False)
            axis.setZValue(-10)  # the grid belongs behind the bars
        item.showGrid(x=False, y=True, alpha=0.5)
        latencies = self._latencies
        if latencies is not None and latencies.runs_ns:
            divisor, unit = latency_unit(max(latencies.runs_ns))
            self._draw(_Pen(item=item, colors=colors, divisor=divisor, unit=unit), latencies)
        item.enableAutoRange()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_view"):
            self.redraw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show everything again on a double click."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.item.enableAutoRange()
            return True
        return super().eventFilter(watched, event)


def latency_timeline(parent: QWidget | None = None) -> LatencyPlot:
    """Make a plot of each run in order, the warm-up before it, and lines at the percentiles."""
    return LatencyPlot("Latency of each run", _draw_timeline, parent)


def latency_histogram(parent: QWidget | None = None) -> LatencyPlot:
    """Make a plot of how often each latency was measured."""
    return LatencyPlot("How latencies spread", _draw_histogram, parent)


def latency_ecdf(parent: QWidget | None = None) -> LatencyPlot:
    """Make a plot of which part of the runs was at most as slow."""
    return LatencyPlot("Part of runs within a latency", _draw_ecdf, parent)


def _draw_timeline(pen: _Pen, latencies: Latencies) -> None:
    warmup = np.asarray(latencies.warmup_ns, float) / pen.divisor
    runs = np.asarray(latencies.runs_ns, float) / pen.divisor
    pen.label("bottom", "Run (warm-up before 1)" if warmup.size else "Run")
    pen.label("left", f"Latency ({pen.unit})")
    if warmup.size:
        edges = (0.5 - warmup.size, 0.5)
        band = pg.LinearRegionItem(edges, movable=False, brush=_faint(pen.colors.warning), pen=pg.mkPen(None))
        pen.item.addItem(band)
        x = np.arange(1 - warmup.size, 1)
        _plot(pen.item, x, warmup, pen=None, symbol="t", symbolSize=9, symbolPen=None, symbolBrush=pen.colors.warning)
    x = np.arange(1, runs.size + 1)
    dots = {"symbol": "o", "symbolSize": 5, "symbolPen": None, "symbolBrush": pen.colors.series[0]}
    _plot(pen.item, x, runs, pen=pg.mkPen(pen.colors.series[0], width=1), **(dots if runs.size <= _MAX_DOTS else {}))
    far = np.asarray(find_outliers(latencies.runs_ns), int)
    if far.size:
        ring = pg.mkPen(pen.colors.error, width=1.5)
        _plot(pen.item, x[far], runs[far], pen=None, symbol="o", symbolSize=10, symbolPen=ring, symbolBrush=None)
    _add_percentiles(pen, latencies.percentiles_ns, is_vertical=False)


def _draw_histogram(pen: _Pen, latencies: Latencies) -> None:
    bins = histogram(latencies.runs_ns)
    edges = np.asarray(bins.edges_ns) / pen.divisor
    pen.label("bottom", f"Latency ({pen.unit})")
    pen.label("left", "Runs")
    edge = pg.mkPen(pen.colors.plot_ground)
    pen.item.setLimits(yMin=0)
    pen.item.addItem(
        pg.BarGraphItem(x0=edges[:-1], x1=edges[1:], height=bins.counts, brush=pen.colors.series[0], pen=edge)
    )
    _add_percentiles(pen, latencies.percentiles_ns, is_vertical=True)


def _draw_ecdf(pen: _Pen, latencies: Latencies) -> None:
    curve = ecdf(latencies.runs_ns)
    values = np.asarray(curve.values_ns) / pen.divisor
    pen.label("bottom", f"Latency ({pen.unit})")
    pen.label("left", "Runs (%)")
    pen.item.setLimits(yMin=0, yMax=103)
    x = np.concatenate([values, values[-1:]])
    step = pg.mkPen(pen.colors.series[0], width=2)
    pen.item.plot(x, np.asarray(curve.shares) * 100, stepMode="center", pen=step)
    _add_percentiles(pen, latencies.percentiles_ns, is_vertical=True)


def _plot(item: pg.PlotItem, x: npt.ArrayLike, y: npt.ArrayLike, **style: Any) -> None:
    """Draw a curve whose symbols stay shapes in an SVG instead of copies of a small picture."""
    item.plot(x, y, useCache=False, **style)


def _add_percentiles(pen: _Pen, percentiles_ns: Sequence[float], *, is_vertical: bool) -> None:
    """Draw dashed lines at the percentiles; the legend above the plot gives their values, where they cover nothing."""
    for color, value in zip(_percentile_colors(pen.colors), percentiles_ns, strict=False):
        dashed = pg.mkPen(color, width=1.2, style=Qt.PenStyle.DashLine)
        pen.item.addItem(pg.InfiniteLine(value / pen.divisor, 90 if is_vertical else 0, dashed))


def _percentile_colors(colors: Colors) -> tuple[str, str, str]:
    return colors.series[2], colors.series[4], colors.error


def _legend(colors: Colors, latencies: Latencies | None) -> str:
    """Give the legend of the dashed lines; no text in it comes from a file."""
    values = latencies.percentiles_ns if latencies and latencies.runs_ns else ()
    entries = [
        f"<span style='color: {color}'>{name}&nbsp;{format_latency(value).replace(' ', '&nbsp;')}</span>"
        for color, name, value in zip(_percentile_colors(colors), _PERCENTILE_NAMES, values, strict=False)
    ]
    return "&nbsp; ".join(entries)


def _faint(color: str) -> QColor:
    result = QColor(color)
    result.setAlphaF(0.14)
    return result
