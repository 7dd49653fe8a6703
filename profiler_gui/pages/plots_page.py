"""The chosen run in pictures: latencies over time and how they spread, and the most expensive operators."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from backends.reports.columns import OPERATOR_COLUMNS
from backends.reports.report import find_report
from backends.reports.report_file import write_report
from backends.reports.rows import OperatorRow, operator_rows
from backends.reports.table_content import TableContent
from backends.runs.run import Run
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.drag_out import DragFolder, DragHandle, file_name, write_latencies
from profiler_gui.pages.export import export_pictures_button
from profiler_gui.pages.gradual import Gradual
from profiler_gui.pages.page import Page
from profiler_gui.pages.ranking import Ranking
from profiler_gui.pages.roofline_pane import RooflinePane
from profiler_gui.session import OpenModel, Session
from profiler_gui.widgets.picture import write_picture
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.turning_splitter import TurningSplitter

if TYPE_CHECKING:
    from profiler_gui.widgets.latency_plots import LatencyPlot

_NO_MODEL = "Open a model to see plots of it here."
_NO_RUN = "Press Profile (Ctrl+R) to measure the model; its latencies are plotted here."
_PREPARING = "Preparing the plots…"


class PlotsPage(Page):
    """Plots of the chosen run; clicking a bar selects its operator.

    The plotting library takes a second to import, so that happens when there is a run to show and the page is seen.
    """

    def __init__(self, session: Session, notices: NoticeBoard | None = None, jobs: JobRunner | None = None) -> None:
        super().__init__(session, notices)
        self._gradual = Gradual(self, jobs)
        self._plots: tuple[LatencyPlot, ...] = ()
        self._wait = Placeholder(_NO_MODEL)
        self._splitter = TurningSplitter((1, 1, 1))
        self._latency = QStackedWidget()
        self._latency.addWidget(self._wait)
        self._latency.addWidget(self._splitter)
        self._ranking = Ranking()
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(self._latency, "Latency")
        self._tabs.addTab(self._ranking, "Operators")
        self._roofline = RooflinePane(jobs, self.notices)
        self._tabs.addTab(self._roofline, "Roofline")
        self._tabs.setCornerWidget(self._make_corner())
        self._loading = QTimer(self)
        self._loading.setSingleShot(True)
        self._loading.setInterval(30)
        self._loading.timeout.connect(self._load_plots)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tabs)
        self._ranking.operators_chosen.connect(self._on_operators_chosen)
        self._ranking.operator_opened.connect(self._on_operator_opened)
        self._tabs.currentChanged.connect(self.invalidate)
        self.follow(
            model_changed=self.invalidate, run_changed=self.invalidate, selection_changed=self._on_selection_changed
        )

    def _make_corner(self) -> QWidget:
        """Give what takes plots out of the window: a handle to drag and a menu."""
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.handle = DragHandle(self._write_files, DragFolder(self), self.notices.report, self._tabs.currentWidget)
        row.addWidget(self.handle)
        row.addWidget(export_pictures_button(self, self.pictures))
        return corner

    def _write_files(self, folder: Path) -> list[Path]:
        """Write what is in front as pictures, and the numbers behind it as CSV.

        Raises:
            StoreError: a file cannot be written.
        """
        run = self.record.run if self.record else None
        own = {plot.title for plot in self._plots}
        is_latency = self._tabs.currentWidget() is self._latency
        paths = []
        for title, widget in self.pictures().items():
            if (title in own) == is_latency:
                path = folder / f"{file_name(title)}.png"
                write_picture(widget, path, title)
                paths.append(path)
        if run is not None and is_latency:
            paths.append(write_latencies(run, folder / "latencies.csv"))
        elif paths and self.record is not None:
            rows = operator_rows(self.record.model, self.record.costs, run)
            content = TableContent("tflite-profiler/operators/1", "Operators", OPERATOR_COLUMNS, rows)
            path = folder / "operators.csv"
            write_report(path, find_report("csv"), content)
            paths.append(path)
        return paths

    @property
    def ranking(self) -> Ranking:
        """The bars of operators and types."""
        return self._ranking

    @property
    def plots(self) -> "tuple[LatencyPlot, ...]":
        """The plots of latencies; empty until a run was seen."""
        return self._plots

    def refresh(self) -> None:
        """Show the chosen run of the model in front."""
        record = self.record
        run = record.run if record else None
        self._show_ranking(record, run)
        if self._tabs.currentWidget() is self._roofline:
            self._roofline.show_run(record)
        self._on_selection_changed()
        if run is None:
            self._wait.set_text(_NO_MODEL if record is None else _NO_RUN)
            self._latency.setCurrentWidget(self._wait)
        elif not self._plots:
            self._wait.set_text(_PREPARING)
            self._latency.setCurrentWidget(self._wait)
            self._loading.start()
        else:
            self._show_latencies()

    def _show_ranking(self, record: OpenModel | None, run: Run | None) -> None:
        has_times = run is not None and bool(run.operators)
        if record is None:
            self._gradual.cancel()
            self._ranking.show_rows((), has_times=has_times)
            return

        def show(rows: tuple[OperatorRow, ...]) -> Iterable[Callable[[], object]]:
            yield lambda: self._ranking.show_rows(rows, has_times=has_times)
            yield self._on_selection_changed

        self._gradual.show(len(record.costs), partial(operator_rows, record.model, record.costs, run), show)

    def pictures(self) -> dict[str, QWidget]:
        """Give what can be exported, by title."""
        plots: dict[str, QWidget] = {}
        if self._latency.currentWidget() is self._splitter:
            plots = {plot.title: plot for plot in self._plots}
        if self._ranking.operators.bars:
            plots["Most expensive operators"] = self._ranking.operators.picture()
            plots["By type"] = self._ranking.kinds.picture()
        if self._roofline.plot is not None and self.record is not None and self.record.run is not None:
            plots[self._roofline.plot.title] = self._roofline.plot
        return plots

    @property
    def roofline(self) -> RooflinePane:
        """The roofline of the chosen run."""
        return self._roofline

    def show_roofline(self) -> None:
        """Bring the roofline to the front."""
        self._tabs.setCurrentWidget(self._roofline)

    def show_operators(self) -> None:
        """Bring the bars to the front."""
        self._tabs.setCurrentWidget(self._ranking)

    @Slot()
    def _load_plots(self) -> None:
        from profiler_gui.widgets.latency_plots import latency_ecdf, latency_histogram, latency_timeline

        if not self._plots:
            self._plots = (latency_timeline(), latency_histogram(), latency_ecdf())
            for plot in self._plots:
                self._splitter.addWidget(plot)
            self._splitter.share_out()
        self._show_latencies()

    def _show_latencies(self) -> None:
        from profiler_gui.widgets.latency_plots import Latencies

        run = self.record.run if self.record else None
        if run is None:
            return
        latencies = Latencies(warmup_ns=run.warmup_ns, runs_ns=run.latencies_ns)
        for plot in self._plots:
            plot.show_latencies(latencies)
        self._latency.setCurrentWidget(self._splitter)

    @Slot()
    def _on_selection_changed(self) -> None:
        selection = self.record.selection if self.record else frozenset[OperatorId]()
        self._ranking.select(selection)
        self._roofline.select(selection)

    @Slot(object)
    def _on_operators_chosen(self, operators: tuple[OperatorId, ...]) -> None:
        if self.record is not None:
            self.record.select(operators)

    @Slot(object)
    def _on_operator_opened(self, operator: OperatorId) -> None:
        if self.record is not None:
            self.record.reveal(operator)
