"""Averages over profiled runs that a busy computer disturbs little, as plain arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backends.runs.host.child import EventTemplate, ProfiledSample
from backends.runs.host.spans import RUNTIME_EVENT

_QUIET_SHARE = 0.6
_PEAK_FACTOR, _PEAK_MARGIN_US = 1.5, 2.0


def sum_by_owner(
    elapsed: NDArray[np.float64],
    template: EventTemplate,
    owners: NDArray[np.int64],
    callers: NDArray[np.int64],
    event_costs: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give runs x columns: an operator's own time is its event's without those of what it called.

    For each stretch of its own work, such as running a body once, the runtime reads how much memory is in use while
    it is profiled. That takes far longer than a small operator and falls to the caller: it is taken off.
    """
    is_runtime = np.array(template.types) == RUNTIME_EVENT
    own = np.where(is_runtime[:, None], 0.0, elapsed.T)
    inner = np.where(is_runtime[:, None], event_costs, elapsed.T)
    called = callers >= 0
    np.subtract.at(own, callers[called], inner[called])
    sums = np.zeros((int(owners.max(initial=0)) + 1, elapsed.shape[0]))
    np.add.at(sums, owners, own)
    return np.maximum(sums.T, 0.0)


def quiet_means(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each column's mean over the quietest runs.

    On a busy computer every run is interrupted, each at another operator. So the shares come from all runs with such
    peaks cut off, which keeps the average of whole microseconds unbiased, and the sum from the quietest runs.
    """
    total = float(table[_quietest(table.sum(axis=1))].sum(axis=1).mean())
    limits = _PEAK_FACTOR * np.median(table, axis=0) + _PEAK_MARGIN_US
    means: NDArray[np.float64] = np.minimum(table, limits).mean(axis=0)
    return means * (total / means.sum()) if means.sum() > 0 else means


def disturbance(latencies_ns: Sequence[int]) -> float:
    """Give how much longer a run takes on average than one of the quietest."""
    values = np.array(latencies_ns, dtype=np.float64)
    quiet = float(values[_quietest(values)].mean())
    return float(values.mean()) / quiet if quiet > 0 else 1.0


def _quietest(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the positions of the smallest values."""
    return np.argsort(values, kind="stable")[: max(1, int(np.ceil(_QUIET_SHARE * len(values))))]


def outside_us(samples: Sequence[ProfiledSample]) -> float:
    """Give the typical time of a run before and after the interpreter."""
    inside = [sample.sample.latency_ns / 1000 - sample.invoke_us for sample in samples if sample.invoke_us > 0]
    return max(0.0, float(np.median(inside))) if inside else 0.0


def event_cost_us(sample: ProfiledSample, plain_ns: float) -> float:
    """Estimate what recording one stretch of the runtime cost in this run: what the profiler added to it, evenly."""
    added_us = max(0.0, sample.sample.latency_ns - plain_ns) / 1000
    return added_us / max(1, sample.template.types.count(RUNTIME_EVENT))
