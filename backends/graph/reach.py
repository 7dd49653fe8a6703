"""Ways through a graph: the longest one by cost, and what lies near some nodes."""

from collections.abc import Iterable

import numpy as np

from backends.graph.boxes import Bools, Floats, Ints


def critical_path(source: Ints, target: Ints, weight: Floats) -> list[int]:
    """Give the nodes of the path with the greatest sum of weights, from its start to its end.

    Args:
        source: of each edge; edges against the order of the nodes are left out.
        target: of each edge.
        weight: of each node, not negative.
    """
    count = len(weight)
    if not count:
        return []
    forward = np.flatnonzero(source < target)
    order = forward[np.argsort(target[forward], kind="stable")]
    total: list[float] = weight.tolist()
    before = [-1] * count
    own: list[float] = weight.tolist()
    for tail, head in zip(source[order].tolist(), target[order].tolist(), strict=True):
        through = total[tail] + own[head]
        # At equal sums the longer way: one that begins at an input tells more.
        if through > total[head] or (through == total[head] and before[head] < 0):
            total[head], before[head] = through, tail
    node = _end_of_path(total, before, set(source[forward].tolist()))
    path = []
    while node >= 0:
        path.append(node)
        node = before[node]
    return path[::-1]


def _end_of_path(total: list[float], before: list[int], has_readers: set[int]) -> int:
    most = max(total)
    ends = [node for node, sum_ in enumerate(total) if sum_ == most]
    return next((node for node in reversed(ends) if node not in has_readers), ends[-1])


def neighbourhood(source: Ints, target: Ints, count: int, nodes: Iterable[int], hops: int) -> Bools:
    """Mark the nodes that are at most so many edges away, in either direction."""
    near = np.zeros(count, bool)
    near[list(nodes)] = True
    for _ in range(hops):
        beside = np.concatenate((target[near[source]], source[near[target]]))
        near[beside] = True
    return near


def ways_through(source: Ints, target: Ints, count: int, nodes: Iterable[int]) -> Bools:
    """Mark all that leads to some nodes and all that follows from them."""
    marked = np.zeros(count, bool)
    chosen = list(nodes)
    for one, other in ((source, target), (target, source)):
        reached = np.zeros(count, bool)
        reached[chosen] = True
        size = 0
        while size != (size := int(reached.sum())):
            reached[other[reached[one]]] = True
        marked |= reached
    return marked
