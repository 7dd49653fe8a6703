"""Heights of the ranks, and the way of each edge between them."""

import numpy as np

from backends.graph.boxes import Bools, BoxGraph, Floats, Ints, Layout, Spacing
from backends.graph.lanes import Layers

_GAP_PER_SIDEWAYS = 0.06
"""Share of the widest sideways run that is added to the gap it runs in."""
_PORTS_SHARE = 0.8
"""Share of a box's width in which edges may end."""


def route_edges(graph: BoxGraph, layers: Layers, centre: Floats, spacing: Spacing) -> Layout:
    """Give the finished layout from the ranks and the centres of all items."""
    top_tab = _marked(graph.count, graph.target[layers.is_stub])
    bottom_tab = _marked(graph.count, graph.source[layers.is_stub])
    tall = graph.height + spacing.tab * (top_tab.astype(float) + bottom_tab)
    rank_top, rank_bottom = _rank_heights(layers, centre, tall, spacing)
    if len(graph.room_above):
        room = np.zeros(len(rank_top))
        np.maximum.at(room, layers.rank[: graph.count], graph.room_above)
        # The first rank keeps its top: what is free above it reaches upwards.
        moved = np.cumsum(room) - room[0]
        rank_top, rank_bottom = rank_top + moved, rank_bottom + moved
    rank = layers.rank[: graph.count]
    top = (rank_top[rank] + rank_bottom[rank] - tall) / 2 + spacing.tab * top_tab
    upper, lower = layers.upper, layers.lower
    ends_below = lower < graph.count
    x0 = centre[upper] + _port_offsets(graph, layers, centre, spacing, leaving=True)
    x1 = centre[lower] + _port_offsets(graph, layers, centre, spacing, leaving=False)
    item_bottom, item_top = rank_top[layers.rank].copy(), rank_top[layers.rank].copy()
    item_top[: graph.count] = top - spacing.tab * top_tab
    item_bottom[: graph.count] = top + graph.height + spacing.tab * bottom_tab
    pieces = np.stack(
        (
            x0,
            item_bottom[upper],
            rank_bottom[layers.rank[upper]],
            x1,
            rank_top[layers.rank[lower]],
            item_top[lower],
        ),
        axis=1,
    )
    left = centre[: graph.count] - graph.width / 2
    return Layout(
        left=left,
        top=top,
        width=graph.width,
        height=graph.height,
        rank=rank,
        pieces=pieces,
        piece_tensor=layers.piece_tensor,
        piece_ends=ends_below,
        edge_start=layers.edge_start,
        edge_pieces=layers.edge_pieces,
        is_stub=layers.is_stub,
        has_top_tab=top_tab,
        has_bottom_tab=bottom_tab,
        bounds=_bounds(left, graph, pieces, (float(rank_top[0]), float(rank_bottom[-1]))),
    )


def _marked(count: int, boxes: Ints) -> Bools:
    marks = np.zeros(count, bool)
    marks[boxes] = True
    return marks


def _rank_heights(layers: Layers, centre: Floats, tall: Floats, spacing: Spacing) -> tuple[Floats, Floats]:
    """Give top and bottom of each rank."""
    count = int(layers.rank.max()) + 1
    height = np.zeros(count)
    np.maximum.at(height, layers.rank[: layers.box_count], tall)
    sideways = np.zeros(count)
    np.maximum.at(sideways, layers.rank[layers.upper], np.abs(centre[layers.upper] - centre[layers.lower]))
    gap = np.minimum(spacing.between_ranks + _GAP_PER_SIDEWAYS * sideways, spacing.widest_gap)
    top = np.concatenate(([0.0], np.cumsum(height + gap)[:-1]))
    return top, top + height


def _port_offsets(graph: BoxGraph, layers: Layers, centre: Floats, spacing: Spacing, *, leaving: bool) -> Floats:
    """Give where each piece starts or ends beside the middle of its box.

    Pieces are spread in the order of their other ends, so that they do not cross near the box: straight ones in the
    middle, the others to their side of it. Pieces of one tensor leave a box together.
    """
    here, there = (layers.upper, layers.lower) if leaving else (layers.lower, layers.upper)
    offsets = np.zeros(len(here))
    mine = np.flatnonzero(here < graph.count)
    if not len(mine):
        return offsets
    group_key = np.stack((here[mine], layers.piece_tensor[mine] if leaving else mine))
    _, group = np.unique(group_key, axis=1, return_inverse=True)
    group = group.reshape(-1)
    number = int(group.max()) + 1
    box = np.zeros(number, np.int64)
    box[group] = here[mine]
    aside = np.bincount(group, centre[there[mine]], number) / np.bincount(group, minlength=number) - centre[box]
    side = np.where(np.abs(aside) < 1.0, 0, np.sign(aside)).astype(np.int64)
    # Straight ones may be several only if a box reads the same item twice; they share the middle.
    step = side * _rank_within(box, side, np.abs(aside), number)
    has_middle = np.zeros(graph.count, bool)
    has_middle[box[side == 0]] = True
    per_box = np.bincount(box, minlength=graph.count)
    shift = np.where(has_middle[box] | (per_box[box] == 1), 0.0, 0.5)
    place = np.where(per_box[box] == 1, 0.0, step - np.sign(side) * shift)
    reach = np.zeros(graph.count)
    np.maximum.at(reach, box, np.abs(place))
    room = graph.width * _PORTS_SHARE / 2
    pitch = np.minimum(spacing.port, room / np.maximum(reach, 0.5))
    offsets[mine] = (place * pitch[box])[group]
    return offsets


def _rank_within(box: Ints, side: Ints, distance: Floats, count: int) -> Ints:
    """Number the groups of each side of each box from the middle outwards, from 1; nearest end innermost."""
    order = np.lexsort((distance, side, box))
    starts = np.ones(count, bool)
    starts[1:] = (np.diff(box[order]) != 0) | (np.diff(side[order]) != 0)
    first = np.maximum.accumulate(np.where(starts, np.arange(count), 0))
    numbered = np.empty(count, np.int64)
    numbered[order] = np.arange(count) - first + 1
    return numbered


def _bounds(
    left: Floats, graph: BoxGraph, pieces: Floats, height: tuple[float, float]
) -> tuple[float, float, float, float]:
    edges_x = pieces[:, [0, 3]].ravel()
    lowest = min(float(left.min()), float(edges_x.min(initial=np.inf)))
    highest = max(float((left + graph.width).max()), float(edges_x.max(initial=-np.inf)))
    return lowest, height[0] - float(graph.room_above.max(initial=0.0)), highest, height[1]
