"""How long the window takes to appear, warm, and what it imports: ``python -m tests.benchmarks.bench_startup``."""

import os
import subprocess
import sys
from collections import defaultdict

from tests.benchmarks.start_program import ROOT, measure_start, median

_ROUNDS = 5
_GOAL_S = 1.5
_SHOWN = 12


def main() -> None:
    measure_start([])  # fills the caches of the disk
    bare = median([_bare_seconds() for _ in range(_ROUNDS)])
    window = median([measure_start([])["window"] for _ in range(_ROUNDS)])
    print(f"command to painted window   {window:6.2f} s   goal {_GOAL_S} s, {window / _GOAL_S:.2f} of it")
    print(f"Python and QtWidgets alone  {bare:6.2f} s   the window takes {window / bare:.1f} times as long")
    print("imported before the window is shown, own time per package:")
    for package, micros in sorted(_import_times().items(), key=lambda item: -item[1])[:_SHOWN]:
        print(f"  {package:24} {micros / 1000:7.1f} ms")
    late = ("pyqtgraph", "ai_edge_litert", "fast_sugiyama", "adbutils")
    print("left for later:", ", ".join(name for name in late if name not in _import_times()) or "nothing")


def _bare_seconds() -> float:
    code = "import time; a = time.time(); import PySide6.QtWidgets as w; w.QApplication([]); print(time.time() - a)"
    outcome = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(outcome.stdout)


def _import_times() -> dict[str, int]:
    """Give microseconds by top-level package, without what each imports from others."""
    outcome = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "profiler_gui"],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "TFLITE_PROFILER_TIMING": "quit"},
        capture_output=True,
        text=True,
        check=True,
    )
    times: dict[str, int] = defaultdict(int)
    for line in outcome.stderr.splitlines():
        if line.startswith("import time:") and "|" in line and "self" not in line:
            own, _, name = line.removeprefix("import time:").split("|")
            times[name.strip().split(".")[0]] += int(own)
    return times


if __name__ == "__main__":
    main()
