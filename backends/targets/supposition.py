"""What if: the same model on a target that is supposed to be a little different."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from backends.model.model import Model, OperatorId
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.target import Rule, Target
from backends.targets.verdict import Finding, ModelVerdict, Placement, TargetSummary, Verdict

EXCLUDED_FINDING = Finding(
    rule="supposed-exclusion",
    reason="Excluded",
    message="It is supposed to stay on the CPU.",
    source="what-if",
    remedy="Take it off the what-if.",
)
"""Stands on operators that are excluded by a supposition and not by the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """What is supposed; each part adds to the others."""

    max_partitions: int | None = None
    """How many partitions the delegate keeps; 0 for any number, ``None`` for its own limit."""
    min_nodes: int | None = None
    """How many operators a partition needs; ``None`` for the delegate's own limit."""
    excluded: frozenset[OperatorId] = frozenset()
    """Operators that are kept on the CPU."""
    holding_rules: frozenset[str] = frozenset()
    """Ids of rules that are supposed to hold everywhere."""
    accepted_kinds: frozenset[str] = frozenset()
    """Operator kinds of which every operator is supposed to be supported."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is supposed."""
        return self == Supposition()


def check_supposing(
    model: Model, target: Target, supposition: Supposition, *, facts: ModelFacts | None = None
) -> ModelVerdict:
    """Check a model on a target that is supposed to be different; the verdict says so in its notes.

    Args:
        model: the model.
        target: the target.
        supposition: what is different.
        facts: the model's facts if they were gathered before.
    """
    facts = facts or ModelFacts(model)
    verdict = check_model(model, suppose(target, supposition), facts=facts, excluded=supposition.excluded)
    lost = [
        id_ for id_ in supposition.excluded if _placement(verdict.verdicts.get(id_)) is Placement.ACCELERATED
    ]  # fmt: skip
    if lost:
        verdict = replace(
            verdict,
            verdicts=_Excluding(verdict.verdicts, frozenset(lost)),
            summary=_without(verdict.summary, lost, facts.macs),
        )
    return replace(verdict, notes=(*verdict.notes, *describe(supposition)))


def suppose(target: Target, supposition: Supposition) -> Target:
    """Give a target that differs as supposed, but for excluded operators, which are no matter of the target."""
    limits = target.partitioning
    if supposition.max_partitions is not None:
        limits = replace(limits, max_partitions=supposition.max_partitions)
    if supposition.min_nodes is not None:
        limits = replace(limits, min_nodes=supposition.min_nodes)
    return replace(
        target,
        accepts=target.accepts | supposition.accepted_kinds,
        rules=tuple(_left(target, supposition)),
        partitioning=limits,
    )


def describe(supposition: Supposition) -> tuple[str, ...]:
    """Put a supposition into sentences."""
    sentences: list[str] = []
    if supposition.max_partitions is not None:
        sentences.append(f"Supposing that {_most(supposition.max_partitions)} delegated.")
    if supposition.min_nodes is not None:
        sentences.append(f"Supposing that a partition needs at least {supposition.min_nodes} operators.")
    if supposition.excluded:
        named = ", ".join(f"{id_.subgraph}:{id_.index}" for id_ in sorted(supposition.excluded))
        sentences.append(f"Supposing that these operators stay on the CPU: {named}.")
    if supposition.holding_rules:
        sentences.append(f"Supposing that these rules hold: {', '.join(sorted(supposition.holding_rules))}.")
    if supposition.accepted_kinds:
        sentences.append(f"Supposing that these are supported: {', '.join(sorted(supposition.accepted_kinds))}.")
    return tuple(sentences)


def _most(count: int) -> str:
    if count == 1:
        return "at most 1 partition is"
    return f"at most {count} partitions are" if count else "any number of partitions is"


def _left(target: Target, supposition: Supposition) -> Iterable[Rule]:
    """Give the rules that are left: none of those that hold, none about kinds that are supported."""
    for rule in target.rules:
        if rule.id in supposition.holding_rules:
            continue
        kinds = rule.kinds
        if "*" in kinds and supposition.accepted_kinds:
            kinds = tuple(sorted(target.accepts))
        kinds = tuple(kind for kind in kinds if kind not in supposition.accepted_kinds)
        if kinds:
            yield rule if kinds == rule.kinds else replace(rule, kinds=kinds)


class _Excluding(Mapping[OperatorId, Verdict]):
    """Verdicts in which some operators that the target would take stay on the CPU."""

    __slots__ = ("_excluded", "_verdicts")

    def __init__(self, verdicts: Mapping[OperatorId, Verdict], excluded: frozenset[OperatorId]) -> None:
        self._verdicts = verdicts
        self._excluded = excluded

    def __getitem__(self, id_: OperatorId) -> Verdict:
        verdict = self._verdicts[id_]
        if id_ not in self._excluded:
            return verdict
        return Verdict(operator=id_, placement=Placement.FALLBACK, findings=(EXCLUDED_FINDING, *verdict.findings))

    def __iter__(self) -> Iterator[OperatorId]:
        return iter(self._verdicts)

    def __len__(self) -> int:
        return len(self._verdicts)


def _placement(verdict: Verdict | None) -> Placement | None:
    return verdict.placement if verdict else None


def _without(summary: TargetSummary, lost: Iterable[OperatorId], macs: tuple[tuple[int, ...], ...]) -> TargetSummary:
    lost = tuple(lost)
    share, total = summary.accelerated_macs_share, sum(map(sum, macs))
    if share is not None and total:
        share -= sum(macs[id_.subgraph][id_.index] for id_ in lost) / total
    return replace(
        summary,
        accelerated_count=summary.accelerated_count - len(lost),
        fallback_count=summary.fallback_count + len(lost),
        accelerated_macs_share=share,
    )
