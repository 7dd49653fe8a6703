"""A target's rules, sorted by operator kind and ready to be asked."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from backends.targets.constraints.binding import BoundCheck, bind, find_constraint, sentence
from backends.targets.facts import OperatorFacts
from backends.targets.target import Condition, Effect, Rule, Target
from backends.targets.verdict import Finding, Placement

_PLACEMENTS = {
    Effect.FALLBACK: Placement.FALLBACK,
    Effect.UNKNOWN: Placement.UNKNOWN,
    Effect.SLOW: Placement.ACCELERATED,
    Effect.MEASURE: Placement.ACCELERATED,
    Effect.NOTE: Placement.ACCELERATED,
}


class Answer(NamedTuple):
    """What a target says about an operator, whichever operator it is."""

    placement: Placement
    findings: tuple[Finding, ...] = ()
    engine: str = ""
    fast_path: bool | None = None


class Statement:
    """A rule with its constraints bound; ``place`` orders findings as the target's file does."""

    __slots__ = ("_check", "_fails_when", "_required", "_source", "_unless", "_when", "place", "reads_values", "rule")

    def __init__(self, rule: Rule, target: Target, place: int) -> None:
        self.rule = rule
        self.place = place
        self.reads_values = any(
            find_constraint(condition).reads_values for condition in (rule.condition, *rule.when, *rule.unless)
        )
        self._check = bind(rule.condition)
        self._fails_when = not rule.condition.negated
        self._required = sentence(rule.condition)
        self._when = _bind_all(rule.when)
        self._unless = _bind_all(rule.unless)
        source = target.sources[rule.source].text
        self._source = f"{source}, {rule.at}" if rule.at else source

    def finding(self, op: OperatorFacts) -> Finding | None:
        """Ask about one operator; ``None`` where the rule holds or does not apply."""
        if self._when and not _all_hold(self._when, op):
            return None
        if self._unless and _all_hold(self._unless, op):
            return None
        found = self._check(op)
        if (found is not None) is not self._fails_when:
            return None
        return self._describe(op, found or "")

    def _describe(self, op: OperatorFacts, found: str) -> Finding:
        rule = self.rule
        fields = {"kind": op.kind.removeprefix("CUSTOM:"), "found": found, "required": self._required.rstrip(".")}
        template = rule.message or ("{required}; found: {found}." if found else "{required}.")
        return Finding(
            rule=rule.id,
            reason=rule.reason,
            message=template.format_map(fields),
            source=self._source,
            found=found,
            allowed=self._required,
            remedy=rule.remedy,
            effect=_PLACEMENTS[rule.effect],
        )


class KindProgram:
    """All statements of a target about one operator kind."""

    __slots__ = ("_engines", "_individual", "_open_rules", "_shared", "_speed_rules", "depends_on_values")

    def __init__(self, statements: Sequence[Statement], engines: Sequence[tuple[str, list[tuple[BoundCheck, bool]]]]):
        self._shared = [statement for statement in statements if not statement.reads_values]
        self._individual = [statement for statement in statements if statement.reads_values]
        self._speed_rules = frozenset(item.rule.id for item in statements if item.rule.effect is Effect.SLOW)
        self._open_rules = frozenset(item.rule.id for item in statements if item.rule.effect is Effect.MEASURE)
        self._engines = engines
        self.depends_on_values = bool(self._individual)

    def answer(self, op: OperatorFacts) -> Answer:
        """Ask all statements that depend on nothing but the operator's signature."""
        return self._combine(op, [(item.place, found) for item in self._shared if (found := item.finding(op))])

    def refine(self, answer: Answer, op: OperatorFacts) -> Answer:
        """Add what the statements say that look at values of this very operator."""
        extra = [(item.place, found) for item in self._individual if (found := item.finding(op))]
        if not extra:
            return answer
        places = {item.rule.id: item.place for item in self._shared}
        return self._combine(op, [*((places[found.rule], found) for found in answer.findings), *extra])

    def _combine(self, op: OperatorFacts, placed: list[tuple[int, Finding]]) -> Answer:
        findings = tuple(found for _, found in sorted(placed, key=lambda pair: pair[0]))
        effects = {found.effect for found in findings}
        placement = Placement.ACCELERATED
        if Placement.FALLBACK in effects:
            placement = Placement.FALLBACK
        elif Placement.UNKNOWN in effects:
            placement = Placement.UNKNOWN
        if placement is Placement.FALLBACK:
            return Answer(placement, findings)
        return Answer(placement, findings, self._engine(op), self._is_fast(findings))

    def _is_fast(self, findings: tuple[Finding, ...]) -> bool | None:
        """Tell whether no speed rule failed; ``None`` if there is none, or if sources leave it open."""
        if any(found.rule in self._speed_rules for found in findings):
            return False
        is_open = any(found.rule in self._open_rules or found.effect is Placement.UNKNOWN for found in findings)
        return None if is_open or not self._speed_rules else True

    def _engine(self, op: OperatorFacts) -> str:
        for engine, when in self._engines:
            if _all_hold(when, op):
                return engine
        return ""


class Program:
    """A target that is ready to be asked.

    Attributes:
        target: the target.
        folded: the answer for operators that the delegate looks through.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        statements = [Statement(rule, target, place) for place, rule in enumerate(target.rules)]
        engines = [(row, _bind_all(row.when)) for row in target.engines]
        self._kinds: dict[str, KindProgram] = {}
        for kind in target.accepts:
            wanted = {kind, "*"}
            self._kinds[kind] = KindProgram(
                [item for item in statements if wanted.intersection(item.rule.kinds)],
                [(row.engine, when) for row, when in engines if wanted.intersection(row.kinds)],
            )
        self._unlisted = Statement(target.unlisted, target, -1)
        self._folded = Statement(target.folded, target, -1) if target.folded else None

    def kind(self, kind: str) -> KindProgram | None:
        """Give the statements about a kind; ``None`` if the target does not list it."""
        return self._kinds.get(kind)

    def answer_unlisted(self, op: OperatorFacts) -> Answer:
        """Answer for a kind that the target does not list."""
        return _single(self._unlisted, op)

    def answer_folded(self, op: OperatorFacts) -> Answer:
        """Answer for a float16 weight that the delegate looks through."""
        return _single(self._folded or self._unlisted, op)


@lru_cache(maxsize=64)
def compile_target(target: Target) -> Program:
    """Prepare a target once; targets are compared by identity."""
    return Program(target)


def _single(statement: Statement, op: OperatorFacts) -> Answer:
    finding = statement.finding(op)
    return Answer(finding.effect, (finding,)) if finding else Answer(Placement.ACCELERATED)


def _bind_all(conditions: tuple[Condition, ...]) -> list[tuple[BoundCheck, bool]]:
    return [(bind(condition), condition.negated) for condition in conditions]


def _all_hold(conditions: list[tuple[BoundCheck, bool]], op: OperatorFacts) -> bool:
    return all((check(op) is None) is not negated for check, negated in conditions)
