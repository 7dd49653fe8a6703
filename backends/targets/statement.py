"""A rule that is ready to be asked about operators."""

from collections.abc import Iterable

from backends.targets.constraints import Reads
from backends.targets.constraints.binding import BoundCheck, bind, find_constraint, sentence
from backends.targets.facts import OperatorFacts
from backends.targets.target import Condition, Effect, Rule
from backends.targets.verdict import Finding, Placement

_PLACEMENTS = {
    Effect.FALLBACK: Placement.FALLBACK,
    Effect.UNKNOWN: Placement.UNKNOWN,
    Effect.SLOW: Placement.ACCELERATED,
    Effect.MEASURE: Placement.ACCELERATED,
    Effect.NOTE: Placement.ACCELERATED,
}


class Statement:
    """A rule with its constraints bound.

    Attributes:
        rule: the rule.
        reads: how much of an operator it looks at.
    """

    __slots__ = ("_check", "_fails_when", "_required", "_source", "_unless", "_when", "reads", "rule")

    def __init__(self, rule: Rule, source: str) -> None:
        self.rule = rule
        self.reads = most_read((rule.condition, *rule.when, *rule.unless))
        self._check = bind(rule.condition)
        self._fails_when = not rule.condition.negated
        self._required = sentence(rule.condition)
        self._when = bind_all(rule.when)
        self._unless = bind_all(rule.unless)
        self._source = f"{source}, {rule.at}" if rule.at else source

    def finding(self, op: OperatorFacts) -> Finding | None:
        """Ask about one operator; ``None`` where the rule holds or does not apply."""
        if self._when and not all_hold(self._when, op):
            return None
        if self._unless and all_hold(self._unless, op):
            return None
        found = self._check(op)
        if (found is not None) is not self._fails_when:
            return None
        return self._describe(op, found or "")

    def _describe(self, op: OperatorFacts, found: str) -> Finding:
        rule = self.rule
        required = self._required[0].lower() + self._required[1:].rstrip(".")
        fields = {"kind": op.kind.removeprefix("CUSTOM:"), "found": found, "required": required}
        template = rule.message or ("Found {found}; required: {required}." if found else "Required: {required}.")
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


def bind_all(conditions: tuple[Condition, ...]) -> list[tuple[BoundCheck, bool]]:
    """Bind conditions, each with whether it is negated."""
    return [(bind(condition), condition.negated) for condition in conditions]


def all_hold(conditions: list[tuple[BoundCheck, bool]], op: OperatorFacts) -> bool:
    """Whether all bound conditions hold for an operator."""
    for check, negated in conditions:  # noqa: SIM110 - asked a million times; a generator costs twice as much
        if (check(op) is None) is negated:
            return False
    return True


def most_read(conditions: Iterable[Condition]) -> Reads:
    """Give how much of an operator all of the conditions together look at."""
    return max((find_constraint(condition).reads for condition in conditions), default=Reads.FORM)
