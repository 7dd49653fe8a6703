"""Measuring the model in front: the plan, the measurement while it runs, and what came out."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from backends.devices.adb.address import ServerAddress
from backends.devices.device import Check, Device
from backends.errors import RunError, StoreError
from backends.model.model import OperatorId
from backends.power.recorder import LiveBoard
from backends.progress import Progress, Sample
from backends.reports.plain_text import plain
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.matrix import Cell, CellState, LaneWorker, Matrix
from backends.runs.plan import Plan
from backends.runs.run import Run
from backends.runs.runner_settings import read_runner_choices, runner_for_host
from profiler_gui.devices import HOST_ID, DeviceBoard
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import Notice, NoticeBoard, Severity
from profiler_gui.pages.accuracy_comparison import AccuracyComparison
from profiler_gui.pages.matrix_pane import MatrixPane
from profiler_gui.pages.page import Page
from profiler_gui.pages.preflight import Preflight
from profiler_gui.pages.run_details import RunDetails, scrolled
from profiler_gui.pages.run_lanes import RunLanes
from profiler_gui.pages.run_numbers import run_numbers, run_title
from profiler_gui.predictions import predicting_verdict, predictions_of
from profiler_gui.published_notes import published_notes
from profiler_gui.session import OpenModel, Session
from profiler_gui.side import Side
from profiler_gui.widgets.check_list import CheckList
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.number_tiles import NumberTiles
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.plan_form import PlanForm
from profiler_gui.widgets.turning_splitter import TurningSplitter

_NO_MODEL = "Open a model to measure it here."
_NO_RUN = "Choose how to measure on the left, then press Profile (Ctrl+R)."
_PLACEHOLDER, _LANES, _RESULT, _CHECKS = range(4)
_CarryOut = Callable[[Cell, Progress], Cell]


class ProfilePage(Page):
    """Plan, progress and result of measurements on this computer and on devices.

    Args:
        session: what is open.
        jobs: where measurements run.
        notices: where failures are told.
        devices: where else than on this computer can be measured; nowhere when left out.
        power: where live curves of power are shown.

    Signals:
        running_changed: whether a measurement is under way.
        runners_wanted: the user wants to choose or download benchmark tools; the id of the kind of device, or empty.
    """

    running_changed = Signal(bool)
    runners_wanted = Signal(str)

    def __init__(
        self,
        session: Session,
        jobs: JobRunner,
        notices: NoticeBoard,
        devices: DeviceBoard | None = None,
        power: LiveBoard | None = None,
    ) -> None:
        super().__init__(session, notices)
        self._devices = devices
        self._power = power
        self._jobs = jobs
        self._measured: OpenModel | None = None
        self.lanes = RunLanes(jobs)
        self.form = PlanForm()
        self.run_button = QPushButton("Profile")
        self.run_button.setProperty("primary", True)
        self.stop_button = QPushButton("Stop")
        self.cancel_button = QPushButton("Cancel")
        self.check_button = QPushButton("Check")
        self.checks = CheckList()
        self.running_matrix = MatrixPane()
        self._preflight = Preflight(jobs, self.notices, self)
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
        self.session.baseline_changed.connect(self.invalidate)
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
        self.details.show_runs(record.runs if record else (), run, published_notes(record) if record else ())
        verdict = predicting_verdict(record) if record else None
        self.details.show_prediction(verdict.target_name if verdict else "", predictions_of(record) if record else ())
        self._accuracy.show_run(record, run)
        if run is not None:
            self._show_run(run)
        else:
            self._placeholder.set_text(_NO_MODEL if record is None else _NO_RUN)
        if not self.is_running:
            self._middle.setCurrentIndex(_PLACEHOLDER if run is None else _RESULT)
        self._show_state()

    # Commands ---------------------------------------------------------------------------------------------------------

    @Slot()
    def start_run(self) -> None:
        """Measure the model in front as the form says; does nothing while one is measured."""
        record = self.record
        self._follow_model()
        if record is None or self.is_running or self.form.problem:
            return
        try:
            matrix = self.form.matrix()
        except RunError as error:
            self.notices.report(error)
            return
        self.details.log.clear()
        self._measured = record
        self.lanes.start(record.title, matrix, partial(self._worker, record), self._names())
        self._middle.setCurrentIndex(_LANES)
        self._show_state()
        self.running_changed.emit(True)

    @Slot()
    def check(self) -> None:
        """Look at what should be in order before measuring as the form says."""
        record = self.record
        if record is None or self._preflight.is_running or self.form.problem:
            return
        address = self._devices.address if self._devices is not None else None
        try:
            matrix = self.form.matrix()
        except RunError as error:
            self.notices.report(error)
            return
        self.checks.show_checks((), "Looking…")
        self._middle.setCurrentIndex(_CHECKS)
        self._preflight.look(matrix, len(record.model.data), address, self._names())
        self._show_state()

    def _worker(self, record: OpenModel, matrix: Matrix, device: str) -> _CarryOut:
        address = self._devices.address if self._devices is not None else None
        find = partial(_find_devices, address)
        return LaneWorker(record.path, record.model, matrix, device, find, board=self._power).carry_out

    def _names(self) -> Mapping[str, str]:
        """Give the names of devices and delegates, by id."""
        names = {item.id: item.name for item in load_delegates().delegates}
        return names | ({info.id: plain(info.name) for info in self._devices.devices} if self._devices else {})

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
        # From the outside to the inside: what is put into something later is styled again with all that it holds.
        splitter = TurningSplitter((3, 4, 4))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(12, 8, 12, 8)
        buttons.setSpacing(8)
        for button in (self.run_button, self.check_button, self.stop_button, self.cancel_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.stop_button.setToolTip("End the measurement and keep what was measured (Ctrl+.)")
        self.cancel_button.setToolTip("End the measurement and discard it")
        self.check_button.setToolTip("Look at device, runner and delegate before measuring")
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(buttons)
        column.addWidget(self.form, 1)
        left.setMinimumWidth(280)
        self._middle.addWidget(self._placeholder)
        running = QSplitter(Qt.Orientation.Vertical)
        running.setChildrenCollapsible(False)
        running.addWidget(self.lanes)
        running.addWidget(self.running_matrix)
        running.setStretchFactor(0, 3)
        running.setStretchFactor(1, 2)
        self.running_matrix.set_compact()
        self._middle.addWidget(running)
        self._middle.addWidget(self._make_result())
        self._middle.addWidget(self.checks)
        for part in (left, self._middle, self.details):
            splitter.addWidget(part)

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
        self.check_button.clicked.connect(self.check)
        self.form.changed.connect(self._show_state)
        self._preflight.answered.connect(self._on_checked)
        self._preflight.finished.connect(self._show_state)
        self.lanes.settled.connect(self._on_settled)
        self.lanes.sampled.connect(self._on_sampled)
        self.lanes.ended.connect(self.session.measuring_ended)
        self.lanes.matrix_changed.connect(self._show_matrix)
        self.lanes.failed.connect(self._on_failed)
        self.lanes.said.connect(self._on_said)
        self.lanes.finished.connect(self._on_finished)
        self.details.runs.run_chosen.connect(self._on_run_chosen)
        self.details.matrix.run_chosen.connect(self._on_run_chosen)
        self.details.matrix.comparison_wanted.connect(self._on_comparison_wanted)
        self.details.runs.removal_wanted.connect(self._on_removal_wanted)
        self.details.prediction.operator_opened.connect(self._on_operator_opened)

    def _follow_model(self) -> None:
        """Let the form offer what the model in front has; this page may be hidden when another model comes."""
        model = self.record.model if self.record else None
        if model is not self.form.model:
            self.form.set_model(model)
            self.form.set_quantization(self.record.summary.quantization if self.record else None)

    def _show_run(self, run: Run) -> None:
        self._result_title.set_text(run_title(run))
        self.tiles.show_numbers(run_numbers(run, self.session.baseline))

    def _show_state(self) -> None:
        can_start = self.record is not None and not self.is_running and not self.form.problem
        self.run_button.setEnabled(can_start)
        self.check_button.setEnabled(can_start and not self._preflight.is_running)
        for button in (self.run_button, self.check_button):
            button.setVisible(not self.is_running)
        for button in (self.stop_button, self.cancel_button):
            button.setVisible(self.is_running)
            button.setEnabled(self.is_running)
        self.form.setEnabled(not self.is_running)
        # Several devices side by side need the room; each has a log of its own.
        self.details.setVisible(not (self.is_running and len(self.lanes.views) > 1))

    # Devices ----------------------------------------------------------------------------------------------------------

    def _follow_devices(self) -> None:
        self.form.device_chosen.connect(self._on_device_chosen)
        self.form.on_device.runners_wanted.connect(self._on_runners_wanted)
        self._show_host_runner()
        if self._devices is not None:
            self._devices.devices_changed.connect(self.form.set_devices)
            self._devices.examination_changed.connect(self._show_examination)
            self.form.set_devices(self._devices.devices)

    @Slot()
    def _on_runners_wanted(self) -> None:
        found = self._devices.examination(self.form.device.currentData()) if self._devices is not None else None
        self.runners_wanted.emit(found.runner_kind if found is not None else "")

    @Slot(str)
    def _on_device_chosen(self, device_id: str) -> None:
        board = self._devices
        if board is not None and device_id != HOST_ID and board.examination(device_id) is None:
            board.examine(device_id)
        self._show_examination()

    @Slot()
    def _show_examination(self) -> None:
        """Offer what the chosen device's benchmark tool knows."""
        found = self._devices.examination(self.form.device.currentData()) if self._devices is not None else None
        tool = found.tool if found is not None else None
        self.form.set_known_flags(found.knows if found is not None and tool is not None else None)
        text = ""
        if found is not None:
            text = f"Runs {tool.path}" if tool is not None else "No benchmark_model for this device yet."
        self.form.on_device.show_runner(text)

    def _show_host_runner(self) -> None:
        try:
            self.form.set_host_runner(runner_for_host(read_runner_choices()))
        except StoreError as error:
            self.notices.report(error)

    @Slot()
    def reload_runners(self) -> None:
        """Use the benchmark tools that are chosen now."""
        self._show_host_runner()
        if self._devices is not None:
            self._devices.examine(self.form.device.currentData())

    # Measurements -----------------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_said(self, line: str) -> None:
        self.details.log.appendPlainText(plain(line))

    @Slot()
    def _on_finished(self) -> None:
        self.running_changed.emit(False)
        self.refresh()
        if len(self.lanes.matrix.cells) > 1:
            self.details.setCurrentWidget(self.details.matrix)

    @Slot(object)
    def _on_checked(self, checks: tuple[Check, ...]) -> None:
        self.checks.show_checks(checks)

    @Slot(object)
    def _show_matrix(self, matrix: Matrix) -> None:
        names = self._names()
        self.running_matrix.setVisible(len(matrix.cells) > 1)
        for pane in (self.running_matrix, self.details.matrix):
            pane.show_matrix(matrix, names)
        self.details.show_matrix_tab(len(matrix.cells))

    @Slot(object)
    def _on_comparison_wanted(self, cells: tuple[Cell, ...]) -> None:
        record, names = self._measured, self._names()
        if record is None:
            return
        self.session.compare(
            Side(model=record.model, costs=record.costs, run=cell.run, title=_cell_title(cell, names)) for cell in cells
        )

    @Slot(str, object)
    def _on_settled(self, what: str, cell: Cell) -> None:
        if cell.run is not None:
            self._take(cell.run)
        if cell.state is not CellState.FAILED:
            return
        self.details.log.appendPlainText("\n".join(plain(line) for line in _lines(cell)))
        message = f"{what}: {cell.reason}" if cell.plan.delegate else cell.reason
        self.notices.post(Notice(severity=Severity.ERROR, message=message, hint=cell.hint, detail=cell.detail))

    @Slot(str, object)
    def _on_failed(self, _what: str, error: BaseException) -> None:
        self.notices.report(error)

    def _take(self, run: Run) -> None:
        record = self._measured
        if record is None or record not in self.session.models:
            self.session.run_measured.emit(run)  # its tab was closed; the list of runs keeps it
            return
        if run.model_sha256 != record.model.sha256:
            self.notices.warn("The file changed while it was measured; the measurement was discarded.")
            return
        record.add_run(run)

    @Slot(object, object)
    def _on_sampled(self, plan: Plan, samples: tuple[Sample, ...]) -> None:
        if self._measured is not None:
            self.session.sampled.emit(self._measured.model, plan, samples)

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


def _cell_title(cell: Cell, names: Mapping[str, str]) -> str:
    precision = cell.precision.shown if cell.precision is not None else ""
    delegate = names.get(cell.delegate, cell.delegate)
    return ", ".join(filter(None, (names.get(cell.plan.device, cell.plan.device), delegate, precision)))


def _lines(cell: Cell) -> list[str]:
    return [line for text in (cell.reason, cell.hint, cell.detail) if text for line in text.splitlines()]


def _find_devices(address: ServerAddress | None) -> Iterable[Device]:
    """List devices in the lane's thread; what that needs is imported there, not when the window opens."""
    from backends.devices.adb.server import AdbServer
    from backends.devices.discovery import list_devices

    return list_devices(AdbServer(address)) if address is not None else list_devices()
