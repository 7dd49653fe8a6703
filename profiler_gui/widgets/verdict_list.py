"""What the targets say about one operator: a line each, with the reasons below."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from backends.reports.columns import engine_text
from backends.targets.verdict import Finding, Verdict
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.placement_mark import PLACEMENT_WORDS, placement_icon


class VerdictList(QWidget):
    """The verdicts of all targets; the chosen target's reasons are open."""

    def __init__(self, verdicts: Sequence[tuple[str, str, Verdict]], chosen: str) -> None:
        """Take (target id, target name, verdict) in the order to show."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for target_id, name, verdict in verdicts:
            column.addWidget(VerdictLine(name, verdict, is_open=target_id == chosen))


class VerdictLine(QWidget):
    """One target's verdict; a click shows or hides the reasons."""

    def __init__(self, target_name: str, verdict: Verdict, *, is_open: bool) -> None:
        super().__init__()
        self._verdict = verdict
        self._mark = QLabel()
        self._fold = QToolButton()
        self._fold.setProperty("role", "fold")
        self._fold.setCheckable(True)
        self._fold.setChecked(is_open and bool(verdict.findings))
        kept = self._fold.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self._fold.setSizePolicy(kept)
        self._fold.setVisible(bool(verdict.findings))
        self._fold.setAccessibleName(f"Reasons of {target_name}")
        self._fold.clicked.connect(self._on_folded)
        name = plain_label(target_name, is_selectable=False)
        placement = plain_label(_placement_text(verdict), role="dim")
        placement.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        placement.setWordWrap(bool(verdict.engine))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._mark)
        row.addWidget(name, 1)
        row.addWidget(placement)
        row.addWidget(self._fold)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        self._reasons: QWidget | None = None
        self._column = column
        self.setMinimumHeight(24)
        self._on_folded()

    @Slot()
    def _on_folded(self) -> None:
        is_open = self._fold.isChecked()
        if is_open and self._reasons is None:
            self._reasons = _reasons(self._verdict.findings)
            self._column.addWidget(self._reasons)
        if self._reasons is not None:
            self._reasons.setVisible(is_open)
        self._color()

    def _color(self) -> None:
        self._mark.setPixmap(placement_icon(self._verdict.placement, self).pixmap(16, 16))
        name = "down" if self._fold.isChecked() else "right"
        self._fold.setIcon(make_icon(name, colors_of(self).dim_text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._color()


def _placement_text(verdict: Verdict) -> str:
    engine = engine_text(verdict)
    return PLACEMENT_WORDS[verdict.placement] + (f" ({engine})" if engine else "")


def _reasons(findings: Sequence[Finding]) -> QWidget:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(24, 0, 0, 8)
    column.setSpacing(3)
    for finding in findings:
        column.addWidget(plain_label(finding.message))
        if finding.remedy:
            column.addWidget(plain_label(f"Way out: {finding.remedy}"))
        column.addWidget(plain_label("  ·  ".join(filter(None, (finding.reason, finding.source))), role="dim"))
        column.addSpacing(4)
    return body
