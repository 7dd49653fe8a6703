"""Preflight answers: a mark, what was found, and what to do about it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QWidget

from backends.devices.device import Check
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import plain_label

_MARK = 16


class CheckList(QScrollArea):
    """Lists checks, those that failed first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checks: tuple[Check, ...] = ()
        self._marks: tuple[QLabel, ...] = ()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.show_checks(())

    @property
    def checks(self) -> tuple[Check, ...]:
        """What is shown, from top to bottom."""
        return self._checks

    def show_checks(self, checks: Sequence[Check], empty_text: str = "") -> None:
        """Replace all; ``empty_text`` stands there when there are none."""
        self._checks = tuple(sorted(checks, key=lambda check: check.is_ok))
        body = QWidget()
        body.setAutoFillBackground(True)
        body.setBackgroundRole(QPalette.ColorRole.Base)
        grid = QGridLayout(body)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        self._marks = tuple(QLabel() for _ in self._checks)
        self._draw_marks()
        row = 0
        for check, mark in zip(self._checks, self._marks, strict=True):
            grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(plain_label(f"{check.name}: {check.message}"), row, 1)
            if check.remedy and not check.is_ok:
                grid.addWidget(plain_label(check.remedy, role="dim"), row + 1, 1)
            grid.setRowMinimumHeight(row + 2, 6)
            row += 3
        if not self._checks and empty_text:
            grid.addWidget(plain_label(empty_text, role="dim"), 0, 0, 1, 2)
            row = 1
        grid.setRowStretch(row, 1)
        self.setWidget(body)

    def _draw_marks(self) -> None:
        colors = colors_of(self)
        for check, mark in zip(self._checks, self._marks, strict=True):
            name, color, word = ("check", colors.success, "ok") if check.is_ok else ("warning", colors.warning, "look")
            mark.setPixmap(make_icon(name, color).pixmap(_MARK, _MARK))
            mark.setAccessibleName(word)
            mark.setToolTip(word)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme; only the marks, as widgets must not vanish while the theme goes through them."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_marks"):
            self._draw_marks()
