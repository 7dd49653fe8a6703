"""An order of nodes in which edges point forward and branches stay together.

Converters may store parallel branches interleaved, one operator of each in turn. Groups are runs of an order, so that
such branches would be torn apart; following one branch to its end before the next keeps each in one piece.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from backends.graph.boxes import Ints
from backends.graph.nodes import GraphScene, NodeRole
from backends.graph.scopes import Scope, shared_depth

_WORTH_IT = 0.85
"""Share of the scatter of all edges below which another order than that of execution is taken."""


def order_nodes(scene: GraphScene, scopes: Sequence[Scope]) -> tuple[Ints, int, int]:
    """Give the nodes in order, and between which places the operators lie; inputs come first, outputs last.

    Args:
        scene: the nodes and edges.
        scopes: what the name of each node tells; branches are not followed where that would tear scopes apart.
    """
    is_operator = np.asarray([node.role is NodeRole.OPERATOR for node in scene.nodes], bool)
    numbers = np.flatnonzero(is_operator)
    stored = np.arange(len(scene.nodes))
    if not len(numbers):
        return stored, 0, 0
    first, last = int(numbers[0]), int(numbers[-1]) + 1
    inner = is_operator[scene.source] & is_operator[scene.target] & (scene.source < scene.target)
    source, target = scene.source[inner] - first, scene.target[inner] - first
    followed = _follow_branches(last - first, source, target)
    place = np.empty_like(followed)
    place[followed] = np.arange(len(followed))
    is_closer = _scatter(place[target] - place[source]) < _WORTH_IT * _scatter(target - source)
    # What the names tell must not be torn apart.
    if is_closer and _changes(scopes, followed + first) <= _changes(scopes, np.arange(first, last)):
        stored[first:last] = followed + first
    return stored, first, last


def _follow_branches(count: int, source: Ints, target: Ints) -> Ints:
    """Order nodes depth first: from one to the reader that is ready, as long as there is one."""
    by_source = np.argsort(source, kind="stable")
    readers = target[by_source].tolist()
    starts = np.searchsorted(source[by_source], np.arange(count + 1)).tolist()
    waiting = np.bincount(target, minlength=count).tolist()
    ready = [node for node in range(count - 1, -1, -1) if not waiting[node]]
    order = []
    while ready:
        node = ready.pop()
        order.append(node)
        for reader in reversed(readers[starts[node] : starts[node + 1]]):
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    return np.asarray(order, np.int64)


def _changes(scopes: Sequence[Scope], nodes: Ints) -> int:
    """Count the scopes that end between neighbours in an order."""
    row = [scopes[node] for node in nodes.tolist()]
    return sum(len(one) - shared_depth(one, other) for one, other in itertools.pairwise(row) if one != other)


def _scatter(length: Ints) -> float:
    """Give how far edges lead; from one place to the next counts, from far to farther hardly."""
    return float(np.log2(1.0 + length).sum())
