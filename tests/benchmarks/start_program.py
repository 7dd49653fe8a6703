"""Starts the program as a user does and reads when it painted."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.own_folders import own_folders

ROOT = Path(__file__).resolve().parents[2]
_TIMEOUT_S = 120.0


def measure_start(paths: list[Path], timeout_s: float = _TIMEOUT_S) -> dict[str, float]:
    """Give the seconds from the command to the painted ``window`` and, with a file, ``graph``."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {
            **own_folders(folder),
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
            "TFLITE_PROFILER_TIMING": "quit",
        }
        started = time.time()
        outcome = subprocess.run(
            [sys.executable, "-m", "profiler_gui", *map(str, paths)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=True,
        )
    lines = [line.split() for line in outcome.stderr.splitlines() if line.startswith("timing ")]
    return {what: float(stamp) - started for _, what, stamp in lines}


def median(values: list[float]) -> float:
    """Give the middle value."""
    return sorted(values)[len(values) // 2]
