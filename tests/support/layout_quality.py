"""How good a layout is, in numbers."""

from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import BoxGraph, Layout

_CURVE_POINTS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Counts over a whole layout; fewer is better."""

    crossings: int
    """Pairs of edge pieces that cross between two ranks."""
    through_boxes: int
    """Edge pieces that run through a box which is neither their source nor their target."""
    overlaps: int
    """Pairs of boxes that overlap."""
    stubs: int
    mean_sideways: float
    """Mean sideways way of an edge piece."""


def measure_quality(graph: BoxGraph, layout: Layout) -> Quality:
    """Count what readers of a drawing stumble over."""
    sideways = np.abs(layout.pieces[:, 0] - layout.pieces[:, 3])
    return Quality(
        crossings=count_crossings(layout),
        through_boxes=count_pieces_through_boxes(layout),
        overlaps=count_overlaps(layout),
        stubs=int(layout.is_stub.sum()),
        mean_sideways=float(sideways.mean()) if len(sideways) else 0.0,
    )


def count_overlaps(layout: Layout) -> int:
    """Count pairs of overlapping boxes."""
    order = np.argsort(layout.top, kind="stable")
    left, top = layout.left[order], layout.top[order]
    right, bottom = left + layout.width[order], top + layout.height[order]
    total = 0
    for index in range(len(order)):
        end = int(np.searchsorted(top, bottom[index] - 1e-6))
        others = slice(index + 1, end)
        total += int(np.sum((left[others] < right[index] - 1e-6) & (right[others] > left[index] + 1e-6)))
    return total


def count_crossings(layout: Layout) -> int:
    """Count pairs of pieces in the same gap between ranks whose ends are in opposite order."""
    pieces = layout.pieces
    total = 0
    for gap in _groups(pieces[:, 2]):
        x0, x1 = pieces[gap, 0], pieces[gap, 3]
        for start in range(0, len(gap), 512):
            part = slice(start, start + 512)
            total += int(np.sum((x0[part, None] < x0[None] - 1e-6) & (x1[part, None] > x1[None] + 1e-6)))
    return total


def count_pieces_through_boxes(layout: Layout) -> int:
    """Count pieces that come inside a box anywhere but at their ends, sampled along the curve as it is drawn."""
    by_top = np.argsort(layout.top, kind="stable")
    left, top = layout.left[by_top], layout.top[by_top]
    right, bottom = left + layout.width[by_top], top + layout.height[by_top]
    tallest = float(layout.height.max()) if len(layout.height) else 0.0
    total = 0
    for x0, y0, yb, x1, yt, y1 in layout.pieces.tolist():
        first, last = np.searchsorted(top, (y0 - tallest, y1))
        share = np.linspace(0, 1, _CURVE_POINTS)
        smooth = 3 * share**2 - 2 * share**3
        middle_y = yb + (yt - yb) * (1.5 * share - 1.5 * share**2 + share**3)
        xs = np.concatenate(((x0, x0), x0 + (x1 - x0) * smooth, (x1, x1)))
        ys = np.concatenate(((y0 + 1e-3, yb), middle_y, (yt, y1 - 1e-3)))
        near = slice(int(first), int(last))
        inside = (
            (xs[:, None] > left[None, near] + 1e-3)
            & (xs[:, None] < right[None, near] - 1e-3)
            & (ys[:, None] > top[None, near] + 1e-3)
            & (ys[:, None] < bottom[None, near] - 1e-3)
        )
        total += bool(inside.any())
    return total


def _groups(keys: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    return np.split(order, cuts) if len(order) else []
