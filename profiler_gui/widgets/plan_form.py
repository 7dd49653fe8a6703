"""What shall be measured, as a form."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from backends.devices.device import DeviceInfo
from backends.model.model import Model
from backends.model.quantization_kind import ModelQuantization
from backends.reports.plain_text import plain
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.inputs import input_names
from backends.runs.matrix import Cell, Matrix, make_matrix
from backends.runs.plan import InputKind, Kernels, Plan
from profiler_gui.widgets.choice_menu import ChoiceMenu
from profiler_gui.widgets.delegate_form import LABEL_WIDTH
from profiler_gui.widgets.device_plan_form import DevicePlanForm
from profiler_gui.widgets.file_line import FileLine
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.meter_form import MeterForm
from profiler_gui.widgets.shape_line import ShapeLine

_KERNELS = {
    Kernels.FUSED: ("Fused (XNNPACK)", "As the model really runs: operators that run fused share one time."),
    Kernels.EXACT: ("Exact (XNNPACK)", "Each operator on its own: exact times, slower in total."),
    Kernels.BUILTIN: ("Built-in", "TFLite's own optimised kernels, without XNNPACK."),
    Kernels.REFERENCE: ("Reference", "Simple kernels for checking results; very slow, timed as a whole."),
}
_INPUTS = {
    InputKind.RANDOM: "Random values",
    InputKind.ZEROS: "Zeros",
    InputKind.FILE: "Files",
}
_HOST = "host"
HOST_TOOL = "host:benchmark_model"
"""This computer, measured with a build of the benchmark tool instead of the runtime that is installed here."""
_HOST_DELEGATES = {
    Kernels.FUSED: "xnnpack", Kernels.EXACT: "xnnpack", Kernels.BUILTIN: "cpu", Kernels.REFERENCE: "cpu"
}  # fmt: skip
_DEFAULT = Plan()
"""The form starts with what the command line takes, so that their numbers compare."""
_READY = "ready"
_FIELD_WIDTH = 150
_MOST_THREADS = 64
_LONGEST_PAUSE_S = 60.0


class PlanForm(QScrollArea):
    """Asks for everything a ``Plan`` holds; signature, shapes and files follow the model.

    Several devices and several delegates give several plans.

    Signals:
        changed: something in the form is another one.
        device_chosen: id of the device to measure on.
    """

    changed = Signal()
    device_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: Model | None = None
        self._ready = frozenset((_HOST,))
        self._devices: tuple[DeviceInfo, ...] = ()
        self._host_runner = ""
        self.device = QComboBox()
        self.device.setMinimumWidth(_FIELD_WIDTH)
        # Names of devices are long: the list of choices shows them whole.
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.device.setMinimumContentsLength(10)
        self.device.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.device.addItem("This computer", _HOST)
        self.also_on = ChoiceMenu("None")
        self.on_device = DevicePlanForm(load_delegates())
        self.meter = MeterForm()
        self.kernels = _combo({kernels: title for kernels, (title, _) in _KERNELS.items()})
        self.threads = _spin(1, max(1, os.cpu_count() or 1), _DEFAULT.threads)
        self.runs = _spin(1, 1_000_000, _DEFAULT.runs)
        self.warmup = _spin(0, 100_000, _DEFAULT.warmup)
        self.pause = _pause()
        self.signature = QComboBox()
        self.inputs = _combo(_INPUTS)
        self.seed = _spin(0, 2**31 - 1, _DEFAULT.seed)
        self.shapes: tuple[ShapeLine, ...] = ()
        self.files: tuple[FileLine, ...] = ()
        self._explanation = plain_label("", role="dim", is_selectable=False)
        self._problem = plain_label("", role="error", is_selectable=False)
        self._body = QWidget()
        self._where = QFormLayout()
        self._form = QFormLayout()
        self._build()
        self._connect()

    @property
    def model(self) -> Model | None:
        """The model whose inputs are offered."""
        return self._model

    @property
    def problem(self) -> str:
        """Why there is no plan, or empty."""
        if self.device.currentData() not in self._ready:
            return f"{self.device.currentText()} cannot be used now; see Devices."
        shapes = next((line.problem for line in self.shapes if line.problem), "")
        return shapes or self.meter.problem or (self.on_device.problem if self.is_on_device else "")

    @property
    def is_on_device(self) -> bool:
        """Whether another device than this computer is measured."""
        return any(id_ != _HOST for id_ in self._chosen_devices())

    def matrix(self) -> Matrix:
        """Give a cell for each device, delegate and precision, device by device.

        This computer has a cell of its own runtime, and with a build of the tool one for each delegate too.

        Raises:
            ValueError: there is a ``problem``, or no model.
        """
        if self._model is None:
            raise ValueError("there is no model to measure")
        plan, form = self.plan(), self.on_device
        cells: list[Cell] = []
        for device in self._chosen_devices():
            if device == _HOST:
                id_ = _HOST_DELEGATES[plan.kernels]
                cells.append(Cell(plan=replace(plan, device=_HOST), delegate=id_))
                continue
            remote = replace(
                plan,
                device=_HOST if device == HOST_TOOL else device,
                runner=self._host_runner if device == HOST_TOOL else "",
                rate_hz=form.rate.value(),
                min_seconds=form.min_seconds.value(),
                max_seconds=max(plan.max_seconds, form.min_seconds.value()),
            )
            cells.extend(self._cells_of(self._model, remote))
        return self.meter.apply(Matrix(cells=tuple(cells), cool_down=form.wanted_cool_down))

    def _cells_of(self, model: Model, plan: Plan) -> tuple[Cell, ...]:
        delegates = self.on_device.delegates
        choices = delegates.choices()
        return make_matrix(
            model,
            plan,
            devices=[plan.device],
            delegates=[choice.delegate.id for choice in choices],
            options={choice.delegate.id: choice.options for choice in choices},
            precisions=delegates.precisions,
            skips_misfits=not delegates.takes_any,
        ).cells

    def plan(self) -> Plan:
        """Give the plan for the chosen device, without what only other devices than this computer are asked.

        Raises:
            ValueError: there is a ``problem``.
        """
        shapes = {line.name: line.shape for line in self.shapes}
        kind = InputKind(self.inputs.currentData())
        return Plan(
            device=_HOST if self.device.currentData() == HOST_TOOL else self.device.currentData(),
            kernels=Kernels(self.kernels.currentData()),
            threads=self.threads.value(),
            runs=self.runs.value(),
            warmup=self.warmup.value(),
            pause_seconds=self.pause.value(),
            signature=self.signature.currentData() or "",
            input_kind=kind,
            seed=self.seed.value(),
            input_files={line.name: line.path for line in self.files if line.path and kind is InputKind.FILE},
            input_shapes={name: shape for name, shape in shapes.items() if shape is not None},
        )

    def set_host_runner(self, path: str) -> None:
        """Offer this computer also with a build of the benchmark tool; an empty path takes the offer back."""
        if path != self._host_runner:
            self._host_runner = path
            self.set_devices(self._devices)

    def set_devices(self, devices: Sequence[DeviceInfo]) -> None:
        """Offer the devices that can be used now; the chosen one stays in the list when it is gone."""
        self._devices = tuple(devices)
        chosen, title = self.device.currentData(), self.device.currentText()
        ready = {info.id: plain(info.name) for info in devices if info.state == _READY and info.id != _HOST}
        if self._host_runner:
            ready = {HOST_TOOL: "This computer, with benchmark_model", **ready}
        self._ready = frozenset((_HOST, *ready))
        self.device.blockSignals(True)
        self.device.clear()
        gone = {} if chosen in (_HOST, *ready) else {chosen: title}
        for id_, name in {_HOST: "This computer", **gone, **ready}.items():
            self.device.addItem(name, id_)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))
        self.device.blockSignals(False)
        self._on_device_changed()

    def set_known_flags(self, knows: Callable[[str], bool] | None) -> None:
        """Offer only what the chosen device's benchmark tool knows; everything while that is not known."""
        self.on_device.set_known_flags(knows)

    def set_model(self, model: Model | None) -> None:
        """Offer the signatures and inputs of another model."""
        self._model = model
        self.signature.blockSignals(True)
        self.signature.clear()
        for signature in model.signatures if model else ():
            self.signature.addItem(plain(signature.key), signature.key)
        self.signature.blockSignals(False)
        self._form.setRowVisible(self.signature, self.signature.count() > 1)
        self._show_inputs()

    def set_quantization(self, quantization: ModelQuantization | None) -> None:
        """Offer the precisions and delegates that fit the model; all of them while that is not known."""
        self.on_device.delegates.set_quantization(quantization)

    def _build(self) -> None:
        # Boxes below each other: a form gives wrapped texts inside its rows too little height.
        column = QVBoxLayout(self._body)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(self._where)
        column.addWidget(self.on_device)
        column.addLayout(self._form)
        column.addWidget(self.meter)
        column.addStretch(1)
        for form in (self._where, self._form):
            form.setVerticalSpacing(6)
            form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._where.addRow("Device", self.device)
        self._where.addRow("Also on", self.also_on)
        self._where.labelForField(self.device).setMinimumWidth(LABEL_WIDTH)
        self._form.addRow("Kernels", self.kernels)
        self._form.addRow("", self._explanation)
        self._form.addRow("Runs", self.runs)
        self._form.addRow("Warm-up", self.warmup)
        self._form.addRow("Pause", self.pause)
        self._form.addRow("Threads", self.threads)
        self._form.addRow("Signature", self.signature)
        self._form.addRow("Inputs", self.inputs)
        self._form.addRow("Seed", self.seed)
        self._form.addRow(self._problem)
        self._form.setRowVisible(self._problem, False)
        self._body.setAutoFillBackground(True)
        self._body.setBackgroundRole(QPalette.ColorRole.Base)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(self._body)

    def _connect(self) -> None:
        self.device.currentIndexChanged.connect(self._on_device_changed)
        self.also_on.changed.connect(self._show_devices)
        self.on_device.changed.connect(self._show_problem)
        self.meter.changed.connect(self.changed)
        self.kernels.currentIndexChanged.connect(self._on_kernels_changed)
        self.signature.currentIndexChanged.connect(self._show_inputs)
        self.inputs.currentIndexChanged.connect(self._show_inputs)
        self._on_kernels_changed()
        self.set_model(None)
        self._on_device_changed()

    def _chosen_devices(self) -> tuple[str, ...]:
        return (self.device.currentData(), *self.also_on.chosen)

    @Slot()
    def _on_device_changed(self) -> None:
        chosen = self.device.currentData()
        entries = {self.device.itemData(i): self.device.itemText(i) for i in range(self.device.count())}
        self.also_on.set_choices({id_: name for id_, name in entries.items() if id_ != chosen and id_ in self._ready})
        self._where.setRowVisible(self.also_on, len(entries) > 1)
        self._show_devices()
        self.device_chosen.emit(chosen)

    @Slot()
    def _show_devices(self) -> None:
        """Show the rows that the chosen devices need."""
        devices = self._chosen_devices()
        self.on_device.setVisible(self.is_on_device)
        for row in (self.kernels, self._explanation):
            self._form.setRowVisible(row, _HOST in devices)
        self.threads.setMaximum(_MOST_THREADS if self.is_on_device else max(1, os.cpu_count() or 1))
        self._show_problem()

    @Slot()
    def _on_kernels_changed(self) -> None:
        self._explanation.set_text(_KERNELS[Kernels(self.kernels.currentData())][1])
        self.changed.emit()

    @Slot()
    def _show_inputs(self) -> None:
        """Rebuild the lines that depend on signature and kind of input."""
        kind = InputKind(self.inputs.currentData())
        for row in (*self.shapes, *self.files):
            self._form.removeRow(row)
        self.shapes, self.files = (), ()
        self._form.setRowVisible(self.seed, kind is InputKind.RANDOM)
        entries = _entries(self._model, max(0, self.signature.currentIndex()))
        place = self._form.getWidgetPosition(self._problem)[0]  # type: ignore[index]  # (row, role) in PySide6
        self.shapes = tuple(ShapeLine(name, stated) for name, stated in entries if any(size < 0 for size in stated))
        if kind is InputKind.FILE:
            self.files = tuple(FileLine(name) for name, _ in entries)
        lines: tuple[ShapeLine | FileLine, ...] = (*self.shapes, *self.files)
        for number, line in enumerate(lines):
            label = plain_label(line.name, is_selectable=False)
            label.setMaximumWidth(120)
            self._form.insertRow(place + number, label, line)
        for line in self.shapes:
            line.edited.connect(self._show_problem)
        self._show_problem()
        # Laid out in one go with new rows, a form gives wrapped texts too little height.
        QTimer.singleShot(0, self, self._form.invalidate)

    @Slot()
    def _show_problem(self) -> None:
        problem = self.problem
        self._problem.set_text(problem)
        self._form.setRowVisible(self._problem, bool(problem))
        self.changed.emit()


def _entries(model: Model | None, signature: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Give name and stated shape of each input of the entry point."""
    if model is None or not model.subgraphs:
        return ()
    index = model.signatures[signature].subgraph if signature < len(model.signatures) else 0
    subgraph = model.subgraphs[index]
    names = input_names(model, signature, subgraph)
    shapes = (subgraph.tensors[tensor].display_shape for tensor in subgraph.inputs)
    return tuple((found[0], shape) for found, shape in zip(names, shapes, strict=True))


def _combo(titles: dict[Kernels, str] | dict[InputKind, str]) -> QComboBox:
    combo = QComboBox()
    combo.setMinimumWidth(_FIELD_WIDTH)
    for value, title in titles.items():
        combo.addItem(title, str(value))
    return combo


def _pause() -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(0, _LONGEST_PAUSE_S)
    spin.setDecimals(2)
    spin.setSuffix(" s")
    spin.setSpecialValueText("None")
    spin.setFixedWidth(_FIELD_WIDTH)
    spin.setToolTip("Pause between two runs")
    return spin


def _spin(low: int, high: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    spin.setGroupSeparatorShown(True)
    spin.setFixedWidth(_FIELD_WIDTH)
    return spin
