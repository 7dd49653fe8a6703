"""How much the outputs of two runs on the same inputs differ; pure functions of arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TOP = 5

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """One output compared with the reference; ``None`` where a number has no meaning."""

    name: str
    count: int
    max_abs: float | None
    """Largest difference; ``None`` where a value is not a number in one of the two only, or there are no values."""
    mean_abs: float | None
    psnr_db: float | None
    """Over the reference's range of values; infinite for equal outputs."""
    cosine: float | None
    top1_agrees: bool | None
    """Whether the largest value is at the same place, for outputs that look like classes."""
    top5_agreement: float | None
    """Share of the five largest that both have."""


def compare_outputs(name: str, reference: Values, actual: Values) -> Similarity:
    """Compare one output; the last dimension is taken as classes where there are at least two of them.

    Raises:
        ValueError: the shapes differ.
    """
    if reference.shape != actual.shape:
        raise ValueError(f"{reference.shape} and {actual.shape} cannot be compared")
    a, b = reference.astype(np.float64).ravel(), actual.astype(np.float64).ravel()
    same_odd = np.array_equal(np.isfinite(a), np.isfinite(b))
    finite = np.isfinite(a) & np.isfinite(b)
    if not same_odd or not finite.any():
        return Similarity(
            name=name,
            count=a.size,
            max_abs=None,
            mean_abs=None,
            psnr_db=None,
            cosine=None,
            top1_agrees=None,
            top5_agreement=None,
        )
    a, b = a[finite], b[finite]
    difference = np.abs(a - b)
    classes = reference.shape[-1] if reference.ndim else 1
    has_classes = classes > 1 and finite.all()
    return Similarity(
        name=name,
        count=reference.size,
        max_abs=float(difference.max()),
        mean_abs=float(difference.mean()),
        psnr_db=_psnr(a, difference),
        cosine=_cosine(a, b),
        top1_agrees=bool(top_agreement(reference, actual, 1) == 1.0) if has_classes else None,
        top5_agreement=top_agreement(reference, actual, min(_TOP, classes)) if has_classes else None,
    )


def top_agreement(reference: Values, actual: Values, count: int) -> float:
    """Give the share of the ``count`` largest of the last dimension that both have, on average over the others."""
    classes = reference.shape[-1]
    first = np.argsort(-reference.reshape(-1, classes), axis=1, kind="stable")[:, :count]
    second = np.argsort(-actual.reshape(-1, classes), axis=1, kind="stable")[:, :count]
    shared = (first[:, :, None] == second[:, None, :]).any(axis=2)
    return float(shared.mean())


def worst_deviation(results: Sequence[Similarity], scale: Sequence[float]) -> float:
    """Give the largest difference over all outputs, each in units of its reference's largest value; infinite if odd."""
    worst = 0.0
    for result, size in zip(results, scale, strict=True):
        if result.count and result.max_abs is None:
            return float("inf")
        worst = max(worst, (result.max_abs or 0.0) / max(size, 1e-30))
    return worst


def _psnr(reference: Values, difference: Values) -> float:
    error = float(np.mean(difference**2))
    if error == 0:
        return float("inf")
    span = float(reference.max() - reference.min()) or float(np.abs(reference).max()) or 1.0
    return float(10 * np.log10(span**2 / error))


def _cosine(a: Values, b: Values) -> float | None:
    norms = float(np.linalg.norm(a) * np.linalg.norm(b))
    if norms == 0:
        return 1.0 if not a.any() and not b.any() else None
    return float(np.clip(np.dot(a, b) / norms, -1.0, 1.0))
