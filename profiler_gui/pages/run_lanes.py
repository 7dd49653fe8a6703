"""Measurements under way: one lane for each device, side by side."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QElapsedTimer, QSize, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QSplitter, QVBoxLayout, QWidget

from backends.errors import ProfilerError
from backends.progress import Cancelled, Progress, Step
from backends.runs.plan import Plan
from backends.runs.run import Run
from profiler_gui.devices import HOST_ID, lane_of
from profiler_gui.jobs import Job, JobRunner, JobState
from profiler_gui.widgets.lane_view import LaneView

Measure = Callable[[Plan, Progress], Run]

_LANE_WIDTH = 220
_COOL_STEP_S = 0.5


@dataclass(slots=True)
class _Lane:
    """A device with what is left to do there."""

    name: str
    view: LaneView
    jobs: list[Job] = field(default_factory=list)
    total: int = 0
    failed: int = 0
    last_said: str = ""

    @property
    def running(self) -> Job | None:
        """The job that is measured now."""
        return self.jobs[0] if self.jobs else None


class RunLanes(QScrollArea):
    """Starts a matrix of measurements and shows it; devices work in parallel, each on one thing after the other.

    Signals:
        run_made: the plan's ``Run``.
        failed: name of what was measured and the exception.
        said: a line for the log.
        finished: no measurement is under way any more.
    """

    run_made = Signal(object)
    failed = Signal(str, object)
    said = Signal(str)
    finished = Signal()

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._lanes: dict[str, _Lane] = {}
        self._clock = QElapsedTimer()
        self.setWidgetResizable(True)
        self.setWidget(QWidget())

    @property
    def views(self) -> tuple[LaneView, ...]:
        """What is shown of each device, also after the end."""
        return tuple(lane.view for lane in self._lanes.values())

    @property
    def is_running(self) -> bool:
        """Whether a measurement is under way."""
        return any(lane.jobs for lane in self._lanes.values())

    def minimumSizeHint(self) -> QSize:
        """Ask for little; the rest scrolls."""
        return QSize(160, 80)

    def start(
        self, title: str, plans: Sequence[Plan], measure: Measure, names: Mapping[str, str], cool_down_s: float
    ) -> None:
        """Measure as all the plans say.

        Args:
            title: name of the model.
            plans: what to do.
            measure: carries out a plan in the lane of its device.
            names: names of devices and delegates, by id.
            cool_down_s: pause between two measurements on a device.
        """
        self._clock.start()
        self._show_lanes(plans, names)
        for plan in plans:
            lane = self._lanes[plan.device]
            work = partial(measure, plan)
            if lane.jobs:
                work = partial(_after_pause, cool_down_s, work)
            what = ", ".join(name for name in (lane.name, names.get(plan.delegate, "")) if name)
            job = self._jobs.start(
                work,
                title=f"Profiling {title} ({what})" if plan.device != HOST_ID else f"Profiling {title}",
                lane=lane_of(plan.device),
                on_success=self.run_made.emit,
                on_failure=partial(self._on_failed, lane, what),
            )
            lane.jobs.append(job)
            lane.total += 1
            job.started.connect(partial(self._on_started, lane, names.get(plan.delegate, "")))
            job.stepped.connect(partial(self._on_stepped, lane))
            job.sampled.connect(lane.view.add_samples)
            job.logged.connect(lane.view.add_lines)
            job.finished.connect(partial(self._on_finished, lane, job))
        for device, lane in self._lanes.items():
            self._say(lane, f"Waiting for the {'computer' if device == HOST_ID else 'device'}")

    def stop(self) -> None:
        """End everywhere and keep what was measured."""
        for lane in self._lanes.values():
            self._stop(lane)

    def cancel(self) -> None:
        """End everywhere and discard what is being measured."""
        for lane in self._lanes.values():
            _cancel(lane)

    def _show_lanes(self, plans: Sequence[Plan], names: Mapping[str, str]) -> None:
        devices = tuple(dict.fromkeys(plan.device for plan in plans))
        body = QSplitter(Qt.Orientation.Horizontal)
        body.setChildrenCollapsible(False)
        body.setHandleWidth(1)
        self._lanes = {}
        for device in devices:
            view = LaneView(names.get(device, device))
            view.show_parts(has_log=device != HOST_ID, has_buttons=len(devices) > 1)
            view.title.setVisible(len(devices) > 1 or device != HOST_ID)
            view.setMinimumWidth(_LANE_WIDTH)
            lane = _Lane(name=names.get(device, device), view=view)
            view.stop_wanted.connect(partial(self._stop, lane))
            view.cancel_wanted.connect(partial(_cancel, lane))
            body.addWidget(view)
            self._lanes[device] = lane
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(body)
        self.setWidget(holder)

    def _stop(self, lane: _Lane) -> None:
        for waiting in lane.jobs[1:]:
            waiting.cancel()
        if lane.running is not None:
            lane.running.stop()
            self._say(lane, "Stopping; what was measured is kept")

    def _say(self, lane: _Lane, text: str) -> None:
        lane.view.say(text)
        if text != lane.last_said:
            lane.last_said = text
            where = f"{lane.name}: " if len(self._lanes) > 1 else ""
            self.said.emit(f"{self._clock.elapsed() / 1000:7.1f} s  {where}{text}")

    def _on_started(self, lane: _Lane, delegate: str) -> None:
        if lane.total > 1:
            done = lane.total - len(lane.jobs) + 1
            lane.view.title.set_text(f"{lane.name}, {done} of {lane.total}: {delegate}")

    def _on_stepped(self, lane: _Lane, step: Step) -> None:
        lane.view.show_step(step)
        self._say(lane, step.text)

    def _on_failed(self, lane: _Lane, what: str, error: BaseException) -> None:
        lane.failed += 1
        lines = _lines(error) if isinstance(error, ProfilerError) else []
        if lines:
            lane.view.add_lines(lines[:2])
        self.failed.emit(what, error)

    def _on_finished(self, lane: _Lane, job: Job) -> None:
        if job in lane.jobs:
            lane.jobs.remove(job)
        if job.state is JobState.CANCELLED or not lane.jobs:
            self._say(lane, f"Profiling {job.state}")
        if not lane.jobs:
            failures = f", {lane.failed} of {lane.total} failed" if lane.failed and lane.total > 1 else ""
            lane.view.end(f"Profiling {job.state}{failures}")
        if not self.is_running:
            self.finished.emit()


def _cancel(lane: _Lane) -> None:
    # The waiting ones first: else the next one would begin.
    for job in reversed(lane.jobs):
        job.cancel()


def _lines(error: ProfilerError) -> list[str]:
    return [text for text in (error.message, error.hint) if text]


def _after_pause(seconds: float, work: Callable[[Progress], Run], progress: Progress) -> Run:
    """Let the device cool down, then measure.

    Raises:
        Cancelled: the user cancelled, or stopped before anything was measured.
    """
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if progress.is_stopping:
            raise Cancelled
        progress.step("Cooling down", done=round(10 * (seconds - left)), total=round(10 * seconds))
        progress.sleep(min(_COOL_STEP_S, left))
    return work(progress)
