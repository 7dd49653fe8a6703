"""Measurements under way: one lane for each device, side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QElapsedTimer, QSize, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QSplitter, QVBoxLayout, QWidget

from backends.progress import Progress, Step
from backends.runs.matrix import STOPPED_BEFORE, Cell, CellState, Matrix
from profiler_gui.devices import HOST_ID, lane_of
from profiler_gui.jobs import Job, JobRunner, JobState
from profiler_gui.widgets.lane_view import LaneView

CarryOut = Callable[[Cell, Progress], Cell]

_LANE_WIDTH = 220


@dataclass(slots=True)
class _Lane:
    """A device with what is left to do there."""

    name: str
    view: LaneView
    is_host: bool
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
        settled: name of what was measured, and the ``Cell`` with its result or what went wrong.
        matrix_changed: the ``Matrix`` as it is now.
        sampled: a ``Plan`` and the tuple of ``Sample`` that came in.
        ended: a ``Plan`` whose measurement is over, in whichever way.
        failed: name of what was measured and an exception that is a bug.
        said: a line for the log.
        finished: no measurement is under way any more.
    """

    settled = Signal(str, object)
    matrix_changed = Signal(object)
    failed = Signal(str, object)
    sampled = Signal(object, object)
    ended = Signal(object)
    said = Signal(str)
    finished = Signal()

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._lanes: dict[str, _Lane] = {}
        self._matrix = Matrix(cells=())
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

    @property
    def matrix(self) -> Matrix:
        """What is measured, with what came out so far."""
        return self._matrix

    def start(
        self, title: str, matrix: Matrix, make_worker: Callable[[Matrix, str], CarryOut], names: Mapping[str, str]
    ) -> None:
        """Measure all cells that are pending.

        Args:
            title: name of the model.
            matrix: what to do.
            make_worker: gives what carries out the cells of a device, one after the other, in its lane.
            names: names of devices and delegates, by id.
        """
        self._clock.start()
        self._matrix = matrix
        self._show_lanes(matrix.devices, names)
        workers = {device: make_worker(matrix, device) for device in matrix.devices}
        for index, cell in enumerate(matrix.cells):
            if cell.state is CellState.PENDING:
                self._queue(title, index, cell, partial(workers[cell.plan.device], cell), names)
        for lane in self._lanes.values():
            self._say(lane, f"Waiting for the {'computer' if lane.is_host else 'device'}")
        self.matrix_changed.emit(matrix)

    def _queue(
        self, title: str, index: int, cell: Cell, work: Callable[[Progress], Cell], names: Mapping[str, str]
    ) -> None:
        lane, plan = self._lanes[cell.plan.device], cell.plan
        precision = cell.precision.shown if cell.precision is not None else ""
        delegate = " ".join(filter(None, (names.get(plan.delegate, ""), precision)))
        what = ", ".join(name for name in (lane.name, delegate) if name)
        job = self._jobs.start(
            work,
            title=f"Profiling {title} ({what})" if plan.delegate else f"Profiling {title}",
            lane=lane_of(plan.device),
            on_success=partial(self._on_measured, lane, index, what),
            on_failure=partial(self._on_bug, lane, index, what),
        )
        lane.jobs.append(job)
        lane.total += 1
        job.started.connect(partial(self._on_started, lane, delegate))
        job.stepped.connect(partial(self._on_stepped, lane))
        job.sampled.connect(lane.view.add_samples)
        job.sampled.connect(partial(self.sampled.emit, plan))
        job.logged.connect(lane.view.add_lines)
        job.finished.connect(partial(self._on_finished, lane, index, job))
        job.finished.connect(partial(self.ended.emit, plan))

    def stop(self) -> None:
        """End everywhere and keep what was measured."""
        for lane in self._lanes.values():
            self._stop(lane)

    def cancel(self) -> None:
        """End everywhere and discard what is being measured."""
        for lane in self._lanes.values():
            _cancel(lane)

    def _show_lanes(self, devices: tuple[str, ...], names: Mapping[str, str]) -> None:
        body = QSplitter(Qt.Orientation.Horizontal)
        body.setChildrenCollapsible(False)
        body.setHandleWidth(1)
        self._lanes = {}
        with_tool = {cell.plan.device for cell in self._matrix.cells if cell.plan.delegate}
        for device in devices:
            view = LaneView(names.get(device, device))
            has_log = device in with_tool
            view.show_parts(has_log=has_log, has_buttons=len(devices) > 1)
            view.title.setVisible(len(devices) > 1 or has_log)
            view.setMinimumWidth(_LANE_WIDTH)
            lane = _Lane(name=names.get(device, device), view=view, is_host=device == HOST_ID)
            view.stop_wanted.connect(partial(self._stop, lane))
            view.cancel_wanted.connect(partial(_cancel, lane))
            body.addWidget(view)
            self._lanes[device] = lane
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(body)
        self.setWidget(holder)

    def _settle(self, index: int, cell: Cell) -> None:
        cells = [*self._matrix.cells]
        cells[index] = cell
        self._matrix = replace(self._matrix, cells=tuple(cells))
        self.matrix_changed.emit(self._matrix)

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

    def _on_measured(self, lane: _Lane, index: int, what: str, cell: Cell) -> None:
        if cell.state is CellState.FAILED:
            lane.failed += 1
            lane.view.add_lines([text for text in (cell.reason, cell.hint) if text])
        self._settle(index, cell)
        self.settled.emit(what, cell)

    def _on_bug(self, lane: _Lane, index: int, what: str, error: BaseException) -> None:
        lane.failed += 1
        sentence = f"The program itself failed: {type(error).__name__}."
        self._settle(index, replace(self._matrix.cells[index], state=CellState.FAILED, reason=sentence))
        self.failed.emit(what, error)

    def _on_finished(self, lane: _Lane, index: int, job: Job) -> None:
        if job in lane.jobs:
            lane.jobs.remove(job)
        if job.state is JobState.CANCELLED:
            self._settle(index, replace(self._matrix.cells[index], state=CellState.NOT_RUN, reason=STOPPED_BEFORE))
        end = "failed" if lane.failed and lane.total == 1 else str(job.state)
        if job.state is JobState.CANCELLED or not lane.jobs:
            self._say(lane, f"Profiling {end}")
        if not lane.jobs:
            failures = f", {lane.failed} of {lane.total} failed" if lane.failed and lane.total > 1 else ""
            lane.view.end(f"Profiling {end}{failures}")
        if not self.is_running:
            self.finished.emit()


def _cancel(lane: _Lane) -> None:
    # The waiting ones first: else the next one would begin.
    for job in reversed(lane.jobs):
        job.cancel()
