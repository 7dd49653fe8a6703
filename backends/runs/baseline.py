"""One run against another that was pinned: how much slower or faster it is."""

import statistics

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


def typical_latency_ns(run: Run) -> float | None:
    """Give what an inference usually takes in ns: the median, which a few disturbed ones do not move.

    A device's chunks know their means only, so that it is the mean there.
    """
    if run.chunks or not run.latencies_ns:
        return mean_latency_ns(run)
    return float(statistics.median(run.latencies_ns))


def change_of(run: Run, baseline: Run) -> float | None:
    """Give how much slower a run is than the baseline, as a share (0.1: 10 % slower).

    Medians are compared, or means where one of them was measured in chunks. ``None`` where one was not measured.
    """
    number = mean_latency_ns if run.chunks or baseline.chunks else typical_latency_ns
    latency, reference = number(run), number(baseline)
    return latency / reference - 1 if latency is not None and reference else None


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
