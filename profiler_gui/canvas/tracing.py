"""What is traced through a graph: a tensor from its producer to all who read it, or a path."""

from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import Ints
from backends.graph.shown import HIDDEN
from profiler_gui.canvas.picture import GraphPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorTrace:
    """A tensor of the subgraph that is shown."""

    tensor: int

    def nodes_in(self, picture: GraphPicture) -> list[int]:
        """Give the nodes at its ends."""
        return self.seen_in(picture)[0]

    def seen_in(self, picture: GraphPicture) -> tuple[list[int], Ints]:
        """Give the nodes at its ends, and the edges that carry it."""
        bundles = picture.shown.bundles if picture.shown is not None else {}
        carriers = [self.tensor, *(number for number, inside in bundles.items() if self.tensor in inside)]
        edges = np.flatnonzero(np.isin(picture.tensor, carriers))
        nodes = np.unique(np.concatenate((picture.source[edges], picture.target[edges])))
        return nodes.tolist(), edges


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTrace:
    """Nodes of the whole graph, each reading what the one before gives."""

    nodes: tuple[int, ...]

    def nodes_in(self, picture: GraphPicture) -> list[int]:
        """Give the nodes of the picture that the path goes through."""
        return self.seen_in(picture)[0]

    def seen_in(self, picture: GraphPicture) -> tuple[list[int], Ints]:
        """Give the nodes of the picture that the path goes through, and the edges between them."""
        places = np.asarray(self.nodes, np.int64)
        if picture.shown is not None:
            places = picture.shown.place[places]
        if not len(places):
            return [], np.zeros(0, np.int64)
        steps = np.stack((places[:-1], places[1:]), axis=1)
        steps = steps[(steps[:, 0] != steps[:, 1]) & (steps != HIDDEN).all(axis=1)]
        count = len(picture.nodes)
        edges = np.flatnonzero(np.isin(picture.source * count + picture.target, steps[:, 0] * count + steps[:, 1]))
        return np.unique(places[places != HIDDEN]).tolist(), edges


Trace = TensorTrace | PathTrace
