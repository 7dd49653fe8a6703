"""What is asked for a measurement on a device beside that on this computer."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backends.runs.benchmark.delegates import DelegateTable
from profiler_gui.widgets.delegate_form import DelegateForm
from profiler_gui.widgets.label import plain_label

_LONGEST_S = 3600.0
_FASTEST_HZ = 10_000.0
_FIELD_WIDTH = 150


class DevicePlanForm(QWidget):
    """Delegates, pace, cool-down, and the benchmark tool for the device's ABI.

    Signals:
        changed: something in the form is another one.
        runner_chosen: path of the benchmark tool, or empty to use the one on the device.
    """

    changed = Signal()
    runner_chosen = Signal(str)

    def __init__(self, table: DelegateTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.delegates = DelegateForm(table)
        self.min_seconds = _seconds("None")
        self.rate = _spin(_FASTEST_HZ, " Hz", "As fast as possible")
        self.cool_down = _seconds("None")
        self.runner = QLineEdit()
        self._runner_label = plain_label("Runner", is_selectable=False)
        self._runner_label.setWordWrap(False)
        self._found = plain_label("", role="dim", is_selectable=False)
        self._found.hide()
        self._form = QFormLayout()
        self._arrange()
        self.delegates.changed.connect(self.changed)
        self.runner.editingFinished.connect(self._on_runner_edited)

    @property
    def problem(self) -> str:
        """What is wrong, or empty."""
        return self.delegates.problem

    def show_runner(self, abi: str, chosen: str, found: str) -> None:
        """Show the benchmark tool for devices of an ABI.

        Args:
            abi: the device's, or empty while it is not known.
            chosen: path in the settings.
            found: path of the tool on the device, or empty.
        """
        self._runner_label.set_text(f"Runner for {abi}" if abi else "Runner")
        self.runner.setEnabled(bool(abi))
        if not self.runner.hasFocus():
            self.runner.setText(chosen)
        self._found.set_text(f"Found {found}" if found else "")
        self._found.setVisible(bool(found))

    def set_known_flags(self, knows: Callable[[str], bool] | None) -> None:
        """Offer only what the benchmark tool knows; everything while that is not known."""
        self.delegates.set_known_flags(knows)
        for spin, flag in ((self.rate, "run_frequency"), (self.min_seconds, "min_secs")):
            spin.setEnabled(knows is None or knows(flag))

    def _arrange(self) -> None:
        # Boxes below each other: a form gives wrapped texts inside its rows too little height.
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.delegates)
        column.addLayout(self._form)
        self._form.setVerticalSpacing(6)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        browse = QToolButton()
        browse.setText("…")
        browse.setToolTip("Choose a build of benchmark_model on this computer")
        browse.clicked.connect(self._choose)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.runner, 1)
        row.addWidget(browse)
        self.runner.setMinimumWidth(_FIELD_WIDTH)
        self.runner.setPlaceholderText("benchmark_model on the device")
        self.runner.setToolTip("A build of benchmark_model: a file here, which is copied there once, or a path there")
        self.min_seconds.setToolTip("Measure at least so long, with more runs if need be")
        self.rate.setToolTip("Keep to so many inferences per second, as an app that handles frames does")
        self.cool_down.setToolTip("Wait between two measurements on a device, so that it cools down")
        self._form.addRow("At least", self.min_seconds)
        self._form.addRow("Rate", self.rate)
        self._form.addRow("Cool-down", self.cool_down)
        self._form.addRow(self._runner_label, line)
        column.addWidget(self._found)

    @Slot()
    def _on_runner_edited(self) -> None:
        self.runner_chosen.emit(self.runner.text().strip())

    @Slot()
    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Choose a build of benchmark_model for the device")
        if path:
            self.runner.setText(path)
            self.runner_chosen.emit(path)


def _seconds(zero: str) -> QDoubleSpinBox:
    return _spin(_LONGEST_S, " s", zero)


def _spin(most: float, unit: str, zero: str) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(0, most)
    spin.setDecimals(1)
    spin.setSuffix(unit)
    spin.setSpecialValueText(zero)
    spin.setFixedWidth(_FIELD_WIDTH)
    return spin
