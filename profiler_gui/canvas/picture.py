"""The picture of a subgraph: nodes with measured texts, their places, and the edges between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from backends.graph.boxes import BoxGraph, Floats, Ints, Layout
from backends.graph.child import layout_anywhere, layout_sideways
from backends.graph.frames import NO_FRAMES, Frames, frame_groups, reserve_headers
from backends.graph.nodes import GraphNode, GraphScene, NodeRole, build_scene
from backends.graph.shown import ShownScene, title_of
from backends.graph.sight import Sight, WholeGraph
from backends.model.model import Model, OperatorId
from backends.progress import Progress
from profiler_gui.canvas.text import TextMetrics, TextRole

HEADER_HEIGHT = 24.0
LINE_HEIGHT = 15.0
CONSTANT_HEIGHT = 13.0
PADDING_X = 10.0
PADDING_Y = 5.0
_LEAST_WIDTH = 92.0
_MOST_TEXT = 280.0
_ENDS = frozenset({NodeRole.INPUT, NodeRole.OUTPUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeText:
    """The lines of a node as they are drawn: harmless and short enough."""

    title: str
    title_width: float
    lines: tuple[str, ...]
    constants: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraphPicture:
    """Everything the canvas needs to draw a subgraph; nodes are numbered as in ``nodes``."""

    subgraph: int
    nodes: tuple[GraphNode, ...]
    texts: tuple[NodeText, ...]
    layout: Layout
    source: Ints
    target: Ints
    tensor: Ints
    tensor_text: Mapping[int, str]
    categories: tuple[str, ...]
    category: Ints
    """Per node, its place in ``categories``."""
    is_end: np.ndarray
    """Per node, whether it is an input or an output of the subgraph."""
    node_of: Mapping[OperatorId, int]
    """Of each operator; one that only unpacks constants is found at the first reader of them."""
    label_x: Floats
    label_y: Floats
    label_tensor: Ints
    """Places of the shapes beside the edges, one for each tensor that leaves a node."""
    whole: WholeGraph | None = None
    """What the picture shows a part of; ``None`` if it is the whole."""
    sight: Sight | None = None
    shown: ShownScene | None = None
    frames: Frames = NO_FRAMES
    frame_titles: tuple[str, ...] = ()
    """For each frame the name of its group, as it is drawn."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.nodes


def build_picture(
    model: Model, subgraph_index: int, metrics: TextMetrics, progress: Progress | None = None
) -> GraphPicture:
    """Make the picture of a subgraph; takes up to seconds for huge ones, so run it as a job.

    Raises:
        IndexError: there is no such subgraph.
        Cancelled: the user cancelled.
    """
    progress = progress or Progress()
    progress.step("Collecting nodes and edges")
    return _picture_of(build_scene(model, subgraph_index), metrics, progress)


def draw_sight(whole: WholeGraph, sight: Sight, metrics: TextMetrics, progress: Progress | None = None) -> GraphPicture:
    """Make the picture of what is seen of a graph; takes up to seconds for huge ones, so run it as a job.

    Raises:
        Cancelled: the user cancelled.
    """
    progress = progress or Progress()
    shown = whole.show(sight)
    room = reserve_headers(whole.tree, shown) if sight.has_frames else np.zeros(0)
    picture = _picture_of(shown.scene, metrics, progress, room, is_sideways=sight.is_sideways)
    frames = frame_groups(whole.tree, shown, picture.layout) if sight.has_frames else NO_FRAMES
    titles = (title_of(whole.tree.groups[group]) for group in frames.group.tolist())
    return replace(
        picture,
        whole=whole,
        sight=sight,
        shown=shown,
        frames=frames,
        frame_titles=tuple(metrics.fit(title, TextRole.CONSTANT, _MOST_TEXT)[0] for title in titles),
    )


def _picture_of(
    scene: GraphScene,
    metrics: TextMetrics,
    progress: Progress,
    room_above: Floats | None = None,
    *,
    is_sideways: bool = False,
) -> GraphPicture:
    """Measure the nodes of a scene and lay them out."""
    progress.step("Measuring nodes")
    texts, width, height = _measure(scene.nodes, metrics)
    progress.step("Laying out the graph")
    graph = BoxGraph(
        width=width,
        height=height,
        source=scene.source,
        target=scene.target,
        tensor=scene.tensor,
        room_above=np.zeros(0) if room_above is None else room_above,
    )
    layout = (layout_sideways if is_sideways else layout_anywhere)(graph, progress)
    names = tuple(dict.fromkeys(node.category for node in scene.nodes))
    number = {name: index for index, name in enumerate(names)}
    label_x, label_y, label_tensor = _edge_labels(scene, layout)
    return GraphPicture(
        subgraph=scene.subgraph,
        nodes=scene.nodes,
        texts=texts,
        layout=layout,
        source=scene.source,
        target=scene.target,
        tensor=scene.tensor,
        tensor_text=scene.tensor_text,
        categories=names,
        category=np.asarray([number[node.category] for node in scene.nodes], np.int64),
        is_end=np.asarray([node.role in _ENDS for node in scene.nodes], bool),
        node_of=_node_of(scene.nodes),
        label_x=label_x,
        label_y=label_y,
        label_tensor=label_tensor,
    )


def _node_of(nodes: tuple[GraphNode, ...]) -> dict[OperatorId, int]:
    places: dict[OperatorId, int] = {}
    for index, node in enumerate(nodes):
        for id_ in (*node.members, *node.unpackers, *((node.operator,) if node.operator is not None else ())):
            places.setdefault(id_, index)
    return places


def _measure(nodes: tuple[GraphNode, ...], metrics: TextMetrics) -> tuple[tuple[NodeText, ...], Floats, Floats]:
    title = metrics.measurer(TextRole.TITLE, _MOST_TEXT)
    line = metrics.measurer(TextRole.LINE, _MOST_TEXT)
    constant = metrics.measurer(TextRole.CONSTANT, _MOST_TEXT)
    texts = []
    width, height = np.empty(len(nodes)), np.empty(len(nodes))
    for index, node in enumerate(nodes):
        shown, title_width = title(f"▸ {node.title}" if node.members else node.title)
        lines, constants = [line(text) for text in node.lines], [constant(text) for text in node.constants]
        texts.append(
            NodeText(
                title=shown,
                title_width=title_width,
                lines=tuple(text for text, _ in lines),
                constants=tuple(text for text, _ in constants),
            )
        )
        widest = max(title_width, *(size for _, size in lines), *(size for _, size in constants), 0.0)
        width[index] = np.ceil(max(_LEAST_WIDTH, widest + 2 * PADDING_X))
        body = LINE_HEIGHT * len(lines) + CONSTANT_HEIGHT * len(constants)
        height[index] = HEADER_HEIGHT + (body + 2 * PADDING_Y if body else 0.0)
    return tuple(texts), width, height


def _edge_labels(scene: GraphScene, layout: Layout) -> tuple[Floats, Floats, Ints]:
    drawn = np.flatnonzero(~layout.is_stub)
    first = np.unique(layout.edge_pieces[layout.edge_start[drawn]])
    # Tensors that leave from the same port share one label.
    across, along = (1, 0) if layout.is_sideways else (0, 1)
    rows = np.stack((layout.pieces[first, across], layout.pieces[first, along], layout.piece_tensor[first]), axis=1)
    rows = np.unique(rows, axis=0)
    tensors = rows[:, 2].astype(np.int64)
    return rows[:, 0], rows[:, 1], tensors
