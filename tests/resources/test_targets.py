"""One test for each thing that must hold in every target file of the program."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from backends.model.operators import operator_table
from backends.targets.loader import load_targets
from backends.targets.target import Rule, Target

TARGETS = load_targets()
BY_ID = {target.id: target for target in TARGETS}
EVERY = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.id)

NNAPI_REASONS = {
    "UnsupportedOperator",
    "UnsupportedAndroidVersion",
    "UnsupportedOperatorVersion",
    "UnsupportedInputType",
    "NotRestrictedScaleCompliant",
    "UnsupportedOutputType",
    "UnsupportedOperandSize",
    "UnsupportedOperandValue",
    "UnsupportedHybridOperator",
    "UnsupportedQuantizationType",
    "MissingRequiredOperand",
    "UnsupportedOperandRank",
    "InputTensorShouldHaveConstantShape",
    "UnsupportedOperatorVariant",
    "NoActivationExpected",
    "UnsupportedQuantizationParameters",
}


def test_the_promised_targets_are_there_in_display_order() -> None:
    ids = [target.id for target in TARGETS]

    assert ids[:8] == [f"nnapi-{name}" for name in ("1.0", "1.1", "1.2", "1.3", "fl5", "fl6", "fl7", "fl8")]
    assert "hexagon" in ids
    assert len({target.order for target in TARGETS}) == len(TARGETS)


@EVERY
def test_a_file_is_named_after_its_target(target: Target) -> None:
    assert Path(target.origin).stem == target.id


@EVERY
def test_kinds_are_operators_of_the_schema_or_custom_ones(target: Target) -> None:
    known = set(operator_table().builtin)

    assert {kind for kind in target.accepts if not kind.startswith("CUSTOM:")} <= known


@EVERY
def test_rule_ids_are_unique_and_readable(target: Target) -> None:
    ids = [rule.id for rule in target.rules]

    assert len(set(ids)) == len(ids)
    assert all(id_ == id_.lower() and " " not in id_ for id_ in ids)


@EVERY
def test_no_rule_is_shadowed_by_an_equal_one(target: Target) -> None:
    statements: dict[object, str] = {}
    for rule in target.rules:
        for kind in rule.kinds:
            key = (kind, rule.effect, rule.condition, rule.when, rule.unless)
            earlier = statements.setdefault(repr(key), rule.id)
            assert earlier == rule.id, f"{rule.id} repeats {earlier} for {kind}"


@EVERY
def test_an_inherited_rule_is_replaced_only_by_a_different_one(target: Target) -> None:
    if not target.extends:
        return
    inherited = {rule.id: rule for rule in BY_ID[target.extends].rules}
    changed = [rule for rule in target.rules if rule.id in inherited and rule is not inherited[rule.id]]

    assert [rule.id for rule in changed if asdict(rule) == asdict(inherited[rule.id])] == []


@EVERY
def test_every_claim_has_a_source_that_somebody_looked_at(target: Target) -> None:
    used = {rule.source for rule in _statements(target)} | {target.partitioning.source}
    used |= {row.source for row in (*target.engines, *target.published_counts)}

    assert used <= set(target.sources)
    for source in target.sources.values():
        assert date(2024, 1, 1) <= source.checked_on <= date.today()
        assert source.text


@EVERY
def test_every_reason_is_explained(target: Target) -> None:
    assert {rule.reason for rule in _statements(target)} <= set(target.reasons)
    assert all(target.reasons.values())


@EVERY
def test_sentences_are_whole(target: Target) -> None:
    texts = [target.description, *target.caveats]
    texts += [text for rule in _statements(target) for text in (rule.message, rule.remedy) if text]

    assert [text for text in texts if not text.endswith((".", "{found}"))] == []


def test_nnapi_targets_know_the_16_refusal_kinds_of_the_delegate() -> None:
    for target in TARGETS:
        if target.id.startswith("nnapi"):
            assert set(target.reasons) == NNAPI_REASONS


def test_the_published_numbers_of_nnapi_operators_are_explained() -> None:
    published = [row for target in TARGETS if target.id.startswith("nnapi-1.") for row in target.published_counts]

    assert [row.count for row in published] == [28, 37, 94, 101]
    assert all("operation code" in row.note for row in published)


def _statements(target: Target) -> list[Rule]:
    return [target.unlisted, *([target.folded] if target.folded else []), *target.rules]
