"""Where a delegate did something else than its target predicted."""

from collections import Counter

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from backends.reports.columns import Column, format_operator
from backends.runs.prediction import Agreement, PredictionRow
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import plain_label

_NO_TARGET = "No target is about what this run used, so nothing was predicted."
_WIDEST_REASON = 900
_COLUMNS: tuple[Column[PredictionRow], ...] = (
    Column(id="index", title="#", value=lambda row: format_operator(row.operator), sort_key=lambda row: row.operator),
    Column(id="kind", title="Type", value=lambda row: row.kind),
    Column(id="predicted", title="Predicted", value=lambda row: _predicted(row)),
    Column(id="actual", title="Ran on", value=lambda row: row.actual),
    Column(id="agreement", title="Prediction", value=lambda row: str(row.agreement)),
    Column(id="explanation", title="What it means", value=lambda row: row.explanation),
)


class PredictionPane(QWidget):
    """A summary, and a table of the operators where prediction and run contradict each other.

    Signals:
        operator_opened: an ``OperatorId`` that shall be brought into sight.
    """

    operator_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = plain_label("")
        self.view = RecordView(RecordTable(_COLUMNS))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.summary.setContentsMargins(12, 8, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.summary)
        column.addWidget(self.view, 1)
        self.view.row_opened.connect(self._on_row_opened)

    def show_rows(self, target_name: str, rows: tuple[PredictionRow, ...]) -> int:
        """Show a comparison and give the number of contradictions; ``target_name`` is empty where there is none."""
        findings = [row for row in rows if row.is_finding]
        self.summary.set_text(_summary(target_name, rows) if target_name else _NO_TARGET)
        self.view.setVisible(bool(findings))
        self.view.table.set_rows(findings)
        self.view.fit_columns(widest=_WIDEST_REASON)
        return len(findings)

    @Slot(object)
    def _on_row_opened(self, row: PredictionRow) -> None:
        operator: OperatorId = row.operator
        self.operator_opened.emit(operator)


def _predicted(row: PredictionRow) -> str:
    return f"{row.predicted}, left out" if row.left_out else str(row.predicted)


def _summary(target_name: str, rows: tuple[PredictionRow, ...]) -> str:
    counts = Counter(row.agreement for row in rows)
    parts = [f"{counts[Agreement.AGREES]} of {len(rows)} operators ran where {target_name} predicted."]
    if counts[Agreement.CAME_BACK]:
        parts.append(f"{counts[Agreement.CAME_BACK]} fell back to the processor against the prediction.")
    if counts[Agreement.WAS_TAKEN]:
        parts.append(f"{counts[Agreement.WAS_TAKEN]} were accelerated against the prediction.")
    if counts[Agreement.NOT_PREDICTED]:
        parts.append(f"For {counts[Agreement.NOT_PREDICTED]} the target's sources say nothing.")
    if counts[Agreement.DID_NOT_RUN]:
        parts.append(f"{counts[Agreement.DID_NOT_RUN]} did not run, or nothing is known of where.")
    return " ".join(parts)
