"""Measures of how much two arrays differ; pure functions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]

_WINDOW = 11
_SIGMA = 1.5
_K1, _K2 = 0.01, 0.03
_LEAST_SIDE = 8
_PICTURE_CHANNELS = (1, 3, 4)


def looks_like_picture(shape: tuple[int, ...]) -> bool:
    """Whether an output is one or more pictures: N x height x width x 1, 3 or 4."""
    return len(shape) == 4 and shape[3] in _PICTURE_CHANNELS and shape[1] >= _LEAST_SIDE and shape[2] >= _LEAST_SIDE


def looks_like_classes(shape: tuple[int, ...]) -> bool:
    """Whether an output is a score for each class: one row of at least two numbers."""
    return len(shape) in (1, 2) and shape[-1] >= 2 and (len(shape) == 1 or shape[0] == 1)


def peak_of(reference: Values) -> float:
    """Give the range that a PSNR is related to.

    Pictures of pixels reach beyond 2: 255. Values within -0.5 to 1.5 are taken for 0 to 1. Anything else: the span of
    the reference.
    """
    if not reference.size:
        return 1.0
    low, high = float(reference.min()), float(reference.max())
    if looks_like_picture(reference.shape):
        if high > 2:
            return 255.0
        if low >= -0.5:
            return 1.0
    return (high - low) or max(abs(high), 1e-12)


def psnr_db(reference: Values, actual: Values, peak: float) -> float:
    """Give the peak signal-to-noise ratio in decibels; infinite for equal arrays."""
    error = float(np.mean((reference.astype(np.float64) - actual) ** 2))
    return float("inf") if error == 0 else float(10 * np.log10(peak**2 / error))


def ssim(reference: Values, actual: Values, peak: float) -> float:
    """Give the mean structural similarity of pictures N x height x width x channels, 1 for equal ones.

    Z. Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", IEEE TIP 2004: windows
    of 11 x 11 weighted by a Gaussian with sigma 1.5, at the places where the whole window lies inside the picture.

    Raises:
        ValueError: a picture is smaller than a window.
    """
    if min(reference.shape[1:3]) < _WINDOW:
        raise ValueError(f"pictures must be at least {_WINDOW} high and wide")
    a, b = reference.astype(np.float64), actual.astype(np.float64)
    mean_a, mean_b = _blur(a), _blur(b)
    var_a, var_b = _blur(a * a) - mean_a**2, _blur(b * b) - mean_b**2
    both = _blur(a * b) - mean_a * mean_b
    c1, c2 = (_K1 * peak) ** 2, (_K2 * peak) ** 2
    top = (2 * mean_a * mean_b + c1) * (2 * both + c2)
    bottom = (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    return float(np.mean(top / bottom))


def _blur(values: Values) -> Values:
    places = np.arange(_WINDOW) - _WINDOW // 2
    weights = np.exp(-(places**2) / (2 * _SIGMA**2))
    weights /= weights.sum()
    for axis in (1, 2):
        size = values.shape[axis] - _WINDOW + 1
        parts = (np.take(values, np.arange(i, i + size), axis=axis) * weight for i, weight in enumerate(weights))
        values = sum(parts)
    return values


def cosine(reference: Values, actual: Values) -> float | None:
    """Give the cosine of the angle between two arrays; ``None`` where one of them is zero and the other is not."""
    a, b = reference.astype(np.float64).ravel(), actual.astype(np.float64).ravel()
    norms = float(np.linalg.norm(a) * np.linalg.norm(b))
    if norms == 0:
        return 1.0 if not a.any() and not b.any() else None
    return float(np.clip(np.dot(a, b) / norms, -1.0, 1.0))


def is_among_best(scores: Values, label: int, count: int) -> bool:
    """Whether a class is among the ``count`` best of a row of scores; equal scores are counted against it."""
    row = scores.ravel()
    if not 0 <= label < row.size:
        return False
    better = int(np.count_nonzero(row > row[label])) + int(np.count_nonzero(row[:label] == row[label]))
    return better < count


def sqnr_db(signal: float, noise: float) -> float | None:
    """Give the signal-to-quantisation-noise ratio of two sums of squares; ``None`` without signal.

    Infinite without noise.
    """
    if noise == 0:
        return float("inf") if signal else None
    return float(10 * np.log10(signal / noise)) if signal else None
