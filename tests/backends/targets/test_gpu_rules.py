"""Each rule of the GPU, Core ML, XNNPACK and VS680 targets, asked on both sides of its limit through a file."""

from collections.abc import Iterator

import pytest

from backends.targets.check import check_model
from backends.targets.loader import load_targets
from backends.targets.target import Condition, Effect, Rule, Target
from backends.targets.verdict import Placement, Verdict
from tests.support.rule_cases import Draft, a_fitting_draft, put_in_scope, take_side

TARGETS = {
    target.id: target
    for target in load_targets()
    if target.id in ("gpu", "gpu-float", "coreml-2", "coreml-3", "xnnpack", "vs680")
}
NEIGHBOURS = frozenset(
    {"writer_count_is", "reader_count_is", "read_here", "first_reader_in", "every_reader_in", "written_by"}
)
"""Constraints that one operator alone cannot show; ``test_gpu_patterns`` does."""


def _conditions(rule: Rule) -> tuple[Condition, ...]:
    return (rule.condition, *rule.when, *rule.unless)


def _cases() -> Iterator[tuple[str, str, str]]:
    """Every rule where it first appears, for the first kinds that it names."""
    for target in TARGETS.values():
        inherited = TARGETS[target.extends].rules if target.extends else ()
        for rule in target.rules:
            names = {condition.constraint for condition in _conditions(rule)}
            if rule in inherited or names & NEIGHBOURS:
                continue
            kinds = sorted(target.accepts)[:2] if "*" in rule.kinds else rule.kinds[:2]
            yield from ((target.id, rule.id, kind) for kind in kinds)


@pytest.mark.parametrize(("target_id", "rule_id", "kind"), list(_cases()), ids=lambda part: part)
def test_a_rule_fails_beyond_its_limit_and_only_there(target_id: str, rule_id: str, kind: str) -> None:
    target = TARGETS[target_id]
    rule = next(rule for rule in target.rules if rule.id == rule_id)
    draft = a_fitting_draft(target, kind)
    put_in_scope(draft, rule)

    if rule.condition.constraint != "never":
        take_side(draft, rule.condition, holds=True)
        put_in_scope(draft, rule)
        assert rule_id not in _failed(_ask(target, draft))

        for _ in range(2):
            take_side(draft, rule.condition, holds=False)
            put_in_scope(draft, rule)
    verdict = _ask(target, draft)

    assert rule_id in _failed(verdict)
    if rule.effect is Effect.FALLBACK:
        assert verdict.placement is Placement.FALLBACK
    if rule.effect is Effect.UNKNOWN:
        assert verdict.placement is not Placement.ACCELERATED
    if rule.effect is Effect.SLOW and verdict.placement is not Placement.FALLBACK:
        assert verdict.fast_path is False


def _ask(target: Target, draft: Draft) -> Verdict:
    verdict, _ = check_model(draft.model(), target).verdicts.values()
    return verdict


def _failed(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}
