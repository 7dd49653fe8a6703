"""Multiply-accumulates by hand-counted examples, parameters, bytes and live activations."""

from typing import Any

import pytest

from backends.model.cost import estimate_model, model_cost, operator_cost
from backends.model.estimate import peak_activation_bytes, reachable_subgraphs
from backends.model.model import Model
from backends.model.reader import read_model_bytes
from tests.support.model_builder import StoredSubgraph, StoredTensor, a_model, a_stored_tensor, an_operator


def single(kind: str, inputs: list[Any], output: tuple[int, ...], **more: Any) -> Model:
    return read_model_bytes(a_model([an_operator(kind, inputs, [a_stored_tensor(output)], **more)]))


def macs(kind: str, inputs: list[Any], output: tuple[int, ...], **more: Any) -> int | None:
    model = single(kind, inputs, output, **more)
    return operator_cost(model, model.subgraphs[0].operators[0]).macs


def x(*shape: int, **more: Any) -> StoredTensor:
    return a_stored_tensor(shape, **more)


def w(*shape: int) -> StoredTensor:
    return a_stored_tensor(shape, data=0.5)


@pytest.mark.parametrize(
    ("kind", "inputs", "output", "expected"),
    [
        ("CONV_2D", [x(1, 8, 8, 3), w(16, 3, 3, 3)], (1, 4, 4, 16), 4 * 4 * 16 * 27),
        ("CONV_2D", [x(1, 8, 8, 4), w(16, 3, 3, 2)], (1, 8, 8, 16), 8 * 8 * 16 * 18),
        ("DEPTHWISE_CONV_2D", [x(1, 8, 8, 4), w(1, 5, 3, 8)], (1, 8, 8, 8), 8 * 8 * 8 * 15),
        ("TRANSPOSE_CONV", [w(4), w(6, 2, 2, 3), x(1, 5, 5, 3)], (1, 10, 10, 6), 25 * 3 * 6 * 4),
        ("CONV_3D", [x(1, 4, 4, 4, 2), w(3, 3, 3, 2, 5)], (1, 4, 4, 4, 5), 64 * 5 * 54),
        ("CONV_3D_TRANSPOSE", [w(5), w(2, 2, 2, 5, 3), x(1, 4, 4, 4, 3)], (1, 8, 8, 8, 5), 64 * 120),
        ("FULLY_CONNECTED", [x(2, 10), w(7, 10)], (2, 7), 140),
        ("FULLY_CONNECTED", [x(2, 1, 5, 2), w(7, 10)], (2, 7), 140),
        ("BATCH_MATMUL", [x(2, 3, 4, 5), x(2, 3, 5, 6)], (2, 3, 4, 6), 2 * 3 * 4 * 6 * 5),
        ("SVDF", [x(2, 10), w(8, 10), w(8, 5)], (2, 4), 2 * (80 + 40)),
        ("RNN", [x(2, 10), w(6, 10), w(6, 6), w(6), x(2, 6)], (2, 6), 2 * 96),
        ("UNIDIRECTIONAL_SEQUENCE_RNN", [x(2, 9, 10), w(6, 10), w(6, 6), w(6)], (2, 9, 6), 18 * 96),
        ("ADD", [x(1, 4), x(1, 4)], (1, 4), None),
        ("SOFTMAX", [x(1, 4)], (1, 4), None),
    ],
)
def test_macs_of_an_operator(kind: str, inputs: list[Any], output: tuple[int, ...], expected: int | None) -> None:
    assert macs(kind, inputs, output) == expected


def test_a_transposed_left_side_changes_the_shared_axis() -> None:
    assert macs("BATCH_MATMUL", [x(5, 4), x(5, 6)], (4, 6), options={"adj_x": True}) == 4 * 6 * 5


def lstm_inputs(features: int, cells: int, batch: tuple[int, ...]) -> list[StoredTensor | None]:
    weights = [w(cells, features) for _ in range(4)] + [w(cells, cells) for _ in range(4)]
    biases = [w(cells) for _ in range(4)]
    return [x(*batch, features), *weights, None, None, None, *biases, None, None, x(batch[0], cells)]


def test_an_lstm_multiplies_with_all_gates_at_every_step() -> None:
    gates = 4 * (6 * 3 + 6 * 6)

    assert macs("LSTM", lstm_inputs(3, 6, (2,)), (2, 6)) == 2 * gates
    assert macs("UNIDIRECTIONAL_SEQUENCE_LSTM", lstm_inputs(3, 6, (2, 7)), (2, 7, 6)) == 14 * gates


def test_a_basic_lstm_has_one_weight_matrix() -> None:
    inputs = [x(2, 3), x(2, 6), w(24, 9), w(24), x(2, 6)]

    assert macs("LSTM", inputs, (2, 6), options={"kernel_type": "BASIC"}) == 2 * 24 * 9


def test_general_products_follow_their_dimension_numbers() -> None:
    dot = {"lhs_contracting_dimensions": [0], "rhs_contracting_dimensions": [0]}
    conv = {"kernel_output_feature_dimension": 3}

    assert macs("STABLEHLO_DOT_GENERAL", [x(5, 4), x(5, 6)], (4, 6), options=dot) == 120
    assert macs("STABLEHLO_CONVOLUTION", [x(1, 8, 8, 3), w(3, 3, 3, 7)], (1, 8, 8, 7), options=conv) == 64 * 7 * 27


def test_dimension_numbers_that_do_not_exist_give_no_count() -> None:
    assert macs("STABLEHLO_DOT_GENERAL", [x(5, 4)], (4, 6), options={"lhs_contracting_dimensions": [7]}) is None
    conv = {"kernel_output_feature_dimension": 9}
    assert macs("STABLEHLO_CONVOLUTION", [x(1, 8, 8, 3), w(3, 3, 3, 7)], (1, 8, 8, 7), options=conv) is None


def test_a_known_custom_convolution_is_counted() -> None:
    found = macs("CUSTOM", [x(1, 4, 4, 3), w(5, 2, 2, 3), w(5)], (1, 8, 8, 5), custom_code="Convolution2DTransposeBias")

    assert found == 16 * 60


@pytest.mark.parametrize(
    ("kind", "inputs", "output"),
    [
        ("CONV_2D", [x(1, 8, 8, 3)], (1, 8, 8, 3)),
        ("DEPTHWISE_CONV_2D", [x(1, 8, 8, 3), w(3)], (1, 8, 8, 3)),
        ("BATCH_MATMUL", [x(4), x(4)], (1,)),
        ("FULLY_CONNECTED", [x(2, 10), w(7)], (2, 7)),
        ("LSTM", [x(2, 10)], (2, 7)),
        ("SVDF", [x(2, 10)], (2, 7)),
    ],
)
def test_an_operator_without_the_operands_it_needs_is_not_counted(
    kind: str, inputs: list[Any], output: tuple[int, ...]
) -> None:
    assert macs(kind, inputs, output) is None


def test_a_batch_that_may_vary_counts_as_stated_but_other_sizes_do_not() -> None:
    batch = x(1, 8, 8, 3, signature=(-1, 8, 8, 3))
    conv = [batch, w(4, 1, 1, 3)]
    image = [batch, w(4, 1, 1, 3)]

    assert macs("CONV_2D", conv, (1, 8, 8, 4)) == 64 * 12
    model = read_model_bytes(a_model([an_operator("CONV_2D", image, [x(1, 1, 1, 4, signature=(1, -1, -1, 4))])]))
    assert model_cost(model).uncounted == ((0, 0),)
    assert model_cost(model).macs == 0


def test_parameters_are_learned_values_and_weights_are_stored_bytes() -> None:
    bias = a_stored_tensor((7,), "int32", data=0, scale=0.5)
    axes = a_stored_tensor((2,), "int32", data=0)
    weights = a_stored_tensor((7, 10), "int8", data=1, scale=0.5)
    model = single("FULLY_CONNECTED", [x(2, 10), weights, bias, axes], (2, 7))
    cost = operator_cost(model, model.subgraphs[0].operators[0])

    assert cost.parameter_count == 77
    assert cost.weight_bytes == 70 + 28 + 8
    assert cost.read_bytes == 2 * 10 * 4 + 70 + 28 + 8
    assert cost.written_bytes == 56
    assert cost.bytes_moved == 80 + 106 + 56


def test_shared_constants_count_once_for_the_model() -> None:
    weights = w(10, 10)
    first = an_operator("FULLY_CONNECTED", [x(2, 10), weights], [x(2, 10)])
    second = an_operator("FULLY_CONNECTED", [first.outputs[0], weights], [x(2, 10)])

    costs, summary = estimate_model(read_model_bytes(a_model([first, second])))

    assert [cost.parameter_count for cost in costs.values()] == [100, 100]
    assert summary.parameter_count == 100
    assert summary.weight_bytes == 400
    assert summary.macs == 400


def test_macs_of_called_subgraphs_count_and_those_of_others_do_not() -> None:
    body = StoredSubgraph(operators=[an_operator("FULLY_CONNECTED", [x(1, 10), w(10, 10)], [x(1, 10)])])
    call = an_operator("WHILE", options={"cond_subgraph_index": 1, "body_subgraph_index": 1})

    model = read_model_bytes(a_model([call], more_subgraphs=[body, body]))

    assert reachable_subgraphs(model) == {0, 1}
    assert model_cost(model).macs == 100


def test_the_peak_counts_activations_while_they_live() -> None:
    a, b, c, d = (a_stored_tensor((size,), "int8", name=f"t{size}") for size in (10, 200, 30, 4))
    operators = [an_operator("RELU", [a], [b]), an_operator("RELU", [b], [c]), an_operator("RELU", [c], [d])]

    peak = peak_activation_bytes(read_model_bytes(a_model(operators)).subgraphs[0])

    # The graph's input (10) and output (4) live all the time; b and c meet at the second operator.
    assert peak == 10 + 4 + 200 + 30


def test_an_output_that_nothing_reads_lives_while_it_is_written() -> None:
    a, b, unused = (a_stored_tensor((size,), "int8") for size in (10, 20, 300))
    model = read_model_bytes(a_model([an_operator("SPLIT", [a], [b, unused])], outputs=[b]))

    assert peak_activation_bytes(model.subgraphs[0]) == 330


def test_an_activation_of_unknown_size_makes_the_peak_unknown() -> None:
    model = read_model_bytes(a_model([an_operator("RELU", [x(1, 1, signature=(1, -1))])]))

    assert peak_activation_bytes(model.subgraphs[0]) is None
