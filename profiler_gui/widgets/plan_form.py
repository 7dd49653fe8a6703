"""What shall be measured, as a form."""

import os

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QComboBox, QFormLayout, QScrollArea, QSpinBox, QWidget

from backends.model.model import Model
from backends.reports.plain_text import plain
from backends.runs.inputs import input_names
from backends.runs.plan import InputKind, Kernels, Plan
from profiler_gui.widgets.file_line import FileLine
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.shape_line import ShapeLine

_KERNELS = {
    Kernels.FUSED: ("Fused (XNNPACK)", "As the model really runs: operators that run fused share one time."),
    Kernels.EXACT: ("Exact (XNNPACK)", "Each operator on its own: exact times, slower in total."),
    Kernels.BUILTIN: ("Built-in", "TFLite's own optimised kernels, without XNNPACK."),
    Kernels.REFERENCE: ("Reference", "Simple kernels for checking results; very slow."),
}
_INPUTS = {
    InputKind.RANDOM: "Random values",
    InputKind.ZEROS: "Zeros",
    InputKind.FILE: "Files",
}
_HOST = "host"
_FIELD_WIDTH = 150


class PlanForm(QScrollArea):
    """Asks for everything a ``Plan`` holds; signature, shapes and files follow the model.

    Signals:
        changed: something in the form is another one.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: Model | None = None
        self.device = QComboBox()
        self.device.setMinimumWidth(_FIELD_WIDTH)
        self.device.addItem("This computer", _HOST)
        self.kernels = _combo({kernels: title for kernels, (title, _) in _KERNELS.items()})
        self.threads = _spin(1, max(1, os.cpu_count() or 1), min(4, os.cpu_count() or 1))
        self.runs = _spin(1, 1_000_000, 50)
        self.warmup = _spin(0, 100_000, 5)
        self.signature = QComboBox()
        self.inputs = _combo(_INPUTS)
        self.seed = _spin(0, 2**31 - 1, 0)
        self.shapes: tuple[ShapeLine, ...] = ()
        self.files: tuple[FileLine, ...] = ()
        self._explanation = plain_label("", role="dim", is_selectable=False)
        self._problem = plain_label("", role="error", is_selectable=False)
        self._body = QWidget()
        self._form = QFormLayout(self._body)
        self._build()
        self._connect()

    @property
    def model(self) -> Model | None:
        """The model whose inputs are offered."""
        return self._model

    @property
    def problem(self) -> str:
        """Why there is no plan, or empty."""
        return next((line.problem for line in self.shapes if line.problem), "")

    def plan(self) -> Plan:
        """Give the plan.

        Raises:
            ValueError: there is a ``problem``.
        """
        shapes = {line.name: line.shape for line in self.shapes}
        kind = InputKind(self.inputs.currentData())
        return Plan(
            device=self.device.currentData(),
            kernels=Kernels(self.kernels.currentData()),
            threads=self.threads.value(),
            runs=self.runs.value(),
            warmup=self.warmup.value(),
            signature=self.signature.currentData() or "",
            input_kind=kind,
            seed=self.seed.value(),
            input_files={line.name: line.path for line in self.files if line.path and kind is InputKind.FILE},
            input_shapes={name: shape for name, shape in shapes.items() if shape is not None},
        )

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

    def _build(self) -> None:
        self._form.setContentsMargins(12, 8, 12, 8)
        self._form.setVerticalSpacing(6)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._form.addRow("Device", self.device)
        self._form.addRow("Kernels", self.kernels)
        self._form.addRow("", self._explanation)
        self._form.addRow("Runs", self.runs)
        self._form.addRow("Warm-up", self.warmup)
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
        self.kernels.currentIndexChanged.connect(self._on_kernels_changed)
        self.signature.currentIndexChanged.connect(self._show_inputs)
        self.inputs.currentIndexChanged.connect(self._show_inputs)
        self._on_kernels_changed()
        self.set_model(None)

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
            line.edited.connect(self._on_shape_edited)
        self._on_shape_edited()

    @Slot()
    def _on_shape_edited(self) -> None:
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


def _spin(low: int, high: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    spin.setGroupSeparatorShown(True)
    spin.setFixedWidth(_FIELD_WIDTH)
    return spin
