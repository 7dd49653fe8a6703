"""Graphs of 65 to 100,000 operators here, in Netron and in Model Explorer.

``python -m tests.benchmarks.bench_large_graphs``. For each size the same file is opened in all of them, one after the
other in one run. Ours is told twice: as it opens (large graphs with collapsed groups) and with everything expanded.
``program to graph`` is from the command to the painted graph, with the start of Python and Qt; the peers' browser and
server run already when their clock starts. Frames are median / 99th percentile in milliseconds, at reading size and
with the whole graph in view; 60 a second leave 16.7. ``stall`` is the longest time that the window did not answer
while a person opens, searches, expands, profiles and selects.

    --sizes 65,1000        other sizes, or files
    --no-peers             only ours
    --peers-up-to 20000    also larger ones in the peers, which take minutes there
    --stalls-up-to 5000    the stalls only of smaller ones
    --timeout 60           seconds for each of the programs, each file
    --minutes 8            nothing more is begun after that; what was left out is said
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.bench_open import residual_model
from tests.benchmarks.own_folders import in_own_folders
from tests.benchmarks.start_program import ROOT, measure_start

_SIZES = "65,1000,5000,20000,100000"
_PEERS_UP_TO = 5_000
_STALLS_UP_TO = 20_000
_TIMEOUT_S = 60.0
_MINUTES = 8.0
_STALL = re.compile(r"  (?P<what>.*?) +own work +(?P<work>\d+) ms +stall +(?P<stall>\d+) ms")
_PEERS = ("netron_open", "model_explorer_open")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long all of it may take."""

    timeout_s: float
    """For one program with one file."""
    end_s: float
    """On ``time.monotonic``."""

    @property
    def left_s(self) -> float:
        """For the next program; none are begun without."""
        return min(self.timeout_s, self.end_s - time.monotonic())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=_SIZES)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peers-up-to", type=int, default=_PEERS_UP_TO)
    parser.add_argument("--stalls-up-to", type=int, default=_STALLS_UP_TO)
    parser.add_argument("--timeout", type=float, default=_TIMEOUT_S)
    parser.add_argument("--minutes", type=float, default=_MINUTES)
    given = parser.parse_args()
    limits = Limits(timeout_s=given.timeout, end_s=time.monotonic() + given.minutes * 60)
    with in_own_folders(), tempfile.TemporaryDirectory() as folder:
        for name in given.sizes.split(","):
            path = _file_of(name, Path(folder))
            print(path.stem, flush=True)
            _print_ours(path, limits, has_stalls=_count(name) <= given.stalls_up_to)
            if given.no_peers or _count(name) > given.peers_up_to:
                print(f"  peers      not asked ({'--no-peers' if given.no_peers else '--peers-up-to'})", flush=True)
                continue
            for peer in _PEERS:
                _attempt(peer, partial(_print_peer, path, peer), limits)


def _file_of(name: str, folder: Path) -> Path:
    if not name.isdecimal():
        return Path(name)
    path = folder / f"residual_{name}.tflite"
    path.write_bytes(residual_model(int(name)))
    return path


def _count(name: str) -> int:
    return int(name) if name.isdecimal() else 0


def _print_ours(path: Path, limits: Limits, *, has_stalls: bool) -> None:
    _attempt("ours", partial(_print_start, path), limits)
    for mode in ("as it opens", "whole"):
        _attempt(mode, partial(_print_figures, path, mode), limits)
    if has_stalls:
        _attempt("stall", partial(_print_stall, path), limits)


def _attempt(what: str, act: Callable[[float], None], limits: Limits) -> None:
    """Do one of the measurements within its time; whatever stops it, the others are still made."""
    if limits.left_s < 1:
        print(f"  {what:11}  left out: the time is over", flush=True)
        return
    try:
        act(limits.left_s)
    except subprocess.TimeoutExpired as expired:
        print(f"  {what:11}  not done within {expired.timeout:.0f} s", flush=True)
    except (subprocess.CalledProcessError, ValueError, LookupError) as error:
        told = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        print(f"  {what:11}  failed: {told[-1] if told else type(error).__name__}", flush=True)


def _print_start(path: Path, timeout_s: float) -> None:
    measure_start([path], timeout_s)  # fills the caches of the disk
    print(f"  ours         program to graph {measure_start([path], timeout_s)['graph']:.2f} s", flush=True)


def _print_figures(path: Path, mode: str, timeout_s: float) -> None:
    figures = json.loads(_run("graph_figures", timeout_s, str(path), mode)[-1])
    frames = "  ".join(
        f"{move} {at} {figures['frames'][at][move][0]:.1f}/{figures['frames'][at][move][1]:.1f}"
        for at in ("read", "fit")
        for move in ("pan", "zoom")
    )
    print(
        f"  {mode:11}  parse {figures['parse'] * 1e3:.0f} ms  layout {figures['layout'] * 1e3:.0f} ms  "
        f"paint {figures['paint'] * 1e3:.0f} ms  {figures['nodes']} nodes  peak {figures['peak_mib']:.0f} MiB"
    )
    print(f"               {frames}", flush=True)
    if "quality" in figures:
        print(f"               {figures['quality']}", flush=True)


def _print_stall(path: Path, timeout_s: float) -> None:
    """Print the longest stall of the window and the most own work at once, and of what."""
    rows = [
        match for match in map(_STALL.match, _run("bench_stalls", timeout_s, str(path), "--panel", "layers")) if match
    ]
    stall = max(rows, key=lambda row: float(row["stall"]))
    work = max(rows, key=lambda row: float(row["work"]))
    print(
        f"  stall        {stall['stall']} ms ({stall['what']})  own work {work['work']} ms ({work['what']})", flush=True
    )


def _print_peer(path: Path, peer: str, timeout_s: float) -> None:
    """Print one peer's time in a process of its own, which can be ended with its browser and server."""
    for line in _run(peer, timeout_s, str(path)):
        print(f"  {peer.removesuffix('_open'):11}  {line}", flush=True)


def _run(module: str, timeout_s: float, *arguments: str) -> list[str]:
    """Run one of the benchmarks and give its lines; all that it started ends with it.

    Raises:
        TimeoutExpired: it took longer.
        CalledProcessError: it failed.
    """
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            output, errors = process.communicate(timeout=timeout_s)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output, errors)
    return output.splitlines()


if __name__ == "__main__":
    main()
