"""Many lines or rectangles in one call, straight from numpy arrays."""

import numpy as np
import shiboken6
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

from backends.graph.boxes import Floats


def draw_lines(painter: QPainter, lines: Floats) -> None:
    """Draw rows of ``x0 y0 x1 y1`` with the painter's pen."""
    if len(lines):
        lines = np.ascontiguousarray(lines, np.float64)
        painter.drawLines(shiboken6.wrapInstance(lines.ctypes.data, QLineF), len(lines))  # type: ignore[call-overload]


def draw_rects(painter: QPainter, rects: Floats) -> None:
    """Draw rows of ``x y width height`` with the painter's pen and brush."""
    if len(rects):
        rects = np.ascontiguousarray(rects, np.float64)
        painter.drawRects(shiboken6.wrapInstance(rects.ctypes.data, QRectF), len(rects))  # type: ignore[call-overload]


def piece_lines(pieces: Floats) -> Floats:
    """Give the three straight lines of each piece of an edge, without those of no length."""
    x0, y0, yb, x1, yt, y1 = pieces.T
    lines = np.concatenate(
        (
            np.stack((x0, y0, x0, yb), axis=1),
            np.stack((x0, yb, x1, yt), axis=1),
            np.stack((x1, yt, x1, y1), axis=1),
        )
    )
    seen: Floats = lines[(lines[:, 0] != lines[:, 2]) | (lines[:, 1] != lines[:, 3])]
    return seen


def distinct_pixels(rects: Floats) -> Floats:
    """Snap rectangles to whole pixels, at least one large, and drop those that cover the same."""
    low = np.floor(rects[:, :2])
    size = np.maximum(np.round(rects[:, 2:]), 1.0)
    return _distinct(np.concatenate((low, size), axis=1))


def distinct_lines(lines: Floats) -> Floats:
    """Snap lines to whole pixels and drop those that cover the same."""
    return _distinct(np.floor(lines) + 0.5)


def _distinct(rows: Floats) -> Floats:
    if len(rows) < 2:
        return rows
    # Sorting one number per row is much faster than sorting rows; equal numbers of different rows do not matter.
    whole = rows.astype(np.int64)
    key = ((whole[:, 0] * 73_856_093) ^ (whole[:, 1] * 19_349_663)) * 31 + (
        (whole[:, 2] * 83_492_791) ^ (whole[:, 3] * 49_979_687)
    )
    _, first = np.unique(key, return_index=True)
    return rows[np.sort(first)]
