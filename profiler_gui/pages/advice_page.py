"""What to change in the model: where, why, what it can gain, and what the chosen target would then answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from backends.advice.gain import Costs
from backends.advice.suggestion import Suggestion, mattering_on, suggest, with_what_ifs
from backends.model.model import Model, OperatorId
from backends.progress import Progress
from backends.reports.advice_content import some_operators
from backends.reports.columns import MISSING
from backends.reports.suggestion_content import gain_text, what_if_text
from backends.runs.run import Run
from backends.targets.lint import LintFinding
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.page import Page
from profiler_gui.session import OpenModel, Session
from profiler_gui.widgets.advice_list import Advice, AdviceList
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.placeholder import Placeholder

_NO_MODEL = "Open a model to see what to change in it."
_NOTHING = "Nothing found that speaks against integer accelerators."
_NOTHING_HERE = "Nothing found that matters on the chosen target."
_BY_TIME = "Ranked by the times of the chosen run."
_BY_WORK = "Ranked by estimates from shapes; profile the model to rank by time."
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What suggestions are made of; values only, for a job."""

    model: Model
    costs: Costs
    lint: tuple[LintFinding, ...]
    target: Target | None
    verdict: ModelVerdict | None
    run: Run | None


class AdvicePage(Page):
    """Lists suggestions for the model in front, the largest expected gain first."""

    def __init__(self, session: Session, notices: NoticeBoard | None = None, jobs: JobRunner | None = None) -> None:
        super().__init__(session, notices)
        self._jobs = jobs or JobRunner(self)
        self._only_chosen = QCheckBox("Only what matters on the chosen target")
        self._basis = plain_label("", role="dim", is_selectable=False)
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
        tools.addWidget(self._basis, 2)
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
            run_changed=self.invalidate,
        )

    @property
    def list(self) -> AdviceList:
        """The suggestions."""
        return self._list

    @property
    def only_chosen(self) -> QCheckBox:
        """The switch that leaves out what does not matter on the chosen target."""
        return self._only_chosen

    def refresh(self) -> None:
        """Work out the suggestions for the model in front; they show when they are there."""
        record = self.record
        self._stack.setCurrentIndex(0 if record is None else 1)
        if record is None:
            return
        subject = _Subject(
            model=record.model,
            costs=record.costs,
            lint=mattering_on(record.advice, record.target_id) if self._only_chosen.isChecked() else record.advice,
            target=next((target for target in self.session.targets if target.id == record.target_id), None),
            verdict=record.verdict_before,
            run=record.run,
        )
        self._jobs.start(
            partial(_suggest, subject),
            replaces="advice",
            on_success=partial(self._show, record, subject.run is not None),
            on_failure=self.notices.report,
        )

    def _show(self, record: OpenModel, has_run: bool, suggestions: tuple[Suggestion, ...]) -> None:
        if record is not self.record:
            return
        names = {target.id: target.name for target in self.session.targets}
        self._basis.set_text(_BY_TIME if has_run else _BY_WORK)
        self._list.show_advice([_advice(one, names) for one in suggestions[:_MOST_SHOWN]])
        self._nothing.set_text(_NOTHING_HERE if record.advice else _NOTHING)
        self._shown.setCurrentWidget(self._list if suggestions else self._nothing)

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


def _suggest(subject: _Subject, progress: Progress) -> tuple[Suggestion, ...]:
    found = suggest(subject.model, subject.costs, subject.lint, verdict=subject.verdict, run=subject.run)
    progress.check()
    if subject.target is None or subject.verdict is None:
        return found
    # The what-ifs of those that are shown are enough; each asks the target about the whole model again.
    shown = with_what_ifs(found[:_MOST_SHOWN], subject.model, subject.target, subject.verdict)
    return (*shown, *found[_MOST_SHOWN:])


def _advice(one: Suggestion, names: Mapping[str, str]) -> Advice:
    what_if = what_if_text(one)
    facts = (
        ("Gain", gain_text(one.gain)),
        ("Found", one.detail),
        ("Why", one.why),
        ("Way out", one.remedy),
        ("What if", "" if what_if == MISSING else what_if),
        ("Matters on", ", ".join(names.get(id_, id_) for id_ in one.targets)),
        ("Source", one.source),
    )
    count = len(one.operators)
    place = f"{some_operators(one.operators)} ({count})" if count > 1 else some_operators(one.operators)
    return Advice(title=one.title, facts=facts, operators=one.operators, place=place)
