"""Frames around the nodes of groups that are expanded."""

from dataclasses import dataclass

import numpy as np

from backends.graph.boxes import Floats, Ints, Layout
from backends.graph.groups import NO_GROUP, GroupTree
from backends.graph.shown import ShownScene

_MOST_FRAMES = 4000
_SIDE = 12.0
_SIDE_PER_LEVEL = 7.0
_FOOT = 9.0
HEADER = 21.0
"""Height of the line that names a group, at the top of its frame."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """One row for each frame; those of outer groups come first."""

    group: Ints
    box: Floats
    """Left, top, right, bottom."""
    is_clean: np.ndarray
    """Whether nothing but nodes of the group lies inside."""

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.group)


NO_FRAMES = Frames(group=np.zeros(0, np.int64), box=np.zeros((0, 4)), is_clean=np.zeros(0, bool))


def reserve_headers(tree: GroupTree, shown: ShownScene) -> Floats:
    """Give the room above each shown node that the headers of frames need which begin there."""
    room = np.zeros(len(shown.first))
    for _, members in _framed(tree, shown):
        room[members[0]] += HEADER
    return room


def frame_groups(tree: GroupTree, shown: ShownScene, layout: Layout) -> Frames:
    """Give the frames of all groups of which more than one node is seen."""
    framed = _framed(tree, shown)
    if not framed:
        return NO_FRAMES
    left, top = layout.left, layout.top
    right, bottom = left + layout.width, top + layout.height
    begin, end = np.zeros(len(left)), np.zeros(len(left))
    level: dict[int, int] = {}
    rows, clean = [], []
    numbers = {number for number, _ in framed}
    for number, members in reversed(framed):
        inside = (left[members].min(), top[members].min(), right[members].max(), bottom[members].max())
        touching = (right > inside[0]) & (left < inside[2]) & (bottom > inside[1]) & (top < inside[3])
        clean.append(int(touching.sum()) == len(members))
        # Frames that begin or end at the same node lie around one another.
        first, last = members[np.argmin(top[members])], members[np.argmax(bottom[members])]
        begin[first] += HEADER
        end[last] += _FOOT
        side = _SIDE + _SIDE_PER_LEVEL * level.get(number, 0)
        rows.append((inside[0] - side, inside[1] - begin[first], inside[2] + side, inside[3] + end[last]))
        parent = _framed_parent(tree, number, numbers)
        level[parent] = max(level.get(parent, 0), level.get(number, 0) + 1)
    return Frames(
        group=np.asarray([number for number, _ in framed], np.int64),
        box=np.asarray(rows[::-1], float),
        is_clean=np.asarray(clean[::-1], bool),
    )


def _framed(tree: GroupTree, shown: ShownScene) -> list[tuple[int, Ints]]:
    """Give the groups that get a frame, outer ones first, each with its shown nodes; none if they are too many."""
    collapsed = set(shown.group[shown.group != NO_GROUP].tolist())
    by_place = np.argsort(shown.first, kind="stable")
    places = shown.first[by_place]
    found = []
    for number, group in enumerate(tree.groups):
        first, last = np.searchsorted(places, (group.first, group.last)).tolist()
        if last - first > 1 and number not in collapsed:
            found.append((number, by_place[first:last]))
    return found if len(found) <= _MOST_FRAMES else []


def _framed_parent(tree: GroupTree, number: int, framed: set[int]) -> int:
    parent = tree.groups[number].parent
    while parent != NO_GROUP and parent not in framed:
        parent = tree.groups[parent].parent
    return parent
