"""Power signals whose energy is known, as a perfect meter and as real ones would tell them."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from backends.power.integration import Signal

Array = NDArray[np.float64]
Power = Callable[[Array], Array]


def constant(mw: float) -> Power:
    return lambda t: np.full_like(t, mw)


def ramp(start_mw: float, slope_mw: float) -> Power:
    return lambda t: start_mw + slope_mw * t


def duty_cycle(low_mw: float, high_mw: float, *, period_s: float, share: float) -> Power:
    return lambda t: np.where((t % period_s) < share * period_s, high_mw, low_mw).astype(float)


def idle_busy(idle_mw: float, busy_mw: float, *, start_s: float, end_s: float) -> Power:
    return lambda t: np.where((t >= start_s) & (t < end_s), busy_mw, idle_mw).astype(float)


def true_energy(power: Power, start_s: float, end_s: float) -> float:
    t = np.linspace(start_s, end_s, 200_001)
    return float(np.trapezoid(power(t), t))


def sampled(
    power: Power,
    seconds: float,
    hz: float,
    *,
    seed: int = 0,
    jitter_s: float = 0.0,
    noise_mw: float = 1e-3,
    is_mean: bool = False,
    clock_error_s: float = 0.0,
    relative_error: float = 0.0,
) -> Signal:
    """Sample a signal, with a random phase, times that are off by the jitter, and noise: no meter repeats itself."""
    rng = np.random.default_rng(seed)
    times = np.arange(rng.uniform(0, 1 / hz), seconds, 1 / hz)
    values = power(times)
    if is_mean:
        values = np.array([values[0], *(_mean(power, a, b) for a, b in pairwise(times))])
    values = values + rng.normal(0, noise_mw, len(times)) if noise_mw else values
    stated = np.sort(times + rng.normal(0, jitter_s, len(times))) if jitter_s else times
    return Signal(
        times_s=stated, values=values, is_mean=is_mean, clock_error_s=clock_error_s, relative_error=relative_error
    )


def _mean(power: Power, start_s: float, end_s: float) -> float:
    return float(np.mean(power(np.linspace(start_s, end_s, 2001))))
