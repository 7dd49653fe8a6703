"""How long the window does not answer, by size of the model: ``python -m tests.benchmarks.bench_stalls``.

A timer ticks in the main thread every two milliseconds while a person opens a model, chooses another target, gets a
run, searches, expands and profiles. Printed is the longest time between two ticks for each of these, with the layers
and then the targets in front, and before it the most that the main thread itself computed between two ticks: on a
busy computer the stall tells about the computer, the own work about the program.

``--stacks`` also prints where the main thread was during the longest piece of own work.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import CodeType

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, QSettings, Qt, QTimer, Slot

from backends.model.model import OperatorId
from profiler_gui.app import make_application, make_services, make_window
from profiler_gui.docks import PANELS
from profiler_gui.garbage import MainThreadCollector
from profiler_gui.main_window import MainWindow
from profiler_gui.services import Services
from profiler_gui.session import Overlay, OverlayChoice
from profiler_gui.settings import Settings
from profiler_gui.warming import Warming
from tests.benchmarks.bench_open import residual_model
from tests.benchmarks.own_folders import in_own_folders
from tests.support.builders import a_run

_SIZES = (65, 5_000, 20_000)
_PANELS = ("layers", "targets")
_QUIET_MS = 400
"""An action is over when no job runs at the end of such a time."""
_TICK_MS = 2
_PROFILED_MS = 4000
_MOST_PROFILED = 8_000_000
"""Bytes of the largest file that is measured."""
_SAMPLED_S = 0.03
"""The stack of the main thread is looked at when it did not tick for so long."""
_LOOK_S = 0.005
_FRAMES = 9
_STACKS = 8
_SWITCH_INTERVAL_S = 0.001
"""As in the program."""


Stacks = Counter[tuple[tuple[CodeType, int], ...]]


class Watchdog(QObject):
    """Ticks in the main thread and keeps the longest time between two ticks."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_s = 0.0
        self.most_work_s = 0.0
        """Most that the main thread itself computed between two ticks: what a busy computer does not change."""
        self._last_work_s = time.thread_time()
        self.stacks: Stacks = Counter()
        self._last_s = time.perf_counter()
        self._seen: Stacks = Counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start(_TICK_MS)

    def reset(self) -> None:
        """Begin with another action."""
        self.longest_s, self.most_work_s = 0.0, 0.0
        self.stacks, self._seen = Counter(), Counter()
        self._last_work_s = time.thread_time()
        self._last_s = time.perf_counter()

    def look(self) -> None:
        """Remember where the main thread is if it does not tick; called in a thread of its own."""
        frame = sys._current_frames().get(threading.main_thread().ident or 0)
        if time.perf_counter() - self._last_s < _SAMPLED_S:
            return
        # Only codes and lines are taken here, at once: the frames go on meanwhile.
        places: list[tuple[CodeType, int]] = []
        while frame is not None and len(places) < _FRAMES:
            places.append((frame.f_code, frame.f_lineno or 0))
            frame = frame.f_back
        self._seen[tuple(places)] += 1

    def most_seen(self) -> str:
        """Give where the main thread was most often during the longest piece of own work, a line for each place."""
        return "".join(
            f"      {count:3} x " + " < ".join(_place(code, line) for code, line in places) + "\n"
            for places, count in self.stacks.most_common(_STACKS)
        )

    @Slot()
    def _on_tick(self) -> None:
        now_s = time.perf_counter()
        self.longest_s = max(self.longest_s, now_s - self._last_s)
        work_s = time.thread_time()
        if work_s - self._last_work_s > self.most_work_s:
            self.most_work_s, self.stacks = work_s - self._last_work_s, self._seen
        self._last_s, self._last_work_s, self._seen = now_s, work_s, Counter()


def measure(
    path: Path, watchdog: Watchdog, services: Services, window: MainWindow, panels: Sequence[str]
) -> Iterator[tuple[str, float, float]]:
    """Do what a person does; give the longest stall of each and the most own work in one, in seconds."""
    opener, session = services.opener, services.session

    def clock(name: str, act: Callable[[], object]) -> tuple[str, float, float]:
        watchdog.reset()
        act()
        _wait_until_quiet(services)
        return name, watchdog.longest_s, watchdog.most_work_s

    for panel in panels:
        yield clock(f"{panel}: open", partial(opener.open_paths, [path]))
        yield clock(f"{panel}: come to the front", partial(window.docks.raise_panel, panel))
        record = session.current
        assert record is not None
        other = next(target.id for target in session.targets if target.id != record.target_id)
        middle = OperatorId(0, len(record.model.subgraphs[0].operators) // 2)
        yield clock(f"{panel}: choose a target", partial(record.choose_target, other))
        yield clock(f"{panel}: a run is finished", partial(record.add_run, a_run(record.model)))
        yield clock(f"{panel}: select an operator", partial(record.reveal, middle))
        yield clock(f"{panel}: show the other panel", partial(window.docks.raise_panel, _other(panel)))
        yield clock(f"{panel}: search", partial(_search, window))
        yield clock(f"{panel}: next match", partial(_act, window, "find_next"))
        yield clock(f"{panel}: select all matches", partial(_select_matches, window))
        yield clock(f"{panel}: matches in the table", partial(_show_matches_in_table, window))
        yield clock(f"{panel}: expand all groups", partial(_act, window, "expand_all"))
        yield clock(f"{panel}: colour by MACs", partial(record.choose_overlay, OverlayChoice(overlay=Overlay.MACS)))
        yield clock(
            f"{panel}: colour by verdict", partial(record.choose_overlay, OverlayChoice(overlay=Overlay.VERDICT))
        )
        yield clock(f"{panel}: mark the critical path", partial(_act, window, "critical_path"))
        yield clock(f"{panel}: collapse all groups", partial(_act, window, "collapse_all"))
        for other_panel in PANELS if panel == panels[0] else ():
            name = f"{panel}: see {other_panel.title}"
            yield clock(name, partial(window.docks.raise_panel, other_panel.id))
        if path.stat().st_size < _MOST_PROFILED:
            yield clock(f"{panel}: profile for some seconds", partial(_profile, window))
        yield clock(f"{panel}: close", partial(session.close, record))


def _search(window: MainWindow) -> None:
    page = window.page
    assert page is not None
    page.open_find()
    page.find_bar.query_changed.emit("type:CONV_2D")


def _select_matches(window: MainWindow) -> None:
    page = window.page
    assert page is not None
    page.find_bar.selection_wanted.emit()


def _show_matches_in_table(window: MainWindow) -> None:
    page = window.page
    assert page is not None
    page.find_bar.table_wanted.emit("type:CONV_2D")


def _act(window: MainWindow, id_: str) -> None:
    window.actions_table[id_].trigger()


def _profile(window: MainWindow) -> None:
    _act(window, "profile")
    QTimer.singleShot(_PROFILED_MS, partial(_act, window, "stop"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure how long the window does not answer.")
    parser.add_argument("files", nargs="*", type=Path, help="models to open instead of made ones")
    parser.add_argument("--stacks", action="store_true", help="say where the main thread was")
    parser.add_argument("--panel", choices=_PANELS, help="only with this one in front")
    arguments = parser.parse_args()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    with (
        in_own_folders(),
        tempfile.TemporaryDirectory() as folder,
        _program(Path(folder)) as (services, window, watchdog),
    ):
        paths = arguments.files or [_made(Path(folder), size) for size in _SIZES]
        if arguments.stacks:
            _sample(watchdog)
        for path in paths:
            print(path.name)
            for name, longest_s, work_s in measure(
                path, watchdog, services, window, (arguments.panel,) if arguments.panel else _PANELS
            ):
                print(f"  {name:36} own work {work_s * 1e3:6.0f} ms   stall {longest_s * 1e3:6.0f} ms", flush=True)
                if arguments.stacks:
                    print(watchdog.most_seen(), end="")


@contextmanager
def _program(folder: Path) -> Iterator[tuple[Services, MainWindow, Watchdog]]:
    """The program as it starts, with settings of its own and its targets loaded."""
    app = make_application()
    MainThreadCollector(app)
    services = make_services(app, Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)))
    window = make_window(services)
    window.show()
    Warming(window, services.jobs)
    watchdog = Watchdog()
    while not services.session.targets:
        app.processEvents()
    yield services, window, watchdog
    window.close()


def _wait_until_quiet(services: Services) -> None:
    """Let the program work until nothing more is going on."""
    loop = QEventLoop()
    quiet = QTimer()
    quiet.setSingleShot(True)
    quiet.setInterval(_QUIET_MS)
    quiet.timeout.connect(lambda: quiet.start() if services.jobs.jobs else loop.quit())
    quiet.start()
    loop.exec()


def _made(folder: Path, size: int) -> Path:
    path = folder / f"residual_{size}.tflite"
    path.write_bytes(residual_model(size))
    return path


def _other(panel: str) -> str:
    return _PANELS[1 - _PANELS.index(panel)]


def _place(code: CodeType, line: int) -> str:
    return f"{Path(code.co_filename).stem}.{code.co_name}:{line}"


def _sample(watchdog: Watchdog) -> None:
    def look() -> None:
        while True:
            time.sleep(_LOOK_S)
            watchdog.look()

    threading.Thread(target=look, daemon=True).start()


if __name__ == "__main__":
    main()
