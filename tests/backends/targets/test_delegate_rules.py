"""Each rule of the NNAPI and Hexagon targets, asked on both sides of its limit through the bytes of a model."""

from collections.abc import Iterator

import pytest

from backends.targets.check import check_model
from backends.targets.loader import load_targets
from backends.targets.target import Rule, Target
from backends.targets.verdict import Placement, Verdict
from tests.support.rule_cases import Draft, a_fitting_draft, put_in_scope, rules_about, take_side

TARGETS = {target.id: target for target in load_targets() if target.id.startswith(("nnapi", "hexagon"))}

KINDS_EACH = 2


def _cases() -> Iterator[tuple[str, str, str]]:
    """Every rule where it first appears, for the first kinds that it names."""
    for target in TARGETS.values():
        inherited = TARGETS[target.extends].rules if target.extends else ()
        for rule in target.rules:
            if rule not in inherited:
                kinds = sorted(target.accepts) if "*" in rule.kinds else rule.kinds
                yield from ((target.id, rule.id, kind) for kind in kinds[:KINDS_EACH])


CASES = list(_cases())


@pytest.mark.parametrize(("target_id", "rule_id", "kind"), CASES, ids=lambda part: part)
def test_a_rule_fails_beyond_its_limit_and_only_there(target_id: str, rule_id: str, kind: str) -> None:
    target = TARGETS[target_id]
    rule = next(rule for rule in target.rules if rule.id == rule_id)
    draft = a_fitting_draft(target, kind)
    put_in_scope(draft, rule)

    if rule.condition.constraint != "never":
        take_side(draft, rule.condition, holds=True)
        put_in_scope(draft, rule)
        assert rule_id not in _failed(_ask(target, draft))

        take_side(draft, rule.condition, holds=False)
    verdict = _ask(target, draft)

    assert rule_id in _failed(verdict)
    assert verdict.placement is Placement.FALLBACK


@pytest.mark.parametrize("target_id", TARGETS)
def test_every_accepted_kind_has_a_model_that_is_accelerated(target_id: str) -> None:
    target = TARGETS[target_id]
    possible = [kind for kind in sorted(target.accepts) if not any(map(_is_never, rules_about(target, kind)))]

    refused = {kind: _failed(_ask(target, a_fitting_draft(target, kind))) for kind in possible}

    assert {kind: rules for kind, rules in refused.items() if rules} == {}


def _is_never(rule: Rule) -> bool:
    return rule.condition.constraint == "never" and not rule.when


def _ask(target: Target, draft: Draft) -> Verdict:
    verdict, _ = check_model(draft.model(), target).verdicts.values()
    return verdict


def _failed(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}
