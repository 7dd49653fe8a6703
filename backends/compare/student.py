"""Student's t distribution, for the few numbers that small samples need of it."""

import math
from statistics import NormalDist

_STEPS = 200
_SMALL = 1e-300
_ENOUGH = 1e-14
_MANY = 1e7
"""From so many degrees of freedom on it is the normal distribution."""


def t_tail(t: float, dof: float) -> float:
    """Give the two-sided tail probability: that T lies at least as far from 0 as ``t``.

    It is the regularised incomplete beta function I_x(dof/2, 1/2) at x = dof / (dof + t^2) (Abramowitz and Stegun,
    Handbook of Mathematical Functions, 26.7.1 and 26.5.27).
    """
    if not math.isfinite(t):
        return 0.0
    if dof >= _MANY:
        return 2.0 * NormalDist().cdf(-abs(t))
    return _incomplete_beta(dof / 2.0, 0.5, dof / (dof + t * t))


def t_quantile(share: float, dof: float) -> float:
    """Give the value that T keeps within on both sides of 0 with probability ``share`` (0.95: 1.96 for large dof)."""
    low, high = 0.0, 2.0
    while t_tail(high, dof) > 1.0 - share and high < 1e12:
        high *= 2.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if t_tail(middle, dof) > 1.0 - share:
            low = middle
        else:
            high = middle
        if high - low <= 1e-8 * high:
            break
    return high


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction from its front (the modified method of Lentz)."""
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _SMALL else _SMALL)
    value = d
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > _SMALL else _SMALL)
            c = 1.0 + term / c
            c = c if abs(c) > _SMALL else _SMALL
            value *= c * d
        if abs(c * d - 1.0) < _ENOUGH:
            break
    return value
