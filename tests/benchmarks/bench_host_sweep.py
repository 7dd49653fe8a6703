"""Profiles every reference model with few runs and prints what came of it.

``python -m tests.benchmarks.bench_host_sweep [fused|exact|builtin|reference] [NAME PART]...``

Columns: milliseconds of the latency, operators' share of it, operators with a time, fused, not run, seconds spent.
"""

import sys
import time
from pathlib import Path

from backends.errors import ProfilerError
from backends.model.reader import read_model
from backends.runs.plan import Kernels, Plan
from backends.runs.run import Run
from backends.runs.runner import measure
from tests.support.shared import MODEL_FILES

_RUNS = 10
_LONG_NS = 10e6
_WITHIN = 0.10


def main(arguments: list[str]) -> None:
    """Print one line for each model, then the totals."""
    kernels = Kernels(arguments[0]) if arguments else Kernels.FUSED
    files = [file for file in MODEL_FILES if not arguments[1:] or any(part in file.name for part in arguments[1:])]
    completed, long, close = 0, 0, 0
    for file in files:
        start = time.perf_counter()
        try:
            run = _measure(file, kernels)
        except ProfilerError as error:
            print(f"{file.name:42} refused: {error.message} | {error.hint}")
            continue
        completed += bool(run.operators)
        if run.operators and (run.profiled_total_ns or 0) >= _LONG_NS:
            long += 1
            close += _operators_share(run) >= 1 - _WITHIN
        print(f"{file.name:42} {_row(run)} {time.perf_counter() - start:6.1f} s {_remarks(run)}", flush=True)
    print(f"{completed} of {len(files)} files profiled; operators within 10 % of the total on {close} of {long} models")
    print("of 10 ms and more")


def _measure(file: Path, kernels: Kernels) -> Run:
    return measure(file, read_model(file), Plan(kernels=kernels, runs=_RUNS, warmup=2, max_seconds=20))


def _operators_share(run: Run) -> float:
    return sum(operator.share or 0.0 for operator in run.operators)


def _row(run: Run) -> str:
    mean = sum(run.latencies_ns) / len(run.latencies_ns)
    timed = sum(operator.time_ns is not None for operator in run.operators)
    fused = sum(operator.fused_into is not None for operator in run.operators)
    idle = len(run.operators) - timed - fused
    return f"{mean / 1e6:10.3f} ms {_operators_share(run):6.1%} {timed:6} timed {fused:5} fused {idle:5} not run"


def _remarks(run: Run) -> str:
    factors = [note for note in run.notes if "multiplied" in note or "could not be given" in note]
    return " ".join((*run.warnings, *(note[-12:] if "multiplied" in note else note for note in factors)))


if __name__ == "__main__":
    main(sys.argv[1:])
