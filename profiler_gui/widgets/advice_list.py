"""Cards of advice: a title, what was found, why it matters and what to do, and a link to the operators."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import PlainLabel, plain_label
from profiler_gui.widgets.section import LinkButton, shown_texts

_WIDEST = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One piece of advice. Texts are plain."""

    title: str
    facts: tuple[tuple[str, str], ...]
    """Names of the program's own, and what stands beside them; those without text are left out."""
    operators: tuple[Hashable, ...] = ()
    place: str = ""
    """Which operators, in short."""


class AdviceList(QScrollArea):
    """Shows advice below one another.

    Signals:
        operators_wanted: the operators of a piece of advice shall be selected.
    """

    operators_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._body = QWidget()
        self.setWidget(self._body)

    def show_advice(self, advice: Sequence[Advice]) -> None:
        """Replace everything."""
        body = QWidget()
        body.setAutoFillBackground(True)
        body.setBackgroundRole(QPalette.ColorRole.Base)
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 4, 12, 12)
        column.setSpacing(16)
        for item in advice:
            column.addWidget(self._card(item))
        column.addStretch(1)
        self.takeWidget()
        self._body.deleteLater()
        self._body = body
        self.setWidget(body)

    def text(self) -> str:
        """Give all that is shown, a line for each label and button."""
        return shown_texts(self._body)

    def links(self) -> list[LinkButton]:
        """Give the links to operators, top to bottom."""
        return self._body.findChildren(LinkButton)

    def _card(self, advice: Advice) -> QFrame:
        card = QFrame()
        card.setMaximumWidth(_WIDEST)
        grid = QGridLayout(card)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        mark = QLabel()
        mark.setPixmap(make_icon("warning", colors_of(self).warning).pixmap(16, 16))
        title = QHBoxLayout()
        title.setSpacing(6)
        title.addWidget(mark)
        title.addWidget(_wide(advice.title, "title"), 1)
        grid.addLayout(title, 0, 0, 1, 2)
        for row, (name, text) in enumerate((fact for fact in advice.facts if fact[1]), start=1):
            grid.addWidget(plain_label(name, role="dim", is_selectable=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_wide(text), row, 1)
        if advice.place:
            link = LinkButton(advice.place)
            link.setToolTip("Select these operators")
            link.clicked.connect(partial(self.operators_wanted.emit, advice.operators))
            row = grid.rowCount()
            grid.addWidget(plain_label("Operators", role="dim", is_selectable=False), row, 0)
            grid.addWidget(link, row, 1, Qt.AlignmentFlag.AlignLeft)
        return card


def _wide(text: str, role: str = "") -> PlainLabel:
    """Make a label that takes the width there is, however long its words are."""
    label = plain_label(text, role=role)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label
