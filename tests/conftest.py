"""One surrounding for all tests: no screen, one language, one place in time, nothing of the user's own."""

import gc
import itertools
import os

# Before anything imports Qt: the platform is chosen once.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ["QT_FONT_DPI"] = "96"
os.environ["LC_ALL"] = "C.UTF-8"
os.environ["TZ"] = "UTC"

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples in every run: what a run finds is there for the next one to see. No deadline: machines are busy.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")


_NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own configuration out of the tests, and the tests out of it."""
    folder = tmp_path_factory.getbasetemp() / "configuration"
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(folder))
    # Of each test's own: what one leaves unsaved would be offered to the next.
    own = tmp_path_factory.getbasetemp() / f"data-{next(_NUMBERS)}"
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(own))


@pytest.fixture(autouse=True)
def _garbage_in_main_thread() -> Iterator[None]:
    """As in the application: a worker that collects would destroy Qt objects in the wrong thread."""
    gc.disable()

    yield

    gc.collect(1)


@pytest.fixture(autouse=True)
def _no_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread of a job or a shown window behind."""
    before = set(threading.enumerate())

    yield

    lanes = [
        thread.name for thread in threading.enumerate() if thread not in before and thread.name.startswith("lane-")
    ]
    assert lanes == [], "threads of jobs outlive the test; close its JobRunner"
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is not None and widgets.QApplication.instance() is not None:
        shown = [widget for widget in widgets.QApplication.topLevelWidgets() if widget.isVisible()]
        for widget in shown:
            widget.hide()
        assert shown == [], "windows are still shown after the test; hand them to qtbot.addWidget"


@pytest.fixture(scope="session")
def qapp(qapp: Any) -> Any:
    """The application as users see it: style, bundled font, light theme."""
    from profiler_gui.theme import Theme, ThemeMode, load_font

    qapp.setStyle("Fusion")
    load_font(qapp)
    Theme(qapp, ThemeMode.LIGHT).apply()
    return qapp


@pytest.fixture
def settings(tmp_path: Path) -> object:
    """Settings in a file of the test's own."""
    from PySide6.QtCore import QSettings

    from profiler_gui.settings import Settings

    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
