"""By how much B differs from A in one number, with the interval that the noise leaves."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backends.compare.bootstrap import Scatter
from backends.compare.dependence import Dependence, Floats
from backends.compare.student import t_quantile

LEVEL = 0.95
_POWER_Z = 1.959964 + 0.841621
"""Normal quantiles of a two-sided level of 95 % and a power of 80 %."""
_NORMAL = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A relative difference (0.12: B is larger by 12 %) and its 95 % interval."""

    relative: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether noise alone does not explain the difference."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """What an interval is made of, all of logarithms."""

    estimate: float
    low: float
    high: float
    error: float
    """Standard error, with what was added for short and dependent series."""

    def interval(self) -> Interval:
        """Give it as relative differences."""
        relative, low, high = (float(np.expm1(min(value, 50.0))) for value in (self.estimate, self.low, self.high))
        return Interval(relative=relative, low=low, high=high)


def bootstrap_uncertainty(
    a: tuple[Scatter, Dependence], b: tuple[Scatter, Dependence], column: int, slack: float = 0.0
) -> Uncertainty:
    """Give the difference of the logarithms of a statistic of two resampled series.

    A percentile interval, expanded for short series: its ends are moved away from the estimate by t / 1.96, with the
    degrees of freedom of effective runs, and by the square root of n / (n - 1) (Hesterberg, What Teachers Should Know
    About the Bootstrap, The American Statistician 69, 2015, sections 3.1 and 4.2). Plain percentiles rather than BCa:
    the acceleration of BCa comes from leaving out single values, which blocks of dependent ones do not allow.

    Args:
        a: resampled statistics and dependence of A.
        b: those of B.
        column: which statistic.
        slack: what cannot be told from a difference (the difference of the drifts); widens the interval.
    """
    estimate = float(b[0].observed[column] - a[0].observed[column])
    a_moves, b_moves = (_moves(scatter, dependence, column) for scatter, dependence in (a, b))
    moves = b_moves - a_moves
    a_part, b_part = float(a_moves.var()), float(b_moves.var())
    dof = _dof(a_part, a[1].effective_count, b_part, b[1].effective_count)
    factor = _critical(round(dof, 1)) / _NORMAL
    tail = 100.0 * (1.0 - LEVEL) / 2.0
    low, high = np.percentile(moves, (tail, 100.0 - tail))
    # The interval always holds the estimate, also where a median jumps between two values.
    return Uncertainty(
        estimate=estimate,
        low=estimate + min(float(low) * factor, 0.0) - slack,
        high=estimate + max(float(high) * factor, 0.0) + slack,
        error=(a_part + b_part) ** 0.5 * factor + slack / _NORMAL,
    )


def welch_uncertainty(a: Floats, b: Floats) -> Uncertainty:
    """Give the difference of mean logarithms of a few independent values (at least two each), after Welch.

    With a handful of processes the bootstrap is too narrow; Student's t with the degrees of freedom of Welch and
    Satterthwaite (Biometrika 34, 1947) is made for that.
    """
    a_log, b_log = np.log(a), np.log(b)
    a_part, b_part = float(a_log.var(ddof=1)) / len(a), float(b_log.var(ddof=1)) / len(b)
    estimate = float(b_log.mean() - a_log.mean())
    error = (a_part + b_part) ** 0.5
    reach = _critical(round(_dof(a_part, len(a), b_part, len(b)), 1)) * error
    return Uncertainty(estimate=estimate, low=estimate - reach, high=estimate + reach, error=reach / _NORMAL)


def more_values_needed(uncertainty: Uncertainty, count: int) -> int | None:
    """Estimate how many more values each side needs to confirm a difference as large as the one that was seen.

    Errors fall with the square root of the number; 80 % of such repetitions would then find it at the 95 % level (the
    usual normal approximation, e.g. Cohen, Statistical Power Analysis, 1988). ``None`` where nothing at all was seen.
    """
    if uncertainty.estimate == 0.0:
        return None
    needed = count * (_POWER_Z * uncertainty.error / abs(uncertainty.estimate)) ** 2
    return max(int(np.ceil(min(needed - count, 1e12))), 1)


@lru_cache(maxsize=4096)
def _critical(dof: float) -> float:
    return t_quantile(LEVEL, dof)


def _moves(scatter: Scatter, dependence: Dependence, column: int) -> Floats:
    moves = scatter.resampled[:, column] - scatter.observed[column]
    effective = dependence.effective_count
    return np.asarray(moves * dependence.inflation * (effective / (effective - 1.0)) ** 0.5, np.float64)


def _dof(a_part: float, a_count: float, b_part: float, b_count: float) -> float:
    """Degrees of freedom after Welch and Satterthwaite."""
    total = a_part + b_part
    if total <= 0.0:
        return max(a_count + b_count - 2.0, 1.0)
    return float(max(total**2 / (a_part**2 / (a_count - 1.0) + b_part**2 / (b_count - 1.0)), 1.0))
