"""The runs of a model, to choose one or forget it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backends.reports.columns import default_columns
from backends.reports.rows import RunRow, run_row
from backends.reports.run_columns import RUN_COLUMNS
from backends.runs.run import Run
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import plain_label


class RunList(QWidget):
    """A table of runs; the chosen one is selected.

    Signals:
        run_chosen: the ``Run`` that the user selected.
        removal_wanted: a ``Run`` shall be forgotten.
    """

    run_chosen = Signal(object)
    removal_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen: Run | None = None
        self.view = RecordView(RecordTable(default_columns(RUN_COLUMNS)))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._delete = QPushButton("Delete run")
        remove = QAction("Delete run", self.view)
        remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        remove.triggered.connect(self.remove_chosen)
        self.view.addAction(remove)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.addWidget(plain_label("Select a run to see its numbers everywhere.", role="dim", is_selectable=False), 1)
        bar.addWidget(self._delete)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addLayout(bar)
        self._delete.clicked.connect(self.remove_chosen)
        self.view.rows_selected.connect(self._on_rows_selected)

    def show_runs(self, runs: Sequence[Run], chosen: Run | None) -> None:
        """Show these runs, oldest first."""
        self._chosen = chosen
        self.view.table.set_rows(run_row(run) for run in runs)
        self.view.fit_columns()
        self.view.select_rows(lambda row: row.run is chosen)
        self._delete.setEnabled(chosen is not None)

    @Slot()
    def remove_chosen(self) -> None:
        """Ask to forget the chosen run."""
        if self._chosen is not None:
            self.removal_wanted.emit(self._chosen)

    @Slot(object)
    def _on_rows_selected(self, rows: tuple[RunRow, ...]) -> None:
        if rows:
            self.run_chosen.emit(rows[0].run)
