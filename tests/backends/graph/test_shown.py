from dataclasses import replace

import numpy as np

from backends.graph.frames import frame_groups
from backends.graph.groups import build_groups
from backends.graph.layout import layout_graph
from backends.graph.nodes import NodeRole, build_scene
from backends.graph.shown import HIDDEN, choose_expanded, show_scene, with_lone_children
from backends.model.cost import estimate_model
from backends.model.model import OperatorId
from tests.support.graph_builders import a_box_graph, a_graph_model, a_layered_model, a_residual_model


def shown_of(model, expanded=frozenset(), **options):
    scene = build_scene(model, 0)
    tree = build_groups(scene)
    return scene, tree, show_scene(scene, tree, expanded, **options)


def test_a_collapsed_series_is_one_node_between_the_others():
    _, _, shown = shown_of(a_layered_model(4))

    assert [node.title for node in shown.scene.nodes] == [
        "input",
        "CONV_2D",
        "layer_0 … layer_3  ×4",
        "SOFTMAX",
        "net/Softmax",
    ]
    assert list(zip(shown.scene.source.tolist(), shown.scene.target.tolist(), strict=True)) == [
        (0, 1), (1, 2), (2, 3), (3, 4),
    ]  # fmt: skip


def test_a_group_sums_up_its_operators():
    model = a_layered_model(4)
    _, _, shown = shown_of(model, costs=estimate_model(model)[0])
    group = shown.scene.nodes[2]

    assert group.role is NodeRole.GROUP
    assert group.members == tuple(OperatorId(0, index) for index in range(1, 13))
    assert group.lines[0].startswith("12 operators")
    assert group.lines[1] == "FULLY_CONNECTED ×4, TANH ×4, ADD ×4"
    assert group.key == OperatorId(0, 1)


def test_an_expanded_series_shows_its_layers_and_an_expanded_layer_its_operators():
    _, _, shown = shown_of(a_layered_model(3), frozenset({0, 2}))

    assert [node.title for node in shown.scene.nodes[2:7]] == ["layer_0", "FULLY_CONNECTED", "TANH", "ADD", "layer_2"]


def test_everything_expanded_is_the_whole_scene():
    scene, tree, _ = shown_of(a_layered_model(3))
    shown = show_scene(scene, tree, frozenset(range(len(tree.groups))))

    assert shown.scene is scene


def test_only_some_nodes_can_be_shown():
    scene, tree, _ = shown_of(a_residual_model())
    only = np.asarray([node.operator is not None for node in scene.nodes])
    shown = show_scene(scene, tree, frozenset(), only=only)

    assert [node.title for node in shown.scene.nodes] == ["CONV_2D", "LOGISTIC", "ADD"]
    assert shown.place.tolist() == [HIDDEN, 0, 1, 2, HIDDEN]
    assert len(shown.scene.source) == 3


def test_the_first_picture_of_a_huge_graph_has_few_nodes_and_small_graphs_are_whole():
    scene, tree, _ = shown_of(a_layered_model(900))
    first = show_scene(scene, tree, choose_expanded(tree))
    small_scene, small_tree, _ = shown_of(a_layered_model(5))

    assert 30 < len(first.scene.nodes) <= 220
    assert show_scene(small_scene, small_tree, choose_expanded(small_tree)).scene is small_scene


def test_expanding_what_holds_one_group_only_shows_what_is_in_that():
    names_alone = a_layered_model(4)
    _, tree, _ = shown_of(names_alone)

    assert with_lone_children(tree, 0) == {0}


def test_frames_lie_around_expanded_groups_only():
    model = a_layered_model(3)
    _, tree, shown = shown_of(model, frozenset({0, 2}))
    scene = shown.scene
    edges = list(zip(scene.source.tolist(), scene.target.tolist(), strict=True))
    layout = layout_graph(a_box_graph(len(scene.nodes), edges))
    frames = frame_groups(tree, shown, layout)

    assert [tree.groups[number].title for number in frames.group] == ["layer_0 … layer_2", "layer_1"]
    outer, inner = frames.box.tolist()
    assert outer[0] < inner[0] < layout.left[3]
    assert outer[1] < inner[1] < layout.top[3]
    assert outer[3] > inner[3] > layout.top[5] + layout.height[5]
    assert frames.is_clean.all()


def test_a_graph_without_anything_to_group_shows_as_it_is():
    scene, _, shown = shown_of(a_graph_model([("ADD", (0,), (1,))]))

    assert shown.scene is scene


def test_tensors_that_leave_a_group_run_as_one_edge():
    rows = [("RELU", (0,), (1,)), ("SPLIT", (1,), (2, 3)), ("ADD", (2, 3), (4,)), ("SOFTMAX", (4,), (5,))]
    model = a_graph_model(rows)
    names = ("in", "g/Relu", "g/Split", "g/Split_1", "out/Add", "out")
    main = model.subgraphs[0]
    tensors = tuple(replace(tensor, name=name) for tensor, name in zip(main.tensors, names, strict=True))
    _, _, shown = shown_of(replace(model, subgraphs=(replace(main, tensors=tensors),)))

    (edge,) = [edge for edge in range(len(shown.scene.source)) if shown.scene.nodes[shown.scene.source[edge]].members]
    carried = int(shown.scene.tensor[edge])
    assert shown.bundles[carried] == (2, 3)
    assert shown.scene.tensor_text[carried] == "2 tensors"


def test_a_group_with_one_node_left_is_that_node():
    scene, tree, _ = shown_of(a_layered_model(3))
    only = np.zeros(len(scene.nodes), bool)
    only[[2, 5]] = True

    assert [node.title for node in show_scene(scene, tree, frozenset({0}), only=only).scene.nodes] == [
        "FULLY_CONNECTED",
        "FULLY_CONNECTED",
    ]
