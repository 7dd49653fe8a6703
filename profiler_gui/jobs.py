"""Background work: the only place of the window that uses threads.

One door, ``JobRunner.start``. Work runs in a lane, a thread of its own that does one thing after another, so that
work on the same thing never overlaps. A finished job answers in the main thread. What the worker reports on its way
is collected and delivered at most twenty times a second, however often it reports.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from queue import SimpleQueue

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from backends.progress import Cancelled, Progress, Sample, Step

CPU_LANE = "cpu"
"""Reading, checking and laying out; a device has a lane of its own, ``device:<id>``."""

_DELIVERY_INTERVAL_MS = 50
_WAITING_LINES = 1000
"""Lines of a log that wait to be delivered; older ones are dropped, so that a chatty worker cannot fill the memory."""

Work = Callable[[Progress], object]
_News = tuple[Step | None, tuple[Sample, ...], tuple[str, ...], "tuple[JobState, object] | None"]


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(QObject):
    """One piece of background work; lives in the main thread, which alone holds it.

    The state is final before ``finished`` is emitted, which happens exactly once, after at most one of ``succeeded``
    and ``failed``. A cancelled job emits neither of the two, even if its work came to a result.

    Signals:
        started: the lane has begun with it.
        stepped: the latest ``Step``.
        sampled: a tuple of ``Sample``, all since the last time.
        logged: a tuple of lines of a log, all since the last time.
        succeeded: the result.
        failed: the exception; not a ``ProfilerError`` means a bug.
        finished: it is over, in whichever way.
    """

    started = Signal()
    stepped = Signal(object)
    sampled = Signal(object)
    logged = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    finished = Signal()

    def __init__(self, task: "_Task", *, title: str, lane: str, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.lane = lane
        self.state = JobState.QUEUED
        self.step: Step | None = None
        self._task = task
        self._delivery = QTimer(self)
        self._delivery.setSingleShot(True)
        self._delivery.setInterval(_DELIVERY_INTERVAL_MS)
        self._delivery.timeout.connect(self._deliver)

    @property
    def is_finished(self) -> bool:
        """Whether the state is final."""
        return self.state in {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}

    def cancel(self) -> None:
        """End as soon as possible and discard; ``finished`` follows."""
        self._task.progress.cancel()

    def stop(self) -> None:
        """End early but keep what there is; the job then succeeds."""
        self._task.progress.stop()

    def collect(self) -> None:
        """Take what the worker reported; called by the runner in the main thread."""
        if self.is_finished:
            return
        if self._task.outcome is not None:
            self._deliver()
        elif self._task.is_begun:
            if self.state is JobState.QUEUED:
                self.state = JobState.RUNNING
                self.started.emit()
            if not self._delivery.isActive():
                self._delivery.start()

    @Slot()
    def _deliver(self) -> None:
        if self.is_finished:
            return
        step, samples, lines, outcome = self._task.take_news()
        is_wanted = not self._task.progress.is_cancelled
        if step is not None and is_wanted:
            self.step = step
            self.stepped.emit(step)
        if samples and is_wanted:
            self.sampled.emit(samples)
        if lines and is_wanted:
            self.logged.emit(lines)
        if outcome is not None:
            self._finish(*outcome)

    def _finish(self, state: JobState, result: object) -> None:
        # Cancelled after the work had come to its end, but before anyone was told.
        self.state = JobState.CANCELLED if self._task.progress.is_cancelled else state
        self._delivery.stop()
        if self.state is JobState.SUCCEEDED:
            self.succeeded.emit(result)
        elif self.state is JobState.FAILED:
            self.failed.emit(result)
        self.finished.emit()


class JobRunner(QObject):
    """Starts jobs and keeps them until they are finished.

    Signals:
        activity_changed: whether any job runs or waits.
        job_started: a ``Job`` was accepted.
        failure_unhandled: the exception of a job that was started without ``on_failure``.
    """

    activity_changed = Signal(bool)
    job_started = Signal(object)
    failure_unhandled = Signal(object)
    _news_came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._news_came.connect(self._on_news_came, Qt.ConnectionType.QueuedConnection)
        self._lanes: dict[str, _Lane] = {}
        self._jobs: list[Job] = []
        self._newest: dict[str, Job] = {}

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs that run or wait, oldest first."""
        return tuple(self._jobs)

    def start(
        self,
        work: Work,
        *,
        title: str = "",
        lane: str = CPU_LANE,
        replaces: str = "",
        on_success: Callable[..., object] | None = None,
        on_failure: Callable[..., object] | None = None,
    ) -> Job:
        """Queue ``work`` and return at once.

        Args:
            work: uses values only (no Qt objects) and returns a value; it gets a ``Progress``.
            title: what is being done, for people; empty for what goes on all the time and is not worth telling.
            lane: the thread to use; work in the same lane never overlaps.
            replaces: a key; an unfinished job started with the same key is cancelled and its result dropped.
            on_success: called with the result in the main thread.
            on_failure: called with the exception; without it the failure goes to ``failure_unhandled``.
        """
        task = _Task(work, self._wake)
        job = Job(task, title=title, lane=lane, parent=self)
        if replaces:
            older = self._newest.get(replaces)
            if older is not None:
                older.cancel()
            self._newest[replaces] = job
        if on_success is not None:
            job.succeeded.connect(on_success)
        job.failed.connect(on_failure if on_failure is not None else self.failure_unhandled)
        job.finished.connect(self._on_job_finished)
        self._jobs.append(job)
        if lane not in self._lanes:
            self._lanes[lane] = _Lane(lane)
        self._lanes[lane].put(task)
        self.job_started.emit(job)
        if len(self._jobs) == 1:
            self.activity_changed.emit(True)
        return job

    def cancel_all(self) -> None:
        """Cancel every job."""
        for job in self.jobs:
            job.cancel()

    def close(self, timeout_s: float = 3.0) -> bool:
        """Cancel everything and wait for the threads; false when one did not end in time.

        A thread that does not end dies with the process; it is never killed on its own.
        """
        self.cancel_all()
        for lane in self._lanes.values():
            lane.put(None)
        deadline = time.monotonic() + timeout_s
        ended = [lane.join(max(0.0, deadline - time.monotonic())) for lane in self._lanes.values()]
        self._lanes.clear()
        # Let the last reports of the workers arrive, so that every job gets its ``finished``.
        self._on_news_came()
        return all(ended)

    def _wake(self) -> None:
        """Say that some task has news; called in the workers' threads."""
        # The runner may be gone when the program ended without waiting; there is nobody left to tell.
        with suppress(RuntimeError):
            self._news_came.emit()

    @Slot()
    def _on_news_came(self) -> None:
        for job in self.jobs:
            job.collect()

    @Slot()
    def _on_job_finished(self) -> None:
        job = self.sender()
        if not isinstance(job, Job) or job not in self._jobs:
            return
        self._jobs.remove(job)
        for key in [key for key, newest in self._newest.items() if newest is job]:
            del self._newest[key]
        job.deleteLater()
        if not self._jobs:
            self.activity_changed.emit(False)


class _Task:
    """The worker's half of a job: plain values only.

    A thread that held the Qt object might drop its last reference, and destroy it in the wrong thread.
    """

    def __init__(self, work: Work, wake: Callable[[], None]) -> None:
        self.progress = Progress(self._listen, self._listen_to_line)
        self.is_begun = False
        self.outcome: tuple[JobState, object] | None = None
        self._work: Work | None = work
        self._wake = wake
        self._lock = threading.Lock()
        self._has_news = False
        self._step: Step | None = None
        self._samples: list[Sample] = []
        self._lines: deque[str] = deque(maxlen=_WAITING_LINES)

    def run(self) -> None:
        """Do the work and report; called once, in the lane's thread."""
        work, self._work = self._work, None
        self.is_begun = True
        self._wake()
        outcome: tuple[JobState, object] = (JobState.CANCELLED, None)
        try:
            self.progress.check()
            assert work is not None
            result = work(self.progress)
            if not self.progress.is_cancelled:
                outcome = (JobState.SUCCEEDED, result)
        except Cancelled:
            pass
        except Exception as error:  # noqa: BLE001 - one of the two places where bugs surface
            # What a cancel tore down on its way (a killed child, a closed socket) is no failure.
            if not self.progress.is_cancelled:
                outcome = (JobState.FAILED, error)
        self.outcome = outcome
        self._wake()

    def take_news(self) -> "_News":
        """Give what was reported since the last time."""
        with self._lock:
            step, self._step = self._step, None
            samples, self._samples = tuple(self._samples), []
            lines = tuple(self._lines)
            self._lines.clear()
            self._has_news = False
            return step, samples, lines, self.outcome

    def _listen_to_line(self, line: str) -> None:
        with self._lock:
            self._lines.append(line)
            is_first, self._has_news = not self._has_news, True
        if is_first:
            self._wake()

    def _listen(self, news: Step | Sample) -> None:
        with self._lock:
            if isinstance(news, Step):
                self._step = news
            else:
                self._samples.append(news)
            is_first, self._has_news = not self._has_news, True
        if is_first:
            self._wake()


class _Lane:
    """A thread that runs one task after another until it gets ``None``."""

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)
        self._thread.start()

    def put(self, task: _Task | None) -> None:
        self._queue.put(task)

    def join(self, timeout_s: float) -> bool:
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (task := self._queue.get()) is not None:
            task.run()
            # Not held while waiting for the next one: its result may be big.
            del task
