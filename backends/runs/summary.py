"""Statistics of latencies; pure functions of numbers.

Percentiles interpolate linearly between the closest ranks (the method of ``numpy.percentile``, R-7). The standard
deviation is that of a sample (n - 1). "Robust" deviations are 1.4826 times the median absolute deviation, which is the
standard deviation where the values are normally distributed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROBUST = 1.4826
_FAR_FENCE = 3.0
"""Interquartile ranges beyond the quartiles: Tukey's "far out"."""
_LEAST_RUNS = 10
_WARM_DEVIATIONS = 3.0
_WARM_LEAST = 0.02
"""Slower by less than this share of the median is not warming up."""
_DRIFT_DEVIATIONS = 3.0
_DRIFT_LEAST = 0.03
_MEDIAN_ERROR = 1.2533
"""Standard error of a median, in standard errors of a mean."""
_MAX_BINS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencySummary:
    """Numbers that describe a series; all in ns."""

    count: int
    mean_ns: float
    std_ns: float
    """Sample standard deviation; 0 for a single run."""
    min_ns: float
    max_ns: float
    p50_ns: float
    p90_ns: float
    p99_ns: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """``counts[i]`` values lie between ``edges_ns[i]`` and ``edges_ns[i + 1]``."""

    edges_ns: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ecdf:
    """Share of runs (0..1) that took at most this long; values ascend."""

    values_ns: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Change from the first to the last third, as a share of the median (0.05: slower by 5 %)."""

    relative: float
    is_notable: bool
    """Whether it is more than chance and 3 %."""


def summarize_latencies(latencies_ns: Sequence[float]) -> LatencySummary:
    """Describe a series.

    Raises:
        ValueError: it is empty.
    """
    values = _array(latencies_ns)
    p50, p90, p99 = np.percentile(values, (50, 90, 99))
    return LatencySummary(
        count=len(values),
        mean_ns=float(values.mean()),
        std_ns=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        min_ns=float(values.min()),
        max_ns=float(values.max()),
        p50_ns=float(p50),
        p90_ns=float(p90),
        p99_ns=float(p99),
    )


def histogram(latencies_ns: Sequence[float]) -> Histogram:
    """Count values in bins of equal width, chosen after Freedman and Diaconis; at most 100.

    Raises:
        ValueError: the series is empty.
    """
    values = _array(latencies_ns)
    low, high = float(values.min()), float(values.max())
    quartiles = np.percentile(values, (25, 75))
    width = 2 * float(quartiles[1] - quartiles[0]) / len(values) ** (1 / 3)
    bins = int(np.clip(np.ceil((high - low) / width), 1, _MAX_BINS)) if width > 0 else 1
    if high <= low:
        # Some width for the one value there is.
        low, high = low - 0.5, high + 0.5
    counts, edges = np.histogram(values, bins=bins, range=(low, high))
    return Histogram(edges_ns=tuple(edges.tolist()), counts=tuple(counts.tolist()))


def ecdf(latencies_ns: Sequence[float]) -> Ecdf:
    """Give the empirical distribution.

    Raises:
        ValueError: the series is empty.
    """
    values = np.sort(_array(latencies_ns))
    shares = np.arange(1, len(values) + 1) / len(values)
    return Ecdf(values_ns=tuple(values.tolist()), shares=tuple(shares.tolist()))


def count_warmup(latencies_ns: Sequence[float]) -> int:
    """Count leading runs that were slower than the later half: above its median by three robust deviations and 2 %.

    A single slow run after that is an outlier, not warm-up. 0 for fewer than ten runs: the spread of fewer than five
    later ones is no measure.
    """
    if len(latencies_ns) < _LEAST_RUNS:
        return 0
    values = _array(latencies_ns)
    later = values[len(values) // 2 :]
    median = float(np.median(later))
    limit = median + max(_WARM_DEVIATIONS * _deviation(later), _WARM_LEAST * median)
    fast = np.flatnonzero(values <= limit)
    return min(int(fast[0]), len(values) // 2) if len(fast) else 0


def find_outliers(latencies_ns: Sequence[float]) -> tuple[int, ...]:
    """Give the positions of runs more than three interquartile ranges outside the quartiles; none below four runs."""
    if len(latencies_ns) < 4:
        return ()
    values = _array(latencies_ns)
    low, high = np.percentile(values, (25, 75))
    reach = _FAR_FENCE * (high - low)
    return tuple(np.flatnonzero((values < low - reach) | (values > high + reach)).tolist())


def measure_drift(latencies_ns: Sequence[float]) -> Drift:
    """Compare the median of the last third with that of the first; no drift for fewer than nine runs."""
    if len(latencies_ns) < 9:
        return Drift(relative=0.0, is_notable=False)
    values = _array(latencies_ns)
    third = len(values) // 3
    first, last = values[:third], values[-third:]
    median = float(np.median(values))
    if median <= 0:
        return Drift(relative=0.0, is_notable=False)
    change = float(np.median(last) - np.median(first))
    error = _MEDIAN_ERROR * float(np.hypot(_deviation(first), _deviation(last))) / third**0.5
    is_notable = abs(change) > max(_DRIFT_DEVIATIONS * error, _DRIFT_LEAST * median)
    return Drift(relative=change / median, is_notable=is_notable)


def _array(latencies_ns: Sequence[float]) -> NDArray[np.float64]:
    if not len(latencies_ns):
        raise ValueError("there is nothing to summarise")
    return np.asarray(latencies_ns, dtype=np.float64)


def _deviation(values: NDArray[np.float64]) -> float:
    return _ROBUST * float(np.median(np.abs(values - np.median(values))))
