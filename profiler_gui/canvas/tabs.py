"""Tabs: labels on nodes that stand for edges too long to draw; a click on one jumps to the other end."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import Spacing
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.viewport import Box

TAB_HEIGHT = Spacing().tab
_INSET = 8.0
_MOST_WIDTH = 190.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab of a node; ``others`` are the nodes at the other ends."""

    text: str
    others: tuple[int, ...]
    tensors: tuple[int, ...]
    box: Box


class Tabs:
    """The tabs of one picture."""

    def __init__(self, picture: GraphPicture) -> None:
        self._picture = picture
        above: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        below: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for edge in np.flatnonzero(picture.layout.is_stub).tolist():
            source, target, tensor = int(picture.source[edge]), int(picture.target[edge]), int(picture.tensor[edge])
            above[target].append((source, tensor))
            below[source].append((target, tensor))
        self._above, self._below = above, below

    def of(self, node: int) -> list[Tab]:
        """Give the tabs of a node: at most one above and one below."""
        tabs = []
        if node in self._above:
            tabs.append(self._tab(node, self._above[node], is_above=True))
        if node in self._below:
            tabs.append(self._tab(node, self._below[node], is_above=False))
        return tabs

    def at(self, x: float, y: float, nodes: list[int]) -> Tab | None:
        """Give the tab under a point of the picture, among the tabs of these nodes."""
        for node in nodes:
            for tab in self.of(node):
                left, top, right, bottom = tab.box
                if left <= x <= right and top <= y <= bottom:
                    return tab
        return None

    def _tab(self, node: int, ends: list[tuple[int, int]], *, is_above: bool) -> Tab:
        layout = self._picture.layout
        left, top = float(layout.left[node]), float(layout.top[node])
        width, height = float(layout.width[node]), float(layout.height[node])
        text = self._picture.texts[ends[0][0]].title
        operator = self._picture.nodes[ends[0][0]].operator
        if operator is not None:
            text += f" {operator.index}"
        if len(ends) > 1:
            text += f"  +{len(ends) - 1}"
        y = top - TAB_HEIGHT + 2 if is_above else top + height
        return Tab(
            text=f"{'↑' if is_above else '↓'} {text}",
            others=tuple(other for other, _ in ends),
            tensors=tuple(tensor for _, tensor in ends),
            box=(left + _INSET, y, left + min(width - _INSET, _MOST_WIDTH), y + TAB_HEIGHT - 2),
        )
