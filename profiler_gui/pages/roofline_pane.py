"""The roofline of the chosen run: its plot, what it means, and where the roofs come from."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from backends.progress import Progress
from backends.runs.execution import HOST
from backends.runs.host.peak import Peak, host_peak, kept_peak
from backends.runs.roofline import Roofline, peak_of_points, roofline_of
from backends.units import format_share
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.session import OpenModel
from profiler_gui.widgets.placeholder import Placeholder

if TYPE_CHECKING:
    from profiler_gui.widgets.roofline_plot import RooflinePlot

_LANE = f"device:{HOST}"
"""That of measurements on this computer: two at once would disturb each other."""
_NO_MODEL = "Open a model to see its operators on a roofline here."
_NO_RUN = "Press Profile (Ctrl+R) to measure the model; its operators are plotted here below what could be reached."
_NO_POINTS = "No operator of this run has both a time of its own and multiply-accumulates."
_PREPARING = "Preparing the plot…"
_MEANING = (
    "Each dot is an operator; larger dots take more of the time. The line is the most that can be reached: where it "
    "rises, memory sets the limit (triangles), where it is flat, arithmetic does (circles). The further below the "
    "line, the more could be gained. Quantised kernels may pass it, as it was measured in float32. Bytes are those of "
    "whole tensors, each counted once. Operators that do not multiply and accumulate, or whose sizes are unknown, are "
    "left out. Click a dot to select its operator, double-click to go there; the wheel zooms."
)


class RooflinePane(QWidget):
    """Shows the chosen run of a model on a roofline."""

    def __init__(self, jobs: JobRunner | None, notices: NoticeBoard) -> None:
        super().__init__()
        self._jobs = jobs
        self._notices = notices
        self._record: OpenModel | None = None
        self._roofline: Roofline | None = None
        self._peak: Peak | None = None
        self._plot: RooflinePlot | None = None
        self._is_measuring = False
        self._wait = Placeholder(_NO_MODEL)
        self._source = QLabel()
        self._source.setWordWrap(True)
        self._source.setProperty("role", "dim")
        self._meaning = QLabel(_MEANING)
        self._meaning.setWordWrap(True)
        self._meaning.setContentsMargins(8, 2, 8, 2)
        self._meaning.hide()
        self.explain = QPushButton("Explain")
        self.explain.setCheckable(True)
        self.explain.setToolTip("Show what the plot means")
        self.explain.toggled.connect(self._meaning.setVisible)
        self.again = QPushButton("Measure the peak again")
        self.again.setToolTip("Measure anew what this computer can reach at most; takes some two seconds")
        self.again.clicked.connect(partial(self._measure, True))
        self._body = QWidget()
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 0)
        row.addWidget(self._source, 1)
        row.addWidget(self.explain)
        row.addWidget(self.again)
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(row)
        self._column.addWidget(self._meaning)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._wait)
        self._stack.addWidget(self._body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._loading = QTimer(self)
        self._loading.setSingleShot(True)
        self._loading.setInterval(30)
        self._loading.timeout.connect(self._load_plot)

    @property
    def plot(self) -> "RooflinePlot | None":
        """The plot, once there was something to show."""
        return self._plot

    def show_run(self, record: OpenModel | None) -> None:
        """Show the chosen run of a model."""
        self._record = record
        run = record.run if record is not None else None
        if record is None or run is None:
            self._say(_NO_MODEL if record is None else _NO_RUN)
            return
        self._roofline = roofline_of(record.model, record.costs, run)
        if not self._roofline.points:
            self._say(_NO_POINTS)
            return
        self._peak = kept_peak(run.plan.threads) if self._is_here() else peak_of_points(self._roofline.points)
        if self._plot is None:
            self._say(_PREPARING)
            self._loading.start()
        else:
            self._show()

    def select(self, operators: frozenset[OperatorId]) -> None:
        """Mark the selected operators."""
        if self._plot is not None:
            self._plot.select(operators)

    def _say(self, text: str) -> None:
        self._roofline = None if text != _PREPARING else self._roofline
        self._wait.set_text(text)
        self._stack.setCurrentWidget(self._wait)

    def _is_here(self) -> bool:
        """Whether the chosen run was measured on this computer."""
        run = self._record.run if self._record is not None else None
        return run is not None and run.plan.device == HOST

    @Slot()
    def _load_plot(self) -> None:
        from profiler_gui.widgets.roofline_plot import RooflinePlot

        if self._plot is None:
            self._plot = RooflinePlot()
            self._plot.chosen.connect(self._on_chosen)
            self._plot.opened.connect(self._on_opened)
            self._column.addWidget(self._plot, 1)
        self._show()

    def _show(self) -> None:
        roofline, plot = self._roofline, self._plot
        if roofline is None or plot is None:
            return
        if self._peak is None and not self._is_measuring:
            self._measure(False)
        plot.show_roofline(roofline, self._peak)
        plot.select(self._record.selection if self._record is not None else frozenset())
        self._explain(roofline)
        self._stack.setCurrentWidget(self._body)

    def _explain(self, roofline: Roofline) -> None:
        roofs = "Measuring what this computer can reach…" if self._peak is None else self._peak.source
        left = ""
        if roofline.left_out:
            what = "operator is" if roofline.left_out == 1 else "operators are"
            left = f" {roofline.left_out} {what} left out ({format_share(roofline.left_out_share)} of the time)."
        self._source.setText(f"▲ limited by memory, ● by arithmetic. {roofs}{left}")
        self.again.setVisible(self._is_here())
        self.again.setEnabled(not self._is_measuring)

    @Slot()
    def _measure(self, measures_anew: bool, *_: object) -> None:
        run = self._record.run if self._record is not None else None
        if run is None or self._jobs is None or self._is_measuring:
            return
        threads = run.plan.threads

        def work(progress: Progress) -> Peak:
            return host_peak(threads, progress, measures_anew=measures_anew)

        self._is_measuring = True
        self.again.setEnabled(False)
        self._jobs.start(
            work,
            title="Measuring the peak",
            lane=_LANE,
            on_success=self._on_measured,
            on_failure=self._on_failed,
        ).finished.connect(self._on_finished)

    @Slot(object)
    def _on_measured(self, peak: Peak) -> None:
        self._is_measuring = False
        if self._is_here() and self._roofline is not None:
            self._peak = peak
            self._show()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._notices.report(error)
        if self._roofline is not None:
            self._is_measuring = False
            self._peak = peak_of_points(self._roofline.points)
            self._show()

    @Slot()
    def _on_finished(self) -> None:
        self._is_measuring = False
        self.again.setEnabled(True)

    @Slot(object, bool)
    def _on_chosen(self, operators: tuple[OperatorId, ...], joins: bool) -> None:
        if self._record is not None:
            self._record.select({*operators, *(self._record.selection if joins else ())})

    @Slot(object)
    def _on_opened(self, operator: OperatorId) -> None:
        if self._record is not None:
            self._record.reveal(operator)
