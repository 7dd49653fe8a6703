"""Which operators make a delegate's outputs deviate.

Two ways: builds that are made for debugging delegates obey a range of operators, which is halved until the shortest one
is found that shows the deviation. With every other build results from the middle of the model are given out and
compared with the processor's, until the first one is found that deviates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from backends.errors import RunError
from backends.model.model import Model, Subgraph, Tensor
from backends.progress import Progress
from backends.runs.benchmark.exposed_model import expose_tensors
from backends.runs.benchmark.session import Session
from backends.runs.input_values import NUMPY_TYPES
from backends.runs.plan import Plan

_FIRST, _LAST = "first_node", "last_node"
_FIRST_FLAG, _LAST_FLAG = "first_delegate_node_index", "last_delegate_node_index"
_PROBES = 7
"""Results of the middle that are given out at once: more of them cut the model into more partitions."""
_MODEL = "exposed.tflite"

Values = NDArray[np.float64]
Deviates = Callable[[Plan], bool]
"""Whether outputs deviate with a plan that limits what is delegated."""
RunExposed = Callable[[Session, Sequence[Tensor]], Mapping[str, Values]]
"""Runs the session's model and gives all outputs, the further ones last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRange:
    """Operators of one subgraph by position, both ends included."""

    first: int
    last: int
    subgraph: int = 0


def find_by_range(session: Session, count: int, deviates: Deviates, progress: Progress) -> tuple[NodeRange | None, str]:
    """Halve the range of delegated operators from both ends; ``None`` where this build does not obey the range.

    Args:
        session: the measurement, with the delegate that deviates.
        count: number of operators.
        deviates: runs the model with a plan.
        progress: reports and cancels.
    """
    if not {_FIRST_FLAG, _LAST_FLAG} <= session.tool.flags.defaults.keys():
        return None, ""
    tried = 0

    def ask(first: int, last: int) -> bool:
        nonlocal tried
        tried += 1
        progress.step(f"Delegating operators {first} to {last}", done=tried, total=2 * count.bit_length() + 1)
        options = {**session.plan.delegate_options, _FIRST: str(first), _LAST: str(last)}
        return deviates(replace(session.plan, delegate_options=options))

    if ask(count, count):
        return None, ""
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if ask(0, middle) else (middle + 1, high)
    last = low
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if ask(middle, last) else (low, middle - 1)
    return NodeRange(first=low, last=last), f"Found in {tried} runs by delegating ranges of operators only."


def find_by_results(
    session: Session, model: Model, subgraph: int, run: RunExposed, tolerance: float, progress: Progress
) -> tuple[NodeRange | None, str]:
    """Compare results from the middle of the model, some at once, until the first that deviates is found.

    Args:
        session: the measurement, with the delegate that deviates.
        model: what is run.
        subgraph: index of the one that runs.
        run: runs a session's model.
        tolerance: difference that is accepted, relative to a result's largest value.
        progress: reports and cancels.

    Raises:
        RunError: the model cannot be changed so, or the tool fails with it.
    """
    graph = model.subgraphs[subgraph]
    points = _comparable(graph)
    if not points:
        return None, "The operators at fault could not be searched for: no result in the middle can be compared."
    reference = replace(session, plan=_on_processor(session.plan))
    low, high, rounds = 0, len(points), 0
    while low < high:
        probes = _spread(low, high)
        rounds += 1
        progress.step(f"Comparing results of operators {points[low][0]} to {points[high - 1][0]}", done=rounds)
        tensors = [graph.tensors[points[probe][1]] for probe in probes]
        path = _push(session, model, subgraph, [points[probe][1] for probe in probes], progress)
        expected, actual = (
            list(run(replace(item, model_path=path), tensors).values())[-len(tensors) :]
            for item in (reference, session)
        )
        bad = next((n for n, pair in enumerate(zip(expected, actual, strict=True)) if _is_off(*pair, tolerance)), None)
        if bad is None:
            low = probes[-1] + 1
        else:
            low, high = (probes[bad - 1] + 1 if bad else low), probes[bad]
    note = f"Found by comparing results in the middle of the model in {2 * rounds} runs."
    if low == len(points):
        return None, f"{note} None of them deviates: the outputs do only when operators run together."
    before = points[low - 1][0] + 1 if low else 0
    return NodeRange(first=before, last=points[low][0]), note


def _comparable(graph: Subgraph) -> list[tuple[int, int]]:
    """Give operators, with a tensor each, whose results have a fixed size and numbers that can be compared."""
    found, own = [], set(graph.outputs)
    for operator in graph.operators:
        for index in operator.outputs:
            if index < 0 or index in own:
                continue
            tensor = graph.tensors[index]
            is_fixed = bool(tensor.shape) and all(size > 0 for size in tensor.display_shape)
            if is_fixed and tensor.dtype in NUMPY_TYPES and not tensor.dtype.startswith(("complex", "int4", "uint4")):
                found.append((operator.id.index, index))
                break
    return found


def _spread(low: int, high: int) -> list[int]:
    """Divide a range evenly; without both of its ends where it is long."""
    count = min(_PROBES, high - low)
    return sorted(
        {low + (high - low) * (i + 1) // (count + 1) for i in range(count)} | ({low} if count == 1 else set())
    )


def _push(session: Session, model: Model, subgraph: int, tensors: Sequence[int], progress: Progress) -> str:
    local, remote = session.scratch / _MODEL, f"{session.folder}/{_MODEL}"
    try:
        local.write_bytes(expose_tensors(memoryview(model.data), subgraph, tensors) + bytes(model.data))
    except OSError as error:
        raise RunError(f"the model cannot be written: {error.strerror or error}") from error
    session.shell.push(local, remote, progress=progress)
    return remote


def _on_processor(plan: Plan) -> Plan:
    kept = {key: value for key, value in plan.delegate_options.items() if key == "affinity"}
    return replace(plan, delegate="cpu", delegate_options=kept)


def _is_off(expected: Values, actual: Values, tolerance: float) -> bool:
    if expected.shape != actual.shape or not np.array_equal(np.isfinite(expected), np.isfinite(actual)):
        return True
    finite = np.isfinite(expected)
    if not finite.any():
        return False
    scale = float(np.abs(expected[finite]).max())
    return float(np.abs(expected[finite] - actual[finite]).max()) > tolerance * max(scale, 1e-30)
