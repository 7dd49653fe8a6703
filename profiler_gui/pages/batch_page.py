"""A folder of models: all checked, all measured on the chosen devices, in one table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from backends.devices.adb.address import ServerAddress
from backends.devices.device import Device
from backends.progress import Progress
from backends.reports.batch_content import batch_columns
from backends.reports.plain_text import plain
from backends.reports.table_content import TableContent
from backends.runs.batch import BatchItem, BatchModel, check_item, find_models, measure_item
from backends.runs.plan import Plan
from backends.targets.target import Target
from profiler_gui.devices import HOST_ID, DeviceBoard, lane_of
from profiler_gui.jobs import Job, JobRunner, JobState
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.export import TableExport, export_tables_button
from profiler_gui.pages.page import Page
from profiler_gui.session import Session
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.choice_menu import ChoiceMenu
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.placeholder import Placeholder

_LANE = "batch"
_DEFAULT_RUNS = 20
_MOST_RUNS = 100_000
_MAX_SECONDS = 60.0
"""A single slow model does not hold up a hundred others."""
_DEFAULT_DELEGATE = "xnnpack"
_SETTLE_MS = 250
_NONE = "No model was found in {}.\nModels are files that begin like one (.tflite, .lite, .tfl) and bundles (.task)."


@dataclass(slots=True)
class _Work:
    """What is left to do in one lane."""

    name: str
    rest: list[int]
    job: Job | None = None
    done: int = 0
    failed: int = 0
    total: int = field(default=0)


class BatchPage(Page):
    """Looks for models, checks them at once, and measures them when asked.

    Args:
        paths: files and folders.
        session: the targets; runs are told to it.
        jobs: where the work is done.
        notices: where failures are told.
        devices: where can be measured.

    Signals:
        model_opened: the ``BatchModel`` that the user wants to see.
    """

    model_opened = Signal(object)

    def __init__(
        self, paths: tuple[Path, ...], session: Session, jobs: JobRunner, notices: NoticeBoard, devices: DeviceBoard
    ) -> None:
        super().__init__(session, notices)
        self._paths = paths
        self._jobs = jobs
        self._devices = devices
        self._items: list[BatchItem] = []
        self._works: dict[str, _Work] = {}
        self._measured: dict[str, str] = {}
        self._waits_to_measure = False
        self._is_finished = False
        self._clock = QElapsedTimer()
        self.table = RecordTable((), self._look)
        self.view = RecordView(self.table)
        self.device_choice = ChoiceMenu("No device")
        self.runs = QSpinBox()
        self.check_button = QPushButton("Check all")
        self.profile_button = QPushButton("Profile all")
        self.stop_button = QPushButton("Stop")
        self.cancel_button = QPushButton("Cancel")
        self.bar = QProgressBar()
        self._on = QLabel("on")
        self.state = plain_label("", role="dim", is_selectable=False)
        self._pages = QStackedWidget()
        self._empty = Placeholder(f"Looking for models in {plain(self.title)}…")
        self._soon_shown = QTimer(self)
        self._soon_shown.setSingleShot(True)
        self._soon_shown.setInterval(_SETTLE_MS)
        self._soon_shown.timeout.connect(self._show_items)
        self._arrange()
        self._connect_widgets()
        self._show_devices()
        self._show_state()
        self._find()

    @property
    def title(self) -> str:
        """Name of the folder, or how many files there are."""
        return self._paths[0].name or str(self._paths[0]) if len(self._paths) == 1 else f"{len(self._paths)} files"

    @property
    def items(self) -> tuple[BatchItem, ...]:
        """The models with what is known of them."""
        return tuple(self._items)

    @property
    def is_running(self) -> bool:
        """Whether anything is checked or measured."""
        return bool(self._works)

    def refresh(self) -> None:
        """Show nothing else when another model comes to the front."""

    def measure_on(self, device_ids: Iterable[str]) -> None:
        """Measure on these devices as soon as the models are known."""
        self.device_choice.choose(device_ids)
        self._waits_to_measure = True
        self._begin_waiting()

    def content(self) -> TableContent[BatchItem]:
        """Give the table as shown."""
        shown = self.view.visible_column_ids()
        columns = [column for column in self.table.columns if column.id in shown]
        return TableContent("tflite-profiler/batch/1", f"Models in {self.title}", columns, self.table.visible_rows)

    # Commands ---------------------------------------------------------------------------------------------------------

    @Slot()
    def check_all(self) -> None:
        """Ask all targets about all models."""
        targets = self.session.targets
        self._begin(_LANE, "targets", lambda item, progress: _check(item, targets, progress))

    @Slot()
    def profile_all(self) -> None:
        """Measure all models on the chosen devices, device by device at the same time."""
        names = {info.id: info.name for info in self._devices.devices}
        address = self._devices.address
        for device in self.device_choice.chosen:
            name = "This computer" if device == HOST_ID else names.get(device, device)
            plan = Plan(
                device=device,
                runs=self.runs.value(),
                max_seconds=_MAX_SECONDS,
                delegate="" if device == HOST_ID else _DEFAULT_DELEGATE,
            )
            self._measured[device] = name
            self._begin(lane_of(device), name, partial(_measure, plan, partial(_find_devices, address)))
        self._show_items()

    @Slot()
    def stop(self) -> None:
        """End after what runs now, and keep all results."""
        for work in self._works.values():
            work.rest.clear()
            if work.job is not None:
                work.job.stop()
        self._show_state()

    @Slot()
    def cancel(self) -> None:
        """End now and discard what runs; results that are there stay."""
        for work in tuple(self._works.values()):
            work.rest.clear()
            if work.job is not None:
                work.job.cancel()

    def finish(self) -> None:
        """End all work: the page is closed."""
        self._is_finished = True
        self.cancel()
        self._works.clear()

    # Work -------------------------------------------------------------------------------------------------------------

    def _find(self) -> None:
        self._jobs.start(
            partial(find_models, self._paths),
            title=f"Looking for models in {self.title}",
            lane=_LANE,
            on_success=self._on_found,
            on_failure=self.notices.report,
        )

    @Slot(object)
    def _on_found(self, models: tuple[BatchModel, ...]) -> None:
        if self._is_finished:
            return
        self._items = [BatchItem(model=model) for model in models]
        if not models:
            self._empty.set_text(_NONE.format(plain(self.title)))
            return
        self._pages.setCurrentIndex(1)
        self._show_items()
        self.check_all()
        self._begin_waiting()

    def _begin_waiting(self) -> None:
        if self._waits_to_measure and self._items:
            self._waits_to_measure = False
            self.profile_all()

    def _begin(self, lane: str, name: str, work: Callable[[BatchItem, Progress], BatchItem]) -> None:
        if lane in self._works or not self._items:
            return
        if not self._works:
            self._clock.start()
        order = list(range(len(self._items)))
        self._works[lane] = _Work(name=name, rest=order, total=len(order))
        self._next(lane, work)

    def _next(self, lane: str, work: Callable[[BatchItem, Progress], BatchItem]) -> None:
        """Start with the next model; one job for each, so that the lane is free for others in between."""
        state = self._works[lane]
        if not state.rest or self._is_finished:
            del self._works[lane]
            self._show_items()
            return
        index = state.rest.pop(0)
        item = self._items[index]
        job = self._jobs.start(
            partial(work, item),
            title=f"{item.model.name} on {state.name} ({state.total - len(state.rest)} of {state.total})",
            lane=lane,
            on_success=partial(self._on_done, lane, index),
            on_failure=self.notices.report,
        )
        state.job = job
        job.finished.connect(partial(self._on_finished, lane, work, job))
        self._show_state()

    def _on_done(self, lane: str, index: int, done: BatchItem) -> None:
        """Take over what is new: another lane may have given other parts of the same item."""
        state, before = self._works.get(lane), self._items[index]
        failures = {**before.failures, **done.failures}
        for fresh in done.runs.keys() - before.runs.keys():
            self.session.run_measured.emit(done.runs[fresh])
            failures.pop(fresh, None)
        for fresh, run in done.runs.items():
            if fresh in before.runs and run is not before.runs[fresh]:
                self.session.run_measured.emit(run)
        if self._is_finished:
            return
        self._items[index] = replace(
            before,
            sha256=done.sha256 or before.sha256,
            summary=done.summary or before.summary,
            verdicts={**before.verdicts, **done.verdicts},
            runs={**before.runs, **done.runs},
            failures=failures,
        )
        if state is not None:
            state.failed += len(done.failures) > len(before.failures)
        if not self._soon_shown.isActive():
            self._soon_shown.start()

    def _on_finished(self, lane: str, work: Callable[[BatchItem, Progress], BatchItem], job: Job) -> None:
        state = self._works.get(lane)
        if state is None or state.job is not job:
            return
        state.done += job.state is JobState.SUCCEEDED
        self._next(lane, work)

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.runs.setRange(1, _MOST_RUNS)
        self.runs.setValue(_DEFAULT_RUNS)
        self.runs.setPrefix("Runs  ")
        self.runs.setFixedWidth(110)
        self.runs.setGroupSeparatorShown(True)
        self.profile_button.setProperty("primary", True)
        self.stop_button.setToolTip("End after the models that are under way and keep all results")
        self.cancel_button.setToolTip("End now; the models that are under way give no result")
        self.bar.setMaximumWidth(180)
        self.bar.setTextVisible(False)
        self.state.setWordWrap(False)
        title = QLabel()
        title.setText(f"Models in {plain(self.title)}")
        title.setProperty("role", "section")
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(self.bar)
        row.addWidget(self.state)
        for widget in (self.check_button, self.profile_button, self._on, self.device_choice, self.runs):
            row.addWidget(widget)
        for widget in (self.stop_button, self.cancel_button):
            row.addWidget(widget)
        row.addWidget(export_tables_button(self, TableExport(title="", content=self.content, stem=lambda: "batch")))
        self.device_choice.setMinimumWidth(150)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _connect_widgets(self) -> None:
        self.check_button.clicked.connect(self.check_all)
        self.profile_button.clicked.connect(self.profile_all)
        self.stop_button.clicked.connect(self.stop)
        self.cancel_button.clicked.connect(self.cancel)
        self.device_choice.changed.connect(self._show_state)
        self.view.row_opened.connect(lambda item: self.model_opened.emit(item.model))
        self._devices.devices_changed.connect(self._show_devices)

    @Slot()
    def _show_devices(self) -> None:
        ready = {info.id: plain(info.name) for info in self._devices.ready_devices}
        is_first = not self.device_choice.isEnabled() or not self.device_choice.chosen
        self.device_choice.set_choices({**ready, HOST_ID: "This computer"} if HOST_ID in ready else ready)
        if is_first and not self.device_choice.chosen:
            self.device_choice.choose([HOST_ID])

    @Slot()
    def _show_items(self) -> None:
        targets = [(target.id, target.name) for target in self.session.targets]
        columns = batch_columns(targets, tuple(self._measured.items()))
        known = tuple(column.id for column in self.table.columns)
        if known == tuple(column.id for column in columns):
            self.table.set_rows(self._items)
        else:
            self.table.set_rows(self._items, columns)
            self.view.show_columns([column.id for column in columns if column.is_default])
        self.view.fit_columns(widest=260)
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        total = sum(work.total for work in self._works.values())
        done = sum(work.total - len(work.rest) - 1 for work in self._works.values())
        self.bar.setVisible(self.is_running)
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(max(0, done))
        for button in (self.stop_button, self.cancel_button):
            button.setVisible(self.is_running)
        # While it runs, the room is for how far it is.
        for widget in (self.check_button, self.profile_button, self._on, self.device_choice, self.runs):
            widget.setVisible(not self.is_running)
        self.check_button.setEnabled(bool(self._items and self.session.targets))
        can_measure = bool(self.device_choice.chosen) and not any(lane != _LANE for lane in self._works)
        self.profile_button.setEnabled(can_measure)
        problems = sum(bool(item.failures) for item in self._items)
        count = f"{len(self._items)} model{'s' if len(self._items) != 1 else ''}"
        if problems:
            count += f", {problems} with a problem"
        running = ", ".join(
            f"{work.name} {work.total - len(work.rest)} of {work.total}" for work in self._works.values()
        )
        self.state.set_text(running or count)

    def _look(self, item: BatchItem, column: str) -> Look | None:
        colors = colors_of(self)
        if column == "problem" and item.failures:
            return Look(icon=make_icon("warning", colors.warning), tooltip="\n".join(item.failures.values()))
        if column == "model":
            if item.failures.get(""):
                return Look(icon=make_icon("warning", colors.warning), tooltip=item.failures[""])
            return Look(tooltip=f"{item.model.path} {item.model.member}".rstrip())
        if column.startswith("latency_ns_") and column.removeprefix("latency_ns_") in item.failures:
            return Look(
                icon=make_icon("error", colors.error), tooltip=item.failures[column.removeprefix("latency_ns_")]
            )
        return None


def _check(item: BatchItem, targets: Sequence[Target], progress: Progress) -> BatchItem:
    progress.step(f"Checking {item.model.name}")
    return check_item(item, targets)


def _measure(
    plan: Plan, find_devices: Callable[[], Iterable[Device]], item: BatchItem, progress: Progress
) -> BatchItem:
    return measure_item(item, plan, progress, find_devices)


def _find_devices(address: ServerAddress) -> Iterable[Device]:
    """List devices in the lane's thread; what that needs is imported there, not when the window opens."""
    from backends.devices.adb.server import AdbServer
    from backends.devices.discovery import list_devices

    return list_devices(AdbServer(address))
