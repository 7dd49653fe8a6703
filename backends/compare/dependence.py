"""How much the runs of a series depend on those before them, and what that leaves of their number.

Latencies that follow each other resemble each other: clocks, caches and other programs change slowly. Treating them
as independent makes intervals too narrow and differences "real" that are not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST = 8
_LARGEST_CORRELATION = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """What was found about a series of ``count`` values."""

    count: int
    time: float
    """Integrated autocorrelation time in runs: 1 for independent runs, larger where they resemble each other."""
    block: int
    """Length of the blocks to resample in."""
    inflation: float
    """What a standard error from resampling such blocks must be multiplied by."""

    @property
    def effective_count(self) -> float:
        """Independent runs that would tell as much; at least 2."""
        return max(self.count / self.time, 2.0)


def measure_dependence(values: Floats) -> Dependence:
    """Measure the dependence of a series on its own past.

    It is taken from the ranks, which outliers do not disturb. The autocorrelation time is the larger of that of a
    first-order process, (1 + r) / (1 - r) with r corrected for its bias in short series (Kendall, Biometrika 41,
    1954: r + (1 + 3 r) / n), and the sum of the autocorrelations up to the first pair of lags whose sum is not
    positive (Geyer, Statistical Science 7, 1992). Blocks are about 1.5 n^(1/3) times the cube root of the squared
    dependence long (Politis and White, Econometric Reviews 23, 2004, for a first-order process); what blocks of that
    length leave out of the variance is made up for by ``inflation``.
    """
    count = len(values)
    if count < _LEAST:
        return Dependence(count=count, time=1.0, block=1, inflation=1.0)
    correlations = autocorrelations(_scores(values), max(1, min(count // 3, 200)))
    first = float(correlations[0])
    corrected = first + (1.0 + 3.0 * first) / count
    if first > count**-0.5:
        # Sure to be there: half a standard error more, as too small a value costs more than too large a one.
        corrected += 0.5 * (max(1.0 - first**2, 0.0) / count) ** 0.5
    corrected = min(max(corrected, 0.0), _LARGEST_CORRELATION)
    time = max((1.0 + corrected) / (1.0 - corrected), _geyer_time(correlations), 1.0)
    block = _block_length(corrected, count)
    inner = np.arange(1, block)
    known = correlations[: block - 1]
    seen = 1.0 + 2.0 * float(((1.0 - inner / block)[: len(known)] * known).sum())
    inflation = max(time / max(seen, 0.2), 1.0) ** 0.5
    return Dependence(count=count, time=time, block=block, inflation=inflation)


def autocorrelations(values: Floats, lags: int) -> Floats:
    """Give the autocorrelations at the lags 1 to ``lags``; zeros for a constant series."""
    centred = values - values.mean()
    power = float(centred @ centred)
    if power <= 0.0:
        return np.zeros(lags)
    size = 1 << (2 * len(values) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    covariances = np.fft.irfft(spectrum * np.conj(spectrum), size)[1 : lags + 1]
    return np.asarray(covariances / power, np.float64)


def long_run_variance(values: Floats, dependence: Dependence) -> float:
    """Give the variance that the mean of the series would have if it were multiplied by their number."""
    return float(values.var(ddof=1)) * dependence.time if len(values) > 1 else 0.0


def _scores(values: Floats) -> Floats:
    """Ranks of the values, equal ones in the middle of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2.0)[place], np.float64)


def _geyer_time(correlations: Floats) -> float:
    total = 1.0 + 2.0 * float(correlations[0])
    for start in range(1, len(correlations) - 1, 2):
        pair = float(correlations[start] + correlations[start + 1])
        if pair <= 0.0:
            break
        total += 2.0 * pair
    return max(total, 1.0)


def _block_length(correlation: float, count: int) -> int:
    strength = 2.0 * correlation / (1.0 - correlation**2)
    length = 1.145 * (2.0 * strength**2 * count / 3.0) ** (1.0 / 3.0) if strength > 0 else 1.0
    return int(np.clip(np.ceil(max(length, count ** (1.0 / 3.0) if correlation > 0.1 else 1.0)), 1, max(count // 4, 1)))
