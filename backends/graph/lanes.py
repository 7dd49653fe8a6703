"""Lanes: edges over several ranks get a place in each rank between, or become stubs where they would be too long.

All readers of a tensor hang on one lane. A box that reads very many tensors from far has one lane of its own on
which they gather. Both keep hub tensors (masks, positions, wide concatenations) from flooding the drawing.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import Bools, BoxGraph, Ints

GATHER_FROM = 24
"""Far inputs of one box from which they share a lane."""
_SPAN_LIMITS = (24, 12, 6, 3, 1)
_SMALL = 2000
_FREE_LANE_ITEMS = 3000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """A graph whose edges all lead from one rank to the next.

    Items below ``box_count`` are the boxes; those from there on are places that a lane takes in a rank. ``upper`` and
    ``lower`` are the ends of the pieces.
    """

    box_count: int
    rank: Ints
    upper: Ints
    lower: Ints
    piece_tensor: Ints
    edge_start: Ints
    edge_pieces: Ints
    is_stub: Bools

    @property
    def count(self) -> int:
        """Number of items: boxes and places of lanes."""
        return len(self.rank)


def build_layers(graph: BoxGraph, rank: Ints, is_back: Bools) -> Layers:
    """Choose which edges are drawn, and give the drawn ones their lanes."""
    span = rank[graph.target] - rank[graph.source]
    never = is_back | (span < 1)
    gathers = _gathering_boxes(graph, span, never)
    is_stub = never
    free = _FREE_LANE_ITEMS if graph.count <= _SMALL else min(_FREE_LANE_ITEMS, graph.count // 4)
    if _lane_items(graph, span, never, gathers) > free:
        budget = max(_FREE_LANE_ITEMS, 4 * graph.count)
        for limit in _SPAN_LIMITS:
            is_stub = never | (span > limit)
            if _lane_items(graph, span, is_stub, gathers) <= budget:
                break
    return _Builder(graph, rank, is_stub, gathers).build()


def _gathering_boxes(graph: BoxGraph, span: Ints, never: Bools) -> Bools:
    far = (span > 1) & ~never
    gathers: Bools = np.bincount(graph.target[far], minlength=graph.count) > GATHER_FROM
    return gathers


def _lane_items(graph: BoxGraph, span: Ints, is_stub: Bools, gathers: Bools) -> int:
    """Count the places lanes would take."""
    drawn = (span > 1) & ~is_stub
    by_target = drawn & gathers[graph.target]
    by_tensor = drawn & ~by_target
    longest: dict[tuple[int, int], int] = {}
    for key, length in zip(
        zip(graph.source[by_tensor].tolist(), graph.tensor[by_tensor].tolist(), strict=True),
        span[by_tensor].tolist(),
        strict=True,
    ):
        longest[key] = max(longest.get(key, 0), length)
    gathered = np.zeros(graph.count, np.int64)
    np.maximum.at(gathered, graph.target[by_target], span[by_target])
    return sum(longest.values()) - len(longest) + int(gathered.sum())


class _Builder:
    """Adds lanes and pieces edge by edge."""

    def __init__(self, graph: BoxGraph, rank: Ints, is_stub: Bools, gathers: Bools) -> None:
        self._graph = graph
        self._rank: list[int] = rank.tolist()
        self._is_stub = is_stub
        self._gathers = gathers.tolist()
        self._places: dict[tuple[int, int, int], int] = {}
        self._pieces: dict[tuple[int, int, int], int] = {}

    def build(self) -> Layers:
        graph = self._graph
        paths: defaultdict[int, list[int]] = defaultdict(list)
        drawn = np.flatnonzero(~self._is_stub)
        ends = zip(
            drawn.tolist(),
            graph.source[drawn].tolist(),
            graph.target[drawn].tolist(),
            graph.tensor[drawn].tolist(),
            strict=True,
        )
        for edge, source, target, tensor in ends:
            paths[edge] = self._path(source, target, tensor)
        lengths = [len(paths[edge]) if edge in paths else 0 for edge in range(len(graph.source))]
        flat = [piece for edge in sorted(paths) for piece in paths[edge]]
        rows = np.asarray(list(self._pieces), np.int64).reshape(-1, 3)
        return Layers(
            box_count=graph.count,
            rank=np.asarray(self._rank, np.int64),
            upper=rows[:, 0].copy(),
            lower=rows[:, 1].copy(),
            piece_tensor=rows[:, 2].copy(),
            edge_start=np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))),
            edge_pieces=np.asarray(flat, np.int64),
            is_stub=self._is_stub,
        )

    def _path(self, source: int, target: int, tensor: int) -> list[int]:
        first, last = self._rank[source], self._rank[target]
        # A lane is named by what it belongs to: the box that gathers, or the source and its tensor.
        lane = (-1 - target, -1) if self._gathers[target] else (source, tensor)
        carried = -1 if self._gathers[target] else tensor
        path = []
        above = source
        for rank in range(first + 1, last):
            place = self._place(lane, rank)
            path.append(self._piece(above, place, tensor if above == source else carried))
            above = place
        path.append(self._piece(above, target, tensor if above == source else carried))
        return path

    def _place(self, lane: tuple[int, int], rank: int) -> int:
        key = (*lane, rank)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self._rank)
            self._rank.append(rank)
        return place

    def _piece(self, above: int, below: int, tensor: int) -> int:
        return self._pieces.setdefault((above, below, tensor), len(self._pieces))
