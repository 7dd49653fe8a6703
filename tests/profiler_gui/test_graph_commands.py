import pytest
from PySide6.QtCore import QPoint, Qt

from backends.model.model import OperatorId
from profiler_gui.canvas.canvas import Spot
from profiler_gui.graph_menu import make_graph_menu
from tests.profiler_gui.conftest import activate
from tests.support.builders import a_run
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

LAYERS = 5


def a_layered_file(layers: int = LAYERS) -> bytes:
    """A first operator, layers of three (RELU, TANH, and an ADD that skips over both), and a last operator."""
    shape = (1, 8, 8, 4)
    tensor = a_stored_tensor(shape, name="input")
    operators = [an_operator("LOGISTIC", [tensor], [start := a_stored_tensor(shape, name="net/stem/Sigmoid")])]
    for layer in range(layers):
        one = a_stored_tensor(shape, name=f"net/layer_{layer}/Relu")
        two = a_stored_tensor(shape, name=f"net/layer_{layer}/Tanh")
        end = a_stored_tensor(shape, name=f"net/layer_{layer}/add")
        operators += [
            an_operator("RELU", [start], [one]),
            an_operator("TANH", [one], [two]),
            an_operator("ADD", [two, start], [end]),
        ]
        start = end
    operators.append(an_operator("SOFTMAX", [start], [a_stored_tensor(shape, name="net/Softmax")]))
    return a_model(operators)


@pytest.fixture
def page(window, open_file, tmp_path):
    path = tmp_path / "layers.tflite"
    path.write_bytes(a_layered_file())
    open_file(path)
    return window.page


@pytest.fixture
def act(window, page, qtbot):
    """Do what an action of the menu does, and wait for the picture."""

    def act_(id_):
        window.actions_table[id_].trigger()
        qtbot.waitUntil(lambda: not page.graph.is_drawing)

    return act_


def titles(page):
    return [node.title for node in page.canvas.picture.nodes]


def point_of(canvas, operator) -> QPoint:
    layout, node = canvas.picture.layout, canvas.picture.node_of[operator]
    x, y = canvas.view.to_widget(layout.left[node] + layout.width[node] / 2, layout.top[node] + 12)
    return QPoint(round(x), round(y))


def chip_texts(page):
    return [chip.text() for chip in page.graph_bar.chips]


def test_everything_collapses_to_what_repeats_and_a_double_click_expands_it(page, act, qtbot):
    assert len(titles(page)) == 3 * LAYERS + 4

    act("collapse_all")

    assert titles(page) == ["input", "LOGISTIC", "layer_0 … layer_4  ×5", "SOFTMAX", "net/Softmax"]
    assert any("Expand all" in text for text in chip_texts(page))

    qtbot.mouseDClick(page.canvas, Qt.MouseButton.LeftButton, pos=point_of(page.canvas, OperatorId(0, 2)))
    qtbot.waitUntil(lambda: "layer_3" in titles(page))

    assert titles(page)[2:7] == [f"layer_{number}" for number in range(LAYERS)]


def test_a_click_on_the_name_of_a_frame_collapses_the_group(page, act, qtbot):
    act("show_frames")
    page.canvas.reset_zoom()
    frames = page.canvas.picture.frames
    frame = page.canvas.picture.frame_titles.index("layer_0")
    x, y = page.canvas.view.to_widget(frames.box[frame][0] + 12, frames.box[frame][1] + 10)
    page.canvas.show_operator(OperatorId(0, 1), animate=False)
    x, y = page.canvas.view.to_widget(frames.box[frame][0] + 12, frames.box[frame][1] + 10)
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))

    qtbot.waitUntil(lambda: "layer_0" in titles(page))

    assert titles(page)[2:4] == ["layer_0", "RELU"]


def test_a_group_keeps_its_place_on_the_screen_when_it_is_expanded(page, act):
    act("collapse_all")
    page.canvas.reset_zoom()
    before = point_of(page.canvas, OperatorId(0, 2))
    page.canvas.set_selection([OperatorId(0, 2)])

    act("expand_group")

    assert (point_of(page.canvas, OperatorId(0, 2)) - before).manhattanLength() <= 2


def test_selecting_a_group_selects_its_operators_everywhere(page, act, qtbot):
    act("collapse_all")
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=point_of(page.canvas, OperatorId(0, 2)))

    assert page.record.selection == {OperatorId(0, index) for index in range(1, 3 * LAYERS + 1)}


def test_an_operator_chosen_elsewhere_comes_out_of_its_group(page, act, qtbot):
    act("collapse_all")
    page.record.reveal(OperatorId(0, 5))
    qtbot.waitUntil(lambda: titles(page).count("TANH") == 1)

    assert page.graph_bar.crumbs[-1] == "TANH 5"
    assert "layer_1" in page.graph_bar.crumbs


def test_collapsing_the_group_around_the_selection(page, act):
    page.record.select([OperatorId(0, 4)])
    act("collapse_group")

    assert titles(page).count("layer_1") == 1
    assert titles(page).count("RELU") == LAYERS - 1


def test_the_neighbourhood_grows_and_shrinks_and_a_chip_leaves_it(page, act, qtbot):
    page.record.select([OperatorId(0, 0)])
    act("only_near")

    assert titles(page) == ["input", "LOGISTIC", "RELU", "ADD"]

    act("only_near")

    assert len(titles(page)) == 7
    assert chip_texts(page)[0].startswith("2 hops around LOGISTIC 0: 7 of 19 nodes")

    act("only_nearer")

    assert len(titles(page)) == 4

    page.graph_bar.chips[0].click()
    qtbot.waitUntil(lambda: len(titles(page)) == 19)

    assert page.graph_bar.chips == ()


def test_the_selection_can_be_isolated_and_hidden(page, act):
    page.record.select([OperatorId(0, 1), OperatorId(0, 2)])
    act("only_selection")

    assert titles(page) == ["RELU", "TANH"]

    act("show_everything")
    act("hide_selection")

    assert len(titles(page)) == 17
    assert page.record.selection == frozenset()


def test_a_partition_of_the_target_can_be_shown_alone(page, act):
    page.record.choose_target("nnapi-1.0")
    page.record.select([OperatorId(0, 1)])
    act("only_partition")
    shown = {node.operator for node in page.canvas.picture.nodes}

    part = next(part for part in page.record.verdict.partitions if 1 in part.operators)
    assert shown == {OperatorId(0, index) for index in part.operators}


def test_the_critical_path_is_marked_by_time_once_there_is_a_run(page, act):
    act("critical_path")

    assert page.canvas.trace is not None
    assert any("Critical path by MACs" in text for text in chip_texts(page))

    page.record.add_run(a_run(page.record.model))

    assert any("Critical path by measured time" in text for text in chip_texts(page))

    act("critical_path")

    assert page.canvas.trace is None


def test_a_click_on_an_edge_follows_its_tensor(page, qtbot):
    canvas = page.canvas
    canvas.show_operator(OperatorId(0, 1), animate=False)
    layout = canvas.picture.layout
    node = canvas.picture.node_of[OperatorId(0, 1)]
    x, y = canvas.view.to_widget(
        layout.left[node] + layout.width[node] / 2, layout.top[node] + layout.height[node] + 16
    )
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))

    assert canvas.trace is not None
    assert "net/layer_0/Relu" in chip_texts(page)[0]
    assert "1 reader" in chip_texts(page)[0]


def test_bookmarks_are_set_and_gone_to_by_keys(page, window, qtbot):
    activate(window, qtbot)
    page.canvas.setFocus()
    page.record.select([OperatorId(0, 7)])
    qtbot.keyClick(page.canvas, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    page.record.select([OperatorId(0, 0)])
    qtbot.keyClick(page.canvas, Qt.Key.Key_3)

    assert page.record.selection == {OperatorId(0, 7)}


def test_the_menu_of_the_right_button_follows_tensors_and_folds(page, window, act, qtbot):
    node = page.canvas.picture.nodes[page.canvas.picture.node_of[OperatorId(0, 3)]]
    followed = []
    menu = make_graph_menu(page, Spot(node=node), window.actions_table, followed.append)
    texts = [action.text() for action in menu.actions() if action.text()]

    assert texts[:3] == ["Copy name", "Follow a tensor", "Collapse layer_0"]
    tensors = next(action.menu() for action in menu.actions() if action.menu())
    assert [action.text().split("  ")[0] for action in tensors.actions()] == [
        "gives net/layer_0/add",
        "reads net/layer_0/Tanh",
        "reads net/stem/Sigmoid",
    ]
    tensors.actions()[1].trigger()
    assert followed == [page.record.model.operator(OperatorId(0, 3)).inputs[0]]
    next(action for action in menu.actions() if action.text() == "Collapse layer_0").trigger()
    qtbot.waitUntil(lambda: "layer_0" in titles(page))
    menu.deleteLater()


def test_the_graph_can_run_from_left_to_right_and_arrow_keys_follow(page, act, qtbot):
    act("turn_sideways")
    layout, places = page.canvas.picture.layout, page.canvas.picture.node_of
    one, two = places[OperatorId(0, 1)], places[OperatorId(0, 2)]

    assert layout.left[one] + layout.width[one] < layout.left[two]

    page.canvas.set_selection([OperatorId(0, 1)])
    qtbot.keyClick(page.canvas, Qt.Key.Key_Right)

    assert page.canvas.selection == {OperatorId(0, 2)}

    act("turn_sideways")

    assert not page.canvas.picture.layout.is_sideways
