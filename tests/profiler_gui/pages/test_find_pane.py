import pytest
from PySide6.QtCore import Qt

from backends.model.model import OperatorId
from backends.targets.verdict import Placement
from tests.profiler_gui.conftest import activate
from tests.support.builders import a_run

_CONV, _RELU, _LOGISTIC = (OperatorId(0, index) for index in range(3))


@pytest.fixture
def page(window, open_file, model_file):
    open_file(model_file)
    window.actions_table["find"].trigger()
    return window.page


@pytest.fixture
def find(page, qtbot):
    """Type a query as a user does, and wait until it is answered."""

    def find_(text, expected):
        page.find_bar.line.clear()
        qtbot.keyClicks(page.find_bar.line, text)
        qtbot.waitUntil(lambda: page.find_bar._count.plain_text == expected)

    return find_


def rows(page):
    return [row.id for row in page.find_pane.results.table.visible_rows]


def test_a_mistake_is_shown_with_a_way_out_that_a_click_takes(page, find, qtbot):
    find("tpye:relu", "Not understood")

    assert page.find_bar._hint_row.isVisible()
    assert "There is no field" in page.find_bar._hint.text()
    assert page.canvas._matches == frozenset()

    qtbot.mouseClick(page.find_bar._suggestion, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.find_bar._count.plain_text == "1 match")

    assert page.find_bar.query == "type:relu"
    assert not page.find_bar._hint_row.isVisible()


def test_markup_in_a_query_stays_text(page, find):
    find("is:b<b>", "Not understood")

    assert "&lt;b&gt;" in page.find_bar._hint.text()


def test_an_unfinished_query_is_no_mistake_yet(page, find, qtbot):
    find("type:relu", "1 match")
    find("type:", "")
    qtbot.waitUntil(lambda: "needs a value" in page.find_bar._hint.text())

    assert page.find_bar.line.property("state") == ""


def test_matches_are_listed_and_a_click_goes_there(page, find, qtbot):
    find("dtype:int8 -type:logistic", "2 matches")
    page.find_bar._list.click()
    qtbot.waitUntil(lambda: rows(page) == [_CONV, _RELU])

    page.find_pane.results.selectRow(1)

    assert page.record.selection == {_RELU}
    assert page.find_bar._count.plain_text == "2 of 2"

    find("nowhere", "No matches")

    assert not page.find_pane.results.isVisible()


def test_all_matches_are_selected_at_once(page, find, qtbot):
    find("type:relu,logistic", "2 matches")

    qtbot.keyClick(page.find_bar.line, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)

    assert page.record.selection == {_RELU, _LOGISTIC}


def test_a_run_answers_what_could_not_be_answered_before(page, find, qtbot):
    find("time>1ms", "No matches")

    assert "was not measured yet" in page.find_bar._hint.text()

    page.record.add_run(a_run(page.record.model, [5e6, 1e5, 2e6]))
    qtbot.waitUntil(lambda: page.canvas._matches == {_CONV, _LOGISTIC})


def test_verdicts_are_asked_by_target(page, find, qtbot):
    verdicts = page.record.verdicts["nnapi-1.1"].verdicts
    refused = {id_ for id_, verdict in verdicts.items() if verdict.placement is Placement.FALLBACK}

    page.find_bar.set_query("fallback:nnapi-1.1")
    qtbot.waitUntil(lambda: page.canvas._matches == refused)

    assert refused


def test_choices_are_offered_and_tab_takes_the_first(window, page, qtbot):
    activate(window, qtbot)
    page.find_bar.line.setFocus()
    qtbot.waitUntil(page.find_bar.line.hasFocus)
    qtbot.keyClicks(page.find_bar.line, "type:re")
    popup = page.find_bar.line._popup
    qtbot.waitUntil(popup.isVisible)

    qtbot.keyClick(page.find_bar.line, Qt.Key.Key_Tab)

    assert page.find_bar.query == "type:RELU "
    assert not popup.isVisible()


def test_the_query_is_shown_in_the_table(window, page, find, qtbot):
    find("type:relu", "1 match")

    page.find_bar._table.click()

    layers = window.docks.page("layers")
    qtbot.waitUntil(lambda: [row.id for row in layers.operator_view.table.visible_rows] == [_RELU])
    assert layers._filter.text == "type:relu"


def test_help_puts_an_example_into_the_line(page, qtbot):
    from PySide6.QtCore import QUrl

    from profiler_gui.widgets.query_help import QueryHelp

    page.find_bar._help.click()
    help_ = page.find_bar.findChild(QueryHelp)

    help_.text.anchorClicked.emit(QUrl("example:1"))

    assert page.find_bar.query == "type:CONV_2D dtype:int8"
