"""How long checking takes: all targets at once, against the limits of a second and of 10 ms.

Run: ``python -m tests.benchmarks.bench_targets``. Each time is the best of several, without reading the file; the last
column is the time over the limit, where there is one.
"""

import sys
import time
from collections.abc import Callable

from backends.model.model import Model, Operator, OperatorId, Subgraph, Tensor
from backends.model.reader import read_model
from backends.targets.check import check_all
from backends.targets.loader import load_targets
from backends.targets.program import compile_target
from tests.support.shared import SHARED

LIMITS_MS = {20_000: 1000.0, 66: 10.0}
"""Operators to milliseconds."""
REFERENCES = ("gen_scale_branchy_20000", "gen_scale_chain_5000", "mnv2_100_224_u8_coral", "torchaudio_conformer")


def main() -> int:
    """Print the table."""
    targets = load_targets()
    print(f"loading {len(targets)} targets: {_best_ms(load_targets, 3):.1f} ms")
    print(f"compiling them: {_best_ms(lambda: [compile_target.__wrapped__(target) for target in targets], 3):.1f} ms")
    for target in targets:
        compile_target(target)
    print(f"{'model':32} {'operators':>9} {'ms':>8} {'us/op/target':>12} {'of limit':>8}")
    for model in _models():
        count = sum(len(graph.operators) for graph in model.subgraphs)
        spent = _best_ms(lambda model=model: check_all(model, targets), 5)
        limit = LIMITS_MS.get(count)
        share = f"{spent / limit:8.2f}" if limit else ""
        print(f"{model.name:32} {count:9} {spent:8.1f} {spent * 1000 / count / len(targets):12.3f} {share}")
    return 0


def _models() -> list[Model]:
    models = [_varied(20_000)]
    if SHARED:
        models += [read_model(SHARED / "models" / "files" / f"{name}.tflite") for name in REFERENCES]
    return models


def _varied(count: int) -> Model:
    """A chain in which no two operators are alike, the worst case for sharing answers."""
    kinds = ("ADD", "MUL", "RELU", "RESHAPE", "LOGISTIC", "MAX_POOL_2D", "SUB", "SOFTMAX")
    tensors = tuple(
        Tensor(index=i, name="", dtype="float32", shape=(1, i % 97 + 1, i // 97 + 1, 4)) for i in range(count + 1)
    )
    operators = tuple(
        Operator(id=OperatorId(0, i), kind=kinds[i % len(kinds)], inputs=(i, i), outputs=(i + 1,)) for i in range(count)
    )
    graph = Subgraph(index=0, name="main", tensors=tensors, inputs=(0,), outputs=(count,), operators=operators)
    return Model(
        name="no two operators alike",
        path="",
        sha256="",
        size_bytes=0,
        schema_version=3,
        description="",
        subgraphs=(graph,),
    )


def _best_ms(work: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best * 1000


if __name__ == "__main__":
    sys.exit(main())
