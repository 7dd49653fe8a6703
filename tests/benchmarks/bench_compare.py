"""How well and how fast operators are aligned: variants of real models with a known truth.

    python tests/benchmarks/bench_compare.py [FOLDER]

Each line: share of the true pairs that were found, share of the found pairs that are true, and the time, all in one run
and on one machine; compare times with each other only.
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from backends.compare.align import align_models
from backends.errors import ModelFileError
from backends.model.model import Model
from backends.model.reader import read_model
from tests.support.model_variants import Truth, quantised, renamed, reordered, with_inserted, without
from tests.support.shared import MODEL_FILES


def variants(model: Model) -> dict[str, tuple[Model, Truth]]:
    rng = np.random.default_rng(1)
    count = len(model.subgraphs[0].operators)
    some = {int(i) for i in rng.choice(count, max(1, count // 20), replace=False)}
    nameless, _ = renamed(model)
    shuffled, moved = reordered(model)
    return {
        "renamed": renamed(model),
        "5 % removed": without(model, some),
        "5 % removed, renamed": without(nameless, some),
        "5 % inserted, renamed": with_inserted(nameless, some),
        "quantised": quantised(model),
        "quantised, renamed": quantised(nameless),
        "reordered": (shuffled, moved),
        "reordered, renamed": (renamed(shuffled)[0], moved),
    }


def main() -> None:
    files = sorted(Path(sys.argv[1]).glob("*.tflite")) if len(sys.argv) > 1 else MODEL_FILES
    totals: dict[str, list[tuple[int, int, int]]] = {}
    for path in files:
        try:
            model = read_model(path)
        except ModelFileError:
            continue
        if len(model.subgraphs) != 1 or len(model.subgraphs[0].operators) < 10:
            continue
        for name, (variant, truth) in variants(model).items():
            start = time.perf_counter()
            alignment = align_models(model, variant)
            seconds = time.perf_counter() - start
            pairs = {(a, b) for match in alignment.matches for a in match.a for b in match.b}
            right = sum((a, b) in pairs for a, b in truth.items())
            totals.setdefault(name, []).append((right, len(truth), len(pairs)))
            count = len(truth)
            if count >= 3000 or right < 0.9 * count or right < 0.9 * len(pairs):
                shares = f"found {right / count:6.1%} right {right / max(len(pairs), 1):6.1%}"
                print(f"{path.name:42} {name:24} {shares} {seconds:6.2f} s")
    for name, rows in totals.items():
        right, true, found = (sum(row[place] for row in rows) for place in range(3))
        mean = np.mean([row[0] / row[1] for row in rows])
        shares = f"found {right / true:6.1%} right {right / found:6.1%}"
        print(f"all: {name:24} {shares} ({mean:.1%} by model, {len(rows)} models)")


if __name__ == "__main__":
    main()
