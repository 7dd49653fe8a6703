"""How power is measured beside a run, and whether one operating point, a sweep or a long run is wanted."""

from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backends.errors import MeterError
from backends.power.meters import FILE, KINDS, MeterKind, check_choice
from backends.runs.matrix import Cell, CellState, Matrix
from backends.runs.operating_points import sweep_plans
from backends.runs.plan import Plan
from profiler_gui.widgets.delegate_form import LABEL_WIDTH
from profiler_gui.widgets.label import plain_label

_FIELD_WIDTH = 150
_DEFAULT = Plan()
_LONGEST_LOOP_S = 86_400.0
_SUSTAINED_MINUTES = 5.0
_MOST_POINTS = 64


class PowerMode(StrEnum):
    """What is measured with the meter."""

    POINT = "point"
    SWEEP = "sweep"
    SUSTAINED = "sustained"


_MODES = {
    PowerMode.POINT: ("Energy", "The energy of one inference at these settings."),
    PowerMode.SWEEP: (
        "Sweep",
        "Each combination of threads and rates is an operating point of the power-performance curve.",
    ),
    PowerMode.SUSTAINED: ("Sustained run", "Minutes of inferences without a pause: heat, throttling, steady state."),
}


class MeterForm(QWidget):
    """Asks for a meter and what to do with it; changes a matrix of plans accordingly.

    Signals:
        changed: something in the form is another one.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.meter = QComboBox()
        self.meter.addItem("Off", "")
        for kind in KINDS:
            self.meter.addItem(kind.title, kind.id)
        self.meter.setMinimumWidth(_FIELD_WIDTH)
        self.argument = QLineEdit()
        self.argument.setAccessibleName("Address or file of the meter")
        self._browse = QToolButton()
        self._browse.setText("…")
        self._browse.setToolTip("Choose the file that the meter writes")
        self.mode = QComboBox()
        for mode, (title, tip) in _MODES.items():
            self.mode.addItem(title, mode.value)
            self.mode.setItemData(self.mode.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.loop = _spin(1.0, _LONGEST_LOOP_S, _DEFAULT.loop_seconds, " s")
        self.minutes = _spin(0.4, _LONGEST_LOOP_S / 60, _SUSTAINED_MINUTES, " min")
        self.idle = _spin(0.0, 600.0, _DEFAULT.idle_seconds, " s")
        self.threads = QLineEdit()
        self.rates = QLineEdit()
        self._explanation = plain_label("", role="dim", is_selectable=False)
        self._problem = plain_label("", role="error", is_selectable=False)
        self._form = QFormLayout()
        self._arrange()
        self._connect()
        self._show()

    @property
    def choice(self) -> str:
        """The meter as a plan names it; empty for none."""
        id_, text = self.meter.currentData(), self.argument.text().strip()
        kind = self._kind
        return f"{id_}={text}" if kind is not None and kind.argument and text else id_

    @property
    def power_mode(self) -> PowerMode:
        """What is measured with the meter."""
        return PowerMode(self.mode.currentData())

    @property
    def problem(self) -> str:
        """What is wrong, or empty."""
        if not self.choice:
            return ""
        try:
            check_choice(self.choice)
            self._points()
        except MeterError as error:
            text = error.message[:1].upper() + error.message[1:]
            return f"{text}. {error.hint}".strip()
        except ValueError as error:
            return str(error)
        return ""

    def apply(self, matrix: Matrix) -> Matrix:
        """Give the matrix with the meter in each plan; a sweep has a cell for each operating point.

        Raises:
            ValueError: there is a ``problem``.
        """
        if not self.choice:
            return matrix
        cells: list[Cell] = []
        for cell in matrix.cells:
            plan = replace(
                cell.plan, meter=self.choice, loop_seconds=self._loop_seconds(), idle_seconds=self.idle.value()
            )
            if self.power_mode is PowerMode.SWEEP and cell.state is CellState.PENDING:
                threads, rates = self._points()
                plans = sweep_plans(plan, threads=threads, rates_hz=rates)
                cells.extend(replace(cell, plan=point) for point in plans)
            else:
                cells.append(replace(cell, plan=plan))
        return replace(matrix, cells=tuple(cells))

    def _loop_seconds(self) -> float:
        return 60 * self.minutes.value() if self.power_mode is PowerMode.SUSTAINED else self.loop.value()

    def _points(self) -> tuple[tuple[int, ...], tuple[float, ...]]:
        if self.power_mode is not PowerMode.SWEEP:
            return (), ()
        threads = tuple(int(value) for value in _numbers(self.threads.text(), "Threads", least=1, most=256))
        rates = _numbers(self.rates.text(), "Rates", least=0, most=1e6)
        if max(1, len(threads)) * max(1, len(rates)) > _MOST_POINTS:
            raise ValueError(f"That is more than {_MOST_POINTS} operating points.")
        return threads, rates

    @property
    def _kind(self) -> MeterKind | None:
        return next((kind for kind in KINDS if kind.id == self.meter.currentData()), None)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._form)
        self._form.setVerticalSpacing(6)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._line = QWidget()
        row = QHBoxLayout(self._line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.argument, 1)
        row.addWidget(self._browse)
        self.meter.setToolTip("Measure power and energy beside the run, and sample temperatures and clocks")
        self.loop.setToolTip("How long inferences follow each other for the energy; slow meters need longer")
        self.idle.setToolTip("How long the idle power is measured, before and after; 0 for not at all")
        self.threads.setText("1, 2")
        self.threads.setToolTip("Numbers of threads, with commas")
        self.rates.setPlaceholderText("as fast as possible")
        self.rates.setToolTip("Inferences per second (Hz) to keep to, with commas; 0 is as fast as possible")
        self._form.addRow("Power", self.meter)
        self._form.addRow("", self._line)
        self._form.addRow("Kind", self.mode)
        self._form.addRow("Threads", self.threads)
        self._form.addRow("Rates", self.rates)
        self._form.addRow("Loop", self.loop)
        self._form.addRow("Length", self.minutes)
        self._form.addRow("Idle", self.idle)
        self._form.labelForField(self.meter).setMinimumWidth(LABEL_WIDTH)
        column.addWidget(self._explanation)
        column.addWidget(self._problem)

    def _connect(self) -> None:
        for combo in (self.meter, self.mode):
            combo.currentIndexChanged.connect(self._show)
        for line in (self.argument, self.threads, self.rates):
            line.textChanged.connect(self._show_problem)
        for spin in (self.loop, self.minutes, self.idle):
            spin.valueChanged.connect(self._show_problem)
        self._browse.clicked.connect(self._choose_file)

    @Slot()
    def _show(self) -> None:
        kind, mode = self._kind, self.power_mode
        is_on = kind is not None
        self._form.setRowVisible(self._line, kind is not None and bool(kind.argument))
        self.argument.setPlaceholderText(kind.argument if kind is not None else "")
        self._browse.setVisible(kind is not None and kind.id == FILE)
        for row, is_wanted in (
            (self.mode, True),
            (self.threads, mode is PowerMode.SWEEP),
            (self.rates, mode is PowerMode.SWEEP),
            (self.loop, mode is not PowerMode.SUSTAINED),
            (self.minutes, mode is PowerMode.SUSTAINED),
            (self.idle, True),
        ):
            self._form.setRowVisible(row, is_on and is_wanted)
        self._explanation.set_text(f"{kind.help} {_MODES[mode][1]}" if kind is not None else "")
        self._explanation.setVisible(is_on)
        self._show_problem()

    @Slot()
    def _show_problem(self) -> None:
        problem = self.problem
        self._problem.set_text(problem)
        self._problem.setVisible(bool(problem))
        self.changed.emit()

    @Slot()
    def _choose_file(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self,
            "The file that the meter writes",
            self.argument.text(),
            "Recordings (*.csv *.json *.txt);;All files (*)",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            self.argument.setText(path)


def _numbers(text: str, what: str, *, least: float, most: float) -> tuple[float, ...]:
    """Read numbers with commas; none from an empty text."""
    try:
        values = tuple(float(part) for part in text.replace(";", ",").split(",") if part.strip())
    except ValueError:
        raise ValueError(f"{what}: write numbers with commas, such as 1, 2, 4.") from None
    if not all(least <= value <= most for value in values):
        raise ValueError(f"{what}: each must be from {least:g} to {most:g}.")
    return values


def _spin(low: float, high: float, value: float, unit: str) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(low, high)
    spin.setDecimals(1)
    spin.setValue(value)
    spin.setSuffix(unit)
    spin.setFixedWidth(_FIELD_WIDTH)
    return spin
