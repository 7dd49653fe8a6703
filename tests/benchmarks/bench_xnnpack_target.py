"""Compares what the target ``xnnpack`` says with what the runtime on this computer really gave to XNNPACK.

``python -m tests.benchmarks.bench_xnnpack_target [NAME PART]...``

Each model runs once. Only subgraphs that ran are compared. The table lists each disagreement by kind, what really
happened and which rules spoke; the last line gives the share of operators that agree.
"""

import sys
from collections import Counter
from pathlib import Path

from backends.errors import ProfilerError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.runs.plan import Plan
from backends.runs.run import Run
from backends.runs.runner import measure
from backends.targets.check import check_model
from backends.targets.loader import load_targets
from backends.targets.verdict import Placement
from tests.support.shared import MODEL_FILES


def main(parts: list[str]) -> None:
    """Print a line for each model, then the disagreements and the share that agrees."""
    differences: Counter[tuple[str, ...]] = Counter()
    total = 0
    for file in MODEL_FILES:
        if parts and not any(part in file.name for part in parts):
            continue
        try:
            model = read_model(file)
            run = measure(file, model, Plan(runs=1, warmup=0, max_seconds=20))
        except ProfilerError as error:
            print(f"{file.name:45} {error.message}")
            continue
        count, found = _compare(file, model, run)
        total += count
        differences.update(found)
        print(f"{file.name:45} {count:6} operators, {len(found):4} differ", flush=True)
    for row, number in differences.most_common():
        print(f"{number:6}  {' | '.join(row)}")
    if total:
        print(f"{100 * (1 - differences.total() / total):.2f} % of {total} operators agree")


def _compare(file: Path, model: Model, run: Run) -> tuple[int, list[tuple[str, ...]]]:
    target = next(target for target in load_targets() if target.id == "xnnpack")
    verdicts = check_model(model, target).verdicts
    found: list[tuple[str, ...]] = []
    seen = {
        (partition.subgraph, index): bool(partition.delegate)
        for partition in run.partitions
        for index in partition.operators
    }
    for id_, verdict in verdicts.items():
        really = seen.get((id_.subgraph, id_.index))
        operator = model.operator(id_)
        if really is None or operator.kind == "STABLEHLO_COMPOSITE":
            continue
        if really is not (verdict.placement is Placement.ACCELERATED):
            rules = ", ".join(f"{finding.rule} ({finding.found})" for finding in verdict.findings)
            found.append((operator.label, "XNNPACK took it" if really else "the CPU ran it", rules, file.name))
    return len(seen), found


if __name__ == "__main__":
    main(sys.argv[1:])
