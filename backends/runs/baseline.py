"""One run against another that was pinned: how much slower or faster it is."""

from backends.model.model import OperatorId
from backends.runs.run import Run


def inference_count(run: Run) -> int:
    """Give how many inferences were timed; on a device a chunk stands for many."""
    return sum(chunk.count for chunk in run.chunks) or len(run.latencies_ns)


def mean_latency_ns(run: Run) -> float | None:
    """Give the mean time of one inference in ns; a device's chunks count by their inferences."""
    count = sum(chunk.count for chunk in run.chunks)
    if count:
        return sum(chunk.mean_ns * chunk.count for chunk in run.chunks) / count
    return sum(run.latencies_ns) / len(run.latencies_ns) if run.latencies_ns else None


def change_of(run: Run, baseline: Run) -> float | None:
    """Give how much slower a run's mean is than the baseline's, as a share (0.1: 10 % slower).

    ``None`` where one of them was not measured.
    """
    mean, reference = mean_latency_ns(run), mean_latency_ns(baseline)
    return mean / reference - 1 if mean is not None and reference else None


def operator_changes(run: Run, baseline: Run) -> dict[OperatorId, float]:
    """Give by how many percent each operator is slower than in a baseline of the same model.

    Operators without a time of their own in either run are left out.
    """
    before = {item.operator: item.time_ns for item in baseline.operators if item.time_ns}
    return {
        item.operator: 100 * (item.time_ns / before[item.operator] - 1)
        for item in run.operators
        if item.time_ns is not None and item.operator in before
    }
