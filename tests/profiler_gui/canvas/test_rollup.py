import pytest

from backends.graph.sight import Sight, whole_graph
from backends.model.model import OperatorId
from backends.targets.verdict import Placement
from profiler_gui.canvas.overlay import Group, GroupOverlay, PlacementOverlay, ValueOverlay
from profiler_gui.canvas.picture import draw_sight
from profiler_gui.canvas.rollup import rolled_up
from profiler_gui.colouring import overlay_of
from profiler_gui.session import Overlay, OverlayChoice
from tests.support.graph_builders import a_layered_model
from tests.support.sessions import a_cost, open_model

FIRST = OperatorId(0, 1)


@pytest.fixture
def nodes():
    """Input, CONV_2D, a group of twelve operators, SOFTMAX, output."""
    whole = whole_graph(a_layered_model(4), 0, {})
    return whole.show(Sight(expanded=frozenset())).scene.nodes


def test_numbers_of_a_group_are_summed_and_colours_scaled_anew(nodes, qapp):
    from profiler_gui.session import Session

    model = a_layered_model(4)
    session = Session()
    record = open_model(session, model, {operator.id: a_cost(100) for operator in model.subgraphs[0].operators})
    record.choose_overlay(OverlayChoice(overlay=Overlay.MACS))
    overlay = rolled_up(overlay_of(record), nodes)

    assert overlay.values[FIRST] == 1.0
    assert overlay.values[OperatorId(0, 0)] == pytest.approx(1 / 12)
    assert overlay.labels[FIRST] == overlay.maximum_text == "1.20 k"
    session.deleteLater()


def test_numbers_that_cannot_be_summed_show_the_largest(nodes):
    values = {OperatorId(0, index): index / 20 for index in range(14)}
    overlay = ValueOverlay(title="x", values=values, labels={id_: str(id_.index) for id_ in values})

    rolled = rolled_up(overlay, nodes)

    assert (rolled.values[FIRST], rolled.labels[FIRST]) == (12 / 20, "≤ 12")


def test_a_group_shows_the_worst_placement_and_how_many_of_each(nodes):
    placements = {OperatorId(0, index): Placement.ACCELERATED for index in range(14)}
    placements[OperatorId(0, 5)] = Placement.FALLBACK
    overlay = PlacementOverlay(title="x", placements=placements, regions=dict.fromkeys(placements, 2))

    rolled = rolled_up(overlay, nodes)

    assert rolled.placements[FIRST] is Placement.FALLBACK
    assert rolled.labels[FIRST] == "11 ✓  1 !"
    assert rolled.regions[FIRST] == 2


def test_a_group_takes_the_colour_of_most_and_tells_the_others(nodes):
    groups = (Group(name="NPU", colour=0), Group(name="CPU", colour=1))
    members = {OperatorId(0, index): int(index < 4) for index in range(14)}

    rolled = rolled_up(GroupOverlay(title="x", groups=groups, members=members), nodes)

    assert rolled.members[FIRST] == 0
    assert rolled.labels[FIRST] == "NPU 9, CPU 3"


def test_nothing_changes_where_nothing_is_collapsed():
    whole = whole_graph(a_layered_model(2), 0, {})
    overlay = PlacementOverlay(title="x", placements={})

    assert rolled_up(overlay, whole.scene.nodes) is overlay
    assert rolled_up(None, whole.scene.nodes) is None


def test_the_legend_counts_operators_and_not_groups(canvas, metrics):
    whole = whole_graph(a_layered_model(4), 0, {})
    placements = {OperatorId(0, index): Placement.ACCELERATED for index in range(14)}
    placements[OperatorId(0, 5)] = Placement.FALLBACK
    canvas.set_graph(draw_sight(whole, Sight(expanded=frozenset()), metrics))
    overlay = PlacementOverlay(title="x", placements=placements)
    canvas.set_overlay(overlay)

    assert canvas._told_overlay is overlay
    assert canvas._seen_overlay.placements[FIRST] is Placement.FALLBACK
