from backends.graph import sight as sights
from backends.graph.reach import neighbourhood
from backends.graph.sight import whole_graph
from tests.support.graph_builders import a_layered_model


def a_whole(layers=4):
    return whole_graph(a_layered_model(layers), 0, {})


def titles(whole, sight):
    return [node.title for node in whole.show(sight).scene.nodes]


def test_a_small_graph_is_whole_at_first_and_a_huge_one_is_readable():
    assert len(titles(a_whole(), a_whole().first_sight)) == 16
    huge = a_whole(800)
    assert len(titles(huge, huge.first_sight)) < 250


def test_expanding_a_group_expands_those_around_it():
    whole = a_whole()
    sight = sights.expand(whole, sights.collapse_all(whole.first_sight), 2)

    assert titles(whole, sight)[2:5] == ["layer_0", "FULLY_CONNECTED", "TANH"]


def test_collapsing_a_group_collapses_those_inside():
    whole = a_whole()
    collapsed = sights.collapse(whole, whole.first_sight, 0)
    again = sights.expand(whole, collapsed, 0)

    assert titles(whole, collapsed)[2] == "layer_0 … layer_3  ×4"
    assert titles(whole, again)[2:4] == ["layer_0", "layer_1"]


def test_a_small_part_is_shown_whole_and_what_was_collapsed_comes_back():
    whole = a_whole(800)
    first, scene = whole.first_sight, whole.scene
    near = neighbourhood(scene.source, scene.target, len(scene.nodes), [1000], 2)
    part = sights.restrict(whole, first, near, "near")

    assert all(not node.members for node in whole.show(part).scene.nodes)
    assert sights.show_everything(part) == first


def test_restricting_to_everything_restricts_nothing():
    whole = a_whole()
    everything = neighbourhood(whole.scene.source, whole.scene.target, len(whole.scene.nodes), [0], 100)

    assert sights.restrict(whole, whole.first_sight, everything, "all").only is None


def test_a_hidden_operator_is_seen_after_expanding_around_it():
    whole = a_whole()
    sight = sights.expand_around(whole, sights.collapse_all(whole.first_sight), [5])

    assert "FULLY_CONNECTED" in titles(whole, sight)
    assert sights.expand_around(whole, sight, [5]) is sight
