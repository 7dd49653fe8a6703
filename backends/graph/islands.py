"""Islands: parts of a graph that no edge connects, laid out apart and set side by side."""

from dataclasses import dataclass, fields

import numpy as np

from backends.graph.boxes import BoxGraph, Ints, Layout, Spacing

_MOST_APART = 40
"""Islands laid out on their own; the smallest of more are laid out together."""
_SHELF_WIDTH = 3000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Island:
    """A part of a graph, with the numbers its boxes and edges have in the whole."""

    graph: BoxGraph
    boxes: Ints
    edges: Ints


def find_islands(graph: BoxGraph) -> list[Island]:
    """Split a graph into its connected parts; boxes without any edge form one part together."""
    label = _label(graph)
    sizes = np.bincount(label)
    if len(sizes) == 1:
        return [Island(graph=graph, boxes=np.arange(graph.count), edges=np.arange(len(graph.source)))]
    keeps_apart = sizes > 1
    if keeps_apart.sum() > _MOST_APART:
        keeps_apart &= sizes >= np.sort(sizes)[-_MOST_APART]
        keeps_apart &= np.cumsum(keeps_apart) <= _MOST_APART
    group = np.where(keeps_apart, np.arange(len(sizes)), len(sizes))[label]
    return [_extract(graph, np.flatnonzero(group == number)) for number in np.unique(group)]


def pack_islands(graph: BoxGraph, islands: list[Island], layouts: list[Layout], spacing: Spacing) -> Layout:
    """Set islands side by side, in rows of limited width, and join their arrays."""
    if len(islands) == 1:
        return layouts[0]
    gap = 3 * spacing.between_boxes
    limit = max(_SHELF_WIDTH, *(layout.bounds[2] - layout.bounds[0] for layout in layouts))
    x = y = row_height = 0.0
    right = 0.0
    moved = []
    for layout in layouts:
        low, top, high, bottom = layout.bounds
        if x > 0 and x + high - low > limit:
            x, y, row_height = 0.0, y + row_height + gap, 0.0
        moved.append(_move(layout, x - low, y - top))
        right, row_height = max(right, x + high - low), max(row_height, bottom - top)
        x += high - low + gap
    return _join(graph, islands, moved, (0.0, 0.0, right, y + row_height))


def _label(graph: BoxGraph) -> Ints:
    """Number the connected parts from 0, by their first box."""
    parent = list(range(graph.count))
    for source, target in zip(graph.source.tolist(), graph.target.tolist(), strict=True):
        a, b = source, target
        while parent[a] != a:
            parent[a] = a = parent[parent[a]]
        while parent[b] != b:
            parent[b] = b = parent[parent[b]]
        if a != b:
            parent[max(a, b)] = min(a, b)
    for box, above in enumerate(parent):  # parents come before their children
        parent[box] = parent[above]
    _, label = np.unique(np.asarray(parent, np.int64), return_inverse=True)
    return label.reshape(-1).astype(np.int64)


def _extract(graph: BoxGraph, boxes: Ints) -> Island:
    number = np.full(graph.count, -1, np.int64)
    number[boxes] = np.arange(len(boxes))
    edges = np.flatnonzero(number[graph.source] >= 0)
    part = BoxGraph(
        width=graph.width[boxes],
        height=graph.height[boxes],
        source=number[graph.source[edges]],
        target=number[graph.target[edges]],
        tensor=graph.tensor[edges],
        room_above=graph.room_above[boxes] if len(graph.room_above) else graph.room_above,
    )
    return Island(graph=part, boxes=boxes, edges=edges)


def _move(layout: Layout, dx: float, dy: float) -> Layout:
    values = {field.name: getattr(layout, field.name) for field in fields(layout)}
    values["left"] = layout.left + dx
    values["top"] = layout.top + dy
    values["pieces"] = layout.pieces + np.asarray((dx, dy, dy, dx, dy, dy))
    return Layout(**values)


def _join(
    graph: BoxGraph, islands: list[Island], layouts: list[Layout], bounds: tuple[float, float, float, float]
) -> Layout:
    box_order = np.argsort(np.concatenate([island.boxes for island in islands]), kind="stable")
    edges = np.concatenate([island.edges for island in islands])
    edge_order = np.argsort(edges, kind="stable")

    def boxes(name: str) -> np.ndarray:
        joined: np.ndarray = np.concatenate([getattr(layout, name) for layout in layouts])[box_order]
        return joined

    def pieces(name: str) -> np.ndarray:
        joined: np.ndarray = np.concatenate([getattr(layout, name) for layout in layouts])
        return joined

    first_piece = np.cumsum([0, *(len(layout.pieces) for layout in layouts)])
    chains = pieces("edge_pieces") + np.repeat(first_piece[:-1], [len(layout.edge_pieces) for layout in layouts])
    lengths = np.concatenate([np.diff(layout.edge_start) for layout in layouts])
    starts = np.concatenate(([0], np.cumsum(lengths)))
    reordered = [chains[starts[edge] : starts[edge + 1]] for edge in edge_order.tolist()]
    return Layout(
        left=boxes("left"),
        top=boxes("top"),
        width=graph.width,
        height=graph.height,
        rank=boxes("rank"),
        pieces=pieces("pieces"),
        piece_tensor=pieces("piece_tensor"),
        piece_ends=pieces("piece_ends"),
        edge_start=np.concatenate(([0], np.cumsum(lengths[edge_order]))).astype(np.int64),
        edge_pieces=np.concatenate(reordered) if reordered else np.zeros(0, np.int64),
        is_stub=pieces("is_stub")[edge_order],
        has_top_tab=boxes("has_top_tab"),
        has_bottom_tab=boxes("has_bottom_tab"),
        bounds=bounds,
    )
