from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.graph.groups import NO_GROUP, GroupKind, build_groups
from backends.graph.nodes import build_scene
from backends.graph.shown import title_of
from tests.support.graph_builders import a_graph_model, a_layered_model, a_named_model


def tree_of(model):
    scene = build_scene(model, 0)
    return scene, build_groups(scene)


def outline(tree):
    lines = []
    for group in tree.groups:
        depth = 0
        above = group
        while above.parent != NO_GROUP:
            depth, above = depth + 1, tree.groups[above.parent]
        lines.append("  " * depth + f"{title_of(group)} {group.node_count}")
    return lines


def test_operators_are_grouped_by_the_paths_of_their_names():
    names = ["net/a/one/Conv", "net/a/one/Relu", "net/a/Add", "net/b/Conv", "net/b/Relu", "out"]
    kinds = ["CONV_2D", "RELU", "ADD", "CONV_2D", "TANH", "SOFTMAX"]
    _, tree = tree_of(a_named_model(names, kinds))

    assert outline(tree) == ["net 5", "  a 3", "    one 2", "  b 2"]


def test_scopes_that_hold_only_another_are_told_as_one():
    _, tree = tree_of(a_named_model(["x/Conv", "net/a/b/Conv", "net/a/b/Add"], ["CONV_2D", "TANH", "ADD"]))

    assert outline(tree) == ["net/a/b 2"]


def test_layers_that_are_alike_become_a_series():
    _, tree = tree_of(a_layered_model(5))

    assert outline(tree)[0] == "layer_0 … layer_4  ×5 15"
    assert outline(tree)[1:] == [f"  layer_{number} 3" for number in range(5)]
    assert {group.copies for group in tree.groups[1:]} == {5}


def test_blocks_that_are_alike_are_found_without_names_and_begin_at_their_skip():
    scene, tree = tree_of(a_layered_model(12, with_names=False))
    series, block = tree.groups[:2]

    assert (series.kind, series.copies) == (GroupKind.SERIES, 12)
    assert [node.title for node in scene.nodes[block.first : block.last]] == ["FULLY_CONNECTED", "TANH", "ADD"]


def test_blocks_with_other_edges_are_not_alike():
    straight = [("CONV_2D", (n,), (n + 1,)) for n in range(40)]
    _, alike = tree_of(a_graph_model([(("TANH" if n % 2 else "ADD"), *rest) for n, (_, *rest) in enumerate(straight)]))
    crossed = [
        (kind, (*read, max(0, n - 3)) if n % 7 == 0 else read, out) for n, (kind, read, out) in enumerate(straight)
    ]
    _, other = tree_of(a_graph_model([(("TANH" if n % 2 else "ADD"), *rest) for n, (_, *rest) in enumerate(crossed)]))

    assert max(group.copies for group in alike.groups) == 20
    assert max((group.copies for group in other.groups), default=0) < 20


def test_interleaved_branches_are_kept_together():
    rows = [("CONV_2D", (0,), (1,))]
    ends = [1, 1, 1]
    for _step in range(12):
        for branch in range(3):
            rows.append((("ADD", "TANH", "RELU")[branch], (ends[branch],), (len(rows) + 1,)))
            ends[branch] = len(rows)
    rows.append(("CONCATENATION", tuple(ends), (len(rows) + 1,)))
    scene, tree = tree_of(a_graph_model(rows))
    order = np.argsort(tree.position)

    assert [scene.nodes[node].title for node in order[2:38]] == ["ADD"] * 12 + ["TANH"] * 12 + ["RELU"] * 12
    assert np.all(tree.position[scene.source] < tree.position[scene.target])


def test_what_cannot_be_grouped_is_cut_into_sections():
    rng = np.random.default_rng(3)
    rows = [(f"KIND_{rng.integers(500)}", (n,), (n + 1,)) for n in range(2000)]
    _, tree = tree_of(a_graph_model(rows))

    assert tree.top_items < 100
    assert {group.kind for group in tree.groups} == {GroupKind.SECTION}
    assert outline(tree)[0].startswith("operators 0–")


def test_a_graph_without_operators_has_no_groups():
    _, tree = tree_of(a_graph_model([], inputs=(0,), outputs=(0,)))

    assert tree.groups == ()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 5)), max_size=60))
def test_groups_are_nested_runs_and_edges_lead_forward(parts):
    names = [f"{one}/{two}/op" for one, two, _ in parts]
    model = (
        a_named_model(names, [f"KIND_{kind}" for *_, kind in parts]) if parts else a_graph_model([("ADD", (0,), (1,))])
    )
    scene, tree = tree_of(model)

    assert sorted(tree.position.tolist()) == list(range(len(scene.nodes)))
    assert np.all(tree.position[scene.source] < tree.position[scene.target])
    for number, group in enumerate(tree.groups):
        inner = [tree.groups[child] for child in group.children]
        assert all(group.first <= child.first < child.last <= group.last for child in inner)
        assert all(one.last <= other.first for one, other in pairwise(inner))
        assert group.parent < number
    for node in range(len(scene.nodes)):
        for number in tree.chain(node):
            assert tree.groups[number].first <= tree.position[node] < tree.groups[number].last


@pytest.mark.parametrize("layers", [3, 40])
def test_the_same_model_gives_the_same_groups(layers):
    assert outline(tree_of(a_layered_model(layers))[1]) == outline(tree_of(a_layered_model(layers))[1])
