import pytest

from backends.errors import ModelFileError
from profiler_gui.notices import Notice, NoticeBoard, Severity, notice_of


def test_an_expected_error_is_told_in_its_own_words(qapp):
    notice = notice_of(ModelFileError("It is broken.", hint="Get another.", detail="log"))

    assert (notice.severity, notice.message, notice.hint, notice.detail) == (
        Severity.ERROR,
        "It is broken.",
        "Get another.",
        "log",
    )


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("the runtime cannot run X (operator 1)", "The runtime cannot run X (operator 1)."),
        ("model.tflite is empty (0 bytes).", "model.tflite is empty (0 bytes)."),
    ],
)
def test_an_error_is_told_as_a_sentence(qapp, message, shown):
    assert notice_of(ModelFileError(message)).message == shown


def test_any_other_exception_is_a_bug_with_its_traceback(qapp):
    try:
        raise KeyError("lost")
    except KeyError as error:
        notice = notice_of(error)

    assert notice.severity is Severity.BUG
    assert "KeyError: 'lost'" in notice.detail
    assert "test_notices.py" in notice.detail


def test_notices_queue_up_and_equal_ones_are_not_repeated(qapp):
    board = NoticeBoard()
    board.warn("one")
    board.warn("two")
    board.warn("one")

    assert [notice.message for notice in board.notices] == ["one", "two"]

    board.dismiss(board.notices[0])

    assert [notice.message for notice in board.notices] == ["two"]


def test_a_newer_notice_with_the_same_key_takes_the_place_of_the_older(qapp):
    board = NoticeBoard()
    board.inform("changed", key="file")
    board.warn("other")
    board.inform("changed again", key="file")

    assert [notice.message for notice in board.notices] == ["other", "changed again"]

    board.dismiss_key("file")

    assert [notice.message for notice in board.notices] == ["other"]


def test_dismissing_what_is_gone_does_nothing(qapp):
    board = NoticeBoard()
    changes = []
    board.changed.connect(lambda: changes.append(1))

    board.dismiss(Notice(severity=Severity.INFO, message="never posted"))

    assert changes == []
