"""Everything about runs besides the headline numbers, in tabs."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QScrollArea, QTabWidget, QWidget

from backends.runs.run import Run
from profiler_gui.pages.run_list import RunList
from profiler_gui.pages.run_numbers import environment_text
from profiler_gui.widgets.label import plain_label

_LOG_LINES = 500
_NOTES_TAB, _RUNS_TAB = 1, 2


class RunDetails(QTabWidget):
    """Environment and notes of the chosen run, all runs of the model, and the log of the measurement."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.environment = plain_label("")
        self.notes = plain_label("")
        self.runs = RunList()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        self.setDocumentMode(True)
        self.addTab(scrolled(self.environment), "Environment")
        self.addTab(scrolled(self.notes), "Notes")
        self.addTab(self.runs, "Runs")
        self.addTab(self.log, "Log")

    def show_runs(self, runs: Sequence[Run], chosen: Run | None) -> None:
        """Show the runs of a model and what is to be said about the chosen one."""
        self.runs.show_runs(runs, chosen)
        self.setTabText(_RUNS_TAB, f"Runs ({len(runs)})" if runs else "Runs")
        notes = [*(f"Warning: {text}" for text in chosen.warnings), *chosen.notes] if chosen else []
        self.environment.set_text(environment_text(chosen) if chosen else "")
        self.notes.set_text("\n\n".join(notes) or ("Nothing to remark." if chosen else ""))
        self.setTabText(_NOTES_TAB, f"Notes ({len(notes)})" if notes else "Notes")


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
