from dataclasses import replace

import numpy as np
import pytest

from backends.compare.comparison import Subject, compare
from backends.compare.condition import evaluate, parse_condition
from backends.targets.verdict import Placement
from tests.support.builders import a_chain, a_run, a_verdict_of

KINDS = ("CONV_2D", "RELU", "SOFTMAX")


def a_comparison(factor=1.10, count=60, **b_fields):
    rng = np.random.default_rng(2)
    model = a_chain(KINDS)
    a, b = (
        a_run(
            model, [4e6, f * 1e6, 2e4], latencies_ns=tuple(int(x) for x in f * 5e6 * np.exp(rng.normal(0, 0.02, count)))
        )
        for f in (1.0, factor)
    )
    verdicts = [{"npu": a_verdict_of(model, places)} for places in ({}, {1: Placement.FALLBACK, 2: Placement.FALLBACK})]
    return compare(
        Subject(title="a", model=model, runs=(a,), verdicts=verdicts[0]),
        Subject(title="b", model=model, runs=(replace(b, **b_fields),), verdicts=verdicts[1]),
    )


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("p50>5%", True),
        ("p50 > 15 %", False),
        ("p50>300us", True),
        ("p50>1ms", False),
        ("mean>5%", True),
        ("init>5%", False),
        ("first>0%", False),
        ("memory>1MiB", False),
        ("layer>5%", True),
        ("layer:relu>5%", True),
        ("layer:conv_2d>5%", False),
        ("verdict", True),
        ("verdict:npu", True),
        ("model", False),
    ],
)
def test_conditions_are_met_or_not(text, is_met):
    result = evaluate(parse_condition(text), a_comparison())

    assert result.is_met is is_met
    assert result.reason.endswith(".")


def test_a_difference_within_noise_is_no_failure_unless_asked_for():
    condition = parse_condition("p50>0%")
    comparison = a_comparison(factor=1.004, count=20)

    assert not evaluate(condition, comparison).is_met
    assert "within noise" in evaluate(condition, comparison).reason
    assert evaluate(condition, comparison, ignores_noise=True).is_met


def test_a_tail_of_too_few_runs_fails_nothing():
    result = evaluate(parse_condition("p99>1%"), a_comparison())

    assert not result.is_met
    assert "too few runs" in result.reason


def test_layers_below_one_percent_do_not_matter():
    # SOFTMAX takes 0.4 % of the inference and is as slow in both; it would be 0 % in any case: RELU alone is named.
    assert "1 layer is" in evaluate(parse_condition("layer>5%"), a_comparison()).reason


@pytest.mark.parametrize(
    "text",
    ["", "p50", "p50<5%", "p50>5", "p50>5MiB", "p77>5%", "memory>5ms", "verdict>5%", "layer", "model:x", "p50:x>1%"],
)
def test_what_is_no_condition_is_refused_with_the_forms_there_are(text):
    with pytest.raises(ValueError, match=r"write one like p50>5%|one of the units"):
        parse_condition(text)


@pytest.mark.parametrize("text", ["energy>5%", "verdict:tpu", "layer:NO_SUCH>5%"])
def test_what_cannot_be_looked_at_is_an_error_and_no_pass(text):
    with pytest.raises(ValueError, match=r"not measured|no target|no layer"):
        evaluate(parse_condition(text), a_comparison())


def test_models_alone_have_no_latency():
    model = a_chain(KINDS)
    comparison = compare(Subject(title="a", model=model), Subject(title="b", model=model))

    with pytest.raises(ValueError, match="needs a run of each side"):
        evaluate(parse_condition("p50>5%"), comparison)
