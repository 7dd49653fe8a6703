"""Which nodes and edge pieces lie in a part of the picture."""

import numpy as np

from backends.graph.boxes import Floats, Ints, Layout
from profiler_gui.canvas.viewport import Box


class Culling:
    """Answers for one layout; keeps the boxes around all pieces."""

    def __init__(self, layout: Layout) -> None:
        self._left, self._top = layout.left, layout.top
        self._right, self._bottom = layout.left + layout.width, layout.top + layout.height
        pieces = layout.pieces
        low, high = np.minimum(pieces[:, 0], pieces[:, 3]), np.maximum(pieces[:, 0], pieces[:, 3])
        start, end = pieces[:, 1], pieces[:, 5]
        if layout.is_sideways:
            low, high, start, end = start, end, low, high
        self._piece_left, self._piece_right, self._piece_top, self._piece_bottom = low, high, start, end

    def nodes(self, box: Box, margin: float = 0.0) -> Ints:
        """Give the nodes that touch a part of the picture."""
        left, top, right, bottom = box
        return np.flatnonzero(
            (self._bottom >= top - margin)
            & (self._top <= bottom + margin)
            & (self._right >= left - margin)
            & (self._left <= right + margin)
        )

    def pieces(self, box: Box, margin: float = 0.0) -> Ints:
        """Give the pieces of edges that may touch a part of the picture."""
        left, top, right, bottom = box
        return np.flatnonzero(
            (self._piece_bottom >= top - margin)
            & (self._piece_top <= bottom + margin)
            & (self._piece_right >= left - margin)
            & (self._piece_left <= right + margin)
        )

    def node_at(self, x: float, y: float) -> int | None:
        """Give the node under a point of the picture."""
        hits = self.nodes((x, y, x, y))
        return int(hits[-1]) if len(hits) else None

    def inside(self, box: Box) -> Ints:
        """Give the nodes that lie wholly in a part of the picture."""
        left, top, right, bottom = box
        return np.flatnonzero(
            (self._top >= top) & (self._bottom <= bottom) & (self._left >= left) & (self._right <= right)
        )


def screen_rects(layout: Layout, nodes: Ints, x: float, y: float, zoom: float) -> Floats:
    """Give ``x y width height`` in pixels of the widget for nodes."""
    rects: Floats = np.stack(
        (layout.left[nodes] - x, layout.top[nodes] - y, layout.width[nodes], layout.height[nodes]), 1
    )
    return rects * zoom
