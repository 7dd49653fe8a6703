"""What to compare: open models, each alone or with one of its runs."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from backends.reports.plain_text import plain
from profiler_gui.session import Side
from profiler_gui.widgets.label import PlainLabel, plain_label


class CompareDialog(QDialog):
    """Lists what can be compared; two or more are ticked, the first is A.

    Signals:
        sides_chosen: the tuple of ``Side``.
    """

    sides_chosen = Signal(object)

    def __init__(self, sides: Sequence[Side], ticked: Sequence[int] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sides = tuple(sides)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare")
        self.resize(560, 420)
        self.list = QTreeWidget()
        self.list.setAccessibleName("What can be compared")
        self.list.setHeaderLabels(["Model and run", "Operators"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for number, side in enumerate(self._sides):
            count = sum(len(graph.operators) for graph in side.model.subgraphs)
            item = QTreeWidgetItem([plain(side.title), str(count)])
            item.setCheckState(0, Qt.CheckState.Checked if number in ticked else Qt.CheckState.Unchecked)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(item)
        self._hint: PlainLabel = plain_label("", role="dim")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Compare")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(plain_label("What to compare", role="title"))
        column.addWidget(self.list, 1)
        column.addWidget(self._hint)
        column.addWidget(self.buttons)
        self.list.itemChanged.connect(self._on_changed)
        self._on_changed()

    def chosen(self) -> tuple[Side, ...]:
        """Give the ticked sides from top to bottom."""
        items = [self.list.topLevelItem(number) for number in range(len(self._sides))]
        return tuple(
            side
            for side, item in zip(self._sides, items, strict=True)
            if item is not None and item.checkState(0) is Qt.CheckState.Checked
        )

    @Slot()
    def _on_changed(self) -> None:
        count = len(self.chosen())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(count > 1)
        if len(self._sides) < 2:
            self._hint.set_text("Open a second model, or measure this one twice, to have something to compare.")
        elif count < 2:
            self._hint.set_text("Tick two or more. The first is A, the reference; A and B can be changed later.")
        else:
            self._hint.set_text(f"{count} are ticked. The first is A, the reference; A and B can be changed later.")

    def accept(self) -> None:
        """Compare what is ticked."""
        sides = self.chosen()
        if len(sides) > 1:
            self.sides_chosen.emit(sides)
            super().accept()
