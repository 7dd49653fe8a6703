"""A test of whether one side tends to larger values, by ranks: no single slow run can decide it."""

import math
from dataclasses import dataclass

import numpy as np

from backends.compare.dependence import Dependence, Floats
from backends.compare.student import t_tail


@dataclass(frozen=True, slots=True, kw_only=True)
class RankTest:
    """``superiority`` is the chance (0..1) that a run of B takes longer than one of A; 0.5 means neither."""

    superiority: float
    p_value: float
    """Chance of such a result, or a clearer one, if neither side tended to larger values."""


def brunner_munzel(a: Floats, b: Floats, a_dependence: Dependence, b_dependence: Dependence) -> RankTest:
    """Test two series of at least two values each.

    The test of Brunner and Munzel (Biometrical Journal 42, 2000): unlike that of Mann and Whitney it needs no equal
    spread. Its variances are those of the placements of each value in the other series; for values that depend on those
    before them they are multiplied by the autocorrelation time, and degrees of freedom count effective values.
    """
    n, m = len(a), len(b)
    a_sorted, b_sorted = np.sort(a), np.sort(b)
    a_place = (np.searchsorted(b_sorted, a, "left") + np.searchsorted(b_sorted, a, "right")) / (2.0 * m)
    b_place = (np.searchsorted(a_sorted, b, "left") + np.searchsorted(a_sorted, b, "right")) / (2.0 * n)
    superiority = float(b_place.mean())
    least = 2.0 * math.exp(math.lgamma(n + 1) + math.lgamma(m + 1) - math.lgamma(n + m + 1))
    a_part = float(a_place.var(ddof=1)) * a_dependence.time / n
    b_part = float(b_place.var(ddof=1)) * b_dependence.time / m
    total = a_part + b_part
    if total <= 0.0:
        # The series do not overlap (or all is equal): the chance of that by shuffling alone.
        return RankTest(superiority=superiority, p_value=1.0 if superiority == 0.5 else min(least, 1.0))
    dof = total**2 / (
        a_part**2 / (a_dependence.effective_count - 1.0) + b_part**2 / (b_dependence.effective_count - 1.0)
    )
    p_value = t_tail((superiority - 0.5) / total**0.5, max(dof, 1.0))
    return RankTest(superiority=superiority, p_value=min(max(p_value, least), 1.0))
