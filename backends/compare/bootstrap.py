"""How far numbers of a series would scatter if it were measured again: resampling in blocks."""

from dataclasses import dataclass

import numpy as np

from backends.compare.dependence import Dependence, Floats

RESAMPLES = 1999
_SEED = 20_240_229
_MOST_AT_ONCE = 2_000_000
"""Values that are resampled in one go; bounds the memory."""

PERCENTILES = (50.0, 90.0, 99.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Statistics of the resampled series: one row for each, columns p50, p90, p99 and mean, as natural logarithms."""

    observed: Floats
    resampled: Floats


def resample(values: Floats, dependence: Dependence, *, seed: int = _SEED) -> Scatter:
    """Resample a series in blocks that wrap around at its end (Politis and Romano's circular block bootstrap, 1992).

    Blocks of one run are Efron's bootstrap. The seed is fixed, so that the same data give the same answer.
    """
    rng = np.random.default_rng(seed)
    count, block = len(values), max(1, min(dependence.block, len(values)))
    blocks = -(-count // block)
    rows = max(1, _MOST_AT_ONCE // count)
    parts = []
    for first in range(0, RESAMPLES, rows):
        wanted = min(rows, RESAMPLES - first)
        places = rng.integers(0, count, (wanted, blocks), dtype=np.int32)
        if block > 1:
            inside = places[:, :, None] + np.arange(block, dtype=np.int32)
            places = (inside.reshape(wanted, -1)[:, :count] % count).astype(np.int32)
        parts.append(_statistics(values[places]))
    return Scatter(observed=_statistics(values[None, :])[0], resampled=np.concatenate(parts))


def _statistics(rows: Floats) -> Floats:
    """Logarithms of percentiles (linear between ranks) and mean of each row."""
    mean = rows.mean(axis=1)
    count = rows.shape[1]
    ranks = [(count - 1) * share / 100.0 for share in PERCENTILES]
    # Sorting whole rows is several times faster than numpy's partition around a few places.
    sorted_rows = np.sort(rows, axis=1)
    columns = []
    for rank in ranks:
        low = int(rank)
        high = min(low + 1, count - 1)
        columns.append(sorted_rows[:, low] + (rank - low) * (sorted_rows[:, high] - sorted_rows[:, low]))
    return np.asarray(np.log(np.stack([*columns, mean], axis=1)), np.float64)
