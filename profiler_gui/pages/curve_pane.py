"""The power-performance curve of all runs with energy, with a budget and a target rate to set."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QMessageBox, QPushButton, QSlider, QVBoxLayout, QWidget

from backends.power.curve import DEFINITION, OperatingPoint, best_for_budget, best_for_rate, knee
from backends.reports.plain_text import plain
from backends.units import format_power
from profiler_gui.pages.run_details import scrolled
from profiler_gui.widgets.curve_plot import CurvePlot
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.turning_splitter import TurningSplitter

_STEPS = 1000
_DEFAULT_RATE = 30.0


class CurvePane(QWidget):
    """Plot, sliders, and the answers in words.

    Signals:
        run_chosen: id of the run whose point was clicked.
    """

    run_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = _ClickedPlot()
        self.budget = _spin(" mW", 1)
        self.budget.setAccessibleName("Power budget")
        self.budget_slider = _slider("Power budget above idle")
        self.rate = _spin(" /s", 1)
        self.rate.setAccessibleName("Rate of inferences")
        self.rate_slider = _slider("Target rate")
        self.answer = plain_label("", is_selectable=True)
        self.help_button = QPushButton("How to read it")
        self._is_following = False
        self._is_new = True
        self._arrange()
        self._connect()

    def show_points(self, points: Sequence[OperatingPoint], chosen_run: str = "") -> None:
        """Show other points; the first ones set budget and rate to something sensible."""
        self.plot.chosen_run = chosen_run
        self.plot.show_points(points)
        for widget in (self.budget, self.budget_slider, self.rate, self.rate_slider):
            widget.setEnabled(bool(points))
        if points:
            self.budget.setMaximum(max(1.0, self.plot.most_power_mw))
            self.rate.setMaximum(max(1.0, self.plot.most_rate_hz))
            if self._is_new:
                self._is_new = False
                self.budget.setValue(0.5 * self.plot.most_power_mw)
                self.rate.setValue(min(_DEFAULT_RATE, 0.5 * self.plot.most_rate_hz))
        self._show()

    def _arrange(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        for title, slider, spin in (
            ("Power budget above idle", self.budget_slider, self.budget),
            ("Target rate", self.rate_slider, self.rate),
        ):
            row = QHBoxLayout()
            row.addWidget(plain_label(title, is_selectable=False), 1)
            row.addWidget(spin)
            column.addLayout(row)
            column.addWidget(slider)
        column.addWidget(self.answer)
        row = QHBoxLayout()
        row.addWidget(self.help_button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self.help_button.setToolTip(f"<qt>{DEFINITION}</qt>")
        splitter = TurningSplitter((5, 2))
        splitter.addWidget(self.plot)
        splitter.addWidget(scrolled(side, margin=0))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _connect(self) -> None:
        for spin, slider in ((self.budget, self.budget_slider), (self.rate, self.rate_slider)):
            spin.valueChanged.connect(self._on_spin)
            slider.valueChanged.connect(self._on_slider)
        self.help_button.clicked.connect(self._explain)
        self.plot.point_clicked.connect(self.run_chosen)

    @Slot()
    def _on_spin(self) -> None:
        self._show()

    @Slot()
    def _on_slider(self) -> None:
        if self._is_following:
            return
        for spin, slider in ((self.budget, self.budget_slider), (self.rate, self.rate_slider)):
            if slider is self.sender():
                spin.setValue(slider.value() / _STEPS * spin.maximum())

    def _show(self) -> None:
        self._is_following = True
        for spin, slider in ((self.budget, self.budget_slider), (self.rate, self.rate_slider)):
            slider.setValue(round(spin.value() / max(1e-9, spin.maximum()) * _STEPS))
        self._is_following = False
        self.plot.set_budget(self.budget.value() if self.plot.points else 0.0)
        self.plot.set_rate(self.rate.value() if self.plot.points else 0.0)
        self.answer.set_text("\n".join(self._sentences()))
        self.answer.setVisible(bool(self.plot.points))

    def _sentences(self) -> list[str]:
        budget, rate = self.budget.value(), self.rate.value()
        lines = []
        for name in self.plot.series:
            points = [point for point in self.plot.points if point.series == name]
            best, needed, turn = best_for_budget(points, budget), best_for_rate(points, rate), knee(points)
            sustained = f"{best.rate_hz:.3g} a second by {best.point.label}" if best is not None else "nothing"
            power = (
                f"{format_power(needed.power_mw)} by {needed.point.label}"
                if needed is not None
                else "no point is fast enough"
            )
            bend = f"; beyond {format_power(turn)} more power buys little" if turn is not None else ""
            lines.append(
                plain(f"{name}: {format_power(budget)} sustain {sustained}; {rate:.3g} a second need {power}{bend}.")
            )
        return lines

    @Slot()
    def _explain(self) -> None:
        box = QMessageBox(QMessageBox.Icon.Information, "The power-performance curve", DEFINITION, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.open()


class _ClickedPlot(CurvePlot):
    """A plot whose points can be clicked."""

    point_clicked = Signal(str)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the run of the point under the pointer."""
        point = self.point_at(event.position())
        if point is not None and event.button() is Qt.MouseButton.LeftButton:
            self.point_clicked.emit(point.run_id)


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, _STEPS)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    return slider


def _spin(unit: str, decimals: int) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(0.0, 1e6)
    spin.setDecimals(decimals)
    spin.setSuffix(unit)
    spin.setFixedWidth(120)
    spin.setKeyboardTracking(False)
    return spin
