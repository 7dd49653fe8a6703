"""Compares the outputs of a run's delegate with the processor's when the user asks for it."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from backends.devices.adb.address import ServerAddress
from backends.model.model import Model, OperatorId
from backends.progress import Progress, Step
from backends.runs.benchmark.accuracy import Accuracy
from backends.runs.benchmark.culprit import NodeRange
from backends.runs.plan import Plan
from backends.runs.run import Run
from profiler_gui.devices import HOST_ID, READY, DeviceBoard, lane_of
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.accuracy_pane import AccuracyPane
from profiler_gui.session import OpenModel

_REFERENCE = "cpu"


class AccuracyComparison(QObject):
    """Fills an ``AccuracyPane``; what was compared is kept for each run while the page exists."""

    def __init__(self, pane: AccuracyPane, jobs: JobRunner, notices: NoticeBoard, devices: DeviceBoard | None) -> None:
        super().__init__(pane)
        self._pane = pane
        self._jobs = jobs
        self._notices = notices
        self._devices = devices
        self._record: OpenModel | None = None
        self._run: Run | None = None
        self._known: dict[str, Accuracy] = {}
        self._job: Job | None = None
        pane.comparison_wanted.connect(self._compare)
        pane.culprit_wanted.connect(self._show_culprit)
        if devices is not None:
            devices.devices_changed.connect(self._show)

    def show_run(self, record: OpenModel | None, run: Run | None) -> None:
        """Show what is known about a run."""
        self._record, self._run = record, run
        self._show()

    @property
    def can_compare(self) -> bool:
        """Whether the run's delegate can be asked again now."""
        plan = self._run.plan if self._run is not None else None
        if plan is None or plan.delegate in ("", _REFERENCE):
            return False
        if plan.device == HOST_ID:
            return bool(plan.runner)
        info = self._devices.find(plan.device) if self._devices is not None else None
        return info is not None and info.state == READY

    @Slot()
    def _show(self) -> None:
        if self._job is None:
            known = self._known.get(self._run.id) if self._run is not None else None
            self._pane.show_accuracy(known, can_compare=self.can_compare)

    @Slot(bool)
    def _compare(self, finds_culprit: bool) -> None:
        record, run = self._record, self._run
        if record is None or run is None or self._job is not None or not self.can_compare:
            return
        address = self._devices.address if self._devices is not None else None
        work = partial(_measure, address, record.path, record.model, run.plan, finds_culprit=finds_culprit)
        self._job = self._jobs.start(
            work,
            title=f"Comparing outputs of {record.title}",
            lane=lane_of(run.plan.device),
            on_success=partial(self._on_compared, run.id),
            on_failure=self._notices.report,
        )
        self._job.stepped.connect(self._on_stepped)
        self._job.finished.connect(self._on_finished)
        self._pane.say("Waiting for the device")

    @Slot(object)
    def _show_culprit(self, culprit: NodeRange) -> None:
        if self._record is not None:
            operators = [OperatorId(culprit.subgraph, index) for index in range(culprit.first, culprit.last + 1)]
            self._record.reveal(operators[0])
            self._record.select(operators)

    def _on_compared(self, run_id: str, accuracy: Accuracy) -> None:
        self._known[run_id] = accuracy

    @Slot(object)
    def _on_stepped(self, step: Step) -> None:
        self._pane.say(step.text)

    @Slot()
    def _on_finished(self) -> None:
        self._job = None
        self._show()


def _measure(
    address: ServerAddress | None, path: Path, model: Model, plan: Plan, progress: Progress, *, finds_culprit: bool
) -> Accuracy:
    from backends.devices.adb.server import AdbServer
    from backends.devices.discovery import list_devices
    from backends.runs.execution import compare_with_processor

    devices = list_devices(AdbServer(address)) if plan.device != HOST_ID and address is not None else ()
    return compare_with_processor(path, model, plan, progress, devices=devices, finds_culprit=finds_culprit)
