from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QMenu

from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from backends.targets.verdict import Placement
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.overlay import PlacementOverlay, ValueOverlay
from profiler_gui.canvas.palette import DARK
from profiler_gui.canvas.picture import build_picture
from tests.profiler_gui.canvas.conftest import ADD, CONV, LOGISTIC
from tests.support.graph_builders import a_graph_model
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def point_of(canvas, operator) -> QPoint:
    layout = canvas.picture.layout
    node = canvas.picture.node_of[operator]
    x, y = canvas.view.to_widget(layout.left[node] + layout.width[node] / 2, layout.top[node] + layout.height[node] / 2)
    return QPoint(round(x), round(y))


def wheel(canvas, turn: QPoint, modifiers=Qt.KeyboardModifier.NoModifier, at: QPoint | None = None) -> None:
    position = QPointF(at or QPoint(400, 300))
    canvas.wheelEvent(
        QWheelEvent(
            position,
            position,
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
    )


def pixels(canvas):
    return canvas.grab().toImage()


def test_a_click_selects_and_says_so(canvas, qtbot):
    with qtbot.waitSignal(canvas.selection_changed) as changed:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=point_of(canvas, CONV))

    assert changed.args == [frozenset({CONV})]
    assert canvas.selection == {CONV}


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier])
def test_a_click_with_a_modifier_adds_and_takes_away(canvas, qtbot, modifier):
    for operator in (CONV, ADD, CONV):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, modifier, pos=point_of(canvas, operator))

    assert canvas.selection == {ADD}


def test_a_click_beside_all_nodes_clears_the_selection(canvas, qtbot):
    canvas.set_selection([CONV])
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))

    assert canvas.selection == frozenset()


def test_a_selection_from_outside_is_not_echoed(canvas, qtbot):
    with qtbot.assertNotEmitted(canvas.selection_changed):
        canvas.set_selection([ADD, OperatorId(7, 7)])

    assert canvas.selection == {ADD}


def test_a_click_on_an_input_tells_its_tensor(canvas, qtbot):
    layout = canvas.picture.layout
    x, y = canvas.view.to_widget(layout.left[0] + 5, layout.top[0] + 10)
    with qtbot.waitSignal(canvas.tensor_selected) as selected:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))

    assert selected.args == [0]
    assert canvas.selection == frozenset()


def test_a_rubber_band_selects_what_it_touches(canvas, qtbot):
    start, end = point_of(canvas, CONV), point_of(canvas, LOGISTIC)
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, shift, pos=start)
    qtbot.mouseMove(canvas, pos=end)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, shift, pos=end)

    assert {CONV, LOGISTIC} <= canvas.selection


def test_a_drag_pans_and_selects_nothing(canvas, qtbot):
    before = canvas.view
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 300))
    qtbot.mouseMove(canvas, pos=QPoint(110, 330))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(110, 330))

    assert canvas.view.y == pytest.approx(before.y - 30 / before.zoom, abs=1)
    assert canvas.selection == frozenset()


def test_a_double_click_activates(canvas, qtbot):
    with qtbot.waitSignal(canvas.operator_activated) as activated:
        qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=point_of(canvas, ADD))

    assert activated.args == [ADD]


def test_the_wheel_zooms_at_the_pointer(canvas):
    at = point_of(canvas, ADD)
    under = canvas.view.to_picture(at.x(), at.y())
    before = canvas.view.zoom
    wheel(canvas, QPoint(0, 120), at=at)

    assert canvas.view.zoom > before
    assert canvas.view.to_picture(at.x(), at.y()) == pytest.approx(under, abs=1)


def test_the_wheel_with_shift_pans_sideways(canvas):
    before = canvas.view
    wheel(canvas, QPoint(0, -60), Qt.KeyboardModifier.ShiftModifier)

    assert canvas.view.zoom == before.zoom
    assert canvas.view.x > before.x
    assert canvas.view.y == before.y


def test_arrow_keys_follow_the_edges(canvas, qtbot):
    canvas.set_selection([ADD])
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    producer = canvas.selection
    qtbot.keyClick(canvas, Qt.Key.Key_Down)

    assert producer in ({CONV}, {LOGISTIC})
    assert canvas.selection != producer


def test_the_first_arrow_key_selects_the_first_node(canvas, qtbot):
    with qtbot.waitSignal(canvas.tensor_selected):
        qtbot.keyClick(canvas, Qt.Key.Key_Down)


def test_escape_clears_the_selection(canvas, qtbot):
    canvas.set_selection([ADD])
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)

    assert canvas.selection == frozenset()


def test_keys_zoom_at_the_middle(canvas, qtbot):
    centre = canvas.view.centre
    before = canvas.view.zoom
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)

    assert canvas.view.zoom < before
    assert canvas.view.centre == pytest.approx(centre, abs=2)


def test_a_long_graph_starts_readable_at_its_top(canvas, long_chain):
    canvas.set_graph(long_chain)

    assert canvas.view.zoom >= 0.58
    assert canvas.view.box[1] <= 0 <= canvas.view.box[3]


def test_the_first_size_decides_where_the_graph_starts(qtbot, long_chain):
    canvas = GraphCanvas()
    qtbot.addWidget(canvas)
    canvas.set_graph(long_chain)
    canvas.resize(300, 200)
    canvas.show()
    qtbot.waitExposed(canvas)

    assert canvas.view.box[1] == pytest.approx(-24 / canvas.view.zoom, abs=1.5)


def test_a_graph_that_nobody_moved_starts_anew_at_another_size(canvas, long_chain):
    canvas.set_graph(long_chain)
    canvas.grab()
    canvas.resize(1000, 1200)

    assert canvas.view.box[1] == pytest.approx(-24 / canvas.view.zoom, abs=1.5)


def test_a_graph_that_was_moved_keeps_its_middle_at_another_size(canvas, long_chain):
    canvas.set_graph(long_chain)
    canvas._pan(0, -2000)
    middle = canvas.view.centre
    canvas.resize(1000, 1200)

    assert canvas.view.centre == pytest.approx(middle, abs=1.5)


def test_a_wide_graph_starts_where_most_nodes_are(canvas, metrics):
    """One long chain from tensor 0, and a short one far from it that starts at a tensor of its own."""
    many = [("RELU", (0,), (i + 2,)) for i in range(40)]
    lonely = [("LOGISTIC", (1,), (100,))] + [("RELU", (i,), (i + 1,)) for i in range(100, 130)]
    canvas.set_graph(build_picture(a_graph_model([*many, *lonely]), 0, metrics))
    left, _, right, _ = canvas.view.box
    layout = canvas.picture.layout
    seen = (layout.left >= left) & (layout.left + layout.width <= right) & (layout.top < layout.bounds[1] + 600)

    assert seen.sum() >= 5


def test_the_outline_of_the_selection_runs_under_the_label(canvas):
    canvas.set_overlay(ValueOverlay(title="Time", values={CONV: 1.0}, labels={CONV: "1234 ms"}))
    canvas.reset_zoom()
    layout, node = canvas.picture.layout, canvas.picture.node_of[CONV]
    right, top = canvas.view.to_widget(layout.left[node] + layout.width[node], layout.top[node])
    label = QRect(round(right) - 36, round(top) - 10, 32, 12)
    before = pixels(canvas).copy(label)
    canvas.set_selection([CONV])

    assert pixels(canvas).copy(label) == before


def test_space_shows_everything(canvas, qtbot, long_chain):
    canvas.set_graph(long_chain)
    qtbot.keyClick(canvas, Qt.Key.Key_Space)

    qtbot.waitUntil(lambda: canvas.view.shows(long_chain.layout.bounds))


def test_an_operator_is_brought_to_the_middle(canvas, long_chain):
    canvas.set_graph(long_chain)
    canvas.show_operator(OperatorId(0, 150), animate=False)
    point = point_of(canvas, OperatorId(0, 150))

    assert abs(point.x() - 400) <= 1
    assert abs(point.y() - 300) <= 1


def test_panning_gives_the_same_picture_as_painting_anew(canvas, long_chain):
    canvas.set_graph(long_chain)
    canvas.zoom_by(1.3)
    canvas.grab()
    for step in ((3, -17), (-40, -33), (0, 12)):
        canvas._pan(*step)
        canvas.grab()
    shifted = pixels(canvas)
    canvas._sheet.forget()

    assert shifted == pixels(canvas)


def test_a_slow_graph_is_stretched_while_zooming_and_sharp_after(canvas, qtbot, long_chain):
    canvas.set_graph(long_chain)
    canvas.grab()
    canvas._sheet._milliseconds = 1000.0
    canvas.zoom_by(1.2)
    stretched = pixels(canvas)
    qtbot.waitUntil(lambda: not canvas._zooming.isActive())
    sharp = pixels(canvas)
    canvas._sheet.forget()

    assert stretched != sharp
    assert sharp == pixels(canvas)


def test_selection_matches_overlay_and_palette_are_seen(canvas):
    plain = pixels(canvas)
    canvas.set_matches([ADD])
    matched = pixels(canvas)
    canvas.set_matches([])
    canvas.set_selection([CONV])
    selected = pixels(canvas)
    canvas.set_selection([])
    canvas.set_overlay(ValueOverlay(title="Time", values={ADD: 0.5}, labels={ADD: "1.2 ms"}))
    overlaid = pixels(canvas)
    canvas.set_overlay(None)

    assert pixels(canvas) == plain
    canvas.set_palette(DARK)
    assert all(one != plain for one in (matched, selected, overlaid, pixels(canvas)))


def test_an_overview_appears_when_the_graph_is_larger_than_the_view(canvas, long_chain):
    canvas.show_all(animate=False)
    assert not canvas._minimap.isVisible()
    canvas.set_graph(long_chain)

    assert canvas._minimap.isVisible()


def test_a_click_on_the_overview_goes_there(canvas, qtbot, long_chain):
    canvas.set_graph(long_chain)
    overview = canvas._minimap
    qtbot.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(overview.width() // 2, overview.height() - 8))

    assert canvas.view.centre[1] > 0.9 * long_chain.layout.bounds[3]


def test_without_a_graph_nothing_happens(qtbot):
    canvas = GraphCanvas()
    qtbot.addWidget(canvas)
    canvas.show()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_F, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Plus, Qt.Key.Key_Home):
        qtbot.keyClick(canvas, key)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    canvas.set_graph(None)

    assert canvas.selection == frozenset()


def test_screen_readers_hear_what_is_selected(canvas):
    canvas.set_selection([ADD])

    assert canvas.accessibleName() == "Operator graph"
    assert canvas.accessibleDescription().startswith("ADD  ·  operator 2, tensor3")


def a_loop(metrics):
    body, cond = (a_graph_model([("RELU", (0,), (1,))]).subgraphs[0] for _ in range(2))
    options = {"cond_subgraph_index": 1, "body_subgraph_index": 2}
    model = a_graph_model([("WHILE", (0,), (1,))])
    loop = replace(model.subgraphs[0].operators[0], options=options)
    main = replace(model.subgraphs[0], operators=(loop,))
    return build_picture(replace(model, subgraphs=(main, cond, body)), 0, metrics)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_an_operator_that_calls_two_subgraphs_asks_which_to_open(canvas, qtbot, metrics):
    canvas.set_graph(a_loop(metrics))
    loop = OperatorId(0, 0)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=point_of(canvas, loop))
    (menu,) = canvas.findChildren(QMenu)

    assert [action.text() for action in menu.actions()] == ["Open cond (subgraph 1)", "Open body (subgraph 2)"]
    with qtbot.waitSignal(canvas.subgraph_activated) as activated:
        menu.actions()[1].trigger()
    menu.close()
    assert activated.args == [2]


def test_the_card_waits_until_the_pointer_rests(canvas, qtbot):
    qtbot.mouseMove(canvas, pos=point_of(canvas, ADD))
    assert not canvas._card.isVisible()

    qtbot.waitUntil(canvas._card.isVisible)
    assert canvas._card.text().startswith("ADD")
    qtbot.mouseMove(canvas, pos=QPoint(2, 2))
    assert not canvas._card.isVisible()


def test_an_operator_that_only_unpacks_a_constant_is_found_at_its_reader(canvas, metrics):
    half, weights = a_stored_tensor((4, 1, 1, 4), "float16", data=bytes(32)), a_stored_tensor((4, 1, 1, 4))
    image, result = a_stored_tensor((1, 8, 8, 4)), a_stored_tensor((1, 8, 8, 4))
    unpack = an_operator("DEQUANTIZE", [half], [weights])
    model = read_model_bytes(a_model([unpack, an_operator("CONV_2D", [image, weights], [result])]))
    canvas.set_graph(build_picture(model, 0, metrics))
    canvas.set_selection([OperatorId(0, 0)])

    assert canvas.selection == {OperatorId(0, 1)}
    assert "includes operator 0 to unpack constants" in canvas.accessibleDescription()


def test_screen_readers_hear_marks_of_the_targets_answer(canvas):
    canvas.set_selection([ADD])
    canvas.set_overlay(PlacementOverlay(title="On a target", placements={ADD: Placement.FALLBACK}))

    assert "falls back to the CPU" in canvas.accessibleDescription()
