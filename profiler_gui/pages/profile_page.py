"""Measuring the model in front: the plan, the measurement while it runs, and what came out."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from backends.devices.adb.address import ServerAddress
from backends.errors import ProfilerError
from backends.model.model import Model, OperatorId
from backends.progress import Progress
from backends.reports.plain_text import plain
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.plan import Plan
from backends.runs.run import Run
from profiler_gui.devices import HOST_ID, DeviceBoard
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import Notice, NoticeBoard, notice_of
from profiler_gui.pages.accuracy_comparison import AccuracyComparison
from profiler_gui.pages.page import Page
from profiler_gui.pages.run_details import RunDetails, scrolled
from profiler_gui.pages.run_lanes import RunLanes
from profiler_gui.pages.run_numbers import run_numbers, run_title
from profiler_gui.predictions import predicting_verdict, predictions_of
from profiler_gui.session import OpenModel, Session
from profiler_gui.settings import Settings
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.number_tiles import NumberTiles
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.plan_form import PlanForm
from profiler_gui.widgets.turning_splitter import TurningSplitter

_NO_MODEL = "Open a model to measure it here."
_NO_RUN = "Choose how to measure on the left, then press Profile (Ctrl+R)."


class ProfilePage(Page):
    """Plan, progress and result of measurements on this computer and on devices.

    Args:
        session: what is open.
        jobs: where measurements run.
        notices: where failures are told.
        devices: where else than on this computer can be measured; nowhere when left out.
        settings: where the benchmark tools for devices are remembered.

    Signals:
        running_changed: whether a measurement is under way.
    """

    running_changed = Signal(bool)

    def __init__(
        self,
        session: Session,
        jobs: JobRunner,
        notices: NoticeBoard,
        devices: DeviceBoard | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(session, notices)
        self._devices = devices
        self._settings = settings
        self._measured: OpenModel | None = None
        self.lanes = RunLanes(jobs)
        self.form = PlanForm()
        self.run_button = QPushButton("Profile")
        self.run_button.setProperty("primary", True)
        self.stop_button = QPushButton("Stop")
        self.cancel_button = QPushButton("Cancel")
        self.tiles = NumberTiles()
        self.details = RunDetails()
        self._accuracy = AccuracyComparison(self.details.accuracy, jobs, self.notices, devices)
        self._result_title = plain_label("", role="section")
        self._placeholder = Placeholder(_NO_MODEL)
        self._middle = QStackedWidget()
        self._arrange()
        self._connect_widgets()
        self.follow(
            model_changed=self.invalidate,
            runs_changed=self.invalidate,
            run_changed=self.invalidate,
            verdicts_changed=self.invalidate,
            target_changed=self.invalidate,
        )
        self._follow_devices()
        self._show_state()

    @property
    def is_running(self) -> bool:
        """Whether a measurement is under way."""
        return self.lanes.is_running

    def refresh(self) -> None:
        """Show the runs of the model in front."""
        record = self.record
        run = record.run if record else None
        self._follow_model()
        self.details.show_runs(record.runs if record else (), run)
        verdict = predicting_verdict(record) if record else None
        self.details.show_prediction(verdict.target_name if verdict else "", predictions_of(record) if record else ())
        self._accuracy.show_run(record, run)
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
        self.details.log.clear()
        self._measured = record
        address = self._devices.address if self._devices is not None else None
        names = {item.id: item.name for item in load_delegates().delegates}
        names |= {info.id: plain(info.name) for info in self._devices.devices} if self._devices is not None else {}
        self.lanes.start(
            record.title,
            self.form.plans(self._runners()),
            partial(_measure_anywhere, address, record.path, record.model),
            names,
            self.form.on_device.cool_down.value(),
        )
        self._middle.setCurrentIndex(1)
        self._show_state()
        self.running_changed.emit(True)

    @Slot()
    def stop_run(self) -> None:
        """End the measurements and keep what was measured."""
        self.lanes.stop()

    @Slot()
    def cancel_run(self) -> None:
        """End the measurements and discard what is being measured."""
        self.lanes.cancel()

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
        self._middle.addWidget(self.lanes)
        self._middle.addWidget(self._make_result())
        splitter = TurningSplitter((3, 4, 4))
        for part in (left, self._middle, self.details):
            splitter.addWidget(part)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

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
        self.lanes.run_made.connect(self._on_run_made)
        self.lanes.failed.connect(self._on_failed)
        self.lanes.said.connect(self._on_said)
        self.lanes.finished.connect(self._on_finished)
        self.details.runs.run_chosen.connect(self._on_run_chosen)
        self.details.runs.removal_wanted.connect(self._on_removal_wanted)
        self.details.prediction.operator_opened.connect(self._on_operator_opened)

    def _follow_model(self) -> None:
        """Let the form offer what the model in front has; this page may be hidden when another model comes."""
        model = self.record.model if self.record else None
        if model is not self.form.model:
            self.form.set_model(model)

    def _show_run(self, run: Run) -> None:
        self._result_title.set_text(run_title(run))
        self.tiles.show_numbers(run_numbers(run))

    def _show_state(self) -> None:
        can_start = self.record is not None and not self.is_running and not self.form.problem
        self.run_button.setEnabled(can_start)
        self.stop_button.setEnabled(self.is_running)
        self.cancel_button.setEnabled(self.is_running)
        self.form.setEnabled(not self.is_running)
        # Several devices side by side need the room; each has a log of its own.
        self.details.setVisible(not (self.is_running and len(self.lanes.views) > 1))

    # Devices ----------------------------------------------------------------------------------------------------------

    def _follow_devices(self) -> None:
        self.form.device_chosen.connect(self._on_device_chosen)
        self.form.on_device.runner_chosen.connect(self._on_runner_chosen)
        if self._devices is not None:
            self._devices.devices_changed.connect(self.form.set_devices)
            self._devices.examination_changed.connect(self._show_examination)
            self.form.set_devices(self._devices.devices)

    def _runners(self) -> dict[str, str]:
        """Give the benchmark tool of each device that one was chosen for."""
        board, runners = self._devices, self._settings.runners if self._settings is not None else {}
        found = {} if board is None else {info.id: board.examination(info.id) for info in board.devices}
        return {id_: runners[item.abi] for id_, item in found.items() if item is not None and item.abi in runners}

    @Slot(str)
    def _on_device_chosen(self, device_id: str) -> None:
        if self._devices is not None and device_id != HOST_ID and self._devices.examination(device_id) is None:
            self._devices.examine(device_id)
        self._show_examination()

    @Slot()
    def _show_examination(self) -> None:
        """Offer what the chosen device's benchmark tool knows."""
        found = self._devices.examination(self.form.device.currentData()) if self._devices is not None else None
        tool = found.tool if found is not None else None
        self.form.set_known_flags(found.knows if found is not None and tool is not None else None)
        runners = self._settings.runners if self._settings is not None else {}
        abi = found.abi if found is not None else ""
        self.form.on_device.show_runner(abi, runners.get(abi, ""), tool.path if tool is not None else "")

    @Slot(str)
    def _on_runner_chosen(self, path: str) -> None:
        board, device_id = self._devices, self.form.device.currentData()
        found = board.examination(device_id) if board is not None else None
        if board is None or found is None or self._settings is None:
            return
        if path != self._settings.runners.get(found.abi, ""):
            self._settings.remember_runner(found.abi, path)
            board.examine(device_id)

    # Measurements -----------------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_said(self, line: str) -> None:
        self.details.log.appendPlainText(plain(line))

    @Slot()
    def _on_finished(self) -> None:
        self.running_changed.emit(False)
        self.refresh()

    @Slot(str, object)
    def _on_failed(self, what: str, error: BaseException) -> None:
        notice = notice_of(error)
        if isinstance(error, ProfilerError):
            self.details.log.appendPlainText("\n".join(plain(line) for line in _lines(error)))
            if len(self.lanes.views) > 1 or self.form.is_on_device:
                notice = Notice(
                    severity=notice.severity,
                    message=f"{what}: {notice.message}",
                    hint=notice.hint,
                    detail=notice.detail,
                )
        self.notices.post(notice)

    @Slot(object)
    def _on_run_made(self, run: Run) -> None:
        record = self._measured
        if record is None or record not in self.session.models:
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
    def _on_operator_opened(self, operator: OperatorId) -> None:
        if self.record is not None:
            self.record.reveal(operator)

    @Slot(object)
    def _on_removal_wanted(self, run: Run) -> None:
        if self.record is not None:
            self.record.remove_run(run)


def _lines(error: ProfilerError) -> list[str]:
    return [line for text in (error.message, error.hint, error.detail) if text for line in text.splitlines()]


def _measure_anywhere(address: ServerAddress | None, path: Path, model: Model, plan: Plan, progress: Progress) -> Run:
    if plan.device == HOST_ID or address is None:
        return _measure(path, model, plan, progress)
    return _measure_on_device(address, path, model, plan, progress)


def _measure(path: Path, model: Model, plan: Plan, progress: Progress) -> Run:
    """Measure in the lane's thread; what that needs is imported there, not when the window opens."""
    from backends.runs.runner import measure

    return measure(path, model, plan, progress)


def _measure_on_device(address: ServerAddress, path: Path, model: Model, plan: Plan, progress: Progress) -> Run:
    """Measure on a device that the adb server at an address knows."""
    from backends.devices.adb.provider import AdbProvider
    from backends.devices.adb.server import AdbServer
    from backends.runs.benchmark.measuring import measure_on_device

    return measure_on_device(path, model, plan, AdbProvider(AdbServer(address)).find_device(plan.device), progress)
