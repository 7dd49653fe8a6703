"""False alarms and power of the judgement on synthetic series whose truth is known.

    python tests/benchmarks/bench_judgement.py [TRIALS [RUNS [SERIES ...]]]

Both sides of each trial come from the same process, so that every "real" difference is a false alarm: at most 5 % of
them may be. Then B is made 2, 5 and 10 % slower: what share is found. 2,000 trials and 50 runs a side unless told; of
all series, or of those whose name begins with one of the words.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from backends.compare.judgement import Outcome, judge_samples
from backends.compare.samples import steady_samples

Rng = np.random.Generator
LEVEL_NS = 1e6
EFFECTS = (0.02, 0.05, 0.10)


def _autocorrelated(rng: Rng, count: int, rho: float) -> np.ndarray:
    steps = rng.normal(0.0, 0.02, count + 200)
    for place in range(1, len(steps)):
        steps[place] += rho * steps[place - 1]
    return LEVEL_NS * np.exp(steps[200:])


def _switching(rng: Rng, count: int) -> np.ndarray:
    """Two levels, such as two clocks; the state changes in 15 % of the runs."""
    state = (np.cumsum(rng.random(count) < 0.15) + rng.integers(2)) % 2
    return LEVEL_NS * np.where(state, 1.15, 1.0) * np.exp(rng.normal(0, 0.01, count))


def _with_outliers(rng: Rng, count: int) -> np.ndarray:
    return LEVEL_NS * np.exp(rng.normal(0, 0.02, count)) * np.where(rng.random(count) < 0.03, 3.0, 1.0)


def _warming(rng: Rng, count: int) -> np.ndarray:
    series = LEVEL_NS * np.exp(rng.normal(0, 0.02, count))
    series[: rng.integers(0, 6)] *= 1.5
    return series


def _throttling(rng: Rng, count: int) -> np.ndarray:
    """Heats up by another amount each time, along a curve that levels off."""
    amount = abs(rng.normal(0, 0.08))
    curve = 1.0 - np.exp(-np.arange(count) / (count / 3.0))
    return LEVEL_NS * np.exp(rng.normal(0, 0.01, count)) * (1.0 + amount * curve)


SERIES: dict[str, Callable[[Rng, int], np.ndarray]] = {
    "normal": lambda rng, n: LEVEL_NS * np.exp(rng.normal(0, 0.03, n)),
    "autocorrelated, 0.5": lambda rng, n: _autocorrelated(rng, n, 0.5),
    "autocorrelated, 0.8": lambda rng, n: _autocorrelated(rng, n, 0.8),
    "skewed": lambda rng, n: LEVEL_NS * (1.0 + rng.exponential(0.1, n)),
    "heavily skewed": lambda rng, n: LEVEL_NS * np.exp(rng.normal(0, 0.5, n)),
    "outliers": _with_outliers,
    "bimodal": lambda rng, n: LEVEL_NS * np.where(rng.random(n) < 0.5, 1.0, 1.3) * np.exp(rng.normal(0, 0.01, n)),
    "bimodal, switching": _switching,
    "drifting": lambda rng, n: (
        LEVEL_NS * np.exp(rng.normal(0, 0.02, n)) * (1.0 + rng.normal(0, 0.05) * np.linspace(-0.5, 0.5, n))
    ),
    "throttling": _throttling,
    "warming up": _warming,
    "coarse clock": lambda rng, n: np.round(LEVEL_NS * np.exp(rng.normal(0, 0.01, n)), -4),
}


def main() -> int:
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    wanted = tuple(sys.argv[3:]) or ("",)
    worst = 0.0
    print(f"{trials} trials; false alarms, then found differences of {', '.join(f'{e:.0%}' for e in EFFECTS)}")
    for name, series in SERIES.items():
        if name.startswith(wanted):
            start = time.perf_counter()
            rng = np.random.default_rng(count)
            pairs = [(series(rng, count), series(rng, count)) for _ in range(trials)]
            alarms = sum(judge_samples(steady_samples(a), steady_samples(b)).is_real for a, b in pairs) / trials
            few = pairs[: max(trials // 20, 1)]
            found = [
                sum(
                    judge_samples(steady_samples(a), steady_samples(b * (1 + effect))).outcome is Outcome.SLOWER
                    for a, b in few
                )
                / len(few)
                for effect in EFFECTS
            ]
            worst = max(worst, alarms)
            power = "  ".join(f"{share:4.0%}" for share in found)
            print(
                f"{name:22} {count:4} runs  {alarms:6.2%}   {power}   {time.perf_counter() - start:5.0f} s", flush=True
            )
    print(f"most false alarms: {worst:.2%}")
    return int(worst > 0.05)


if __name__ == "__main__":
    sys.exit(main())
