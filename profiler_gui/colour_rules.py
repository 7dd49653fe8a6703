"""The user's colour rules: kept in the settings, and applied to every open model."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from backends.errors import StoreError
from backends.progress import Progress
from backends.query.colour_rule import ColourRule, Tinted, apply_rules, rules_from_json, rules_to_json
from profiler_gui.jobs import JobRunner
from profiler_gui.query_facts import FactsOrder, FactsSource
from profiler_gui.session import OpenModel, Session
from profiler_gui.settings import Settings

_LANE = "find"
_PAUSE_MS = 120
"""Several changes in a row (verdicts, a run) lead to one search."""
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#8c6d31")
"""Colours for new rules, in turn; Okabe and Ito's, told apart with any colour blindness."""


class ColourRules(QObject):
    """The rules, in order.

    Signals:
        changed: the new tuple of ``ColourRule``.
    """

    changed = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._rules: tuple[ColourRule, ...] = ()
        if settings.colour_rules:
            try:
                self._rules = rules_from_json(settings.colour_rules)
            except StoreError:
                self._rules = ()  # what is stored makes no sense, so it falls back to the default: no rules

    @property
    def rules(self) -> tuple[ColourRule, ...]:
        """The rules, the one that counts most first."""
        return self._rules

    def set_rules(self, rules: Sequence[ColourRule]) -> None:
        """Take other rules and keep them."""
        if tuple(rules) != self._rules:
            self._rules = tuple(rules)
            self._settings.colour_rules = rules_to_json(self._rules)
            self.changed.emit(self._rules)

    def add_rule(self, query: str) -> None:
        """Add a rule for a query, named after it, in a colour that no other has as far as there is one."""
        taken = {rule.colour for rule in self._rules}
        free = [colour for colour in COLOURS if colour not in taken] or list(COLOURS)
        rule = ColourRule(name=query, query=query, colour=free[len(self._rules) % len(free) if not taken else 0])
        self.set_rules((*self._rules, rule))


class RulePainting(QObject):
    """Applies the rules to the open models, again whenever more is known about one.

    Signals:
        applied: the ``OpenModel`` and the ``Tinted`` of it.
    """

    applied = Signal(object, object)

    def __init__(self, session: Session, jobs: JobRunner, rules: ColourRules, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self._rules = rules
        self._sources: dict[OpenModel, FactsSource] = {}
        self._answers: dict[OpenModel, Tinted] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self._apply)
        session.model_opened.connect(self._on_opened)
        session.model_closed.connect(self._on_closed)
        rules.changed.connect(self._soon.start)
        for record in session.models:
            self._on_opened(record)

    def answer_of(self, record: OpenModel | None) -> Tinted | None:
        """Give what the rules picked out of a model, once that is known."""
        return self._answers.get(record) if record is not None else None

    @Slot(object)
    def _on_opened(self, record: OpenModel) -> None:
        self._sources[record] = FactsSource(record)
        for changed in (
            record.model_changed, record.run_changed, record.verdicts_changed, record.target_changed,
            record.columns_changed,
        ):  # fmt: skip
            changed.connect(self._on_known)
        self._on_known()

    @Slot(object)
    def _on_closed(self, record: OpenModel) -> None:
        self._sources.pop(record, None)
        self._answers.pop(record, None)

    @Slot()
    def _on_known(self) -> None:
        if any(rule.is_on for rule in self._rules.rules):
            self._soon.start()

    @Slot()
    def _apply(self) -> None:
        rules = self._rules.rules
        for record, source in self._sources.items():
            if not any(rule.is_on for rule in rules):
                self._on_applied(record, Tinted(tints=(), mistakes=()))
                continue
            self._jobs.start(
                partial(_answer, rules, source.take()),
                lane=_LANE,
                replaces=f"rules:{record.key}",
                on_success=partial(self._on_applied, record),
            )

    def _on_applied(self, record: OpenModel, answer: Tinted) -> None:
        if record in self._sources:
            self._answers[record] = answer
            record.set_tints(answer.tints)
            self.applied.emit(record, answer)


def _answer(rules: tuple[ColourRule, ...], order: FactsOrder, progress: Progress) -> Tinted:
    return apply_rules(rules, order.facts(), progress)
