"""How far a delegate's outputs are from those of the processor."""

import math

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backends.reports.columns import Align, Column
from backends.runs.benchmark.accuracy import Accuracy
from backends.runs.benchmark.similarity import Similarity
from backends.units import format_share
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import plain_label

_NOT_HERE = "Measure on a device with an accelerator's delegate to compare its outputs with those of the processor."
_NOT_YET = "The outputs were not compared yet. The model runs once more on the processor and once with the delegate."


def _decibels(value: float) -> str:
    return "equal" if math.isinf(value) else f"{value:.1f} dB"


_COLUMNS: tuple[Column[Similarity], ...] = (
    Column(id="name", title="Output", value=lambda row: row.name),
    Column(id="max_abs", title="Max abs", value=lambda row: row.max_abs, format="{:.4g}".format, align=Align.RIGHT),
    Column(id="mean_abs", title="Mean abs", value=lambda row: row.mean_abs, format="{:.4g}".format, align=Align.RIGHT),
    Column(id="psnr_db", title="PSNR", value=lambda row: row.psnr_db, format=_decibels, align=Align.RIGHT),
    Column(id="cosine", title="Cosine", value=lambda row: row.cosine, format="{:.6f}".format, align=Align.RIGHT),
    Column(
        id="top1",
        title="Top-1",
        value=lambda row: None if row.top1_agrees is None else "same" if row.top1_agrees else "other",
    ),
    Column(id="top5", title="Top-5", value=lambda row: row.top5_agreement, format=format_share, align=Align.RIGHT),
)


class AccuracyPane(QWidget):
    """A button to compare, the outcome in a sentence, and a row for each output.

    Signals:
        comparison_wanted: whether the operators at fault shall be searched for.
    """

    comparison_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton("Compare outputs")
        self.finds_culprit = QCheckBox("Find the operators at fault")
        self.finds_culprit.setToolTip(
            "Delegates ranges of operators until the first that deviates is found; takes long"
        )
        self.summary = plain_label("")
        self.view = RecordView(RecordTable(_COLUMNS))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(12)
        bar.addWidget(self.button)
        bar.addWidget(self.finds_culprit)
        bar.addStretch(1)
        self.summary.setContentsMargins(12, 0, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.summary)
        column.addWidget(self.view, 1)
        column.addStretch(0)
        self.button.clicked.connect(self._on_clicked)
        self.show_accuracy(None, can_compare=False)

    def show_accuracy(self, accuracy: Accuracy | None, *, can_compare: bool) -> None:
        """Show what came out, or that nothing did yet."""
        self.button.setEnabled(can_compare)
        self.finds_culprit.setEnabled(can_compare)
        self.view.setVisible(accuracy is not None)
        self.view.table.set_rows(accuracy.outputs if accuracy is not None else ())
        self.view.fit_columns()
        self.summary.set_text(_summary(accuracy) if accuracy is not None else _NOT_YET if can_compare else _NOT_HERE)

    def say(self, text: str) -> None:
        """Say what is going on; nothing can be started meanwhile."""
        self.button.setEnabled(False)
        self.summary.set_text(text)

    @Slot()
    def _on_clicked(self) -> None:
        self.comparison_wanted.emit(self.finds_culprit.isChecked())


def _summary(accuracy: Accuracy) -> str:
    far = "not a number in one of them" if math.isinf(accuracy.deviation) else format_share(accuracy.deviation)
    verdict = "within" if accuracy.is_within_tolerance else "beyond"
    parts = [
        f"The outputs deviate by {far} of the largest value, {verdict} the tolerance of "
        f"{format_share(accuracy.tolerance)}."
    ]
    if accuracy.culprit is not None:
        first, last = accuracy.culprit.first, accuracy.culprit.last
        which = f"operator {first}" if first == last else f"operators {first} to {last}"
        parts.append(f"The deviation comes from {which}.")
    return " ".join((*parts, *accuracy.notes))
