"""Looks, when the user asks, at what should be in order before a measurement as the form says."""

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backends.devices.adb.address import ServerAddress
from backends.devices.device import Check
from backends.progress import Progress
from backends.runs.matrix import CellState, Matrix
from backends.runs.plan import Plan
from profiler_gui.devices import HOST_ID, lane_of
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard


class Preflight(QObject):
    """Asks each device once, and each delegate on it, in the device's lane.

    Signals:
        answered: all ``Check`` so far; names of devices stand before them where there are several.
        finished: every device has answered.
    """

    answered = Signal(object)
    finished = Signal()

    def __init__(self, jobs: JobRunner, notices: NoticeBoard, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._notices = notices
        self._checks: dict[str, tuple[Check, ...]] = {}
        self._names: Mapping[str, str] = {}
        self._waiting: set[str] = set()

    @property
    def is_running(self) -> bool:
        """Whether a device is being asked."""
        return bool(self._waiting)

    def look(self, matrix: Matrix, model_bytes: int, address: ServerAddress | None, names: Mapping[str, str]) -> None:
        """Ask all devices of a matrix; does nothing while they are asked."""
        if self._waiting:
            return
        self._names, self._checks = names, {}
        plans: dict[str, list[Plan]] = {}
        for cell in matrix.cells:
            if cell.state is CellState.PENDING:
                plans.setdefault(cell.plan.device, []).append(cell.plan)
        self._waiting = set(plans)
        for device, wanted in plans.items():
            job = self._jobs.start(
                partial(_ask, device, tuple(wanted), model_bytes, address),
                title="Checking before measuring",
                lane=lane_of(device),
                on_success=partial(self._on_answered, device),
                on_failure=self._notices.report,
            )
            job.finished.connect(partial(self._on_finished, device))

    def _on_answered(self, device: str, checks: tuple[Check, ...]) -> None:
        self._checks[device] = checks
        is_alone = len(self._checks) + len(self._waiting - self._checks.keys()) == 1
        self.answered.emit(
            tuple(
                check
                if is_alone
                else Check(
                    name=f"{self._names.get(id_, id_)}, {check.name}",
                    is_ok=check.is_ok,
                    message=check.message,
                    remedy=check.remedy,
                )
                for id_, found in self._checks.items()
                for check in found
            )
        )

    def _on_finished(self, device: str) -> None:
        self._waiting.discard(device)
        if not self._waiting:
            self.finished.emit()


def _ask(
    device_id: str, plans: tuple[Plan, ...], model_bytes: int, address: ServerAddress | None, progress: Progress
) -> tuple[Check, ...]:
    """Ask in the lane's thread; what that needs is imported there."""
    from backends.devices.adb.provider import AdbProvider
    from backends.devices.adb.server import AdbServer
    from backends.devices.local import LocalDevice
    from backends.devices.local_shell import LocalToolDevice
    from backends.runs.metering import check_meters
    from backends.runs.preflight import checks_for
    from backends.runs.runner_settings import read_runner_choices, with_chosen_runner

    found: dict[tuple[str, str], Check] = {}
    if device_id == HOST_ID:
        with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as folder:
            here = LocalToolDevice(Path(folder))
            for plan in (plan for plan in plans if plan.runner):
                for check in checks_for(plan, here, progress, model_bytes=model_bytes):
                    found[check.name, check.message] = check
        found |= {(check.name, check.message): check for check in LocalDevice().checks()}
        return (*found.values(), *check_meters(plans))
    device = AdbProvider(AdbServer(address)).find_device(device_id)
    choices = read_runner_choices()
    for plan in plans:
        progress.step(f"Checking for {plan.delegate}")
        for check in checks_for(with_chosen_runner(plan, device, choices), device, progress, model_bytes=model_bytes):
            found[check.name, check.message] = check
    return (*found.values(), *check_meters(plans, (device,)))
