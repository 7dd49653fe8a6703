import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from profiler_gui.widgets.turning_splitter import TurningSplitter


@pytest.fixture
def splitter(qtbot):
    splitter = TurningSplitter((1, 2, 1))
    qtbot.addWidget(splitter)
    for _ in range(3):
        splitter.addWidget(QWidget())
    splitter.resize(800, 200)
    splitter.show()
    return splitter


def test_parts_stand_side_by_side_in_a_wide_dock_and_stacked_in_a_tall_one(splitter):
    wide = splitter.orientation()
    splitter.resize(300, 800)

    assert wide is Qt.Orientation.Horizontal
    assert splitter.orientation() is Qt.Orientation.Vertical


def test_each_part_gets_its_share(splitter):
    first, second, third = splitter.sizes()

    assert second == pytest.approx(2 * first, abs=4)
    assert third == pytest.approx(first, abs=4)


def test_what_the_user_moved_stays(splitter):
    splitter.moveSplitter(100, 1)
    splitter.resize(820, 200)

    assert splitter.sizes()[0] == pytest.approx(100, abs=10)


def test_stacked_parts_do_not_keep_a_dock_from_getting_low(splitter):
    for number in range(3):
        splitter.widget(number).setMinimumHeight(300)
    splitter.resize(300, 1000)

    assert splitter.minimumSizeHint().height() <= 100
