"""Plots of several sides over each other. Importing this takes about a second (pyqtgraph): import it when needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from backends.runs.summary import ecdf
from backends.units import latency_unit
from profiler_gui.theme import Colors, colors_of

_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.DotLine)
_LINES = ("—", "– –", "– ·", "···")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One side in a plot; ``y`` is empty where only the distribution of ``x`` is drawn."""

    letter: str
    x: tuple[float, ...]
    y: tuple[float, ...] = ()


class OverlaidPlot(QWidget):
    """One plot with a legend of letters; sides differ in colour and in the pattern of their line."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._draw: Callable[[], None] = lambda: None
        self._letters: tuple[str, ...] = ()
        heading = QLabel(title)
        heading.setProperty("role", "section")
        self._legend = QLabel()
        self._legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
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
        self.setMinimumSize(220, 150)

    @property
    def item(self) -> pg.PlotItem:
        """The plot itself."""
        return self._view.getPlotItem()

    def show_distributions(self, sides: Sequence[Series]) -> None:
        """Show which part of the runs of each side was at most as slow."""
        self._letters = tuple(side.letter for side in sides)
        self._draw = lambda: self._draw_distributions(sides)
        self.redraw()

    def show_curves(self, sides: Sequence[Series], x_title: str, y_title: str) -> None:
        """Show a quantity over time for each side."""
        self._letters = tuple(side.letter for side in sides)
        self._draw = lambda: self._draw_curves(sides, x_title, y_title)
        self.redraw()

    def redraw(self) -> None:
        """Draw everything in the colours of the present theme."""
        item, colors = self.item, colors_of(self)
        item.clear()
        item.setLimits(yMin=None, yMax=None)
        self._view.setBackground(colors.plot_ground)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(colors.plot_grid)
            axis.setTextPen(colors.plot_axis)
            axis.setStyle(tickFont=self.font(), tickTextOffset=4)
            axis.enableAutoSIPrefix(False)
            axis.setZValue(-10)
        item.showGrid(x=False, y=True, alpha=0.5)
        self._legend.setText(
            "&nbsp; ".join(
                f"<span style='color: {_colour(colors, place)}'><b>{letter}</b> {_LINES[place % len(_LINES)]}</span>"
                for place, letter in enumerate(self._letters)
            )
        )
        self._draw()
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

    def _label(self, side: str, text: str) -> None:
        self.item.setLabel(side, text, color=colors_of(self).plot_axis)

    def _draw_distributions(self, sides: Sequence[Series]) -> None:
        divisor, unit = latency_unit(max((max(side.x) for side in sides if side.x), default=1.0))
        self._label("bottom", f"Latency ({unit})")
        self._label("left", "Runs (%)")
        self.item.setLimits(yMin=0, yMax=103)
        for place, side in enumerate(sides):
            if not side.x:
                continue
            curve = ecdf(side.x)
            values = np.asarray(curve.values_ns) / divisor
            self.item.plot(
                np.concatenate([values, values[-1:]]), np.asarray(curve.shares) * 100, stepMode="center",
                pen=self._pen(place),
            )  # fmt: skip

    def _draw_curves(self, sides: Sequence[Series], x_title: str, y_title: str) -> None:
        self._label("bottom", x_title)
        self._label("left", y_title)
        for place, side in enumerate(sides):
            if side.x:
                self.item.plot(np.asarray(side.x), np.asarray(side.y), pen=self._pen(place))

    def _pen(self, place: int) -> object:
        return pg.mkPen(_colour(colors_of(self), place), width=2, style=_STYLES[place % len(_STYLES)])


def _colour(colors: Colors, place: int) -> str:
    return colors.series[place % len(colors.series)]
