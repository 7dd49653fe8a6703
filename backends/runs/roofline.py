"""Operators on a roofline: how much work for each byte, and how fast it was done, below what could be reached."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.runs.host.peak import Peak
from backends.runs.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RooflinePoint:
    """One measured operator that multiplies and accumulates."""

    operator: OperatorId
    kind: str
    macs_per_byte: float
    """Arithmetic intensity, with each tensor counted once: caches make the true one differ."""
    macs_per_second: float
    time_ns: float
    share: float
    """Part of the whole inference (0..1)."""

    @property
    def bytes_per_second(self) -> float:
        """Rate at which its tensors passed."""
        return self.macs_per_second / self.macs_per_byte


@dataclass(frozen=True, slots=True, kw_only=True)
class Roofline:
    """The points of a run, and what it leaves out."""

    points: tuple[RooflinePoint, ...]
    left_out: int
    """Operators with a time but without multiply-accumulates or known sizes."""
    left_out_share: float
    """Their part of the inference (0..1)."""


def roofline_of(model: Model, costs: Mapping[OperatorId, OperatorCost], run: Run) -> Roofline:
    """Put the measured operators of a run on a roofline.

    What was fused into an operator counts its work there: the time of both is one.
    """
    work, moved = _fused_work(costs, run)
    points, left_out, left_out_share = [], 0, 0.0
    for time in run.operators:
        if not time.time_ns:
            continue
        macs, passed = work.get(time.operator, 0), moved.get(time.operator)
        if not macs or not passed:
            left_out += 1
            left_out_share += time.share or 0.0
            continue
        points.append(
            RooflinePoint(
                operator=time.operator,
                kind=model.operator(time.operator).label,
                macs_per_byte=macs / passed,
                macs_per_second=macs / time.time_ns * 1e9,
                time_ns=time.time_ns,
                share=time.share or 0.0,
            )
        )
    return Roofline(points=tuple(points), left_out=left_out, left_out_share=left_out_share)


def peak_of_points(points: Iterable[RooflinePoint]) -> Peak | None:
    """Give the largest rates that a run's operators reached: what a device can do is at least that."""
    known = tuple(points)
    if not known:
        return None
    return Peak(
        macs_per_second=max(point.macs_per_second for point in known),
        bytes_per_second=max(point.bytes_per_second for point in known),
        source="Line: the largest rates in this run; the device's own peak was not measured and is at least that.",
    )


def roof_at(peak: Peak, macs_per_byte: float) -> float:
    """Give the most multiply-adds per second at an arithmetic intensity."""
    return min(peak.macs_per_second, peak.bytes_per_second * macs_per_byte)


def is_memory_bound(peak: Peak, macs_per_byte: float) -> bool:
    """Whether memory, and not arithmetic, sets the limit."""
    return peak.bytes_per_second * macs_per_byte < peak.macs_per_second


def _fused_work(
    costs: Mapping[OperatorId, OperatorCost], run: Run
) -> tuple[dict[OperatorId, int], dict[OperatorId, int | None]]:
    """Add the multiply-accumulates of fused operators to those that did them; bytes stay those of the latter."""
    work = {id_: cost.macs or 0 for id_, cost in costs.items()}
    moved = {id_: cost.bytes_moved for id_, cost in costs.items()}
    for time in run.operators:
        if time.fused_into is not None and time.fused_into in work:
            work[time.fused_into] += costs[time.operator].macs or 0 if time.operator in costs else 0
    return work, moved
