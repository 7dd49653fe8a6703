"""Graphs of 65 to 100,000 operators here, in Netron and in Model Explorer.

``python -m tests.benchmarks.bench_large_graphs``. For each size the same file is opened in all of them, one after the
other in one run. Ours is told twice: as it opens (large graphs with collapsed groups) and with everything expanded.
``program to graph`` is from the command to the painted graph, with the start of Python and Qt; the peers' browser and
server run already when their clock starts. Frames are median / 99th percentile in milliseconds, at reading size and
with the whole graph in view; 60 a second leave 16.7. ``stall`` is the longest time that the window did not answer
while a person opens, searches, expands, profiles and selects.

    --sizes 65,1000    other sizes, or files
    --no-peers         only ours
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.bench_open import residual_model
from tests.benchmarks.start_program import ROOT, measure_start
from tests.support.drawing_quality import measure_drawing

_SIZES = "65,1000,5000,20000,100000"
_PEERS_UP_TO = 20_000
_PEER_TIMEOUT_S = 120.0
_MOST_FOR_QUALITY = 1500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=_SIZES)
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in given.sizes.split(","):
            path = _file_of(name, Path(folder))
            print(f"{path.stem}", flush=True)
            _print_ours(path)
            if not given.no_peers:
                _print_peers(path, _count(name))


def _file_of(name: str, folder: Path) -> Path:
    if not name.isdecimal():
        return Path(name)
    path = folder / f"residual_{name}.tflite"
    path.write_bytes(residual_model(int(name)))
    return path


def _count(name: str) -> int:
    return int(name) if name.isdecimal() else 0


def _print_ours(path: Path) -> None:
    measure_start([path])  # fills the caches of the disk
    print(f"  ours       program to graph {measure_start([path])['graph']:.2f} s", flush=True)
    for mode in ("as it opens", "whole"):
        figures = _figures(path, mode)
        frames = "  ".join(
            f"{move} {at} {figures['frames'][at][move][0]:.1f}/{figures['frames'][at][move][1]:.1f}"
            for at in ("read", "fit")
            for move in ("pan", "zoom")
        )
        print(
            f"  {mode:11}  parse {figures['parse'] * 1e3:.0f} ms  layout {figures['layout'] * 1e3:.0f} ms  "
            f"paint {figures['paint'] * 1e3:.0f} ms  {figures['nodes']} nodes  peak {figures['peak_mib']:.0f} MiB"
        )
        print(f"             {frames}", flush=True)
        if "quality" in figures:
            print(f"             {figures['quality']}", flush=True)
    print(f"             stall {_longest_stall(path)}", flush=True)


def _figures(path: Path, mode: str) -> dict:
    command = [sys.executable, "-m", "tests.benchmarks.graph_figures", str(path), mode]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict = json.loads(outcome.stdout.splitlines()[-1])
    return figures


def _longest_stall(path: Path) -> str:
    """Give the longest stall of the window, and of what."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_stalls", str(path)]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [line.rsplit(None, 2) for line in outcome.stdout.splitlines() if line.endswith(" ms")]
    worst = max(rows, key=lambda row: float(row[1]))
    return f"{worst[1]} ms ({worst[0].strip()})"


def _print_peers(path: Path, count: int) -> None:
    from tests.benchmarks import model_explorer_open, netron_open

    if count > _PEERS_UP_TO:
        print(f"  peers      not tried beyond {_PEERS_UP_TO} operators")
        return
    missing = netron_open.why_not_available()
    if missing:
        print(f"  peers      not measured: {missing}")
        return
    try:
        seconds, drawing = netron_open.open_in_netron(path, _PEER_TIMEOUT_S)
        print(f"  Netron     open to drawn {seconds:.2f} s", flush=True)
        if len(drawing.boxes) and len(drawing.boxes) <= _MOST_FOR_QUALITY:
            print(f"             {measure_drawing(drawing)}", flush=True)
    except Exception as error:  # noqa: BLE001 - whatever stops a peer, the others are still measured
        print(f"  Netron     failed within {_PEER_TIMEOUT_S:.0f} s: {type(error).__name__}", flush=True)
    if missing := model_explorer_open.why_not_available():
        print(f"  Model Explorer not measured: {missing}")
        return
    try:
        seconds = model_explorer_open.measure_model_explorer_open_seconds(path, _PEER_TIMEOUT_S)
        print(f"  Model Explorer  open to drawn (outermost layer) {seconds:.2f} s", flush=True)
    except Exception as error:  # noqa: BLE001 - see above
        print(f"  Model Explorer  failed within {_PEER_TIMEOUT_S:.0f} s: {type(error).__name__}", flush=True)


if __name__ == "__main__":
    main()
