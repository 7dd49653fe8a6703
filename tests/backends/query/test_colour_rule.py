import json

import pytest

from backends.errors import StoreError
from backends.query.colour_rule import ColourRule, apply_rules, rules_from_json, rules_to_json

RULES = (
    ColourRule(name="convolutions", query="type:conv", colour="#aa0000"),
    ColourRule(name="big", query="bytes>200KiB", colour="#00aa00", is_on=True),
    ColourRule(name="all", query="*", colour="#0000aa", is_on=False),
)


def test_the_first_rule_that_fits_counts(facts):
    tinted = apply_rules(RULES, facts)

    assert [(tint.name, sorted(id_.index for id_ in tint.operators)) for tint in tinted.tints] == [
        ("convolutions", [0, 3]),
        ("big", [2]),
    ]


def test_a_rule_that_is_wrong_is_named_and_the_others_hold(facts):
    tinted = apply_rules((ColourRule(name="x", query="tpye:conv", colour="#000000"), *RULES), facts)

    assert len(tinted.tints) == 2
    assert tinted.mistakes == ((0, "There is no field 'tpye'."),)


def test_rules_survive_a_file():
    assert rules_from_json(rules_to_json(RULES)) == RULES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100000,
        json.dumps({"schema": "other/1", "rules": []}),
        json.dumps({"schema": "tflite-profiler/colour-rules/1", "rules": [1]}),
        json.dumps({"schema": "tflite-profiler/colour-rules/1", "rules": [{"name": "a", "query": 1}]}),
        json.dumps(
            {"schema": "tflite-profiler/colour-rules/1", "rules": [{"name": "a", "query": "b", "colour": "red;"}]}
        ),
        json.dumps({"schema": "tflite-profiler/colour-rules/1", "rules": [{}] * 1000}),
    ],
)
def test_files_that_hold_anything_else_are_refused(text):
    with pytest.raises(StoreError):
        rules_from_json(text)
