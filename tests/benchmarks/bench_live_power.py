"""How smooth live power stays: ``python -m tests.benchmarks.bench_live_power``.

A thread plays a meter of 1,000 samples a second, 600,000 of them (10 minutes) already recorded, beside ten slower
channels, while the page redraws ten times a second. A timer of 10 ms in the main thread shows how long the window
does not answer: its median, p99 and longest pause, with live power and without, in one run; and the memory that the
recorder keeps.
"""

import argparse
import os
import threading
import time
import tracemalloc

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtTest import QTest

from backends.power.recorder import Channel, LiveBoard, Recorder
from backends.power.traces import Quantity
from profiler_gui.app import make_application
from profiler_gui.jobs import JobRunner
from profiler_gui.pages.power_page import PowerPage
from profiler_gui.session import Session

_HZ = 1000
_MINUTES = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="length of each part")
    seconds = parser.parse_args().seconds
    app = make_application()
    board, jobs = LiveBoard(), JobRunner()
    page = PowerPage(Session(), jobs, None, board)
    page.resize(1600, 500)
    page.show()
    quiet = _ticks(seconds)
    with Recorder() as recorder:
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        began = time.perf_counter()
        _fill(recorder)
        filled = time.perf_counter() - began
        kept = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        print(
            f"recorded {_HZ * 60 * _MINUTES} samples in {filled:.1f} s (traced), {kept / 2**20:.1f} MiB kept in memory"
        )
        stop = threading.Event()
        thread = threading.Thread(target=_play, args=(recorder, stop), daemon=True)
        thread.start()
        board.show("adb:1", recorder)
        live = _ticks(seconds)
        stop.set()
        thread.join()
        board.hide("adb:1")
        began = time.perf_counter()
        trace = recorder.traces()[0]
        print(f"all {trace.sample_count} samples read and thinned at the end in {time.perf_counter() - began:.2f} s")
    for name, ticks in (("without", quiet), ("with live power", live)):
        print(
            f"{name}: tick median {np.median(ticks):.1f} ms, p99 {np.percentile(ticks, 99):.1f} ms, "
            f"longest {ticks.max():.1f} ms, {len(ticks)} ticks"
        )
    page.hide()
    jobs.close()
    app.quit()


def _fill(recorder: Recorder) -> None:
    """Record ten minutes at once."""
    recorder.declare(Channel(id="power", title="Meter", quantity=Quantity.POWER))
    for i in range(10):
        quantity = Quantity.TEMPERATURE if i % 2 else Quantity.CLOCK
        recorder.declare(Channel(id=f"{quantity}:{i}", title=f"{quantity} {i}", quantity=quantity))
    rng = np.random.default_rng(0)
    values = (2000 + rng.normal(0, 300, _HZ * 60 * _MINUTES)).tolist()
    start = recorder.now() - 60 * _MINUTES
    for i, value in enumerate(values):
        recorder.add("power", start + i / _HZ, value)
    for i in range(10):
        quantity = Quantity.TEMPERATURE if i % 2 else Quantity.CLOCK
        for second in range(60 * _MINUTES):
            recorder.add(f"{quantity}:{i}", start + second, 40.0 + i + second % 7)


def _play(recorder: Recorder, stop: threading.Event) -> None:
    """Bring 1,000 samples a second, in pieces of 20 as instruments do."""
    due = time.perf_counter()
    while not stop.is_set():
        now = recorder.now()
        for i in range(20):
            recorder.add("power", now + i / _HZ, 2000.0 + 100 * (i % 5))
        due += 20 / _HZ
        time.sleep(max(0.0, due - time.perf_counter()))


def _ticks(seconds: float) -> np.ndarray:
    """Give the times between ticks of a 10 ms timer in ms."""
    found: list[float] = []
    clock = QElapsedTimer()
    clock.start()

    def on_tick() -> None:
        found.append(clock.nsecsElapsed() / 1e6)
        clock.restart()

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(on_tick)
    timer.start(10)
    QTest.qWait(int(seconds * 1000))
    timer.stop()
    return np.array(found[5:])


if __name__ == "__main__":
    main()
