"""Latency, layers and power of all sides over each other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from backends.compare.comparison import Comparison
from backends.power.traces import Quantity, Trace
from backends.runs.run import Run
from profiler_gui.widgets.paired_bars import PairedBar, PairedBars
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.turning_splitter import TurningSplitter

if TYPE_CHECKING:
    # The plotting library takes a second to import.
    from profiler_gui.widgets.overlaid_plots import OverlaidPlot

_MOST_LAYERS = 40
_NO_RUNS = "Choose a run on each side to see latencies over each other."


class ComparisonPlots(QWidget):
    """Distributions of latency, the most expensive layers side by side, and power where it was recorded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._others: tuple[tuple[str, Run], ...] = ()
        self._wait = Placeholder(_NO_RUNS)
        self._splitter = TurningSplitter((1, 1, 1))
        self.bars = PairedBars()
        self._splitter.addWidget(self.bars)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._wait)
        self._stack.addWidget(self._splitter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.plots: tuple[OverlaidPlot, ...] = ()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(30)
        self._soon.timeout.connect(self._draw)

    def show_comparison(self, comparison: Comparison, others: Sequence[tuple[str, Run]] = ()) -> None:
        """Show both sides, and further ones by their letters."""
        self._comparison, self._others = comparison, tuple(others)
        if self.isVisible():
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw when it is seen: the library that draws takes a second to load."""
        super().showEvent(event)
        self._soon.start()

    @Slot()
    def _draw(self) -> None:
        comparison = self._comparison
        runs = [] if comparison is None else self._runs(comparison)
        if comparison is None or len(runs) < 2:
            self._stack.setCurrentWidget(self._wait)
            return
        from profiler_gui.widgets.overlaid_plots import OverlaidPlot, Series

        if not self.plots:
            self.plots = (OverlaidPlot("Part of runs within a latency"), OverlaidPlot("Power"))
            self._splitter.insertWidget(0, self.plots[0])
            self._splitter.addWidget(self.plots[1])
            self._splitter.share_out()
        latency, power = self.plots
        latency.show_distributions([Series(letter=letter, x=run.latencies_ns) for letter, run in runs])
        self._show_bars(comparison)
        traces = [(letter, trace) for letter, run in runs if (trace := _power_of(run)) is not None]
        power.setVisible(bool(traces))
        power.show_curves(
            [Series(letter=letter, x=trace.times_s, y=trace.values) for letter, trace in traces],
            "Time (s)",
            "Power (mW)",
        )
        self._stack.setCurrentWidget(self._splitter)

    def _show_bars(self, comparison: Comparison) -> None:
        rows = [row for row in comparison.layers if row.a_ns is not None or row.b_ns is not None]
        rows.sort(key=lambda row: -max(row.a_ns or 0.0, row.b_ns or 0.0))
        self.bars.set_bars(
            [
                PairedBar(key=row, label=f"{_place(row.a or row.b)} {row.kind}", a_ns=row.a_ns, b_ns=row.b_ns)
                for row in rows[:_MOST_LAYERS]
            ]
        )
        self.bars.setVisible(bool(rows))

    def _runs(self, comparison: Comparison) -> list[tuple[str, Run]]:
        own = [("A", comparison.a.run), ("B", comparison.b.run)]
        return [*((letter, run) for letter, run in own if run is not None), *self._others]


def _power_of(run: Run) -> Trace | None:
    return next((trace for trace in run.traces if trace.quantity is Quantity.POWER), None)


def _place(ids: tuple[tuple[int, int], ...]) -> str:
    return str(ids[0][1]) if ids else ""
