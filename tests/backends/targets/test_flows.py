from dataclasses import replace
from itertools import pairwise

import pytest

from backends.model.cost import OperatorCost, estimate_model
from backends.model.model import OperatorId
from backends.model.reader import read_model
from backends.targets.check import check_all, check_model
from backends.targets.flows import after_limits, count_cut, folded_operators, partition_flows
from backends.targets.loader import load_targets
from tests.support.builders import a_chain
from tests.support.model_builder import a_model, a_stored_tensor, an_operator
from tests.support.shared import MODEL_FILES

TARGETS = {target.id: target for target in load_targets()}
NNAPI = TARGETS["nnapi-1.3"]
SIZE = 4 * 8 * 8 * 4


def alternating():
    from backends.model.reader import read_model_bytes

    tensors = [a_stored_tensor(shape=(1, 8, 8, 4), name=f"t{i}") for i in range(10)]
    kinds = ["RELU", "ATAN2"] * 4 + ["RELU"]
    operators = [
        an_operator(kind, [tensors[i]] * (2 if kind == "ATAN2" else 1), [tensors[i + 1]])
        for i, kind in enumerate(kinds)
    ]
    return read_model_bytes(a_model(operators), name="m", path="m")


def costs_of(model, macs=100):
    cost = OperatorCost(macs=macs, parameter_count=0, weight_bytes=0, read_bytes=0, written_bytes=0)
    return {operator.id: cost for operator in model.subgraphs[0].operators}


def test_parts_are_numbered_by_sort_and_share_the_work():
    model = alternating()
    flows = partition_flows(model, check_model(model, NNAPI).partitions, costs_of(model))

    assert [(flow.partition.is_accelerated, flow.number) for flow in flows[:4]] == [
        (True, 1),
        (False, 1),
        (True, 2),
        (False, 2),
    ]
    assert sum(flow.macs_share for flow in flows) == pytest.approx(1)
    assert flows[1].operators == (OperatorId(0, 1),)


def test_a_part_reads_and_writes_its_borders_only():
    model = alternating()
    flows = partition_flows(model, check_model(model, NNAPI).partitions, costs_of(model))

    assert {(flow.bytes_in, flow.bytes_out) for flow in flows} == {(SIZE, SIZE)}


def test_a_size_that_is_not_known_makes_the_sum_unknown():
    model = alternating()
    first = model.subgraphs[0]
    tensors = tuple(replace(tensor, shape=(-1, 8, 8, 4)) if tensor.index == 1 else tensor for tensor in first.tensors)
    model = replace(model, subgraphs=(replace(first, tensors=tensors),))
    flows = partition_flows(model, check_model(alternating(), NNAPI).partitions, {})

    assert flows[0].bytes_out is None
    assert flows[0].macs_share is None
    assert flows[3].bytes_in == SIZE


def test_what_the_delegate_gives_back_joins_the_islands_beside_it():
    partitions = check_model(alternating(), NNAPI).partitions
    left = after_limits(partitions)

    assert [part.delegated for part in partitions if part.is_accelerated].count(False) == 2
    assert all(one.is_accelerated != other.is_accelerated for one, other in pairwise(left))
    assert sorted(index for part in left for index in part.operators) == list(range(9))
    assert count_cut(alternating(), left, {}).partition_count == 3


def test_an_empty_model_has_an_empty_cut():
    model = a_chain([])
    cut = count_cut(model, check_model(model, NNAPI).partitions, {})

    assert (cut.operator_count, cut.partition_count, cut.crossing_bytes) == (0, 0, 0)


@pytest.mark.skipif(not MODEL_FILES, reason="the reference models are not on this machine")
def test_a_cut_agrees_with_the_summary_of_the_verdict():
    from backends.errors import ModelFileError

    wrong = []
    for path in MODEL_FILES[::4]:
        try:
            model = read_model(path)
        except ModelFileError:
            continue
        costs, _ = estimate_model(model)
        for verdict in check_all(model, (TARGETS["nnapi-1.1"], TARGETS["gpu"], TARGETS["vs680"])):
            cut = count_cut(model, verdict.partitions, costs, folded_operators(model, verdict))
            counted = (cut.partition_count, cut.island_count, cut.transition_count, cut.crossing_bytes)
            told = verdict.summary
            if counted != (told.partition_count, told.island_count, told.transition_count, told.crossing_bytes):
                wrong.append((path.name, verdict.target_id))

    assert wrong == []
