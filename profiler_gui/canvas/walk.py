"""From node to node with the arrow keys."""

from enum import StrEnum

import numpy as np

from profiler_gui.canvas.picture import GraphPicture


class Step(StrEnum):
    """Directions of the arrow keys."""

    PRODUCER = "producer"
    CONSUMER = "consumer"
    LEFT = "left"
    RIGHT = "right"


_TURNED = {
    Step.PRODUCER: Step.LEFT, Step.CONSUMER: Step.RIGHT, Step.LEFT: Step.PRODUCER, Step.RIGHT: Step.CONSUMER
}  # fmt: skip
"""What the arrow keys mean where the graph runs from left to right."""


def walk(picture: GraphPicture, node: int, step: Step) -> int | None:
    """Give the node one step away: along the straightest edge, or beside it in its rank."""
    layout = picture.layout
    across, along = layout.left + layout.width / 2, layout.top + layout.height / 2
    if layout.is_sideways:
        across, along, step = along, across, _TURNED[step]
    centre = across
    if step is Step.PRODUCER:
        candidates = picture.source[picture.target == node]
    elif step is Step.CONSUMER:
        candidates = picture.target[picture.source == node]
    else:
        aside = centre - centre[node]
        beside = np.abs(along - along[node]) < 1.0
        candidates = np.flatnonzero(beside & (aside < 0 if step is Step.LEFT else aside > 0))
    candidates = candidates[candidates != node]
    if not len(candidates):
        return None
    return int(candidates[np.argmin(np.abs(centre[candidates] - centre[node]))])
