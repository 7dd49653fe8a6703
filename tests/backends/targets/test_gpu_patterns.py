"""Rules that depend on the operators around an operator, and GPU and Core ML behaviour over several operators."""

from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from backends.targets.check import check_model
from backends.targets.loader import load_targets
from backends.targets.verdict import ModelVerdict, Placement
from tests.support.model_builder import StoredOperator, a_model, a_stored_tensor, an_operator

TARGETS = {target.id: target for target in load_targets()}


def _check(target_id: str, operators: list[StoredOperator]) -> ModelVerdict:
    return check_model(read_model_bytes(a_model(operators)), TARGETS[target_id])


def _rules(verdict: ModelVerdict, index: int) -> set[str]:
    return {finding.rule for finding in verdict.verdicts[OperatorId(0, index)].findings}


def _placements(verdict: ModelVerdict) -> list[bool]:
    return [found.placement is Placement.ACCELERATED for found in verdict.verdicts.values()]


def _comparison() -> tuple[StoredOperator, ...]:
    left, right, truth = a_stored_tensor(), a_stored_tensor(), a_stored_tensor(dtype="bool")
    compare = an_operator("LESS", [left, right], [truth])
    number = a_stored_tensor()
    return compare, an_operator("CAST", [truth], [number]), an_operator("RELU", [number])


def test_a_comparison_cast_to_float_runs_on_the_gpu() -> None:
    assert _placements(_check("gpu", list(_comparison()))) == [True, True, True]


def test_a_comparison_that_is_an_output_stays_on_the_cpu() -> None:
    verdict = _check("gpu", [_comparison()[0]])

    assert _rules(verdict, 0) == {"comparison-readers", "comparison-use"}


def test_a_comparison_read_twice_stays_on_the_cpu() -> None:
    compare, cast, relu = _comparison()
    again = an_operator("CAST", [compare.outputs[0]], [a_stored_tensor()])

    verdict = _check("gpu", [compare, cast, relu, again])

    assert "comparison-readers" in _rules(verdict, 0)
    assert "cast-bool-reader" in _rules(verdict, 1)


def test_a_comparison_used_by_arithmetic_stays_on_the_cpu() -> None:
    compare = _comparison()[0]
    other = an_operator("LOGICAL_NOT", [compare.outputs[0]], [a_stored_tensor(dtype="bool")])

    assert _rules(_check("gpu", [compare, other]), 0) == {"comparison-use"}


def test_a_condition_from_outside_is_not_cast_on_the_gpu() -> None:
    cast = an_operator("CAST", [a_stored_tensor(dtype="bool")], [a_stored_tensor()])

    verdict = _check("gpu", [cast, an_operator("RELU", [cast.outputs[0]])])

    assert _rules(verdict, 0) == {"cast-bool-writer"}


def test_a_cast_at_the_output_stays_on_the_cpu() -> None:
    compare, cast, _ = _comparison()

    assert _rules(_check("gpu", [compare, cast]), 1) == {"cast-bool-use"}


def test_the_gpu_keeps_the_largest_partition_only() -> None:
    chain = [an_operator("RELU")]
    for kind in ("RELU", "TOPK_V2", "TANH"):
        source = chain[-1].outputs[0]
        inputs = [source, a_stored_tensor((), "int32", data=1)] if kind == "TOPK_V2" else [source]
        chain.append(an_operator(kind, inputs))

    verdict = _check("gpu", chain)

    assert [(part.is_accelerated, part.delegated, part.operators) for part in verdict.partitions] == [
        (True, True, (0, 1)),
        (False, False, (2,)),
        (True, False, (3,)),
    ]


def test_core_ml_gives_single_operators_back_but_takes_a_whole_graph_of_one() -> None:
    relu = an_operator("RELU")
    square = an_operator("SQUARE", [relu.outputs[0]])

    assert [part.delegated for part in _check("coreml-2", [relu, square]).partitions] == [False, False]
    assert [part.delegated for part in _check("coreml-2", [an_operator("RELU")]).partitions] == [True]


def _float16_convolution() -> list[StoredOperator]:
    weights, bias = a_stored_tensor((4, 1, 1, 4)), a_stored_tensor((4,))
    unpack = [
        an_operator("DEQUANTIZE", [a_stored_tensor(tensor.shape, "float16", data=0)], [tensor])
        for tensor in (weights, bias)
    ]
    options = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
    return [*unpack, an_operator("CONV_2D", [a_stored_tensor(), weights, bias], [a_stored_tensor()], options=options)]


def test_float16_weights_are_looked_through_and_go_with_a_whole_graph() -> None:
    for target_id in ("gpu", "coreml-2"):
        verdict = _check(target_id, _float16_convolution())

        assert _placements(verdict) == [False, False, True], target_id
        assert [part.operators for part in verdict.partitions if part.delegated] == [(0, 1, 2)], target_id


def test_xnnpack_unpacks_float16_weights_before_the_run() -> None:
    assert _placements(_check("xnnpack", _float16_convolution())) == [True, True, True]


def test_xnnpack_leaves_weights_to_the_cpu_where_another_kernel_reads_them_too() -> None:
    convolution = _float16_convolution()
    other = an_operator("RANK", [convolution[0].outputs[0]], [a_stored_tensor((), "int32")])

    verdict = _check("xnnpack", [*convolution, other])

    assert _rules(verdict, 0) == {"unpacked-for"}
    assert _placements(verdict) == [False, True, True, False]


def test_xnnpack_takes_variables_whose_handle_is_in_the_same_subgraph() -> None:
    handle = a_stored_tensor((1,), "resource")
    operators = [
        an_operator("VAR_HANDLE", [], [handle]),
        an_operator("READ_VARIABLE", [handle], [a_stored_tensor()]),
    ]

    assert _placements(_check("xnnpack", operators)) == [True, True]
    assert _rules(_check("xnnpack", operators[1:]), 0) == {"variable-handle"}
    assert _rules(_check("xnnpack", operators[:1]), 0) == {"variable-read"}
