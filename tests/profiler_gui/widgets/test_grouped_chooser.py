import pytest
from PySide6.QtCore import Qt

from profiler_gui.widgets.grouped_chooser import GroupedChooser, Item


@pytest.fixture
def chooser(qtbot):
    chooser = GroupedChooser("What to show")
    qtbot.addWidget(chooser)
    chooser.set_items(
        (
            Item(group="Sizes", title="Bytes", tip="all tensors", data="bytes", is_chosen=True),
            Item(group="Sizes", title="Parameters", tip="constants", data="params"),
            Item(group="Measured", title="Time", tip="needs a run", data="time", is_enabled=False),
            Item(group="Measured", title="Energy", tip="mJ", data="energy"),
        )
    )
    return chooser


def rows(chooser):
    list_ = chooser.popup.list
    return [list_.item(row).text().strip() for row in range(list_.count())]


def test_items_stand_in_their_groups_and_the_chosen_one_is_marked(chooser):
    assert rows(chooser) == ["Sizes", "✓ Bytes", "Parameters", "Measured", "Time", "Energy"]
    assert chooser.popup.list.currentRow() == 1


def test_typing_narrows_the_list_and_enter_takes(chooser, qtbot):
    qtbot.keyClicks(chooser.popup.line, "ener")

    assert rows(chooser) == ["Measured", "Energy"]

    with qtbot.waitSignal(chooser.chosen) as caught:
        qtbot.keyClick(chooser.popup.line, Qt.Key.Key_Return)

    assert caught.args == ["energy"]


def test_arrow_keys_pass_over_headings_and_what_cannot_be_taken(chooser, qtbot):
    for _ in range(2):
        qtbot.keyClick(chooser.popup.line, Qt.Key.Key_Down)
    with qtbot.waitSignal(chooser.chosen) as caught:
        qtbot.keyClick(chooser.popup.line, Qt.Key.Key_Return)

    assert caught.args == ["energy"]


def test_the_meaning_is_searched_too(chooser, qtbot):
    qtbot.keyClicks(chooser.popup.line, "constants")

    assert rows(chooser) == ["Sizes", "Parameters"]


def test_a_long_name_is_shortened_on_the_button_and_whole_in_the_tip(chooser):
    chooser.show_chosen("a very long name of a column that somebody imported & kept")

    assert len(chooser.text()) < 32
    assert "imported & kept" in chooser.toolTip()
