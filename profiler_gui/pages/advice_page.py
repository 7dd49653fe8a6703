"""What makes the model a poor fit for integer accelerators: where, why, on which targets, and what to do."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from backends.reports.advice_content import some_operators
from backends.targets.lint import LintFinding
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.page import Page
from profiler_gui.session import Session
from profiler_gui.widgets.advice_list import Advice, AdviceList
from profiler_gui.widgets.placeholder import Placeholder

_NO_MODEL = "Open a model to see what keeps it from running well on integer accelerators."
_NOTHING = "Nothing found that speaks against integer accelerators."
_NOTHING_HERE = "Nothing found that matters on the chosen target."


class AdvicePage(Page):
    """Lists the findings on the model in front."""

    def __init__(self, session: Session, notices: NoticeBoard | None = None) -> None:
        super().__init__(session, notices)
        self._only_chosen = QCheckBox("Only what matters on the chosen target")
        self._list = AdviceList()
        self._empty = Placeholder(_NO_MODEL)
        self._stack = QStackedWidget()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        tools = QHBoxLayout()
        tools.setContentsMargins(12, 6, 12, 6)
        tools.addWidget(self._only_chosen)
        tools.addStretch(1)
        column.addLayout(tools)
        self._shown = QStackedWidget()
        self._nothing = Placeholder(_NOTHING)
        self._shown.addWidget(self._list)
        self._shown.addWidget(self._nothing)
        column.addWidget(self._shown, 1)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._only_chosen.toggled.connect(self.invalidate)
        self._list.operators_wanted.connect(self._on_operators_wanted)
        self.follow(
            model_changed=self.invalidate,
            advice_changed=self.invalidate,
            verdicts_changed=self.invalidate,
            target_changed=self.invalidate,
        )

    @property
    def list(self) -> AdviceList:
        """The findings."""
        return self._list

    @property
    def only_chosen(self) -> QCheckBox:
        """The switch that leaves out what does not matter on the chosen target."""
        return self._only_chosen

    def refresh(self) -> None:
        """Show what was found in the model in front."""
        record = self.record
        self._stack.setCurrentIndex(0 if record is None else 1)
        if record is None:
            return
        names = {target.id: target.name for target in self.session.targets}
        findings = [
            finding
            for finding in record.advice
            if not self._only_chosen.isChecked() or record.target_id in finding.targets
        ]
        self._list.show_advice([_advice(finding, names) for finding in findings])
        self._nothing.set_text(_NOTHING_HERE if record.advice else _NOTHING)
        self._shown.setCurrentWidget(self._list if findings else self._nothing)

    @Slot(object)
    def _on_operators_wanted(self, operators: tuple[OperatorId, ...]) -> None:
        record = self.record
        if record is None:
            return
        if len(operators) == 1:
            record.reveal(operators[0])
            return
        if operators:
            record.show_subgraph(operators[0].subgraph)
        record.select(operators)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_shown"):
            self.invalidate()


def _advice(finding: LintFinding, names: Mapping[str, str]) -> Advice:
    facts = (
        ("Found", finding.detail),
        ("Why", finding.why),
        ("Way out", finding.remedy),
        ("Matters on", ", ".join(names.get(id_, id_) for id_ in finding.targets)),
        ("Source", finding.source),
    )
    count = len(finding.operators)
    place = f"{some_operators(finding.operators)} ({count})" if count > 1 else some_operators(finding.operators)
    return Advice(title=finding.title, facts=facts, operators=finding.operators, place=place)
