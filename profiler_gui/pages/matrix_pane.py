"""All results of one go: a row for each device, delegate and precision."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backends.reports.matrix_content import matrix_columns
from backends.runs.matrix import Cell, CellState, Matrix
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import plain_label


class MatrixPane(QWidget):
    """A table of cells, and below it why the chosen one was skipped or failed.

    Signals:
        run_chosen: the ``Run`` of the row that the user opened.
        comparison_wanted: a tuple of two or more ``Cell`` with runs that shall be shown beside each other.
    """

    run_chosen = Signal(object)
    comparison_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_compact = False
        self.view = RecordView(RecordTable(matrix_columns({})))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.compare_button = QPushButton("Compare")
        self.compare_button.setToolTip("Show the selected results beside each other, layer by layer; all if none is")
        self.reason = plain_label("")
        self.reason.setContentsMargins(12, 6, 12, 8)
        self.reason.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.reason)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 12, 6)
        bar.addWidget(self.compare_button)
        bar.addStretch(1)
        column.addLayout(bar)
        self.compare_button.clicked.connect(self._on_compare_clicked)
        self.view.rows_selected.connect(self._on_rows_selected)
        self.view.row_opened.connect(self._on_row_opened)

    def set_compact(self) -> None:
        """Show the table alone, where there is little room."""
        self._is_compact = True
        self.compare_button.hide()

    def show_matrix(self, matrix: Matrix, names: Mapping[str, str]) -> None:
        """Show the cells as they are now; ``names`` are those of devices by id."""
        columns = matrix_columns(names)
        self.view.table.set_rows(matrix.cells, columns)
        # What was empty before may have got values.
        self.view.show_columns(column.id for column in columns)
        self.view.hide_empty_columns()
        self.view.fit_columns()
        troubled = [cell for cell in matrix.cells if cell.state in (CellState.FAILED, CellState.SKIPPED)]
        self._show_reason(troubled[-1] if troubled else None)
        self.compare_button.setEnabled(len(self._compared()) > 1)

    def _compared(self) -> tuple[Cell, ...]:
        """Give the selected cells with a run; all of them where fewer than two are selected."""
        selected = tuple(cell for cell in self.view.selected_rows() if cell.run is not None)
        measured = tuple(cell for cell in self.view.table.visible_rows if cell.run is not None)
        return selected if len(selected) > 1 else measured

    @Slot()
    def _on_compare_clicked(self) -> None:
        self.comparison_wanted.emit(self._compared())

    def _show_reason(self, cell: Cell | None) -> None:
        text = " ".join(filter(None, (cell.reason, cell.hint))) if cell is not None else ""
        self.reason.set_text(text)
        self.reason.setVisible(bool(text) and not self._is_compact)

    @Slot(object)
    def _on_rows_selected(self, rows: tuple[Cell, ...]) -> None:
        if rows:
            self._show_reason(rows[0])

    @Slot(object)
    def _on_row_opened(self, cell: Cell) -> None:
        if cell.run is not None:
            self.run_chosen.emit(cell.run)
