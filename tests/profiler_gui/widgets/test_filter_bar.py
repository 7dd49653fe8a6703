import pytest

from profiler_gui.widgets.filter_bar import FilterBar


@pytest.fixture
def bar(qtbot):
    bar = FilterBar("Filter")
    qtbot.addWidget(bar)
    bar.set_kinds({"CONV_2D": 3, "RELU": 1, "ADD": 3})
    return bar


def titles(bar):
    return [action.text() for action in bar._menu.actions() if action.text()]


def test_types_are_offered_with_counts_and_the_most_frequent_first(bar):
    assert titles(bar) == ["All types", "ADD (3)", "CONV_2D (3)", "RELU (1)"]


def test_ticking_types_tells_and_names_them(bar, qtbot):
    with qtbot.waitSignal(bar.changed):
        bar._menu.actions()[2].trigger()
    one = bar._button.text()
    bar._menu.actions()[3].trigger()

    assert one == "ADD ▾"
    assert bar.kinds == {"ADD", "CONV_2D"}
    assert bar._button.text() == "2 types ▾"


def test_all_types_unticks_them(bar):
    bar.choose_kinds(["ADD"])
    bar._menu.actions()[0].trigger()

    assert bar.kinds == frozenset()
    assert bar._button.text() == "All types ▾"


def test_types_that_are_gone_are_no_longer_chosen(bar, qtbot):
    bar.choose_kinds(["ADD", "RELU"])
    with qtbot.waitSignal(bar.changed):
        bar.set_kinds({"RELU": 2})

    assert bar.kinds == {"RELU"}


def test_typing_tells_once_when_the_keys_rest(bar, qtbot):
    told = []
    bar.changed.connect(lambda: told.append(bar.text))
    with qtbot.waitSignal(bar.changed):
        for text in ("c", "co", "con"):
            bar.set_text(text)

    assert told == ["con"]


def test_a_type_with_an_ampersand_is_not_a_shortcut(bar):
    bar.set_kinds({"A&B": 1})

    assert titles(bar)[1] == "A&&B (1)"
