import pytest
from PySide6.QtCore import Qt

from profiler_gui.notices import Notice, NoticeAction, NoticeBoard, Severity
from profiler_gui.theme import load_colors, make_palette
from profiler_gui.widgets.notice_bar import NoticeBar

_LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def board(qapp):
    return NoticeBoard()


@pytest.fixture
def bar(board, qtbot):
    bar = NoticeBar(board)
    qtbot.addWidget(bar)
    return bar


def test_the_bar_is_there_only_while_a_notice_waits(bar, board, qtbot):
    assert not bar.isVisible()

    board.warn("careful", hint="slow down")

    assert bar.isVisible()
    assert bar._message.plain_text == "careful"
    assert bar._hint.plain_text == "slow down"
    assert not bar._details.isVisible()

    qtbot.mouseClick(bar._dismiss, _LEFT)

    assert not bar.isVisible()


def test_the_newest_notice_is_in_front_and_the_others_wait(bar, board, qtbot):
    board.warn("one")
    board.warn("two")

    assert bar._message.plain_text == "two"
    assert bar._count.plain_text == "1 of 2"

    qtbot.mouseClick(bar._dismiss, _LEFT)

    assert bar._message.plain_text == "one"
    assert not bar._count.isVisible()


def test_details_are_asked_for_with_the_notice(bar, board, qtbot):
    board.warn("careful", detail="a long log")

    with qtbot.waitSignal(bar.details_wanted) as wanted:
        qtbot.mouseClick(bar._details, _LEFT)

    assert wanted.args[0].detail == "a long log"


def test_an_action_runs_and_dismisses(bar, board, qtbot):
    done = []
    action = NoticeAction(label="Reload && more", run=lambda: done.append(1))
    board.post(Notice(severity=Severity.INFO, message="changed", actions=(action,)))

    qtbot.mouseClick(bar._actions[0], _LEFT)

    assert done == [1]
    assert board.notices == ()
    assert not bar.isVisible()


def test_markup_in_a_message_is_shown_as_it_is(bar, board):
    board.warn("<b>file</b>\x1b[0m")

    assert bar._message.plain_text == "<b>file</b>\\x1b[0m"
    assert bar._message.textFormat() is Qt.TextFormat.PlainText


def test_the_close_icon_of_a_shown_notice_follows_the_theme(bar, board):
    board.warn("careful")
    shades = []
    for is_dark in (False, True):
        bar.setPalette(make_palette(load_colors(is_dark=is_dark)))
        image = bar._dismiss.icon().pixmap(16, 16).toImage()
        pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        shades.append(max(pixels, key=lambda color: color.alpha()).lightness())

    assert shades[0] < 128 < shades[1]
