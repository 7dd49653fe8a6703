"""Ranks: which row of the drawing each box lies in."""

import numpy as np

from backends.graph.boxes import Bools, BoxGraph, Ints

WIDEST_RANK = 64
"""Boxes in one row; more are wrapped into several rows."""


def mark_back_edges(graph: BoxGraph) -> Bools:
    """Mark edges to leave out so that no cycle remains: self loops, and within a cycle those against the order."""
    is_back: Bools = graph.source == graph.target
    keep = np.flatnonzero(~is_back)
    source, target = graph.source[keep], graph.target[keep]
    if np.all(source < target):
        return is_back
    in_cycle = ~_acyclic_boxes(graph.count, source, target)
    is_back[keep] = in_cycle[source] & in_cycle[target] & (source > target)
    return is_back


def rank_boxes(graph: BoxGraph, is_back: Bools) -> Ints:
    """Give each box the length of the longest path to it; side branches move down to where they are read."""
    keep = ~is_back
    source, target = graph.source[keep], graph.target[keep]
    following = _neighbours(graph.count, source, target)
    order = _topological_order(graph.count, target, following)
    rank = [0] * graph.count
    for box in order:
        below = rank[box] + 1
        for reader in following[box]:
            if rank[reader] < below:
                rank[reader] = below
    is_side = _side_branches(order, following)
    for box in reversed(order):
        if is_side[box] and following[box]:
            rank[box] = min(rank[reader] for reader in following[box]) - 1
    return np.asarray(rank, np.int64)


def _side_branches(order: list[int], following: list[list[int]]) -> list[bool]:
    """Mark boxes that can move down with all that leads to them: nothing before them is read elsewhere."""
    is_side = [True] * len(following)
    for box in order:
        readers = following[box]
        if readers and not (is_side[box] and all(reader == readers[0] for reader in readers)):
            for reader in readers:
                is_side[reader] = False
    return is_side


def wrap_wide_ranks(rank: Ints) -> Ints:
    """Split each rank of more than ``WIDEST_RANK`` boxes into several, so that the drawing stays near a rectangle."""
    sizes = np.bincount(rank)
    if sizes.max() <= WIDEST_RANK:
        return rank
    per_row = np.where(sizes > WIDEST_RANK, np.maximum(WIDEST_RANK // 2, np.ceil(np.sqrt(sizes / 2))), WIDEST_RANK)
    rows = np.maximum(1, np.ceil(sizes / per_row)).astype(np.int64)
    first_row = np.concatenate(([0], np.cumsum(rows)[:-1]))
    by_rank = np.argsort(rank, kind="stable")
    place = np.empty_like(rank)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    place[by_rank] = np.arange(len(rank)) - np.repeat(starts, sizes)
    wrapped: Ints = first_row[rank] + (place // per_row[rank]).astype(np.int64)
    return wrapped


def _neighbours(count: int, source: Ints, target: Ints) -> list[list[int]]:
    following: list[list[int]] = [[] for _ in range(count)]
    for tail, head in zip(source.tolist(), target.tolist(), strict=True):
        following[tail].append(head)
    return following


def _topological_order(count: int, target: Ints, following: list[list[int]]) -> list[int]:
    """Boxes so that all edges point forward; boxes on or behind a cycle are missing."""
    waiting = np.bincount(target, minlength=count).tolist()
    order = [box for box in range(count) if not waiting[box]]
    for box in order:
        for reader in following[box]:
            waiting[reader] -= 1
            if not waiting[reader]:
                order.append(reader)
    return order


def _acyclic_boxes(count: int, source: Ints, target: Ints) -> Bools:
    """Mark boxes that lie on no cycle and between no two cycles."""
    is_free = np.zeros(count, bool)
    is_free[_topological_order(count, target, _neighbours(count, source, target))] = True
    is_free[_topological_order(count, source, _neighbours(count, target, source))] = True
    return is_free
