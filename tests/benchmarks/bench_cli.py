"""How long the command line takes to answer, beside a bare Python: ``python -m tests.benchmarks.bench_cli``."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = next((ROOT / "resources" / "samples").glob("*.tflite"))
REPEATS = 7
COMMANDS = (
    ("--help",),
    ("devices",),
    ("targets",),
    ("inspect", str(SAMPLE)),
    ("check", str(SAMPLE)),
    ("check", str(SAMPLE), "--format", "json"),
)


def seconds(*arguments: str) -> float:
    """Median wall time of a process."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Print one line for each command."""
    bare = seconds("-c", "pass")
    print(f"{'bare Python':40} {bare * 1000:6.0f} ms")
    for command in COMMANDS:
        took = seconds("-m", "profiler_gui", *command)
        shown = " ".join(Path(word).name for word in command)
        print(f"{shown:40} {took * 1000:6.0f} ms  {took / bare:5.1f} x bare Python")


if __name__ == "__main__":
    main()
