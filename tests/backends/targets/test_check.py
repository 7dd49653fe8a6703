from dataclasses import replace

import pytest

from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from backends.targets.check import check_all, check_model
from backends.targets.loader import load_targets
from backends.targets.target import Condition, Effect, EngineRule, Rule, Target
from backends.targets.verdict import ModelVerdict, Placement
from tests.support.builders import a_chain
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

TARGETS = {target.id: target for target in load_targets()}
NNAPI = TARGETS["nnapi-1.3"]
HEXAGON = TARGETS["hexagon"]


def a_rule(effect: Effect, id_: str = "rule") -> Rule:
    condition = Condition(constraint="never")
    return Rule(id=id_, kinds=("RELU",), condition=condition, reason="", source="validate", effect=effect)


def with_rules(*rules: Rule) -> Target:
    return replace(NNAPI, rules=rules)


def only(verdict: ModelVerdict):
    (found,) = verdict.verdicts.values()
    return found


def test_all_failed_conditions_are_told_not_the_first() -> None:
    wide = a_stored_tensor((1, 2, 2, 2, 2), "int64")
    model = read_model_bytes(a_model([an_operator("ADD", [wide, wide], [wide], version=9)]))

    verdict = only(check_model(model, NNAPI))

    told = ["version-2", "add-mul-type", "elementwise-rank", "elementwise-rank-second"]
    assert verdict.placement is Placement.FALLBACK
    assert [finding.rule for finding in verdict.findings] == told


def test_a_finding_says_what_was_found_what_is_allowed_and_what_to_do() -> None:
    data = a_stored_tensor((1, 8), "int64")
    model = read_model_bytes(a_model([an_operator("ADD", [data, data], [data])]))

    (finding,) = only(check_model(model, NNAPI)).findings

    assert finding.reason == "UnsupportedInputType"
    assert finding.found == "int64"
    assert finding.allowed == "The type of input 0 is float32, uint8, int8 or int32."
    assert finding.message == "Found int64; required: the type of input 0 is float32, uint8, int8 or int32."
    assert finding.remedy == "Compute in float32, 8-bit or int32."
    assert "nnapi_delegate.cc" in finding.source


def test_a_kind_that_the_target_does_not_list_is_refused_by_name() -> None:
    (finding,) = only(check_model(a_chain(["ATAN2"]), NNAPI)).findings

    assert finding.reason == "UnsupportedOperator"
    assert finding.message == "The NNAPI delegate does not know ATAN2."


def test_a_custom_operator_is_refused_by_its_code() -> None:
    model = read_model_bytes(a_model([an_operator("CUSTOM", custom_code="Fancy{0}")]))

    (finding,) = only(check_model(model, HEXAGON)).findings

    assert finding.message == "The Hexagon delegate does not know Fancy{0}."


@pytest.mark.parametrize(
    ("effects", "placement"),
    [
        ([], Placement.ACCELERATED),
        ([Effect.NOTE], Placement.ACCELERATED),
        ([Effect.SLOW], Placement.ACCELERATED),
        ([Effect.UNKNOWN, Effect.NOTE], Placement.UNKNOWN),
        ([Effect.UNKNOWN, Effect.FALLBACK], Placement.FALLBACK),
    ],
)
def test_the_worst_effect_places_the_operator(effects: list[Effect], placement: Placement) -> None:
    target = with_rules(*(a_rule(effect, f"rule-{place}") for place, effect in enumerate(effects)))

    verdict = only(check_model(a_chain(["RELU"]), target))

    assert verdict.placement is placement
    assert len(verdict.findings) == len(effects)


def test_an_engine_is_named_and_whether_its_fast_path_is_met() -> None:
    engines = (EngineRule(engine="NN", kinds=("RELU",), source="validate"),)
    fast = replace(with_rules(replace(a_rule(Effect.SLOW), condition=_version(5))), engines=engines)
    slow = replace(with_rules(a_rule(Effect.SLOW)), engines=engines)

    assert (
        only(check_model(a_chain(["RELU"]), fast)).engine,
        only(check_model(a_chain(["RELU"]), fast)).fast_path,
    ) == (
        "NN",
        True,
    )
    assert only(check_model(a_chain(["RELU"]), slow)).fast_path is False
    assert only(check_model(a_chain(["RELU"]), NNAPI)).fast_path is None


def _version(most: int) -> Condition:
    return Condition(constraint="version_at_most", limits={"version": most})


def test_verdicts_are_found_by_operator_and_come_in_execution_order() -> None:
    verdicts = check_model(a_chain(["RELU", "ATAN2"]), NNAPI).verdicts

    assert list(verdicts) == [OperatorId(0, 0), OperatorId(0, 1)]
    assert verdicts[OperatorId(0, 1)].operator == OperatorId(0, 1)
    assert len(verdicts) == 2
    for missing in (OperatorId(0, 2), OperatorId(1, 0), OperatorId(0, -1)):
        assert missing not in verdicts


def test_scales_of_operators_that_look_alike_are_still_judged_one_by_one() -> None:
    def conv(output_scale: float):
        data = a_stored_tensor((1, 8, 8, 4), "uint8", scale=0.5)
        weights = a_stored_tensor((4, 1, 1, 4), "uint8", data=1, scale=0.5)
        bias = a_stored_tensor((4,), "int32", data=0)
        options = {"dilation_w_factor": 1, "dilation_h_factor": 1}
        result = a_stored_tensor((1, 8, 8, 4), "uint8", scale=output_scale)
        return an_operator("CONV_2D", [data, weights, bias], [result], options=options)

    verdict = check_model(read_model_bytes(a_model([conv(1.0), conv(0.125)])), TARGETS["nnapi-1.0"])

    assert [found.placement for found in verdict.verdicts.values()] == [Placement.ACCELERATED, Placement.FALLBACK]


def float16_model(*kinds: str):
    half = a_stored_tensor((1, 8), "float16", data=0)
    single = a_stored_tensor((1, 8))
    data = a_stored_tensor((1, 8))
    operators = [an_operator("DEQUANTIZE", [half], [single])]
    for kind in kinds:
        result = a_stored_tensor((1, 8))
        operators.append(an_operator(kind, [data, single], [result]))
        data = result
    return read_model_bytes(a_model(operators))


def test_float16_weights_are_looked_through_and_go_along_if_all_else_does() -> None:
    whole = check_model(float16_model("ADD", "MUL"), NNAPI)

    assert whole.verdicts[OperatorId(0, 0)].placement is Placement.FALLBACK
    assert whole.verdicts[OperatorId(0, 0)].findings[0].rule == "folded"
    assert [(part.is_accelerated, part.operators) for part in whole.partitions] == [(True, (0, 1, 2))]
    assert whole.summary.folded_count == 1


def test_float16_weights_stay_on_the_cpu_if_something_else_does() -> None:
    parts = check_model(float16_model("ADD", "ATAN2"), NNAPI).partitions

    assert [(part.is_accelerated, part.operators) for part in parts] == [(False, (0,)), (True, (1,)), (False, (2,))]


def test_a_consumer_is_asked_about_the_float16_constant_itself() -> None:
    half = a_stored_tensor((1, 8), "float16", data=0)
    single = a_stored_tensor((1, 8))
    data = a_stored_tensor((1, 8))
    swapped = [
        an_operator("DEQUANTIZE", [half], [single]),
        an_operator("ADD", [single, data], [a_stored_tensor((1, 8))]),
    ]

    (finding,) = check_model(read_model_bytes(a_model(swapped)), NNAPI).verdicts[OperatorId(0, 1)].findings

    assert finding.found == "float16"


def test_small_partitions_are_given_back_and_the_largest_kept() -> None:
    int8 = [a_stored_tensor((1, 8), "int8", scale=0.5) for _ in range(4)]
    operators = [an_operator("RELU6", [int8[0]], [int8[1]]), an_operator("ATAN2", [int8[1], int8[1]], [int8[2]])]
    operators.append(an_operator("RELU6", [int8[2]], [int8[3]]))
    verdict = check_model(read_model_bytes(a_model(operators)), HEXAGON)

    assert [part.is_accelerated for part in verdict.partitions] == [True, False, True]
    assert not any(part.delegated for part in verdict.partitions)
    assert verdict.summary.partition_count == 2
    assert verdict.summary.delegated_partition_count == 0


def test_the_summary_counts_what_crosses() -> None:
    summary = check_model(a_chain(["RELU", "ATAN2", "RELU"]), NNAPI).summary

    assert (summary.operator_count, summary.accelerated_count, summary.fallback_count) == (3, 2, 1)
    assert (summary.partition_count, summary.island_count, summary.transition_count) == (2, 1, 2)
    assert summary.crossing_bytes == 2 * 8 * 8 * 4 * 4
    assert summary.accelerated_macs_share is None


def test_the_share_of_macs_weighs_operators() -> None:
    data, small = a_stored_tensor((1, 64)), a_stored_tensor((1, 16))
    heavy = an_operator("FULLY_CONNECTED", [data, a_stored_tensor((16, 64), data=0)], [small])
    summary = check_model(
        read_model_bytes(a_model([heavy, an_operator("ATAN2", [small, small], [data])])), NNAPI
    ).summary

    assert summary.accelerated_macs_share == 1.0


def test_checking_several_targets_gives_what_checking_each_gives() -> None:
    model = a_chain(["RELU", "ATAN2", "EXP"])

    assert list(check_all(model, TARGETS.values())) == [check_model(model, target) for target in TARGETS.values()]
