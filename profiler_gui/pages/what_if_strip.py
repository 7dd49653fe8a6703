"""The strip above the graph that says that a what-if is active, what it changes, and how to end it."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from backends.reports.what_if import changes, changes_text, outcome_of
from backends.targets.supposition import Supposition, describe
from profiler_gui.session import OpenModel
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import plain_label

_TITLE = "What-if active"


class WhatIfStrip(QFrame):
    """Visible while something is supposed about the targets of a model."""

    def __init__(self, record: OpenModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record = record
        self._icon = QLabel()
        self._title = plain_label(_TITLE)
        self._numbers = plain_label("", role="dim")
        self._reset = QPushButton("Reset")
        self._reset.setToolTip("End the what-if and show what the targets really say")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._numbers)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addLayout(texts, 1)
        row.addWidget(self._reset)
        self.setProperty("role", "strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._reset.clicked.connect(self._on_reset_clicked)
        for changed in (record.supposition_changed, record.verdicts_changed, record.target_changed):
            changed.connect(self._show)
        self._color()
        self._show()

    @property
    def text(self) -> str:
        """What is said."""
        return f"{self._title.plain_text}\n{self._numbers.plain_text}"

    @property
    def reset_button(self) -> QPushButton:
        """The button that ends the what-if."""
        return self._reset

    @Slot()
    def _show(self) -> None:
        record = self._record
        supposition = record.supposition
        self.setVisible(not supposition.is_empty)
        if supposition.is_empty:
            return
        self._title.set_text(f"{_TITLE}: {' '.join(describe(supposition))}")
        before, after = record.verdict_before, record.verdict
        if before is None or after is None or before is after:
            self._numbers.set_text("The targets are being asked…")
            return
        rows = changes(outcome_of(record.model, before, record.costs), outcome_of(record.model, after, record.costs))
        self._numbers.set_text(f"{after.target_name}: {changes_text(rows)}")

    def _color(self) -> None:
        self._icon.setPixmap(make_icon("info", colors_of(self).accent).pixmap(18, 18))

    @Slot()
    def _on_reset_clicked(self) -> None:
        self._record.suppose(Supposition())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._color()
