import gc
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from profiler_gui.app import BugReporter
from profiler_gui.garbage import MainThreadCollector
from profiler_gui.notices import NoticeBoard, Severity

_ROOT = Path(__file__).resolve().parents[2]
_SAY_MODULES = "import sys, profiler_gui.__main__ as m; m.main(sys.argv[1:]); print('PySide6' in sys.modules)"


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["targets"]])
def test_a_headless_command_does_not_import_qt(arguments):
    outcome = subprocess.run(
        [sys.executable, "-c", _SAY_MODULES.replace("m.main(sys.argv[1:])", f"m.main({arguments!r})")],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert outcome.stdout.splitlines()[-1] == "False"


@pytest.fixture
def board(qapp):
    board = NoticeBoard()
    hooks = sys.excepthook, threading.excepthook
    yield board
    sys.excepthook, threading.excepthook = hooks


def test_an_exception_that_nobody_caught_becomes_a_notice(board, qtbot):
    BugReporter(board).install()

    error = ValueError("oops")
    sys.excepthook(ValueError, error, None)
    qtbot.waitUntil(lambda: bool(board.notices))

    assert board.notices[0].severity is Severity.BUG
    assert "oops" in board.notices[0].detail


def test_an_exception_in_a_thread_becomes_a_notice_too(board, qtbot):
    BugReporter(board).install()

    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(board.notices))

    assert "ZeroDivisionError" in board.notices[0].message


def test_garbage_is_collected_in_the_main_thread_only(qapp):
    collected_in = []

    class Trash:
        def __init__(self):
            self.me = self

        def __del__(self):
            collected_in.append(threading.current_thread())

    collector = MainThreadCollector(qapp)
    thread = threading.Thread(target=lambda: [Trash() for _ in range(5000)])
    thread.start()
    thread.join()

    assert collected_in == []
    assert not gc.isenabled()

    collector.collect()
    collector.deleteLater()

    assert set(collected_in) == {threading.main_thread()}
    gc.unfreeze()
