import pytest
from PySide6.QtCore import Qt

from profiler_gui.widgets.bar_list import Bar, BarList

BARS = tuple(
    Bar(key=number, label=f"bar {number}", value=float(9 - number), text=f"{9 - number} ms") for number in range(9)
)


@pytest.fixture
def bars(qtbot):
    bars = BarList()
    qtbot.addWidget(bars)
    bars.set_bars(BARS)
    bars.resize(300, 120)
    bars.show()
    return bars


def test_it_keeps_to_the_rules_of_item_models(bars, qtmodeltester):
    qtmodeltester.check(bars.model())


def test_a_screen_reader_hears_label_and_value(bars):
    assert bars.model().index(2, 0).data() == "bar 2: 7 ms"


def test_a_click_tells_the_key(bars, qtbot):
    with qtbot.waitSignal(bars.keys_selected) as told:
        qtbot.mouseClick(
            bars.viewport(), Qt.MouseButton.LeftButton, pos=bars.visualRect(bars.model().index(1, 0)).center()
        )

    assert told.args == [(1,)]


def test_enter_opens_a_bar(bars, qtbot):
    bars.setCurrentIndex(bars.model().index(3, 0))
    with qtbot.waitSignal(bars.key_opened) as told:
        qtbot.keyClick(bars, Qt.Key.Key_Return)

    assert told.args == [3]


def test_marking_bars_by_program_tells_nobody(bars, qtbot):
    with qtbot.assertNotEmitted(bars.keys_selected):
        bars.select_keys({2, 4}.__contains__)

    assert sorted(index.row() for index in bars.selectedIndexes()) == [2, 4]


def test_its_picture_shows_all_bars(bars, qtbot):
    picture = bars.picture()
    qtbot.addWidget(picture)

    assert picture.bars == BARS
    assert picture.height() >= 9 * bars.sizeHintForRow(0)


def test_bars_are_drawn_as_long_as_their_values(bars, qtbot):
    image = bars.picture(600).grab().toImage()
    row = bars.sizeHintForRow(0)
    lengths = [_coloured(image, number * row + row // 2) for number in (0, 4, 8)]

    assert lengths[0] > lengths[1] > lengths[2] > 0
    assert lengths[1] / lengths[0] == pytest.approx(5 / 9, abs=0.02)


def _coloured(image, y):
    """Count the pixels of a line that have the colour of bars."""
    return sum(
        1
        for x in range(image.width())
        if image.pixelColor(x, y).saturation() > 120 and image.pixelColor(x, y).blue() > 120
    )
