import pytest
from PySide6.QtCore import Qt

from backends.model.model import OperatorId
from backends.runs.operator_column import OperatorColumn
from profiler_gui.session import Overlay, OverlayChoice
from tests.support.builders import a_run
from tests.support.model_builder import StoredSubgraph, a_model, a_stored_tensor, an_operator

_CONV, _RELU, _LOGISTIC = (OperatorId(0, index) for index in range(3))


@pytest.fixture
def page(window, open_file, model_file):
    open_file(model_file)
    return window.page


def type_query(page, qtbot, text):
    page.find_bar._edit.clear()
    qtbot.keyClicks(page.find_bar._edit, text)


def count_text(page):
    return page.find_bar._count.plain_text


def test_the_find_key_opens_the_bar_and_typing_marks_matches(window, page, qtbot):
    window.actions_table["find"].trigger()
    type_query(page, qtbot, "type:relu|logistic")

    qtbot.waitUntil(lambda: count_text(page) == "2 matches")

    assert page.find_bar.isVisible()
    assert page.canvas._matches == {_RELU, _LOGISTIC}


def test_enter_goes_through_the_matches_and_around(window, page, qtbot):
    window.actions_table["find"].trigger()
    type_query(page, qtbot, "type:relu|logistic")
    qtbot.waitUntil(lambda: count_text(page) == "2 matches")

    seen = []
    for _ in range(3):
        qtbot.keyClick(page.find_bar._edit, Qt.Key.Key_Return)
        seen.append((count_text(page), page.record.selection))

    assert seen == [("1 of 2", {_RELU}), ("2 of 2", {_LOGISTIC}), ("1 of 2", {_RELU})]

    qtbot.keyClick(page.find_bar._edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)

    assert page.record.selection == {_LOGISTIC}

    window.actions_table["find_next"].trigger()

    assert page.record.selection == {_RELU}


def test_no_match_is_said_and_escape_puts_the_bar_away(window, page, qtbot):
    window.actions_table["find"].trigger()
    type_query(page, qtbot, "nowhere")
    qtbot.waitUntil(lambda: count_text(page) == "No matches")

    qtbot.keyClick(page.find_bar._edit, Qt.Key.Key_Escape)

    assert not page.find_bar.isVisible()
    assert page.canvas._matches == frozenset()


def test_a_click_in_the_graph_selects_everywhere(page, qtbot):
    node = page.canvas.picture.node_of[_RELU]
    layout = page.canvas.picture.layout
    x, y = page.canvas.view.to_widget(
        layout.left[node] + layout.width[node] / 2, layout.top[node] + layout.height[node] / 2
    )
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=page.canvas.rect().topLeft() + _point(x, y))

    assert page.record.selection == {_RELU}


def test_a_selection_from_elsewhere_is_shown_in_the_graph(page):
    page.record.select([_LOGISTIC])

    assert page.canvas.selection == {_LOGISTIC}


@pytest.mark.parametrize("overlay", list(Overlay))
def test_every_colouring_can_be_painted(page, overlay):
    page.record.add_run(a_run(page.record.model, [1e6, 2e6, None]))
    page.record.add_column(OperatorColumn(id="gain", title="Gain", values={OperatorId(0, 0): 1.0}, is_diverging=True))
    for is_logarithmic in (False, True):
        page.record.choose_overlay(OverlayChoice(overlay=overlay, column="gain", is_logarithmic=is_logarithmic))

        assert not page.canvas.grab().isNull()
        assert (page.canvas._overlay is None) == (overlay is Overlay.NONE)


def test_another_subgraph_is_laid_out_and_shown(window, open_file, qtbot, tmp_path):
    path = tmp_path / "two.tflite"
    inner = StoredSubgraph(operators=[an_operator("RELU"), an_operator("TANH")])
    tensor = a_stored_tensor((1,), "bool")
    path.write_bytes(a_model([an_operator("LOGICAL_NOT", [tensor])], more_subgraphs=[inner]))
    record = open_file(path)

    assert window.tool_bar._subgraphs.isVisible()

    record.reveal(OperatorId(1, 1))
    qtbot.waitUntil(lambda: window.page.canvas.picture.subgraph == 1)

    assert window.page.canvas.selection == {OperatorId(1, 1)}
    assert window.tool_bar._subgraphs.currentIndex() == 1


def _point(x, y):
    from PySide6.QtCore import QPoint

    return QPoint(round(x), round(y))


def test_enter_right_after_typing_goes_to_the_first_match(window, page, qtbot):
    window.actions_table["find"].trigger()
    type_query(page, qtbot, "type:relu|logistic")
    qtbot.keyClick(page.find_bar._edit, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: count_text(page) == "1 of 2")

    assert page.record.selection == {_RELU}
