"""Suggestions: what to change, why, and what would follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from backends.accuracy.traps import Trap, find_traps
from backends.advice.gain import DOUBTFUL, LIKELY, Basis, Costs, Gain, gain_of
from backends.advice.savings import saved_part
from backends.model.model import Model, OperatorId
from backends.runs.run import Run
from backends.targets.lint import LintFinding
from backends.targets.supposition import Supposition, check_supposing
from backends.targets.target import Target
from backends.targets.verdict import Finding, ModelVerdict, Placement

_EXAMPLES = 3
_DOUBTFUL = frozenset({"per-channel-weights"})
"""Lint rules whose sources disagree on what they cost."""
_KNOWN_TO_LINT = frozenset({"no-clipped-output"})
_UNLISTED = "unlisted"
_FOLDED = "folded"
"""Rules of the loader's own: a type that the target does not accept, and weights that it reads itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The chosen target's answer before and after, if the operators no longer stood in the way."""

    accelerated_before: int
    accelerated_after: int
    partitions_before: int
    partitions_after: int
    macs_share_before: float | None
    macs_share_after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One change."""

    id: str
    title: str
    detail: str
    why: str
    remedy: str
    source: str
    operators: tuple[OperatorId, ...]
    gain: Gain
    targets: tuple[str, ...] = ()
    """Ids of the targets on which it matters; empty where only the chosen one was asked."""
    supposition: Supposition | None = None
    """What to suppose to see the target's answer without the obstacle; ``None`` where no target's answer changes."""
    what_if: WhatIf | None = None
    macs_before: int | None = None
    macs_after: int | None = None
    """MACs of the model with the change, where the pattern says how many go away."""


def suggest(
    model: Model,
    costs: Costs,
    lint: Iterable[LintFinding],
    *,
    verdict: ModelVerdict | None = None,
    run: Run | None = None,
) -> tuple[Suggestion, ...]:
    """Give suggestions, the largest expected gain first.

    Args:
        model: the model.
        costs: estimates of all its operators.
        lint: what the lint found in it; ``mattering_on`` leaves out what does not matter on a target.
        verdict: the chosen target's answer, for what stands in the way there.
        run: a run of this model, whose times rank the suggestions.
    """
    found = [_of_lint(model, finding, costs, run) for finding in lint]
    found += [_of_trap(trap, costs, run) for trap in find_traps(model) if trap.id not in _KNOWN_TO_LINT]
    if verdict is not None:
        found += _of_verdict(model, verdict, costs, run)
    return tuple(sorted(found, key=lambda one: (-one.gain.rank, one.id)))


def mattering_on(lint: Iterable[LintFinding], target_id: str) -> tuple[LintFinding, ...]:
    """Give the findings that matter on a target."""
    return tuple(finding for finding in lint if not finding.targets or target_id in finding.targets)


def with_what_ifs(
    suggestions: Sequence[Suggestion], model: Model, target: Target, verdict: ModelVerdict
) -> tuple[Suggestion, ...]:
    """Ask the target again for each suggestion that takes an obstacle away.

    Args:
        suggestions: what to ask about.
        model: the model.
        target: the chosen target.
        verdict: its answer as the model is.
    """
    return tuple(
        one
        if one.supposition is None
        else replace(one, what_if=_compare(verdict, check_supposing(model, target, one.supposition)))
        for one in suggestions
    )


def _of_lint(model: Model, finding: LintFinding, costs: Costs, run: Run | None) -> Suggestion:
    part = saved_part(finding.rule, model, finding.operators, costs)
    total = sum(cost.macs or 0 for cost in costs.values())
    mine = sum(costs[id_].macs or 0 for id_ in finding.operators if id_ in costs)
    saves_macs = part is not None and mine > 0
    return Suggestion(
        id=finding.rule,
        title=finding.title,
        detail=finding.detail,
        why=finding.why,
        remedy=finding.remedy,
        source=finding.source,
        operators=finding.operators,
        gain=gain_of(
            finding.operators, costs, run, saved_part=part, chance=DOUBTFUL if finding.rule in _DOUBTFUL else LIKELY
        ),
        targets=finding.targets,
        macs_before=total if saves_macs else None,
        macs_after=round(total - mine * (part or 0.0)) if saves_macs else None,
    )


def _of_trap(trap: Trap, costs: Costs, run: Run | None) -> Suggestion:
    operators = () if trap.operator is None else (trap.operator,)
    gain = gain_of(operators, costs, run, saved_part=1.0) if operators else Gain(share=0.0, basis=Basis.MACS)
    return Suggestion(
        id=trap.id,
        title=trap.title,
        detail=trap.message,
        why="",
        remedy=trap.remedy,
        source=trap.source,
        operators=operators,
        gain=gain,
    )


def _of_verdict(model: Model, verdict: ModelVerdict, costs: Costs, run: Run | None) -> list[Suggestion]:
    """One suggestion for each rule that fails somewhere, with all its operators; types not accepted each by itself."""
    groups: dict[tuple[str, str], list[tuple[OperatorId, Finding]]] = {}
    for id_, answer in verdict.verdicts.items():
        for finding in answer.findings:
            kind = model.operator(id_).label if finding.rule == _UNLISTED else ""
            groups.setdefault((finding.rule, kind), []).append((id_, finding))
    return [
        _of_rule(model, verdict, rule, found, costs, run)
        for (rule, _kind), found in groups.items()
        if rule != _FOLDED and _is_advice(found)
    ]


def _is_advice(found: Sequence[tuple[OperatorId, Finding]]) -> bool:
    """Whether a group stands in the way, or says what to do; plain notes do neither."""
    return any(finding.effect is not Placement.ACCELERATED or finding.remedy for _, finding in found)


def _of_rule(
    model: Model,
    verdict: ModelVerdict,
    rule: str,
    found: Sequence[tuple[OperatorId, Finding]],
    costs: Costs,
    run: Run | None,
) -> Suggestion:
    operators = tuple(dict.fromkeys(id_ for id_, _ in found))
    first = found[0][1]
    kinds = list(dict.fromkeys(model.operator(id_).label for id_ in operators))
    named = ", ".join(kinds[:_EXAMPLES]) + ("…" if len(kinds) > _EXAMPLES else "")
    blocks = first.effect is not Placement.ACCELERATED
    subject, one = (f"{len(operators)} operators", False) if len(operators) != 1 else ("1 operator", True)
    effect = {
        Placement.FALLBACK: "falls back" if one else "fall back",
        Placement.UNKNOWN: "is unknown" if one else "are unknown",
        Placement.ACCELERATED: "may run slower",
    }[first.effect]
    return Suggestion(
        id=f"{verdict.target_id}:{rule}" + (f":{kinds[0]}" if rule == _UNLISTED else ""),
        title=f"{subject} {effect} on {verdict.target_name}: {named}",
        detail=first.message,
        why="",
        remedy=first.remedy or "Replace these operators by accepted ones, or measure whether the cut costs anything.",
        source=first.source,
        operators=operators,
        gain=gain_of(operators, costs, run, chance=LIKELY if blocks else DOUBTFUL),
        targets=(verdict.target_id,),
        supposition=_supposition(rule, kinds) if blocks else None,
    )


def _supposition(rule: str, kinds: Iterable[str]) -> Supposition:
    if rule == _UNLISTED:
        return Supposition(accepted_kinds=frozenset(kinds))
    return Supposition(holding_rules=frozenset({rule}))


def _compare(before: ModelVerdict, after: ModelVerdict) -> WhatIf:
    old, new = before.summary, after.summary
    return WhatIf(
        accelerated_before=old.accelerated_count,
        accelerated_after=new.accelerated_count,
        partitions_before=old.partition_count,
        partitions_after=new.partition_count,
        macs_share_before=old.accelerated_macs_share,
        macs_share_after=new.accelerated_macs_share,
    )


def by_operator(suggestions: Iterable[Suggestion]) -> Mapping[OperatorId, tuple[Suggestion, ...]]:
    """Give the suggestions that speak of each operator."""
    found: dict[OperatorId, list[Suggestion]] = {}
    for one in suggestions:
        for id_ in one.operators:
            found.setdefault(id_, []).append(one)
    return {id_: tuple(ones) for id_, ones in found.items()}
