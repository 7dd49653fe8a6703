"""What is going on in the background, in the status bar."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from backends.progress import Step
from profiler_gui.jobs import Job, JobRunner, JobState
from profiler_gui.widgets.label import plain_label

_PATIENCE_MS = 200
"""Jobs shorter than this are not worth showing."""


class Activity(QWidget):
    """Shows the job that runs, its step, and how far it is."""

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._text = plain_label("", role="dim", is_selectable=False)
        self._text.setWordWrap(False)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(8)
        row.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._show)
        jobs.job_started.connect(self._on_job_started)
        self._show()

    @Slot(object)
    def _on_job_started(self, job: Job) -> None:
        job.stepped.connect(self._on_stepped)
        job.finished.connect(self._show)
        self._patience.start()

    @Slot(object)
    def _on_stepped(self, _step: Step) -> None:
        if not self._patience.isActive():
            self._show()

    @Slot()
    def _show(self) -> None:
        running = [job for job in self._jobs.jobs if job.state is JobState.RUNNING and job.title]
        self._bar.setVisible(bool(running))
        self._text.setVisible(bool(running))
        if not running:
            return
        job = running[0]
        step = job.step or Step(text=job.title)
        self._bar.setRange(0, step.total)
        self._bar.setValue(step.done)
        self._text.set_text(step.text or job.title)
