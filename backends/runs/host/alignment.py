"""Which expected kernel is which seen kernel: alignment of two sequences at the lowest cost.

Fusing only removes kernels, so both sequences have the same order. The cost of a pair comes from the kernels' names
and, as a tie-breaker, from their times. Long sequences are aligned in overlapping windows, so that 20,000 operators
take a second and little memory.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_OTHER_NAME = 1.8
_SAME_FAMILY = 0.4
_MISSING = 1.0
_EXTRA = 1.1
_TIME_WEIGHT = 0.25
_WINDOW = 512
_KEPT = 256
_SLACK = 256
GUESSED = "~"
"""Begins the name of a kernel that is not known from a measurement, followed by the operator's kind."""

_WORDS = {
    "CONV_2D": "convolution fully connected", "DEPTHWISE_CONV_2D": "convolution", "TRANSPOSE_CONV": "deconvolution",
    "FULLY_CONNECTED": "fully connected", "BATCH_MATMUL": "batch matrix multiply", "ADD": "add", "SUB": "subtract",
    "MUL": "multiply", "DIV": "divide", "MAX_POOL_2D": "max pooling", "AVERAGE_POOL_2D": "average pooling mean",
    "MEAN": "mean average", "SUM": "sum", "SOFTMAX": "softmax", "LOGISTIC": "sigmoid", "TANH": "tanh",
    "HARD_SWISH": "hardswish", "PRELU": "prelu", "LEAKY_RELU": "leaky", "RELU": "clamp", "RELU6": "clamp",
    "PAD": "pad", "CONCATENATION": "concatenate copy", "SPLIT": "split copy slice", "RESHAPE": "reshape copy",
    "TRANSPOSE": "transpose", "RESIZE_BILINEAR": "resize", "QUANTIZE": "convert", "DEQUANTIZE": "convert",
    "SLICE": "slice", "STRIDED_SLICE": "slice", "DEPTH_TO_SPACE": "depth", "SPACE_TO_DEPTH": "space",
}  # fmt: skip
"""Words of XNNPACK's kernel names for kinds of operators, for models whose operators could not be run alone."""


class Kernel(NamedTuple):
    """A kernel as the delegate names it, and its time."""

    name: str
    time_us: float


@dataclass(frozen=True, slots=True)
class _Costs:
    """Cost of each pair of names, and the logarithm of the times."""

    pairs: NDArray[np.float64]
    expected: NDArray[np.int64]
    seen: NDArray[np.int64]
    expected_time: NDArray[np.float64]
    seen_time: NDArray[np.float64]

    def row(self, i: int, start: int, stop: int) -> NDArray[np.float64]:
        """Give the cost of pairing expected kernel ``i`` with each seen one of a window."""
        names = self.pairs[self.expected[i], self.seen[start:stop]]
        distance = np.abs(self.seen_time[start:stop] - self.expected_time[i])
        costs: NDArray[np.float64] = names + _TIME_WEIGHT * np.minimum(1.0, distance / 3.0)
        return costs


def align(expected: Sequence[Kernel], seen: Sequence[Kernel]) -> list[int]:
    """Give for each seen kernel the index of the expected one, or -1 where it has none."""
    matches = [-1] * len(seen)
    if not expected or not seen:
        return matches
    if len(expected) == len(seen) and all(a.name == b.name for a, b in zip(expected, seen, strict=True)):
        return list(range(len(seen)))
    costs = _costs(expected, seen)
    i = j = 0
    while i < len(expected) and j < len(seen):
        rows = min(_WINDOW, len(expected) - i)
        is_last = i + rows == len(expected)
        columns = len(seen) - j if is_last and len(seen) - j <= 4 * _WINDOW else min(rows + _SLACK, len(seen) - j)
        path = _align_window(costs, (i, i + rows), (j, j + columns), is_last=is_last and j + columns == len(seen))
        keep = i + rows if is_last else i + _KEPT
        next_j = j
        for row, column in path:
            if row < keep:
                matches[column] = row
                next_j = column + 1
        i, j = keep, next_j
    return matches


def _align_window(
    costs: _Costs, rows: tuple[int, int], columns: tuple[int, int], *, is_last: bool
) -> list[tuple[int, int]]:
    """Align a window; its end is free unless it is the last one. Gives the pairs in order."""
    width = columns[1] - columns[0]
    extra = _EXTRA * np.arange(width + 1)
    table = np.empty((rows[1] - rows[0] + 1, width + 1))
    table[0] = extra
    pair_rows = []
    for k, i in enumerate(range(*rows), start=1):
        pairs = costs.row(i, *columns)
        pair_rows.append(pairs)
        best = table[k - 1] + _MISSING
        best[1:] = np.minimum(best[1:], table[k - 1, :-1] + pairs)
        table[k] = np.minimum.accumulate(best - extra) + extra
    k, j = len(table) - 1, width if is_last else int(np.argmin(table[-1]))
    path = []
    while k > 0 and j > 0:
        value = table[k, j]
        if math.isclose(value, table[k - 1, j - 1] + pair_rows[k - 1][j - 1], abs_tol=1e-9):
            k, j = k - 1, j - 1
            path.append((rows[0] + k, columns[0] + j))
        elif math.isclose(value, table[k - 1, j] + _MISSING, abs_tol=1e-9):
            k -= 1
        else:
            j -= 1
    return path[::-1]


def _costs(expected: Sequence[Kernel], seen: Sequence[Kernel]) -> _Costs:
    rows = {name: i for i, name in enumerate(dict.fromkeys(kernel.name for kernel in expected))}
    columns = {name: i for i, name in enumerate(dict.fromkeys(kernel.name for kernel in seen))}
    pairs = np.array([[_name_cost(a, b) for b in columns] for a in rows])
    return _Costs(
        pairs,
        np.array([rows[kernel.name] for kernel in expected]),
        np.array([columns[kernel.name] for kernel in seen]),
        np.log(np.array([kernel.time_us for kernel in expected]) + 0.5),
        np.log(np.array([kernel.time_us for kernel in seen]) + 0.5),
    )


def _name_cost(expected: str, seen: str) -> float:
    if expected == seen:
        return 0.0
    if expected.startswith(GUESSED):
        words = _WORDS.get(expected[1:], expected[1:].lower().replace("_", " ")).split()
        return _SAME_FAMILY if any(word in seen.lower() for word in words) else _OTHER_NAME
    return _SAME_FAMILY if expected.partition(" (")[0] == seen.partition(" (")[0] else _OTHER_NAME
