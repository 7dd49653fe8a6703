from PySide6.QtCore import QPoint, Qt

from backends.model.model import OperatorId
from profiler_gui.canvas.picture import build_picture
from profiler_gui.canvas.tabs import Tabs
from tests.support.graph_builders import a_graph_model

COUNT = 4000


def a_far_skip(metrics):
    """A chain so long that the edge from its first to its last operator is not drawn."""
    operators = [("RELU", (i,), (i + 1,)) for i in range(COUNT)]
    operators.append(("ADD", (1, COUNT), (COUNT + 1,)))
    return build_picture(a_graph_model(operators), 0, metrics)


def test_an_edge_that_is_not_drawn_has_a_tab_at_each_end(metrics):
    picture = a_far_skip(metrics)
    tabs = Tabs(picture)
    first, last = picture.node_of[OperatorId(0, 0)], picture.node_of[OperatorId(0, COUNT)]

    assert [(tab.text, tab.others) for tab in tabs.of(first)] == [(f"↓ ADD {COUNT}", (last,))]
    assert [(tab.text, tab.others) for tab in tabs.of(last)] == [("↑ RELU 0", (first,))]


def test_a_click_on_a_tab_jumps_to_the_other_end(canvas, qtbot, metrics):
    picture = a_far_skip(metrics)
    canvas.set_graph(picture)
    canvas.show_operator(OperatorId(0, COUNT), animate=False)
    (tab,) = Tabs(picture).of(picture.node_of[OperatorId(0, COUNT)])
    x, y = canvas.view.to_widget(tab.box[0] + 8, (tab.box[1] + tab.box[3]) / 2)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))

    assert canvas.selection == {OperatorId(0, 0)}
    qtbot.waitUntil(lambda: canvas.view.box[1] < 200)
