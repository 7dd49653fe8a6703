from dataclasses import replace

from backends.model.model import OperatorId
from backends.runs.prediction import Agreement, compare_prediction, count_disagreements
from backends.targets.verdict import Partition, Placement
from tests.support.builders import a_chain, a_finding, a_run, a_verdict_of

_KINDS = ("CONV_2D", "ADD", "SOFTMAX", "RELU")


def test_prediction_and_run_stand_side_by_side() -> None:
    model = a_chain(_KINDS)
    verdict = a_verdict_of(model, {})
    wanted = (Placement.ACCELERATED, Placement.ACCELERATED, Placement.FALLBACK, Placement.UNKNOWN)
    verdicts = {
        OperatorId(0, i): replace(verdict.verdicts[OperatorId(0, i)], placement=place, findings=(a_finding("too odd"),))
        for i, place in enumerate(wanted)
    }
    partitions = (Partition(subgraph=0, is_accelerated=True, operators=(0, 1), delegated=True),)
    verdict = replace(verdict, verdicts=verdicts, partitions=partitions, target_name="NNAPI 1.3", target_id="nnapi-1.3")
    run = a_run(model)
    actual = ("NNAPI", "CPU", "NNAPI", "CPU")
    operators = tuple(replace(item, placement=place) for item, place in zip(run.operators, actual, strict=True))
    rows = compare_prediction(replace(run, operators=operators), verdict)

    assert [row.agreement for row in rows] == [
        Agreement.AGREES,
        Agreement.CAME_BACK,
        Agreement.WAS_TAKEN,
        Agreement.NOT_PREDICTED,
    ]
    assert count_disagreements(rows) == 2
    assert "the driver on this device refuses more" in rows[1].explanation
    assert "too odd" in rows[2].explanation
    assert rows[0].explanation == ""


def test_what_a_limit_leaves_out_is_expected_on_the_processor() -> None:
    model = a_chain(_KINDS)
    verdict = a_verdict_of(model, {})
    verdicts = {id_: replace(one, placement=Placement.ACCELERATED) for id_, one in verdict.verdicts.items()}
    partitions = (
        Partition(subgraph=0, is_accelerated=True, operators=(0, 1), delegated=True),
        Partition(subgraph=0, is_accelerated=True, operators=(2, 3), delegated=False),
    )
    verdict = replace(verdict, verdicts=verdicts, partitions=partitions, target_id="nnapi-1.3")
    run = a_run(model)
    actual = ("NNAPI", "NNAPI", "CPU", "XNNPACK")
    operators = tuple(replace(item, placement=place) for item, place in zip(run.operators, actual, strict=True))
    rows = compare_prediction(replace(run, operators=operators), verdict)

    assert [row.left_out for row in rows] == [False, False, True, True]
    assert count_disagreements(rows) == 0


def test_an_operator_that_did_not_run_contradicts_nothing() -> None:
    model = a_chain(_KINDS)
    run = a_run(model)
    operators = tuple(replace(item, placement="") for item in run.operators)
    rows = compare_prediction(replace(run, operators=operators), a_verdict_of(model, {}))

    assert {row.agreement for row in rows} == {Agreement.DID_NOT_RUN}
