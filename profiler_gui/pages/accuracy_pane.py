"""How far a delegate's outputs are from those of the processor."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backends.reports.accuracy_content import ACCURACY_COLUMNS, accuracy_sentences
from backends.runs.benchmark.accuracy import Accuracy
from backends.runs.benchmark.culprit import NodeRange
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import plain_label

_NOT_HERE = "Measure on a device with an accelerator's delegate to compare its outputs with those of the processor."
_NOT_YET = "The outputs were not compared yet. The model runs once more on the processor and once with the delegate."


class AccuracyPane(QWidget):
    """A button to compare, the outcome in a sentence, and a row for each output.

    Signals:
        comparison_wanted: whether the operators at fault shall be searched for.
        culprit_wanted: a ``NodeRange`` that shall be brought into sight.
    """

    comparison_wanted = Signal(bool)
    culprit_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton("Compare outputs")
        self.finds_culprit = QCheckBox("Find the operators at fault")
        self.finds_culprit.setToolTip(
            "Delegates ranges of operators until the first that deviates is found; takes long"
        )
        self.show_button = QPushButton("Show in the graph")
        self.show_button.setToolTip("Select the operators that the deviation comes from")
        self.summary = plain_label("")
        self._culprit: NodeRange | None = None
        self.view = RecordView(RecordTable(ACCURACY_COLUMNS))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(12)
        bar.addWidget(self.button)
        bar.addWidget(self.finds_culprit)
        bar.addWidget(self.show_button)
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
        self.show_button.clicked.connect(self._on_show_clicked)
        self.show_accuracy(None, can_compare=False)

    def show_accuracy(self, accuracy: Accuracy | None, *, can_compare: bool) -> None:
        """Show what came out, or that nothing did yet."""
        self.button.setEnabled(can_compare)
        self.finds_culprit.setEnabled(can_compare)
        self._culprit = accuracy.culprit if accuracy is not None else None
        self.show_button.setVisible(self._culprit is not None)
        self.view.setVisible(accuracy is not None)
        self.view.table.set_rows(accuracy.outputs if accuracy is not None else ())
        self.view.fit_columns()
        self.summary.set_text(
            " ".join(accuracy_sentences(accuracy)) if accuracy is not None else _NOT_YET if can_compare else _NOT_HERE
        )

    def say(self, text: str) -> None:
        """Say what is going on; nothing can be started meanwhile."""
        self.button.setEnabled(False)
        self.summary.set_text(text)

    @Slot()
    def _on_clicked(self) -> None:
        self.comparison_wanted.emit(self.finds_culprit.isChecked())

    @Slot()
    def _on_show_clicked(self) -> None:
        if self._culprit is not None:
            self.culprit_wanted.emit(self._culprit)
