from dataclasses import replace

import pytest

from backends.graph.nodes import NodeRole, build_scene
from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from tests.support.builders import a_tensor
from tests.support.graph_builders import a_graph_model, a_residual_model
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def edges(scene):
    return list(zip(scene.source.tolist(), scene.target.tolist(), scene.tensor.tolist(), strict=True))


def test_inputs_come_first_and_outputs_last():
    scene = build_scene(a_residual_model(), 0)

    assert [node.title for node in scene.nodes] == ["tensor0", "CONV_2D", "LOGISTIC", "ADD", "tensor3"]
    assert [node.role for node in scene.nodes][::4] == [NodeRole.INPUT, NodeRole.OUTPUT]
    assert edges(scene) == [(0, 1, 0), (1, 2, 1), (1, 3, 1), (2, 3, 2), (3, 4, 3)]


def test_constants_are_lines_of_their_reader():
    image, weights = a_stored_tensor((1, 8, 8, 3)), a_stored_tensor((4, 3, 3, 3), "int8", data=bytes(108))
    bias = a_stored_tensor((4,), "int32", data=bytes(16))
    operator = an_operator("CONV_2D", [image, weights, bias], [a_stored_tensor((1, 8, 8, 4))])
    scene = build_scene(read_model_bytes(a_model([operator])), 0)

    assert scene.nodes[1].lines[1].startswith("3x3")
    assert scene.nodes[1].constants == ("W 4x3x3x3 int8", "B 4 int32")
    assert len(scene.source) == 2


def test_the_values_of_tiny_constants_are_told():
    data, axes = a_stored_tensor((1, 8, 4)), a_stored_tensor((3,), "int32", data=[0, 2, 1])
    operators = [an_operator("TRANSPOSE", [data, axes], [turned := a_stored_tensor((1, 4, 8))])]
    half = a_stored_tensor((), data=[0.5])
    operators.append(an_operator("MUL", [turned, half], [a_stored_tensor((1, 4, 8))]))
    scene = build_scene(read_model_bytes(a_model(operators)), 0)

    assert scene.nodes[1].lines[1] == "perm 0,2,1"
    assert scene.nodes[1].constants == ()
    assert scene.nodes[2].constants == ("C scalar float32 = 0.5",)


def a_half_precision_model(*, outputs_weights=False):
    """A convolution whose float16 weights are widened first, read by a second one too."""
    image, half = a_stored_tensor((1, 8, 8, 4)), a_stored_tensor((4, 1, 1, 4), "float16", data=bytes(32))
    weights = a_stored_tensor((4, 1, 1, 4))
    between, result = a_stored_tensor((1, 8, 8, 4)), a_stored_tensor((1, 8, 8, 4))
    operators = [
        an_operator("DEQUANTIZE", [half], [weights]),
        an_operator("CONV_2D", [image, weights], [between]),
        an_operator("CONV_2D", [between, weights], [result]),
    ]
    outputs = [result, weights] if outputs_weights else [result]
    return read_model_bytes(a_model(operators, outputs=outputs))


def test_a_constant_that_is_unpacked_first_is_a_line_of_each_reader():
    scene = build_scene(a_half_precision_model(), 0)

    assert [node.title for node in scene.nodes][1:-1] == ["CONV_2D", "CONV_2D"]
    assert [node.constants for node in scene.nodes][1:-1] == [("W 4x1x1x4 float16",)] * 2
    assert [node.unpackers for node in scene.nodes][1:-1] == [(OperatorId(0, 0),)] * 2
    assert len(scene.source) == 3


def test_an_unpacked_constant_that_the_subgraph_gives_back_keeps_its_node():
    scene = build_scene(a_half_precision_model(outputs_weights=True), 0)

    assert [node.title for node in scene.nodes][1:-2] == ["DEQUANTIZE", "CONV_2D", "CONV_2D"]
    assert not any(node.unpackers for node in scene.nodes)


def test_an_activation_that_is_unpacked_keeps_its_node():
    scene = build_scene(a_graph_model([("DEQUANTIZE", (0,), (1,)), ("RELU", (1,), (2,))]), 0)

    assert [node.title for node in scene.nodes][1:-1] == ["DEQUANTIZE", "RELU"]


def test_many_constants_are_counted():
    image = a_stored_tensor((4,))
    constants = [a_stored_tensor((4,), data=bytes(16)) for _ in range(8)]
    operator = an_operator("CONCATENATION", [image, *constants], [a_stored_tensor((36,))])
    scene = build_scene(read_model_bytes(a_model([operator])), 0)

    assert scene.nodes[1].constants[-1] == "+6 constants"
    assert len(scene.nodes[1].constants) == 3


def test_an_operator_with_several_outputs_says_so_and_has_an_edge_for_each():
    scene = build_scene(a_graph_model([("SPLIT", (0,), (1, 2)), ("ADD", (1, 2), (3,))]), 0)

    assert scene.nodes[1].lines[0].endswith("+1")
    assert edges(scene)[1:3] == [(1, 2, 1), (1, 2, 2)]


def test_a_tensor_read_twice_by_one_operator_is_one_edge():
    scene = build_scene(a_graph_model([("MUL", (0, 0), (1,))]), 0)

    assert edges(scene) == [(0, 1, 0), (1, 2, 1)]


def test_a_cycle_keeps_its_edges():
    scene = build_scene(a_graph_model([("ADD", (0, 2), (1,)), ("ADD", (1, 1), (2,))]), 0)

    assert (2, 1, 2) in edges(scene)


def test_an_input_that_is_an_output_too_joins_its_two_nodes():
    scene = build_scene(a_graph_model([("RELU", (0,), (1,))], outputs=(0, 1)), 0)

    assert (0, 2, 0) in edges(scene)


def test_a_tensor_without_a_rank_has_no_shape_to_tell():
    model = a_graph_model([("RELU", (0,), (1,))])
    loose = replace(a_tensor(1), has_rank=False)
    subgraph = replace(model.subgraphs[0], tensors=(model.subgraphs[0].tensors[0], loose))
    scene = build_scene(replace(model, subgraphs=(subgraph,)), 0)

    assert scene.nodes[1].lines[0] == "unranked float32"


def test_a_missing_subgraph_is_an_index_error():
    with pytest.raises(IndexError):
        build_scene(a_residual_model(), 3)
