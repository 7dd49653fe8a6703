"""What a layout is made from and what it gives back: plain numbers."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoxGraph:
    """Boxes of known size and the directed edges between them; an edge carries a tensor.

    Boxes are numbered in the order in which they would be executed: it decides which edges of a cycle point back.

    Raises:
        ValueError: the arrays do not fit together.
    """

    width: Floats
    height: Floats
    source: Ints
    target: Ints
    tensor: Ints
    room_above: Floats = field(default_factory=lambda: np.zeros(0))
    """Of each box, the height that is kept free above it; empty for none anywhere."""

    def __post_init__(self) -> None:
        if self.width.shape != self.height.shape:
            raise ValueError("each box needs a width and a height")
        if len(self.room_above) not in (0, self.count):
            raise ValueError("room above must be given for each box or for none")
        if not self.source.shape == self.target.shape == self.tensor.shape:
            raise ValueError("each edge needs a source, a target and a tensor")
        if len(self.source) and not self._ends_exist():
            raise ValueError("an edge ends at a box that does not exist")

    @property
    def count(self) -> int:
        """Number of boxes."""
        return len(self.width)

    def _ends_exist(self) -> bool:
        ends = np.concatenate((self.source, self.target))
        return bool(ends.min() >= 0 and ends.max() < self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """Distances of a layout, in the unit of the boxes (pixels at a zoom of 1)."""

    between_boxes: float = 32.0
    between_lanes: float = 12.0
    lane_to_box: float = 20.0
    between_ranks: float = 42.0
    widest_gap: float = 130.0
    """Most that the gap between two ranks grows when edges run far sideways in it."""
    tab: float = 18.0
    """Height of the label that stands for edges which are not drawn."""
    port: float = 18.0
    """Distance of neighbouring edge ends on one box, where there is room."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """Where boxes and edges lie; y grows downwards.

    An edge is a chain of *pieces*, each from one rank to the next; edges of one tensor share the pieces they have in
    common. A piece is a row ``x0 y0 yb x1 yt y1``: straight down from (x0, y0) to (x0, yb), sideways to (x1, yt) in
    the gap between the ranks, and straight down to (x1, y1). Only that middle part leaves the vertical, so that no
    edge runs through a box. Edges that would be too long have no pieces: ``is_stub`` marks them, and their ends show
    a labelled tab above (``has_top_tab``) or below (``has_bottom_tab``) the box.
    """

    left: Floats
    top: Floats
    width: Floats
    height: Floats
    rank: Ints
    pieces: Floats
    piece_tensor: Ints
    piece_ends: Bools
    """Whether the piece arrives at a box (and gets the arrow head)."""
    edge_start: Ints
    """The pieces of edge e are ``edge_pieces[edge_start[e]:edge_start[e + 1]]``, from source to target."""
    edge_pieces: Ints
    is_stub: Bools
    has_top_tab: Bools
    has_bottom_tab: Bools
    bounds: tuple[float, float, float, float]
    """Left, top, right, bottom of everything."""
    is_sideways: bool = False
    """Whether ranks follow one another from left to right. Pieces are kept as if they did downwards: swap x and y."""

    def turned(self) -> "Layout":
        """Give the layout mirrored at its diagonal; made for boxes whose width and height are swapped."""
        left, top, right, bottom = self.bounds
        return replace(
            self,
            left=self.top,
            top=self.left,
            width=self.height,
            height=self.width,
            bounds=(top, left, bottom, right),
            is_sideways=not self.is_sideways,
        )

    def pieces_of(self, edge: int) -> Ints:
        """Give the pieces of an edge, from source to target."""
        return self.edge_pieces[self.edge_start[edge] : self.edge_start[edge + 1]]
