"""How a network shall be converted, as a form."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QScrollArea, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from backends.conversion.kinds import KINDS, POST_TRAINING, Kind
from backends.conversion.request import ConversionRequest
from backends.conversion.siblings import HOST_PLAN
from backends.conversion.source import Source, SourceFacts
from backends.devices.device import DeviceInfo
from backends.reports.plain_text import plain
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.plan import Plan
from backends.units import format_shape
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.sample_form import SampleForm, make_form

_CALIBRATED = 100
_HOST = "host"
_READY = "ready"
_DELEGATE = "xnnpack"
_MOST_BATCH = 4096


class ConversionForm(QScrollArea):
    """Asks for kinds, samples, shapes, and what shall be found out about the results.

    Signals:
        changed: something in the form is another one.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(12, 8, 12, 12)
        self._column.setSpacing(6)
        self.kinds: dict[Kind, QCheckBox] = {}
        self._add_kinds()
        self._heading("Calibration and accuracy")
        data = make_form()
        self.samples = SampleForm(data, count=_CALIBRATED, parent=self)
        self._column.addLayout(data)
        self._heading("Input")
        self.shapes = QLineEdit()
        self.shapes.setPlaceholderText("as in the file, or 1x224x224x3, or name=1x16x8")
        self.batch = QSpinBox()
        self.batch.setRange(1, _MOST_BATCH)
        self.known_inputs = plain_label("", role="dim")
        self.known_inputs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        shapes = make_form()
        shapes.addRow("", self.known_inputs)
        shapes.addRow("Shape", self.shapes)
        shapes.addRow("Batch", self.batch)
        self._shape_rows = shapes
        shapes.setRowVisible(self.known_inputs, False)
        self._column.addLayout(shapes)
        self._heading("Options")
        self.per_channel = _box("A scale for each channel of weights", True, "Some NPUs want one for the whole tensor")
        self.tensorflow_ops = _box(
            "Keep operators that have no TFLite kernel (Flex)",
            False,
            "Few runtimes and no accelerator take such models",
        )
        self.code = _box("Run Python code in the file", False, "Lambda layers and pickled objects run with your rights")
        for box in (self.per_channel, self.tensorflow_ops, self.code):
            self._column.addWidget(box)
        self._heading("Find out")
        self.measures = _box("Latency on", True, "A short measurement, good for comparing the kinds")
        self.device = QComboBox()
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.device.setMinimumContentsLength(12)
        self.device.addItem("This computer", _HOST)
        found = make_form()
        found.addRow(self.measures, self.device)
        self.delegate = QComboBox()
        self.delegate.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.delegate.setMinimumContentsLength(12)
        self.delegate.setToolTip("What runs the models on the device")
        for delegate in load_delegates().delegates:
            if not delegate.needs_option:
                self.delegate.addItem(delegate.name, delegate.id)
        self.delegate.setCurrentIndex(max(0, self.delegate.findData(_DELEGATE)))
        found.addRow("through", self.delegate)
        found.setRowVisible(self.delegate, False)
        self._found_rows = found
        self.compares = _box("Accuracy against the float32 model", True, "")
        self._column.addLayout(found)
        self._column.addWidget(self.compares)
        self._problem = plain_label("", role="error", is_selectable=False)
        self._column.addWidget(self._problem)
        self._column.addStretch(1)
        body.setAutoFillBackground(True)
        body.setBackgroundRole(QPalette.ColorRole.Base)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(body)
        self.device.currentIndexChanged.connect(self._on_device_chosen)
        self.shapes.textChanged.connect(self._on_changed)
        self.samples.changed.connect(self._on_changed)
        self._on_changed()

    @property
    def problem(self) -> str:
        """Why nothing can be converted, or empty."""
        if not any(box.isChecked() for box in self.kinds.values()):
            return "Choose at least one kind."
        try:
            parse_shapes(self.shapes.text())
        except ValueError as error:
            return str(error)
        return ""

    def request(self, source: Source) -> ConversionRequest:
        """Give what was chosen.

        Raises:
            ValueError: there is a ``problem``.
        """
        return ConversionRequest(
            source=source,
            kinds=tuple(kind for kind, box in self.kinds.items() if box.isChecked()),
            data=self.samples.choice,
            shapes=parse_shapes(self.shapes.text()),
            batch=self.batch.value(),
            allows_code=self.code.isChecked(),
            allows_tensorflow=self.tensorflow_ops.isChecked(),
            is_per_channel=self.per_channel.isChecked(),
        )

    def plan(self) -> Plan | None:
        """Give how latency is measured; ``None`` for not at all."""
        if not self.measures.isChecked():
            return None
        device = self.device.currentData()
        return HOST_PLAN if device == _HOST else replace(HOST_PLAN, device=device, delegate=self.delegate.currentData())

    def set_devices(self, devices: Sequence[DeviceInfo]) -> None:
        """Offer the devices that can be used now."""
        chosen = self.device.currentData()
        self.device.clear()
        self.device.addItem("This computer", _HOST)
        for info in devices:
            if info.state == _READY and info.id != _HOST:
                self.device.addItem(plain(info.name), info.id)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))

    def set_facts(self, facts: SourceFacts) -> None:
        """Say which inputs the file has, where it says so."""
        if facts.inputs:
            text = ", ".join(f"{name}: {format_shape(shape)}" for name, shape in facts.inputs.items())
            self.known_inputs.set_text(text)
            self._shape_rows.setRowVisible(self.known_inputs, True)
        if facts.code:
            self.code.setText(plain(f"Run Python code in the file ({', '.join(facts.code)})").replace("&", "&&"))

    @Slot()
    def _on_device_chosen(self) -> None:
        self._found_rows.setRowVisible(self.delegate, self.device.currentData() not in (None, _HOST))

    def _add_kinds(self) -> None:
        self._heading("Kinds")
        for kind, facts in KINDS.items():
            box = _box(facts.title, kind in POST_TRAINING, facts.sentence)
            box.toggled.connect(self._on_changed)
            self.kinds[kind] = box
            self._column.addWidget(box)

    def _heading(self, text: str) -> None:
        label = plain_label(text, role="section", is_selectable=False)
        label.setContentsMargins(0, 8 if self._column.count() else 0, 0, 0)
        self._column.addWidget(label)

    @Slot()
    def _on_changed(self) -> None:
        if not hasattr(self, "_problem"):
            return
        problem = self.problem
        self._problem.set_text(problem)
        self._problem.setVisible(bool(problem))
        self.changed.emit()


def parse_shapes(text: str) -> dict[str, tuple[int, ...]]:
    """Read ``1x224x224x3`` or ``a=1x2; b=1x3``; an empty name stands for the only input.

    Raises:
        ValueError: it does not read so.
    """
    shapes = {}
    for part in filter(None, (piece.strip() for piece in text.replace(";", " ").split())):
        name, _, sizes = part.rpartition("=")
        numbers = sizes.lower().replace(",", "x").split("x")
        if not all(number.isdecimal() and int(number) > 0 for number in numbers):
            raise ValueError(f"{part} does not read 1x224x224x3 or name=1x224x224x3.")
        shapes[name] = tuple(map(int, numbers))
    return shapes


def _box(text: str, is_checked: bool, tip: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setChecked(is_checked)
    box.setToolTip(tip)
    return box
