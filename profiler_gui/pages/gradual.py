"""Showing large models without holding up the window: preparing in a job, then showing step by step."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Slot

from backends.progress import Progress
from profiler_gui.jobs import Job, JobRunner

_LANE = "rows"
_AT_ONCE = 2000
"""Models of at most so many operators are shown at once: nobody notices how long that takes."""

_PAUSE_MS = 4
"""Between two steps, so that keys, clicks and other timers get their turn."""

PreparedT = TypeVar("PreparedT")


class Gradual(QObject):
    """Does one thing at a time for a page; beginning another drops what is left of the one before.

    Args:
        parent: the page.
        jobs: where large models are prepared; without it everything is done at once.
    """

    def __init__(self, parent: QObject, jobs: JobRunner | None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._steps: list[Callable[[], object]] = []
        self._next = QTimer(self)
        self._next.setInterval(_PAUSE_MS)
        self._next.timeout.connect(self._do_step)

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be prepared or shown."""
        return self._job is not None or bool(self._steps)

    def cancel(self) -> None:
        """Drop what is left."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._steps = []
        self._next.stop()

    def show(
        self, size: int, prepare: Callable[[], PreparedT], show: Callable[[PreparedT], Iterable[Callable[[], object]]]
    ) -> None:
        """Prepare and show.

        Args:
            size: number of operators, which decides whether the window has to be spared.
            prepare: gives what takes long; runs in a thread where the model is large, so it uses values only.
            show: takes it and gives the steps that show it, in the main thread.
        """
        self.cancel()
        if self._jobs is None or size <= _AT_ONCE:
            for step in show(prepare()):
                step()
            return
        self._job = self._jobs.start(
            partial(_work, prepare), lane=_LANE, on_success=lambda prepared: self._on_prepared(show(prepared))
        )

    def _on_prepared(self, steps: Iterable[Callable[[], object]]) -> None:
        self._job = None
        self._steps = list(steps)
        self._next.start()

    @Slot()
    def _do_step(self) -> None:
        if not self._steps:
            self._next.stop()
            return
        self._steps.pop(0)()


def _work(prepare: Callable[[], PreparedT], progress: Progress) -> PreparedT:
    progress.check()
    return prepare()
