"""Everything about runs besides the headline numbers, in tabs."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QScrollArea, QTabWidget, QWidget

from backends.reports.plain_text import plain
from backends.runs.prediction import PredictionRow
from backends.runs.run import Run
from profiler_gui.pages.accuracy_pane import AccuracyPane
from profiler_gui.pages.matrix_pane import MatrixPane
from profiler_gui.pages.npu_pane import NpuPane
from profiler_gui.pages.prediction_pane import PredictionPane
from profiler_gui.pages.run_list import RunList
from profiler_gui.pages.run_numbers import environment_text
from profiler_gui.widgets.label import plain_label

_LOG_LINES = 500


class RunDetails(QTabWidget):
    """Environment and notes of the chosen run, all runs of the model, and the log of the measurement.

    Runs on devices have tabs more: what was predicted, how accurate the outputs are, and what the device's tool said.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.environment = plain_label("")
        self.notes = plain_label("")
        self.runs = RunList()
        self.prediction = PredictionPane()
        self.accuracy = AccuracyPane()
        self.npu = NpuPane()
        self.matrix = MatrixPane()
        self.log = _log_view()
        self.log.setMaximumBlockCount(_LOG_LINES)
        self.device_log = _log_view()
        self.setDocumentMode(True)
        self._notes = scrolled(self.notes)
        self.addTab(scrolled(self.environment), "Environment")
        self.addTab(self._notes, "Notes")
        self.addTab(self.prediction, "Prediction")
        self.addTab(self.accuracy, "Accuracy")
        self.addTab(self.npu, "NPU layers")
        self.addTab(self.matrix, "Matrix")
        self.addTab(self.runs, "Runs")
        self.addTab(self.log, "Log")
        self.addTab(self.device_log, "Device log")
        self._show_device_tabs(None)
        self.show_matrix_tab(0)

    def show_matrix_tab(self, count: int) -> None:
        """Show the table of all that was measured in one go, where that is more than one thing."""
        self.setTabVisible(self.indexOf(self.matrix), count > 1)
        self._name(self.matrix, f"Matrix ({count})")

    def show_runs(self, runs: Sequence[Run], chosen: Run | None, remarks: Sequence[str] = ()) -> None:
        """Show the runs of a model and what is to be said about the chosen one.

        Args:
            runs: all of them.
            chosen: the one whose notes are shown.
            remarks: what is to be said beside its own notes.
        """
        self.runs.show_runs(runs, chosen)
        self._name(self.runs, f"Runs ({len(runs)})" if runs else "Runs")
        notes = [*(f"Warning: {text}" for text in chosen.warnings), *chosen.notes, *remarks] if chosen else []
        self.environment.set_text(environment_text(chosen) if chosen else "")
        self.notes.set_text("\n\n".join(notes) or ("Nothing to remark." if chosen else ""))
        self._name(self._notes, f"Notes ({len(notes)})" if notes else "Notes")
        self._show_device_tabs(chosen)

    def show_prediction(self, target_name: str, rows: tuple[PredictionRow, ...]) -> None:
        """Show what was predicted of the chosen run; ``target_name`` is empty where nothing was."""
        count = self.prediction.show_rows(target_name, rows)
        self._name(self.prediction, f"Prediction ({count})" if count else "Prediction")

    def _show_device_tabs(self, chosen: Run | None) -> None:
        is_on_device = chosen is not None and bool(chosen.plan.delegate)
        for page in (self.prediction, self.accuracy):
            self.setTabVisible(self.indexOf(page), is_on_device)
        layers = chosen.npu_layers if chosen is not None else ()
        self.setTabVisible(self.indexOf(self.npu), bool(layers))
        self.npu.show_layers(layers)
        self._name(self.npu, f"NPU layers ({len(layers)})")
        log = chosen.log if chosen is not None else ""
        self.setTabVisible(self.indexOf(self.device_log), bool(log))
        text = "\n".join(plain(line) for line in log.splitlines())
        if text != self.device_log.toPlainText():
            self.device_log.setPlainText(text)

    def _name(self, page: QWidget, title: str) -> None:
        self.setTabText(self.indexOf(page), title)


def _log_view() -> QPlainTextEdit:
    view = QPlainTextEdit()
    view.setReadOnly(True)
    view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    return view


def scrolled(content: QWidget, margin: int = 12) -> QScrollArea:
    """Put content that may be taller than the dock into a scroll area on the ground of tables."""
    area = QScrollArea()
    content.setContentsMargins(margin, 8, margin, 8)
    content.setAutoFillBackground(True)
    content.setBackgroundRole(QPalette.ColorRole.Base)
    if isinstance(content, QLabel):
        content.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
