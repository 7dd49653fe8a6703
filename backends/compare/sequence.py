"""Aligning two stretches of operators in their order of execution."""

import numpy as np

from backends.compare.likeness import LEAST, Likeness

_MOST_CELLS = 4_000_000
_BAND = 500
"""Where stretches are too long to compare everything, how far from the diagonal is looked."""
_PAIR_COST = 0.3
"""Taken off each pair, so that two that are hardly alike do not keep a good one from being found."""
_DIAGONAL, _UP, _LEFT = 0, 1, 2


def align_stretch(likeness: Likeness, a: range, b: range) -> list[tuple[int, int, float]]:
    """Give pairs (place in A, place in B, likeness) whose likeness adds up to the most, in ascending order.

    The algorithm of Needleman and Wunsch (Journal of Molecular Biology 48, 1970) with free gaps, a row at a time;
    limited to a band around the diagonal for long stretches. Pairs that are hardly alike are left apart.
    """
    if not len(a) or not len(b):
        return []
    best = np.zeros(len(b) + 1)
    starts, steps, scores = [], [], []
    for row, place in enumerate(a):
        first, end = _window(row, len(a), len(b))
        alike = likeness.row(place, b.start + first, b.start + end)
        diagonal = np.where(alike >= LEAST, best[first:end] + alike - _PAIR_COST, -1.0)
        up = best[first + 1 : end + 1]
        left_start = best[first]
        value = np.maximum.accumulate(np.concatenate(([left_start], np.maximum(diagonal, up))))[1:]
        step = np.where(value == diagonal, _DIAGONAL, np.where(value == up, _UP, _LEFT)).astype(np.int8)
        best[first + 1 : end + 1] = value
        starts.append(first)
        steps.append(step)
        scores.append(alike.astype(np.float32))
    return _trace(starts, steps, scores, a, b)


def _window(row: int, rows: int, columns: int) -> tuple[int, int]:
    if rows * columns <= _MOST_CELLS:
        return 0, columns
    middle = row * columns // rows
    reach = max(_BAND, 2 * columns // rows)
    return max(0, middle - reach), min(columns, middle + reach)


def _trace(
    starts: list[int], steps: list[np.ndarray], scores: list[np.ndarray], a: range, b: range
) -> list[tuple[int, int, float]]:
    pairs = []
    row, column = len(a) - 1, len(b) - 1
    while row >= 0 and column >= 0:
        place = column - starts[row]
        if place < 0:
            row -= 1
        elif place >= len(steps[row]):
            column -= 1
        elif steps[row][place] == _DIAGONAL:
            pairs.append((a[row], b[column], float(scores[row][place])))
            row, column = row - 1, column - 1
        elif steps[row][place] == _UP:
            row -= 1
        else:
            column -= 1
    pairs.reverse()
    return pairs
