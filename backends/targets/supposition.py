"""What if: the same model on a target that is supposed to be a little different."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from backends.model.model import Model, OperatorId
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.target import Rule, Target
from backends.targets.verdict import ModelVerdict


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
    verdict = check_model(model, suppose(target, supposition), facts=facts, excluded=supposition.excluded)
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
        most = f"at most {supposition.max_partitions}" if supposition.max_partitions else "any number of"
        sentences.append(f"Supposing that {most} partitions are delegated.")
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
