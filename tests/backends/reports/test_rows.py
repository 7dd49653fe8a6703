import pytest

from backends.model.cost import OperatorCost
from backends.model.model import OperatorId
from backends.reports.columns import FINDING_COLUMNS, KIND_COLUMNS, OPERATOR_COLUMNS, format_operator, matrix_columns
from backends.reports.rows import finding_rows, kind_rows, operator_rows, total_rows
from backends.targets.verdict import Placement
from tests.support.builders import a_chain, a_run, a_verdict_of


def a_cost():
    return OperatorCost(macs=1000, parameter_count=10, weight_bytes=40, read_bytes=48, written_bytes=16)


def texts(row, columns=OPERATOR_COLUMNS):
    return {column.id: column.text(row) for column in columns}


MODEL = a_chain(["CONV_2D", "RELU", "CONV_2D"])


def test_a_row_without_costs_run_or_verdict_still_says_what_the_file_says():
    row = texts(operator_rows(MODEL)[1])

    assert row["index"] == "1"
    assert row["kind"] == "RELU"
    assert row["shape"] == "1x8x8x4"
    assert row["time_ns"] == "–"
    assert row["verdict"] == ""


def test_rows_join_costs_times_and_verdicts():
    costs = {OperatorId(0, i): a_cost() for i in range(3)}
    run = a_run(MODEL, [2e6, None, 1e6], overhead_ns=1e6, fused={1: 0})
    verdict = a_verdict_of(MODEL, {2: Placement.FALLBACK})

    first, fused, last = operator_rows(MODEL, costs, run, verdict)

    assert texts(first)["share"] == "50.0 %"
    assert texts(first)["macs_per_second"] == "500 kMAC/s"
    assert texts(fused)["time_ns"] == "–"
    assert texts(fused)["fused_into"] == "0"
    assert texts(last)["verdict"] == "fallback"


def test_the_cumulative_share_counts_the_slowest_first():
    rows = operator_rows(MODEL, None, a_run(MODEL, [1e6, 3e6, 2e6], overhead_ns=4e6))

    assert [row.cumulative for row in rows] == pytest.approx([0.6, 0.3, 0.5])


def test_operators_and_overhead_add_up_to_the_measured_total():
    run = a_run(MODEL, [2e6, None, 1e6], overhead_ns=1e6)
    overhead, total = total_rows(operator_rows(MODEL, None, run), run)

    assert overhead.share == pytest.approx(0.25)
    assert total.time_ns == run.profiled_total_ns
    assert total.share == pytest.approx(1.0)


def test_without_a_run_there_is_a_total_but_no_time():
    (total,) = total_rows(operator_rows(MODEL, {OperatorId(0, 0): a_cost()}))

    assert total.macs == 1000
    assert total.time_ns is None


def test_types_are_grouped_with_the_slowest_first():
    run = a_run(MODEL, [1e6, 5e6, 2e6], overhead_ns=0)
    relu, conv = kind_rows(operator_rows(MODEL, None, run, a_verdict_of(MODEL, {1: Placement.UNKNOWN})))

    assert (relu.kind, relu.count, relu.fallback_count) == ("RELU", 1, 1)
    assert (conv.kind, conv.count, conv.time_ns) == ("CONV_2D", 2, 3e6)
    assert conv.operators == (OperatorId(0, 0), OperatorId(0, 2))
    assert texts(conv, KIND_COLUMNS)["cumulative"] == "100.0 %"


def test_every_finding_is_a_row_and_an_operator_without_one_still_has_one():
    rows = finding_rows(MODEL, [a_verdict_of(MODEL, {1: Placement.FALLBACK})])

    assert [texts(row, FINDING_COLUMNS)["reason"] for row in rows] == ["", "UnsupportedInputType", ""]


def test_the_matrix_has_a_column_for_each_target():
    first = a_verdict_of(MODEL, {}, target_id="a", target_name="A")
    second = a_verdict_of(MODEL, {0: Placement.UNKNOWN}, target_id="b", target_name="B")
    row = operator_rows(MODEL)[0]

    assert [column.text(row) for column in matrix_columns([first, second])][-2:] == ["accelerated", "unknown"]


@pytest.mark.parametrize(("id_", "text"), [(OperatorId(0, 12), "12"), (OperatorId(2, 3), "2:3")])
def test_operators_of_other_subgraphs_are_named_with_it(id_, text):
    assert format_operator(id_) == text
