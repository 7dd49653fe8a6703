"""What is asked for a measurement on a device beside that on this computer."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backends.runs.benchmark.delegates import DelegateTable
from backends.runs.cool_down import CoolDown
from profiler_gui.widgets.delegate_form import DelegateForm
from profiler_gui.widgets.label import plain_label

_LONGEST_S = 3600.0
_FASTEST_HZ = 10_000.0
_FIELD_WIDTH = 150


class DevicePlanForm(QWidget):
    """Delegates, pace, cool-down, and the benchmark tool of the device.

    Signals:
        changed: something in the form is another one.
        runners_wanted: the user wants to choose or download benchmark tools.
    """

    changed = Signal()
    runners_wanted = Signal()

    def __init__(self, table: DelegateTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.delegates = DelegateForm(table)
        self.min_seconds = _seconds("None")
        self.rate = _spin(_FASTEST_HZ, " Hz", "As fast as possible")
        self.cool_down = _seconds("None")
        self.waits_for_heat = QCheckBox("Wait until cool")
        self.runners_button = QPushButton("Runners…")
        self._found = plain_label("", role="dim", is_selectable=False)
        self._found.hide()
        self._form = QFormLayout()
        self._arrange()
        self.delegates.changed.connect(self.changed)
        self.runners_button.clicked.connect(self._on_runners_clicked)

    @property
    def problem(self) -> str:
        """What is wrong, or empty."""
        return self.delegates.problem

    @property
    def wanted_cool_down(self) -> CoolDown:
        """How long a device is left alone between two measurements."""
        return CoolDown(seconds=self.cool_down.value(), waits_for_heat=self.waits_for_heat.isChecked())

    def show_runner(self, text: str) -> None:
        """Say which benchmark tool the device has, or that there is none; empty while that is not known."""
        self._found.set_text(text)
        self._found.setVisible(bool(text))

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
        self.min_seconds.setToolTip("Measure at least so long, with more runs if need be")
        self.rate.setToolTip("Keep to so many inferences per second, as an app that handles frames does")
        self.cool_down.setToolTip("Wait between two measurements on a device, so that it cools down")
        self._form.addRow("At least", self.min_seconds)
        self._form.addRow("Rate", self.rate)
        self.waits_for_heat.setToolTip("Wait longer while the device says that it is hot or throttled")
        self.runners_button.setToolTip("Choose or download the builds of benchmark_model for the kinds of devices")
        self._form.addRow("Cool-down", self.cool_down)
        self._form.addRow("", self.waits_for_heat)
        self._form.addRow("Runner", self.runners_button)
        column.addWidget(self._found)

    @Slot()
    def _on_runners_clicked(self) -> None:
        self.runners_wanted.emit()


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
