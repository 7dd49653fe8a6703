import pytest

from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from backends.targets.check import check_model
from backends.targets.loader import load_targets
from backends.targets.supposition import Supposition, check_supposing
from backends.targets.target import Target
from tests.support.builders import a_chain
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

TARGETS = {target.id: target for target in load_targets()}
NNAPI = TARGETS["nnapi-1.3"]
ALTERNATING = a_chain(["RELU", "ATAN2"] * 5 + ["RELU"])


def accelerated(kinds: list[str], target: Target, supposition: Supposition) -> list[int]:
    verdict = check_supposing(a_chain(kinds), target, supposition)
    return [id_.index for id_, found in verdict.verdicts.items() if found.placement == "accelerated"]


def test_supposing_nothing_changes_nothing() -> None:
    plain = check_model(ALTERNATING, NNAPI)
    supposed = check_supposing(ALTERNATING, NNAPI, Supposition())

    assert supposed == plain


def test_a_kind_that_is_supposed_to_be_supported_mends_the_partitions() -> None:
    supposed = check_supposing(ALTERNATING, NNAPI, Supposition(accepted_kinds=frozenset({"ATAN2"})))

    assert check_model(ALTERNATING, NNAPI).summary.partition_count == 6
    assert supposed.summary.partition_count == 1
    assert supposed.notes == ("Supposing that these are supported: ATAN2.",)


def test_a_kind_is_freed_also_of_the_rules_about_all_kinds() -> None:
    hexagon = TARGETS["hexagon"]

    assert accelerated(["RELU"], hexagon, Supposition()) == []
    assert accelerated(["RELU"], hexagon, Supposition(accepted_kinds=frozenset({"RELU"}))) == [0]


def test_a_rule_that_is_supposed_to_hold_no_longer_refuses() -> None:
    nnapi = TARGETS["nnapi-1.0"]

    assert accelerated(["EXP"], nnapi, Supposition()) == []
    assert accelerated(["EXP"], nnapi, Supposition(holding_rules=frozenset({"needs-1.2"}))) == [0]


def test_an_excluded_operator_stays_on_the_cpu_and_cuts_the_partition() -> None:
    model = a_chain(["RELU"] * 3)
    verdict = check_supposing(model, NNAPI, Supposition(excluded=frozenset({OperatorId(0, 1)})))

    assert [(part.is_accelerated, part.operators) for part in verdict.partitions] == [
        (True, (0,)),
        (False, (1,)),
        (True, (2,)),
    ]
    assert verdict.notes == ("Supposing that these operators stay on the CPU: 0:1.",)
    assert verdict.verdicts[OperatorId(0, 1)].placement == "fallback"
    assert [finding.reason for finding in verdict.verdicts[OperatorId(0, 1)].findings] == ["Excluded"]
    assert (verdict.summary.accelerated_count, verdict.summary.fallback_count) == (2, 1)


def test_excluding_an_operator_takes_its_macs_along() -> None:
    x, y, z = (a_stored_tensor((1, 4, 4, 2), name=name) for name in "xyz")
    weights = [a_stored_tensor((2, 1, 1, 2), data=1, name=f"w{i}") for i in range(2)]
    bias = a_stored_tensor((2,), data=0, name="b")
    options = {"padding": "SAME", "stride_w": 1, "stride_h": 1}
    operators = [
        an_operator("CONV_2D", [x, weights[0], bias], [y], options=options),
        an_operator("CONV_2D", [y, weights[1], bias], [z], options=options),
    ]
    model = read_model_bytes(a_model(operators), name="two", path="two")
    supposed = check_supposing(model, NNAPI, Supposition(excluded=frozenset({OperatorId(0, 1), OperatorId(7, 7)})))

    assert supposed.summary.accelerated_macs_share == pytest.approx(0.5)


def test_the_number_of_partitions_can_be_limited_or_freed() -> None:
    def delegated(most: int) -> int:
        return check_supposing(ALTERNATING, NNAPI, Supposition(max_partitions=most)).summary.delegated_partition_count

    assert (delegated(1), delegated(4), delegated(0)) == (1, 4, 6)
    assert check_model(ALTERNATING, NNAPI).summary.delegated_partition_count == 3
