"""The layers of an NPU's own compiler."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from backends.reports.npu_columns import NPU_COLUMNS
from backends.runs.run import NpuLayer
from backends.units import format_latency
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import plain_label


class NpuPane(QWidget):
    """What the NPU's driver tells of a run, with what it means above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = plain_label("")
        self.summary.setContentsMargins(12, 8, 12, 8)
        self.view = RecordView(RecordTable(NPU_COLUMNS))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.summary)
        column.addWidget(self.view, 1)

    def show_layers(self, layers: Sequence[NpuLayer]) -> None:
        """Show the layers, and their sum where all have times."""
        times = [layer.time_ns for layer in layers if layer.time_ns is not None]
        total = f" They took {format_latency(sum(times))} in all." if times and len(times) == len(layers) else ""
        self.summary.set_text(
            f"{len(layers)} layers of the NPU's compiler, which puts operators together: they are not those of the "
            f"model. The driver ran them step by step.{total}"
        )
        self.view.table.set_rows(layers)
        self.view.show_columns(column.id for column in NPU_COLUMNS)
        self.view.hide_empty_columns()
        self.view.fit_columns()
