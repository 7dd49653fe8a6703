"""A target's rules, sorted by operator kind and ready to be asked."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from backends.targets.constraints import Reads
from backends.targets.facts import OperatorFacts
from backends.targets.statement import Statement, all_hold, bind_all, most_read
from backends.targets.target import Effect, EngineRule, Rule, Target
from backends.targets.verdict import Finding, Placement


class Answer(NamedTuple):
    """What a target says about an operator, whichever operator it is."""

    placement: Placement
    findings: tuple[Finding, ...] = ()
    engine: str = ""
    fast_path: bool | None = None


_PLAIN = Answer(Placement.ACCELERATED)
_PLAIN_FAST = Answer(Placement.ACCELERATED, fast_path=True)


class KindProgram:
    """All statements about one operator kind; targets that say the same about a kind share one.

    Attributes:
        reads: how much of an operator the statements look at, all together.
    """

    __slots__ = ("_engines", "_engines_read", "_open_rules", "_places", "_speed_rules", "_statements", "reads")

    def __init__(self, statements: tuple[Statement, ...], engines: tuple[EngineRule, ...]) -> None:
        self._statements = {reads: [item for item in statements if item.reads is reads] for reads in Reads}
        self._places = {statement.rule.id: place for place, statement in enumerate(statements)}
        self._speed_rules = frozenset(item.rule.id for item in statements if item.rule.effect is Effect.SLOW)
        self._open_rules = frozenset(item.rule.id for item in statements if item.rule.effect is Effect.MEASURE)
        self._engines = [(row.engine, bind_all(row.when)) for row in engines]
        self._engines_read = most_read(condition for row in engines for condition in row.when)
        self.reads = max([self._engines_read, *(item.reads for item in statements)])

    def answer(self, op: OperatorFacts) -> Answer:
        """Ask the statements that look at nothing but an operator's form."""
        return self._judge(op, self._find(op, Reads.FORM))

    def refine(self, answer: Answer, op: OperatorFacts, reads: Reads) -> Answer:
        """Add what the statements say that look at this much."""
        extra = self._find(op, reads)
        if not extra and self._engines_read < reads:
            return answer
        return self._judge(op, sorted([*answer.findings, *extra], key=lambda found: self._places[found.rule]))

    def _find(self, op: OperatorFacts, reads: Reads) -> list[Finding]:
        return [found for item in self._statements[reads] if (found := item.finding(op))]

    def _judge(self, op: OperatorFacts, found: Sequence[Finding]) -> Answer:
        findings = tuple(found)
        if not findings and not self._engines:
            return _PLAIN_FAST if self._speed_rules else _PLAIN
        effects = {finding.effect for finding in findings}
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
            if all_hold(when, op):
                return engine
        return ""


class Program:
    """A target that is ready to be asked."""

    def __init__(self, target: Target) -> None:
        self._kinds: dict[str, KindProgram] = {}
        for kind in target.accepts:
            wanted = {kind, "*"}
            self._kinds[kind] = _kind_program(
                tuple([_statement(rule, target) for rule in target.rules if wanted.intersection(rule.kinds)]),
                tuple([row for row in target.engines if wanted.intersection(row.kinds)]),
            )
        self._unlisted = _statement(target.unlisted, target)
        self._folded = _statement(target.folded, target) if target.folded else self._unlisted

    def kind(self, kind: str) -> KindProgram | None:
        """Give the statements about a kind; ``None`` if the target does not list it."""
        return self._kinds.get(kind)

    def answer_unlisted(self, op: OperatorFacts) -> Answer:
        """Answer for a kind that the target does not list."""
        return _single(self._unlisted, op)

    def answer_folded(self, op: OperatorFacts) -> Answer:
        """Answer for a float16 weight that the delegate looks through."""
        return _single(self._folded, op)


@lru_cache(maxsize=64)
def compile_target(target: Target) -> Program:
    """Prepare a target once; targets are compared by identity."""
    return Program(target)


def _statement(rule: Rule, target: Target) -> Statement:
    return _cached_statement(rule, target.sources[rule.source].text)


@lru_cache(maxsize=8192)
def _cached_statement(rule: Rule, source: str) -> Statement:
    return Statement(rule, source)


@lru_cache(maxsize=8192)
def _kind_program(statements: tuple[Statement, ...], engines: tuple[EngineRule, ...]) -> KindProgram:
    return KindProgram(statements, engines)


def _single(statement: Statement, op: OperatorFacts) -> Answer:
    finding = statement.finding(op)
    return Answer(finding.effect, (finding,)) if finding else Answer(Placement.ACCELERATED)
