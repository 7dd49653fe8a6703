"""Measures the peak of this computer; runs in a child process and prints JSON."""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

_SIZE = 1024
_COPIED_BYTES = 128 << 20
"""In each direction; more than the last cache of common processors."""
_SECONDS = 0.7
_LEAST_ROUNDS = 3


def best_seconds(work: Callable[[], object], seconds: float = _SECONDS) -> float:
    """Give the shortest time of several rounds: whatever else the computer does can only make one longer."""
    best, end, rounds = float("inf"), time.perf_counter() + seconds, 0
    while rounds < _LEAST_ROUNDS or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
        rounds += 1
    return best


def multiply_add_rate() -> float:
    """Give multiply-adds per second of a float32 matrix product, with as many threads as the library was given."""
    random = np.random.default_rng(0)
    left, right = (random.random((_SIZE, _SIZE), np.float32) for _ in range(2))
    result = np.empty_like(left)
    np.matmul(left, right, out=result)
    return _SIZE**3 / best_seconds(lambda: np.matmul(left, right, out=result))


def copy_rate(threads: int) -> float:
    """Give bytes read and written per second when memory is copied."""
    source = np.ones(_COPIED_BYTES, np.uint8)
    target = np.zeros_like(source)  # touched, so that its pages exist
    parts = [slice(part[0], part[-1] + 1) for part in np.array_split(np.arange(0, _COPIED_BYTES, 4096), threads)]
    parts = [slice(part.start, min(part.stop + 4095, _COPIED_BYTES)) for part in parts]

    def copy(part: slice) -> None:
        np.copyto(target[part], source[part])

    with ThreadPoolExecutor(threads) as pool:
        return 2 * _COPIED_BYTES / best_seconds(lambda: list(pool.map(copy, parts)))


def main(threads: int) -> None:
    """Measure and print."""
    rates = {"macs_per_second": multiply_add_rate(), "bytes_per_second": copy_rate(threads)}
    sys.stdout.write(json.dumps(rates))


if __name__ == "__main__":
    main(int(sys.argv[1]))
