"""Measuring the model in front: the plan, the measurement while it runs, and what came out."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from backends.errors import ProfilerError
from backends.model.model import Model
from backends.progress import Progress, Sample, Step
from backends.reports.plain_text import plain
from backends.reports.run_columns import format_moment
from backends.runs.plan import Plan
from backends.runs.run import Run
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.page import Page
from profiler_gui.pages.run_details import RunDetails, scrolled
from profiler_gui.pages.run_numbers import run_numbers
from profiler_gui.session import OpenModel, Session
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.live_latency import LiveLatency
from profiler_gui.widgets.number_tiles import NumberTiles
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.plan_form import PlanForm
from profiler_gui.widgets.turning_splitter import TurningSplitter

_LANE = "device:host"
_NO_MODEL = "Open a model to measure it here."
_NO_RUN = "Choose how to measure on the left, then press Profile (Ctrl+R)."


class ProfilePage(Page):
    """Plan, progress and result of measurements on this computer.

    Signals:
        running_changed: whether a measurement is under way.
    """

    running_changed = Signal(bool)

    def __init__(self, session: Session, jobs: JobRunner, notices: NoticeBoard) -> None:
        super().__init__(session, notices)
        self._jobs = jobs
        self._job: Job | None = None
        self._clock = QElapsedTimer()
        self._last_step = ""
        self.form = PlanForm()
        self.run_button = QPushButton("Profile")
        self.run_button.setProperty("primary", True)
        self.stop_button = QPushButton("Stop")
        self.cancel_button = QPushButton("Cancel")
        self._phase = plain_label("", is_selectable=False)
        self._bar = QProgressBar()
        self.live = LiveLatency()
        self.tiles = NumberTiles()
        self.details = RunDetails()
        self._result_title = plain_label("", role="section")
        self._placeholder = Placeholder(_NO_MODEL)
        self._middle = QStackedWidget()
        self._arrange()
        self._connect_widgets()
        self.follow(model_changed=self.invalidate, runs_changed=self.invalidate, run_changed=self.invalidate)
        self._show_state()

    @property
    def is_running(self) -> bool:
        """Whether a measurement is under way."""
        return self._job is not None

    def refresh(self) -> None:
        """Show the runs of the model in front."""
        record = self.record
        run = record.run if record else None
        self._follow_model()
        self.details.show_runs(record.runs if record else (), run)
        if run is not None:
            self._show_run(run)
        else:
            self._placeholder.set_text(_NO_MODEL if record is None else _NO_RUN)
        if not self.is_running:
            self._middle.setCurrentIndex(0 if run is None else 2)
        self._show_state()

    # Commands ---------------------------------------------------------------------------------------------------------

    @Slot()
    def start_run(self) -> None:
        """Measure the model in front as the form says; does nothing while one is measured."""
        record = self.record
        self._follow_model()
        if record is None or self.is_running or self.form.problem:
            return
        plan = self.form.plan()
        self.live.clear()
        self.details.log.clear()
        self._last_step = ""
        self._clock.start()
        job = self._jobs.start(
            partial(_measure, record.path, record.model, plan),
            title=f"Profiling {record.title}",
            lane=_LANE,
            on_success=partial(self._on_run_made, record),
            on_failure=self._on_failed,
        )
        self._job = job
        job.stepped.connect(self._on_stepped)
        job.sampled.connect(self._on_sampled)
        job.finished.connect(self._on_finished)
        self._say("Waiting for the computer")
        self._middle.setCurrentIndex(1)
        self._show_state()
        self.running_changed.emit(True)

    @Slot()
    def stop_run(self) -> None:
        """End the measurement and keep what was measured."""
        if self._job is not None:
            self._job.stop()
            self._say("Stopping; what was measured is kept")

    @Slot()
    def cancel_run(self) -> None:
        """End the measurement and discard it."""
        if self._job is not None:
            self._job.cancel()

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(12, 8, 12, 8)
        buttons.setSpacing(8)
        for button in (self.run_button, self.stop_button, self.cancel_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.stop_button.setToolTip("End the measurement and keep what was measured (Ctrl+.)")
        self.cancel_button.setToolTip("End the measurement and discard it")
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(buttons)
        column.addWidget(self.form, 1)
        left.setMinimumWidth(280)
        self._middle.addWidget(self._placeholder)
        self._middle.addWidget(self._make_progress())
        self._middle.addWidget(self._make_result())
        splitter = TurningSplitter((3, 4, 4))
        for part in (left, self._middle, self.details):
            splitter.addWidget(part)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    def _make_progress(self) -> QWidget:
        result = QWidget()
        column = QVBoxLayout(result)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self._phase)
        column.addWidget(self._bar)
        column.addWidget(self.live, 1)
        self._bar.setTextVisible(False)
        return result

    def _make_result(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        heading = QHBoxLayout()
        heading.setContentsMargins(12, 0, 12, 0)
        heading.addWidget(self._result_title, 1)
        column.addLayout(heading)
        column.addWidget(self.tiles)
        column.addStretch(1)
        return scrolled(body, margin=0)

    def _connect_widgets(self) -> None:
        self.run_button.clicked.connect(self.start_run)
        self.stop_button.clicked.connect(self.stop_run)
        self.cancel_button.clicked.connect(self.cancel_run)
        self.form.changed.connect(self._show_state)
        self.details.runs.run_chosen.connect(self._on_run_chosen)
        self.details.runs.removal_wanted.connect(self._on_removal_wanted)

    def _follow_model(self) -> None:
        """Let the form offer what the model in front has; this page may be hidden when another model comes."""
        model = self.record.model if self.record else None
        if model is not self.form.model:
            self.form.set_model(model)

    def _show_run(self, run: Run) -> None:
        self._result_title.set_text(
            f"{format_moment(run.started_at)}, {len(run.latencies_ns)} runs, {run.plan.kernels} kernels, "
            f"{run.plan.threads} thread{'s' if run.plan.threads > 1 else ''}"
            + ("" if run.is_complete else ", stopped early")
        )
        self.tiles.show_numbers(run_numbers(run))

    def _show_state(self) -> None:
        can_start = self.record is not None and not self.is_running and not self.form.problem
        self.run_button.setEnabled(can_start)
        self.stop_button.setEnabled(self.is_running)
        self.cancel_button.setEnabled(self.is_running)
        self.form.setEnabled(not self.is_running)

    def _say(self, text: str) -> None:
        if text != self._last_step:
            self._last_step = text
            self.details.log.appendPlainText(f"{self._clock.elapsed() / 1000:7.1f} s  {plain(text)}")
        self._phase.set_text(text)

    @Slot(object)
    def _on_stepped(self, step: Step) -> None:
        self._say(step.text)
        self._bar.setRange(0, step.total)
        self._bar.setValue(min(step.done, step.total))

    @Slot(object)
    def _on_sampled(self, samples: tuple[Sample, ...]) -> None:
        self.live.add(samples)

    @Slot()
    def _on_finished(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self._say(f"Profiling {job.state}")
        self.running_changed.emit(False)
        self.refresh()

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        self.notices.report(error)
        if isinstance(error, ProfilerError):
            self.details.log.appendPlainText("\n".join(plain(line) for line in _lines(error)))

    def _on_run_made(self, record: OpenModel, run: Run) -> None:
        if record not in self.session.models:
            return
        if run.model_sha256 != record.model.sha256:
            self.notices.warn("The file changed while it was measured; the measurement was discarded.")
            return
        record.add_run(run)

    @Slot(object)
    def _on_run_chosen(self, run: Run) -> None:
        if self.record is not None:
            self.record.choose_run(run)

    @Slot(object)
    def _on_removal_wanted(self, run: Run) -> None:
        if self.record is not None:
            self.record.remove_run(run)


def _lines(error: ProfilerError) -> list[str]:
    return [line for text in (error.message, error.hint, error.detail) if text for line in text.splitlines()]


def _measure(path: Path, model: Model, plan: Plan, progress: Progress) -> Run:
    """Measure in the lane's thread; what that needs is imported there, not when the window opens."""
    from backends.runs.runner import measure

    return measure(path, model, plan, progress)
