"""How good a drawing is, whoever made it: measured on boxes and lines alone, so that programs can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import Layout

_CURVE_POINTS = 7
_CHUNK = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """What is on the paper."""

    boxes: np.ndarray
    """Left, top, right, bottom of each node."""
    lines: Sequence[np.ndarray]
    """Points (x, y) of each edge, from its source to its target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawingQuality:
    """Figures that do not depend on how large nodes are drawn: lengths are in mean heights of a node."""

    crossings: int
    """Pairs of edges that cross."""
    through_nodes: int
    """Edges that run through a node which they do not join."""
    overlaps: int
    """Pairs of nodes that overlap."""
    mean_length: float
    width: float
    height: float

    def __str__(self) -> str:
        return (
            f"{self.crossings} crossings, {self.through_nodes} edges through nodes, {self.overlaps} overlaps, "
            f"edges {self.mean_length:.1f} long, {self.width:.0f} x {self.height:.0f} node heights"
        )


def measure_drawing(drawing: Drawing) -> DrawingQuality:
    """Count what readers of a drawing stumble over."""
    boxes = drawing.boxes
    unit = float(np.mean(boxes[:, 3] - boxes[:, 1]))
    lengths = [float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in drawing.lines]
    every = np.concatenate([boxes[:, :2], boxes[:, 2:], *drawing.lines]) if drawing.lines else boxes.reshape(-1, 2)
    wide, high = np.ptp(every, axis=0) / unit
    return DrawingQuality(
        crossings=_crossings(drawing.lines),
        through_nodes=_through_nodes(drawing),
        overlaps=_overlaps(boxes),
        mean_length=float(np.mean(lengths)) / unit if lengths else 0.0,
        width=float(wide),
        height=float(high),
    )


def drawing_of(layout: Layout) -> Drawing:
    """Give a layout of ours as it is painted; edges that are only labels at their ends have no line."""
    boxes = np.stack((layout.left, layout.top, layout.left + layout.width, layout.top + layout.height), axis=1)
    lines = []
    for edge in np.flatnonzero(~layout.is_stub).tolist():
        pieces = layout.pieces[layout.pieces_of(edge)]
        if len(pieces):
            lines.append(np.concatenate([_piece_points(*piece) for piece in pieces.tolist()]))
    return Drawing(boxes=boxes, lines=lines)


def _piece_points(x0: float, y0: float, yb: float, x1: float, yt: float, y1: float) -> np.ndarray:
    share = np.linspace(0, 1, _CURVE_POINTS)
    xs = x0 + (x1 - x0) * (3 * share**2 - 2 * share**3)
    ys = yb + (yt - yb) * (1.5 * share - 1.5 * share**2 + share**3)
    return np.concatenate(([(x0, y0)], np.stack((xs, ys), axis=1), [(x1, y1)]))


def _segments(lines: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Give x0 y0 x1 y1 of every stretch, and the line that it belongs to; stretches of no length are left out."""
    rows = [np.concatenate((line[:-1], line[1:]), axis=1) for line in lines if len(line) > 1]
    if not rows:
        return np.zeros((0, 4)), np.zeros(0, np.int64)
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    joined = np.concatenate(rows)
    long = np.hypot(joined[:, 2] - joined[:, 0], joined[:, 3] - joined[:, 1]) > 1e-6
    return joined[long], owner[long]


def _crossings(lines: Sequence[np.ndarray]) -> int:
    """Count pairs of edges of which a stretch each cross properly; edges of one bundle that part do not."""
    segments, owner = _segments(lines)
    order = np.argsort(np.minimum(segments[:, 1], segments[:, 3]), kind="stable")
    segments, owner = segments[order], owner[order]
    top, bottom = np.minimum(segments[:, 1], segments[:, 3]), np.maximum(segments[:, 1], segments[:, 3])
    found: set[tuple[int, int]] = set()
    for start in range(0, len(segments), _CHUNK):
        part = slice(start, start + _CHUNK)
        end = int(np.searchsorted(top, bottom[part].max(initial=-np.inf), side="right"))
        others = slice(start, max(end, start))
        hit = _cross(segments[part], segments[others])
        one, other = np.nonzero(hit)
        pairs = np.sort(np.stack((owner[part][one], owner[others][other]), axis=1), axis=1)
        found.update(map(tuple, pairs[pairs[:, 0] != pairs[:, 1]].tolist()))
    return len(found)


def _cross(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    def side(a: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (a[..., 2] - a[..., 0]) * (y - a[..., 1]) - (a[..., 3] - a[..., 1]) * (x - a[..., 0])

    a, b = one[:, None, :], other[None, :, :]
    ends_of_b = side(a, b[..., 0], b[..., 1]) * side(a, b[..., 2], b[..., 3])
    ends_of_a = side(b, a[..., 0], a[..., 1]) * side(b, a[..., 2], a[..., 3])
    return (ends_of_b < -1e-3) & (ends_of_a < -1e-3)


def _through_nodes(drawing: Drawing) -> int:
    boxes = drawing.boxes
    order = np.argsort(boxes[:, 1], kind="stable")
    boxes = boxes[order]
    tallest = float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0))
    inset = 0.05 * tallest
    total = 0
    for line in drawing.lines:
        points = np.concatenate([line, (line[:-1] + line[1:]) / 2])
        first, last = np.searchsorted(boxes[:, 1], (line[:, 1].min() - tallest, line[:, 1].max()))
        near = boxes[int(first) : int(last)]
        inside = (
            (points[:, None, 0] > near[None, :, 0] + inset)
            & (points[:, None, 0] < near[None, :, 2] - inset)
            & (points[:, None, 1] > near[None, :, 1] + inset)
            & (points[:, None, 1] < near[None, :, 3] - inset)
        )
        # Its own nodes hold the ends.
        ends = np.stack((line[0], line[-1]))
        own = (
            (ends[:, None, 0] >= near[None, :, 0] - inset)
            & (ends[:, None, 0] <= near[None, :, 2] + inset)
            & (ends[:, None, 1] >= near[None, :, 1] - 3 * inset)
            & (ends[:, None, 1] <= near[None, :, 3] + 3 * inset)
        ).any(axis=0)
        total += bool((inside & ~own[None]).any())
    return total


def _overlaps(boxes: np.ndarray) -> int:
    boxes = boxes[np.argsort(boxes[:, 1], kind="stable")]
    total = 0
    for index, (left, _, right, bottom) in enumerate(boxes.tolist()):
        end = int(np.searchsorted(boxes[:, 1], bottom - 1e-6))
        others = boxes[index + 1 : end]
        total += int(np.sum((others[:, 0] < right - 1e-6) & (others[:, 2] > left + 1e-6)))
    return total
