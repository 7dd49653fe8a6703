from collections.abc import Sequence

import numpy as np
import pytest

from backends.errors import ModelFileError
from backends.model.model import Model
from backends.model.reader import read_model, read_model_bytes
from backends.targets.check import check_model
from backends.targets.dynamic_sizes import open_operators
from backends.targets.facts import ModelFacts
from backends.targets.loader import load_targets
from backends.targets.prepared_shapes import infer_shapes, prepared_tensors
from tests.support.model_builder import StoredTensor, a_model, a_stored_tensor, an_operator
from tests.support.shared import MODEL_FILES

Shape = tuple[int, ...]

STRIDE_1, STRIDE_2 = ({"stride_h": size, "stride_w": size} for size in (1, 2))
DILATION_2 = {"dilation_h_factor": 2, "dilation_w_factor": 2}
FILTER_3 = {"filter_height": 3, "filter_width": 3}


def ints(*values: int) -> StoredTensor:
    return a_stored_tensor((len(values),), "int32", data=list(values))


def inferred(kind: str, inputs: Sequence[StoredTensor | None], outputs: int = 1, **options: object) -> list[Shape]:
    results = [a_stored_tensor(()) for _ in range(outputs)]
    model = read_model_bytes(a_model([an_operator(kind, inputs, results, options=options)]))
    (graph,) = model.subgraphs
    return infer_shapes(graph.operators[0], graph.tensors, ModelFacts(model).read_constant)


def of(*shapes: Shape) -> list[StoredTensor]:
    return [a_stored_tensor(shape) for shape in shapes]


@pytest.mark.parametrize(
    ("kind", "inputs", "options", "expected"),
    [
        ("RELU", of((2, 3)), {}, (2, 3)),
        ("ADD", of((4, 1, 3), (2, 1)), {}, (4, 2, 3)),
        ("FULLY_CONNECTED", of((2, 5, 8), (16, 8)), {}, (10, 16)),
        ("FULLY_CONNECTED", of((2, 5, 8), (16, 8)), {"keep_num_dims": True}, (2, 5, 16)),
        ("RESHAPE", [*of((2, 6)), ints(3, -1)], {}, (3, 4)),
        ("RESHAPE", of((2, 6)), {"new_shape": [4, 3]}, (4, 3)),
        ("RESHAPE", of((1, 1)), {"new_shape": [0]}, ()),
        ("TRANSPOSE", [*of((2, 3, 4)), ints(2, 0, 1)], {}, (4, 2, 3)),
        ("MEAN", [*of((2, 3, 4)), ints(1, -1)], {}, (2,)),
        ("MEAN", [*of((2, 3, 4)), ints(1, -1)], {"keep_dims": True}, (2, 1, 1)),
        ("CONCATENATION", of((2, 3), (2, 5)), {"axis": -1}, (2, 8)),
        ("PACK", of((2, 3), (2, 3)), {"axis": 1, "values_count": 2}, (2, 2, 3)),
        ("EXPAND_DIMS", [*of((2, 3)), ints(-1)], {}, (2, 3, 1)),
        ("SQUEEZE", of((1, 3, 1)), {"squeeze_dims": [0]}, (3, 1)),
        ("SQUEEZE", of((1, 3, 1)), {}, (3,)),
        ("GATHER", [*of((5, 6, 7)), a_stored_tensor((2, 3), "int32")], {"axis": 1}, (5, 2, 3, 7)),
        ("BATCH_MATMUL", of((2, 3, 4), (2, 5, 4)), {"adj_y": True}, (2, 3, 5)),
        ("SVDF", of((1, 8), (32, 8), (32, 10)), {"rank": 2}, (1, 16)),
        ("UNIDIRECTIONAL_SEQUENCE_RNN", of((1, 7, 8), (16, 8)), {}, (1, 7, 16)),
        ("LSTM", of(*[(1, 8)] * 8, (16, 12), *[(1, 8)] * 11), {}, (1, 12)),
        ("LSTM", of((1, 8), (1, 16), (64, 24), (64,), (1, 16)), {"kernel_type": "BASIC"}, (1, 16)),
        ("CONV_2D", of((1, 9, 9, 3), (8, 3, 3, 3)), {"stride_h": 2, "stride_w": 1, "padding": "SAME"}, (1, 5, 9, 8)),
        ("CONV_2D", of((1, 9, 9, 3), (8, 3, 3, 3)), {**STRIDE_2, "padding": "VALID"}, (1, 4, 4, 8)),
        ("CONV_2D", of((1, 9, 9, 3), (8, 3, 3, 3)), {**STRIDE_1, **DILATION_2, "padding": "VALID"}, (1, 5, 5, 8)),
        ("DEPTHWISE_CONV_2D", of((1, 9, 9, 3), (1, 2, 2, 6)), {**STRIDE_1, "padding": "VALID"}, (1, 8, 8, 6)),
        ("MAX_POOL_2D", of((1, 9, 9, 3)), {**STRIDE_2, **FILTER_3, "padding": "VALID"}, (1, 4, 4, 3)),
        ("AVERAGE_POOL_2D", of((1, 9, 9, 3)), {**STRIDE_2, **FILTER_3, "padding": "SAME"}, (1, 5, 5, 3)),
        ("RESIZE_BILINEAR", [*of((2, 4, 4, 3)), ints(7, 9)], {}, (2, 7, 9, 3)),
        ("TRANSPOSE_CONV", [ints(1, 8, 8, 3), *of((3, 2, 2, 5), (1, 4, 4, 5))], {}, (1, 8, 8, 3)),
        ("PAD", [*of((2, 3)), a_stored_tensor((2, 2), "int32", data=np.array([[1, 0], [2, 3]]))], {}, (3, 8)),
        ("SPACE_TO_DEPTH", of((1, 4, 6, 2)), {"block_size": 2}, (1, 2, 3, 8)),
        ("DEPTH_TO_SPACE", of((1, 2, 3, 8)), {"block_size": 2}, (1, 4, 6, 2)),
        ("SLICE", [*of((4, 5)), ints(1, 2), ints(2, -1)], {}, (2, 3)),
        ("FILL", [ints(3, 4), a_stored_tensor(())], {}, (3, 4)),
        ("TILE", [*of((2, 3)), ints(2, 3)], {}, (4, 9)),
        ("ARG_MAX", [*of((2, 3, 4)), ints(-1)], {}, (2, 3)),
    ],
)
def test_a_shape_is_worked_out(
    kind: str, inputs: list[StoredTensor], options: dict[str, object], expected: Shape
) -> None:
    assert inferred(kind, inputs, **options) == [expected]


def test_operators_with_several_outputs_get_a_shape_for_each() -> None:
    assert inferred("UNPACK", of((2, 3, 4)), 3, axis=1, num=3) == [(2, 4)] * 3
    assert inferred("SPLIT", [ints(1), *of((2, 6))], 2, num_splits=2) == [(2, 3)] * 2


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("CONV_2D", of((1, 8, 8, 3), (4, 3, 3, 3), (4,))),
        ("RESHAPE", [*of((2, 6)), a_stored_tensor((2,), "int32")]),
        ("RESHAPE", of((2, 6))),
        ("TRANSPOSE", [*of((2,)), ints(5)]),
        ("FULLY_CONNECTED", of((2,), (4, 0))),
        ("CONCATENATION", of(())),
        ("ADD", of((2,))),
        ("LSTM", of((1, 8))),
    ],
    ids=["no rule", "open shape", "other size", "no such axis", "no depth", "scalar", "one operand", "few operands"],
)
def test_what_cannot_be_worked_out_is_left_alone(kind: str, inputs: list[StoredTensor]) -> None:
    assert inferred(kind, inputs) == []


def a_model_without_shapes(fixed: bool) -> Model:
    """An LSTM without an output shape, as old converters write it, and a mean over what it gives."""
    lost, mean = a_stored_tensor(()), a_stored_tensor((1,))
    axis = ints(1) if fixed else a_stored_tensor((1,), "int32")
    lstm = an_operator("LSTM", of(*[(1, 8)] * 8, (16, 12), *[(1, 8)] * 11), [lost])
    maximum = an_operator("MAXIMUM", [lost, a_stored_tensor((1, 12))], [a_stored_tensor(())])
    return read_model_bytes(a_model([lstm, maximum, an_operator("MEAN", [lost, axis], [mean])]))


def test_a_lost_shape_is_found_again_before_a_target_is_asked() -> None:
    nnapi = next(target for target in load_targets() if target.id == "nnapi-1.3")

    def failed(model: Model) -> list[str]:
        findings = list(check_model(model, nnapi).verdicts.values())[1].findings
        return [finding.rule for finding in findings]

    assert failed(a_model_without_shapes(fixed=True)) == []
    # The runtime stops working out shapes where sizes are open.
    assert failed(a_model_without_shapes(fixed=False)) == ["maximum-scalar"]


@pytest.mark.parametrize(
    ("kind", "operands", "stated", "options", "expected"),
    [
        ("ADD", ("uint8", "uint8"), "float32", {}, "uint8"),
        ("MUL", ("uint8", "uint8"), "float32", {}, "float32"),
        ("SPLIT", ("int32", "int8"), "float32", {}, "int8"),
        ("LESS", ("float32", "float32"), "float32", {}, "bool"),
        ("ARG_MAX", ("float32", "int32"), "int32", {"output_type": "INT64"}, "int64"),
        ("ARG_MAX", ("float32", "int32"), "int64", {"output_type": "FLOAT32"}, "int64"),
    ],
)
def test_a_type_that_the_runtime_sets_itself_does_not_come_from_the_file(
    kind: str, operands: tuple[str, ...], stated: str, options: dict[str, object], expected: str
) -> None:
    inputs = [a_stored_tensor((2, 2), dtype) for dtype in operands]
    model = read_model_bytes(a_model([an_operator(kind, inputs, [a_stored_tensor((2, 2), stated)], options=options)]))
    (graph,) = model.subgraphs

    prepared = prepared_tensors(graph, ModelFacts(model).read_constant)

    assert prepared[graph.operators[0].outputs[0]].dtype == expected


@pytest.mark.skipif(not MODEL_FILES, reason="the reference models are not on this machine")
def test_shapes_of_reference_models_come_out_as_their_files_state_them() -> None:
    changed: dict[str, list[tuple[Shape, Shape]]] = {}
    for file in MODEL_FILES:
        try:
            model = read_model(file)
        except ModelFileError:
            continue
        if not open_operators(model):
            facts = ModelFacts(model)
            for graph in model.subgraphs:
                prepared = prepared_tensors(graph, facts.read_constant)
                differing = [(a.shape, b.shape) for a, b in zip(graph.tensors, prepared, strict=True) if a != b]
                changed.update({file.name: differing} if differing else {})

    # The runtime was asked: these five are what it makes of them. The others it refuses.
    assert changed.pop("td_lstm.tflite") == [((), (1, 2))]
    assert changed.pop("td_uni_seq_lstm.tflite") == [((), (1, 2, 2))]
    assert changed.pop("gen_corner_rank12.tflite") == [((1, 4), (1,) * 12)]
    for name in ("ncnet_mai22_float_dyn.tflite", "ncnet_mai22_int8_dyn.tflite"):
        assert changed.pop(name) == [((1, 1, 1, 3), (1, 3, 3, 3))] * 4
    assert set(changed) == {"gen_bad_const_size_mismatch.tflite", "gen_bad_quant_nan_zero_scale.tflite"}
