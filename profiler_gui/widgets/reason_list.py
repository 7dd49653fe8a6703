"""Findings in words: what was found, what is allowed, the way out and where the rule comes from."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from backends.targets.verdict import Finding, Placement
from profiler_gui.widgets.label import PlainLabel, plain_label
from profiler_gui.widgets.placement_mark import placement_icon

_MAX_CARDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One finding on one or more operators of a type. Texts are plain."""

    kind: str
    finding: Finding
    operators: tuple[Hashable, ...]
    place: str
    """Which operators, in short."""


class ReasonList(QScrollArea):
    """Cards below a heading, one for each reason.

    Signals:
        operators_wanted: the operators of a reason shall be selected.
    """

    operators_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._body = QWidget()
        self.setWidget(self._body)

    def show_reasons(
        self, heading: str, placement: Placement | None, sentences: Sequence[str], reasons: Sequence[Reason]
    ) -> None:
        """Replace everything; ``placement`` gives the heading its mark."""
        body = QWidget()
        body.setAutoFillBackground(True)
        body.setBackgroundRole(QPalette.ColorRole.Base)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        top = QHBoxLayout()
        if placement is not None:
            mark = QLabel()
            mark.setPixmap(placement_icon(placement, self).pixmap(20, 20))
            top.addWidget(mark)
        top.addWidget(_label(heading, role="title"), 1)
        layout.addLayout(top)
        for sentence in sentences:
            layout.addWidget(_label(sentence))
        for reason in reasons[:_MAX_CARDS]:
            layout.addWidget(self._card(reason))
        if len(reasons) > _MAX_CARDS:
            layout.addWidget(plain_label(f"… and {len(reasons) - _MAX_CARDS} more; filter or select fewer operators."))
        layout.addStretch(1)
        self._show(body)

    def text(self) -> str:
        """Give all that is shown, a line for each label and button."""
        shown: list[str] = []
        for label in self._body.findChildren(QLabel):
            shown.append(getattr(label, "plain_text", label.text()))
        return "\n".join(filter(None, shown))

    def _show(self, body: QWidget) -> None:
        self.takeWidget()
        self._body.deleteLater()
        self._body = body
        self.setWidget(body)

    def _card(self, reason: Reason) -> QFrame:
        card = QFrame()
        grid = QGridLayout(card)
        grid.setContentsMargins(0, 6, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        finding = reason.finding
        mark = QLabel()
        mark.setPixmap(placement_icon(finding.effect, self).pixmap(16, 16))
        name = f"{reason.kind}: {finding.reason}" if reason.kind else finding.reason
        title = QHBoxLayout()
        title.setSpacing(6)
        title.addWidget(mark)
        title.addWidget(_label(name, role="section"), 1)
        grid.addLayout(title, 0, 0, 1, 2)
        grid.addWidget(_label(finding.message), 1, 0, 1, 2)
        facts = (
            ("Found", finding.found),
            ("Allowed", finding.allowed),
            ("Way out", finding.remedy),
            ("Source", finding.source),
        )
        for row, (name, text) in enumerate((fact for fact in facts if fact[1]), start=2):
            grid.addWidget(plain_label(name, role="dim", is_selectable=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_label(text), row, 1)
        if reason.place:
            button = QPushButton(reason.place)
            button.setProperty("role", "link")
            button.setToolTip("Select these operators")
            button.setMinimumWidth(1)  # rather cut than make the whole list wider than the dock
            button.clicked.connect(partial(self.operators_wanted.emit, reason.operators))
            grid.addWidget(plain_label("Operators", role="dim", is_selectable=False), grid.rowCount(), 0)
            grid.addWidget(button, grid.rowCount() - 1, 1, Qt.AlignmentFlag.AlignLeft)
        return card


def _label(text: str, *, role: str = "") -> PlainLabel:
    """Make a label that takes the width there is, however long its words are."""
    label = plain_label(text, role=role)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label
