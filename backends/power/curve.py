"""The power-performance curve: which rate a power budget is enough for, and which power a rate needs.

The idea is MediaTek's (A. Lu and C.-M. Chiang, "Mobile AI Trend and The Power Performance Metric", talk at the Mobile
AI workshop 2022, abstract): for sustained work the budget of power decides, so that a power-performance curve is
measured and the performance at a fixed budget is read from it. The abstract gives no formula; this is ours. An
operating point i (threads, delegate, precision, frequency cap, fixed rate) has the time t of an inference and its
energy e above idle:

- sustained rate under a budget B above idle: ``min(1 / t, B / e)``;
- power for a rate r: ``r * e`` where ``r <= 1 / t``, and none where the point is too slow; ``W@30FPS = 30 * e``.

The envelope is the best point for each budget. Mixing two points by turns gives every point on the line between them,
so that the concave hull of all points and of idle is what a scheduler could reach.

Limits: between inferences a point is taken to draw idle power, so that waking up and leaking while waiting are not in
``r * e``; a point measured at a fixed rate shows them. A budget holds for as long as heat lets it: a sustained run
tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DEFINITION = (
    "Sustained rate under a budget B: min(1/t, B/e), with the time t and the energy e above idle of one inference at "
    "each operating point; the curve is the best point for each budget. Power for a target rate r: r·e, where the "
    "point reaches the rate (W@30FPS = 30·e). The dashed hull is what mixing operating points by turns could reach. "
    "Limits: between inferences idle power is assumed, so that waking up and leakage while waiting are left out; "
    "points measured at a fixed rate include them. All power is above idle. A figure holds as long as the device "
    "stays cool enough: a sustained run tells. Idea: MediaTek, “Mobile AI Trend and The Power Performance Metric”, "
    "Mobile AI workshop 2022 (its abstract gives no formula; this one is ours)."
)
"""For help and reports."""

_KNEE_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """One way to run a model on a device, measured."""

    label: str
    """What sets it apart: ``4 threads``, ``GPU``."""
    series: str
    """Model and device: points of one series make one curve."""
    seconds: float
    """Of one inference, at full speed; with a fixed rate, its period."""
    energy_mj: float
    """Of one inference, above idle (or in total where ``is_total``)."""
    energy_error_mj: float = 0.0
    is_total: bool = False
    """Whether idle power is in the energy, because there was no baseline."""
    run_id: str = ""

    @property
    def rate_hz(self) -> float:
        """Give the highest rate."""
        return 1 / self.seconds

    @property
    def power_mw(self) -> float:
        """Give the power above idle at the highest rate."""
        return self.energy_mj / self.seconds

    @property
    def power_error_mw(self) -> float:
        """Give the standard uncertainty of the power."""
        return self.energy_error_mj / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Which point to choose, and what it gives."""

    point: OperatingPoint
    rate_hz: float
    power_mw: float


def sustained_rate(point: OperatingPoint, budget_mw: float) -> float:
    """Give the rate that a point sustains under a budget: ``min(1 / t, B / e)``."""
    if budget_mw <= 0:
        return 0.0
    return point.rate_hz if point.energy_mj <= 0 else min(point.rate_hz, budget_mw / point.energy_mj)


def power_for_rate(point: OperatingPoint, rate_hz: float) -> float | None:
    """Give the power that a point needs for a rate, in mW above idle; ``None`` where it is too slow."""
    return rate_hz * point.energy_mj if rate_hz <= point.rate_hz * (1 + 1e-9) else None


def best_for_budget(points: Sequence[OperatingPoint], budget_mw: float) -> Answer | None:
    """Give the point with the highest sustained rate; of equal ones that with the least power."""
    answers = [
        Answer(point=point, rate_hz=rate, power_mw=rate * point.energy_mj)
        for point in points
        if (rate := sustained_rate(point, budget_mw)) > 0
    ]
    return max(answers, key=lambda answer: (answer.rate_hz, -answer.power_mw), default=None)


def best_for_rate(points: Sequence[OperatingPoint], rate_hz: float) -> Answer | None:
    """Give the point that reaches a rate with the least power; ``None`` where none does."""
    answers = [
        Answer(point=point, rate_hz=rate_hz, power_mw=power)
        for point in points
        if (power := power_for_rate(point, rate_hz)) is not None
    ]
    return min(answers, key=lambda answer: answer.power_mw, default=None)


def envelope(points: Sequence[OperatingPoint]) -> tuple[tuple[float, float], ...]:
    """Give the best sustained rate over the budget as corners of a line: (mW, inferences a second), from the origin.

    Each point's own curve is a ramp of slope ``1 / e`` up to (power, rate), flat from there; the envelope follows
    whichever is highest.
    """
    usable = [point for point in points if point.energy_mj > 0]
    if not usable:
        return ()
    places = {0.0} | {point.power_mw for point in usable}
    for flat in usable:
        # Where another point's ramp crosses this one's flat part.
        places |= {flat.rate_hz * other.energy_mj for other in usable if other.rate_hz > flat.rate_hz}
    corners = [(b, max(sustained_rate(point, b) for point in usable)) for b in sorted(places)]
    return _without_middle(corners)


def hull(points: Sequence[OperatingPoint]) -> tuple[tuple[float, float], ...]:
    """Give the concave hull of idle and all points: what running two points by turns could reach."""
    found = sorted({(p.power_mw, p.rate_hz) for p in points if p.energy_mj > 0})
    line: list[tuple[float, float]] = [(0.0, 0.0)]
    for corner in found:
        if corner[1] <= line[-1][1]:
            continue
        while len(line) > 1 and _is_above(line[-2], line[-1], corner):
            line.pop()
        line.append(corner)
    return tuple(line) if len(line) > 1 else ()


def knee(points: Sequence[OperatingPoint], share: float = _KNEE_SHARE) -> float | None:
    """Give the budget from which on more power buys little: the envelope's slope falls below ``share`` of its first.

    ``None`` where there is no such place, as with a single point.
    """
    corners = [corner for corner in envelope(points) if corner[0] > 0]
    if len(corners) < 2:
        return None
    first = corners[0][1] / corners[0][0]
    for (b0, r0), (b1, r1) in pairwise(corners):
        if b1 > b0 and (r1 - r0) / (b1 - b0) < share * first:
            return b0
    return None


def _is_above(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether the line from a to c passes above b (or through it)."""
    return (b[1] - a[1]) * (c[0] - a[0]) <= (c[1] - a[1]) * (b[0] - a[0])


def _without_middle(corners: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    kept: list[tuple[float, float]] = []
    for corner in corners:
        while len(kept) > 1 and _is_straight(kept[-2], kept[-1], corner):
            kept.pop()
        kept.append(corner)
    return tuple(kept)


def _is_straight(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
    return abs(area) <= 1e-9 * max(1.0, abs(c[0] - a[0]) * abs(c[1] - a[1]))
