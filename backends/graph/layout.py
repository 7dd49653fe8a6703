"""Layered layout of a graph of boxes: deterministic, and fast for long and for branchy graphs alike.

Ranks come from longest paths; edges over several ranks run in lanes shared by all readers of a tensor, or become
stubs; the drawing is cut where everything passes through one box; the parts are ordered and placed one by one, equal
ones once. Parts of a graph that nothing connects stand side by side.
"""

import numpy as np

from backends.graph.boxes import BoxGraph, Floats, Ints, Layout, Spacing
from backends.graph.islands import find_islands, pack_islands
from backends.graph.lanes import Layers, build_layers
from backends.graph.order import order_items
from backends.graph.place import place_items
from backends.graph.rank import mark_back_edges, rank_boxes, wrap_wide_ranks
from backends.graph.route import route_edges
from backends.graph.segment import cut_segments
from backends.progress import Progress


def layout_graph(graph: BoxGraph, spacing: Spacing | None = None, progress: Progress | None = None) -> Layout:
    """Place the boxes in ranks and route the edges between them.

    Raises:
        Cancelled: the user cancelled.
    """
    spacing, progress = spacing or Spacing(), progress or Progress()
    if not graph.count:
        return _empty_layout(graph)
    islands = find_islands(graph)
    layouts = [_layout_connected(island.graph, spacing, progress) for island in islands]
    return pack_islands(graph, islands, layouts, spacing)


def _layout_connected(graph: BoxGraph, spacing: Spacing, progress: Progress) -> Layout:
    is_back = mark_back_edges(graph)
    rank = wrap_wide_ranks(rank_boxes(graph, is_back))
    progress.check()
    layers = build_layers(graph, rank, is_back)
    centre = _centre_items(layers, graph.width, spacing, progress)
    return route_edges(graph, layers, centre, spacing)


def _centre_items(layers: Layers, box_width: Floats, spacing: Spacing, progress: Progress) -> Floats:
    """Order and place segment by segment; segments that look the same share one result."""
    width = np.concatenate((box_width, np.zeros(layers.count - layers.box_count)))
    centre = np.zeros(layers.count)
    known: dict[bytes, Floats] = {}
    origin = 0.0
    for items, segment in cut_segments(layers, width):
        progress.check()
        fingerprint = segment.fingerprint()
        placed = known.get(fingerprint)
        if placed is None:
            placed = known[fingerprint] = place_items(segment, order_items(segment), spacing)
        if segment.hangs_above:
            origin -= placed[0]
        centre[items] = placed + origin
        origin = float(centre[items[-1]])
    return centre


def _empty_layout(graph: BoxGraph) -> Layout:
    nothing: Ints = np.zeros(0, np.int64)
    return Layout(
        left=np.zeros(0),
        top=np.zeros(0),
        width=graph.width,
        height=graph.height,
        rank=nothing,
        pieces=np.zeros((0, 6)),
        piece_tensor=nothing,
        piece_ends=np.zeros(0, bool),
        edge_start=np.zeros(1, np.int64),
        edge_pieces=nothing,
        is_stub=np.zeros(0, bool),
        has_top_tab=np.zeros(0, bool),
        has_bottom_tab=np.zeros(0, bool),
        bounds=(0.0, 0.0, 0.0, 0.0),
    )
