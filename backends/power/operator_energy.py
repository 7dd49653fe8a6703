"""Energy by operator: an estimate by time share, where that means anything."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

OperatorT = TypeVar("OperatorT")

_PROCESSOR = frozenset({"", "CPU", "XNNPACK"})
"""Kernels of one and the same processor."""


def estimate_operators(
    times: Iterable[tuple[OperatorT, float | None, str]], per_inference_mj: float
) -> tuple[Mapping[OperatorT, float], str]:
    """Share an inference's energy out by time, and say why not where it cannot be.

    Power differs between compute units, so that a share of time is a share of energy within one unit only. It remains
    an estimate: within one unit too, kernels that wait for memory draw less than those that compute.

    Args:
        times: operator, its time (``None`` where it has none) and who ran it.
        per_inference_mj: energy of one inference above idle.

    Returns:
        mJ by operator, and a sentence why there is none (empty where there is).
    """
    known = [(operator, time, placement) for operator, time, placement in times if time is not None and time > 0]
    if not known:
        return {}, "No operator has a time of its own."
    units = {"CPU" if placement in _PROCESSOR else placement for _, _, placement in known}
    if len(units) > 1:
        return {}, (
            f"The operators ran on {len(units)} compute units ({', '.join(sorted(units))}), whose powers differ: "
            "energy cannot be shared out by time."
        )
    if per_inference_mj <= 0:
        return {}, "The inference drew no more than idle."
    total = sum(time for _, time, _ in known)
    return {operator: per_inference_mj * time / total for operator, time, _ in known}, ""
