"""Groups of a graph's nodes: name scopes, repeated blocks, and sections where there is neither; a tree.

A group is a run of nodes in an order in which every edge points forward: that of execution, or one that keeps branches
together. Nothing can lead out of such a run and back into it, so that the graph of groups has no cycle, whatever is
collapsed.
"""

import hashlib
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from backends.graph.boxes import Ints
from backends.graph.branch_order import order_nodes
from backends.graph.nodes import GraphScene
from backends.graph.repeats import find_series
from backends.graph.scopes import Scope, fill_gaps, runs_of, scope_of, shared_depth

NO_GROUP = -1
_MOST_ITEMS = 160
"""Nodes and groups directly in a group; more are cut into sections."""
_LEAST_NODES = 2
_LEAST_BLOCKS = 2
_LEAST_SCOPES = 3
_LEAST_SINGLES = 4
"""Equal operators in a row from which they are a series."""
_CROWDED = 32
"""Items in a group from which series of plain operators are looked for: fewer are read at once."""


class GroupKind(StrEnum):
    """Why nodes belong together."""

    SCOPE = "scope"
    """Their names begin with the same path."""
    BLOCK = "block"
    """One of several alike that follow one another."""
    SERIES = "series"
    """All the blocks that are alike and follow one another."""
    SECTION = "section"
    """Nothing but neighbourhood, in a graph too large to be read otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """A run of nodes that can be shown as one."""

    kind: GroupKind
    title: str
    """Comes from the file and may hold any character."""
    first: int
    """Place of its first node in the order of the tree."""
    last: int
    """The first place behind it."""
    parent: int
    """Number of the group around it, or ``NO_GROUP``."""
    children: tuple[int, ...] = ()
    """Numbers of the groups directly in it."""
    copies: int = 1
    """For a series, of how many blocks alike it consists; else how many groups of the graph are exactly alike."""
    item_count: int = 0
    """Nodes and groups directly in it."""

    @property
    def node_count(self) -> int:
        """Number of nodes in it."""
        return self.last - self.first


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupTree:
    """All groups of a scene: a group comes before those in it."""

    groups: tuple[NodeGroup, ...]
    group_of: Ints
    """Per node of the scene, the innermost group around it, or ``NO_GROUP``."""
    position: Ints
    """Per node of the scene, its place in the order that ``first`` and ``last`` of the groups count in."""
    top_items: int
    """Nodes and groups that lie in no group."""

    def chain(self, node: int) -> tuple[int, ...]:
        """Give the groups around a node, outermost first."""
        return self.ancestors(int(self.group_of[node]))

    def ancestors(self, group: int) -> tuple[int, ...]:
        """Give a group and those around it, outermost first."""
        found = []
        while group != NO_GROUP:
            found.append(group)
            group = self.groups[group].parent
        return tuple(reversed(found))


def build_groups(scene: GraphScene) -> GroupTree:
    """Find the groups of a scene."""
    return _Builder(scene).build()


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """A node, or a group that is not numbered yet, with what is in it."""

    first: int
    last: int
    kind: GroupKind | None = None
    title: str = ""
    items: tuple["_Item", ...] = ()
    copies: int = 1


class _Builder:
    """Works with places in the order of ``_order``, not with the numbers of nodes."""

    def __init__(self, scene: GraphScene) -> None:
        told = [scope_of(node.name) for node in scene.nodes]
        self._order, self._first, self._last = order_nodes(scene, told)
        self._nodes = [scene.nodes[node] for node in self._order.tolist()]
        self._position = np.empty_like(self._order)
        self._position[self._order] = np.arange(len(self._order))
        looks: dict[tuple[object, ...], int] = {}
        self._look = np.asarray(
            [looks.setdefault((node.title, node.lines, node.constants), len(looks)) for node in self._nodes], np.int64
        )
        source, target = self._position[scene.source], self._position[scene.target]
        by_target = np.argsort(target, kind="stable")
        self._source, self._target = source[by_target], target[by_target]
        self._first_edge = np.searchsorted(self._target, np.arange(len(self._nodes) + 1))
        self._cut_cost = _cut_costs(len(self._nodes), source, target, scene.tensor)
        self._prints: dict[tuple[int, int], bytes] = {}
        scopes: list[Scope] = [() for _ in range(self._first)]
        self._scopes = scopes + fill_gaps([told[node] for node in self._order[self._first : self._last].tolist()])

    def build(self) -> GroupTree:
        items = self._items(self._first, self._last, self._shared_depth(self._first, self._last))
        ends = self._first + len(self._nodes) - self._last
        groups: list[NodeGroup] = []
        by_place = np.full(len(self._nodes), NO_GROUP, np.int64)
        self._number(items, NO_GROUP, groups, by_place)
        alike = Counter(self._print(group.first, group.last) for group in groups if group.kind is not GroupKind.SERIES)
        marked = [
            group
            if group.kind is GroupKind.SERIES
            else replace(group, copies=alike[self._print(group.first, group.last)])
            for group in groups
        ]
        return GroupTree(
            groups=tuple(marked),
            group_of=by_place[self._position],
            position=self._position,
            top_items=len(items) + ends,
        )

    def _number(self, items: Sequence[_Item], parent: int, groups: list[NodeGroup], group_of: Ints) -> tuple[int, ...]:
        """Append the groups among the items, and what is in them."""
        numbers = []
        for item in items:
            if item.kind is None:
                continue
            number = len(groups)
            numbers.append(number)
            group = NodeGroup(
                kind=item.kind, title=item.title, first=item.first, last=item.last, parent=parent, copies=item.copies,
                item_count=len(item.items),
            )  # fmt: skip
            groups.append(group)
            group_of[item.first : item.last] = number
            children = self._number(item.items, number, groups, group_of)
            groups[number] = replace(group, children=children)
        return tuple(numbers)

    def _items(self, first: int, last: int, depth: int) -> tuple[_Item, ...]:
        """Group a run of nodes by the part of their scopes at a depth, then by what repeats."""
        items: list[_Item] = []
        for start, end, part in runs_of(self._scopes, first, last, depth):
            if part and end - start >= _LEAST_NODES and (start, end) != (first, last):
                items.append(self._scope(start, end, depth))
            elif part and (start, end) == (first, last):
                return self._items(first, last, depth + 1)
            else:
                items.extend(_Item(node, node + 1) for node in range(start, end))
        return self._sections(self._repeats(items))

    def _scope(self, first: int, last: int, depth: int) -> _Item:
        """Make a group of a run; scopes that hold nothing but one other are told as one."""
        inner = max(self._shared_depth(first, last), depth + 1)
        title = "/".join(self._scopes[first][depth:inner])
        return _Item(first, last, GroupKind.SCOPE, title, self._items(first, last, inner))

    def _shared_depth(self, first: int, last: int) -> int:
        """Give how many parts the scopes of all nodes of a run share."""
        if first == last:
            return 0
        least, most = min(self._scopes[first:last]), max(self._scopes[first:last])
        return shared_depth(least, most)

    def _repeats(self, items: list[_Item]) -> list[_Item]:
        """Put blocks that are alike and follow one another into a series."""
        if len(items) < _LEAST_SCOPES or (len(items) < _CROWDED and not any(item.kind for item in items)):
            return items
        numbers: dict[bytes, int] = {}
        kinds = np.asarray([numbers.setdefault(self._look_of(item), len(numbers)) for item in items], np.int64)
        costs = self._cut_cost[[item.first for item in items]]
        result, done = [], 0
        for series in find_series(kinds, costs):
            result.extend(items[done : series.start])
            cuts = range(series.start, series.end, series.length)
            blocks = [items[cut : cut + series.length] for cut in cuts]
            least = _LEAST_BLOCKS
            if series.length == 1:
                least = _LEAST_SINGLES if blocks[0][0].kind is None else _LEAST_SCOPES
            if len(items) < _CROWDED and not any(item.kind for item in blocks[0]):
                least = len(items)
            for _, run in itertools.groupby(blocks, key=lambda block: self._print(block[0].first, block[-1].last)):
                alike = list(run)
                if len(alike) >= least:
                    result.append(self._series(alike))
                else:
                    result.extend(itertools.chain.from_iterable(alike))
            done = series.end
        result.extend(items[done:])
        return result

    def _look_of(self, item: _Item) -> bytes:
        if item.kind is None:
            return bytes(self._look[item.first].tobytes())
        return self._print(item.first, item.last)

    def _print(self, first: int, last: int) -> bytes:
        """Give bytes that are equal for runs of the same operators with the same edges between them."""
        known: bytes | None = self._prints.get((first, last))
        if known is None:
            edges = slice(int(self._first_edge[first]), int(self._first_edge[last]))
            # What comes from outside counts, but not from how far.
            source = np.maximum(self._source[edges] - first, -1)
            digest = hashlib.blake2b(self._look[first:last].tobytes(), digest_size=16)
            digest.update(b"edges")
            digest.update(source.tobytes())
            digest.update((self._target[edges] - first).tobytes())
            known = self._prints[first, last] = digest.digest()
        return bytes(known)

    def _series(self, blocks: list[list[_Item]]) -> _Item:
        parts = [self._block(number, block) for number, block in enumerate(blocks, 1)]
        first, last = parts[0], parts[-1]
        if len(blocks[0]) > 1:
            title = f"block of {first.last - first.first}"
        elif first.kind is None:
            title = self._nodes[first.first].title
        elif first.title == last.title or GroupKind.SERIES in (first.kind, last.kind):
            title = first.title
        else:
            title = f"{first.title} … {last.title}"
        return _Item(first.first, last.last, GroupKind.SERIES, title, self._sections(parts), len(blocks))

    def _block(self, number: int, items: list[_Item]) -> _Item:
        if len(items) == 1:
            return items[0]
        inner = self._sections(self._repeats(items))
        return _Item(items[0].first, items[-1].last, GroupKind.BLOCK, f"block {number}", inner)

    def _sections(self, items: Sequence[_Item]) -> tuple[_Item, ...]:
        """Cut what is too much to be read at once where the least edges are cut."""
        total = len(items)
        if total <= _MOST_ITEMS:
            return tuple(items)
        count = math.ceil(total ** (1 / 2 if total <= _MOST_ITEMS**2 else 1 / 3))
        size = total / count
        cuts = [0]
        for number in range(1, count):
            middle, reach = round(number * size), max(1, int(size / 4))
            near = range(max(cuts[-1] + 1, middle - reach), min(middle + reach, total - 1))
            cuts.append(min(near, key=lambda cut: (int(self._cut_cost[items[cut].first]), abs(cut - middle))))
        return tuple(self._section(items[start:end]) for start, end in itertools.pairwise([*cuts, total]))

    def _section(self, items: Sequence[_Item]) -> _Item:
        first, last = items[0].first, items[-1].last
        numbers = [node.operator.index for node in self._nodes[first:last] if node.operator]
        title = f"operators {min(numbers)}–{max(numbers)}"
        return _Item(first, last, GroupKind.SECTION, title, self._sections(items))


def _cut_costs(count: int, source: Ints, target: Ints, tensor: Ints) -> Ints:
    """Give for each place how many tensors are alive between it and the place before."""
    change = np.zeros(count + 1, np.int64)
    forward = source < target
    if forward.any():
        values, which = np.unique(np.stack((source[forward], tensor[forward]), axis=1), axis=0, return_inverse=True)
        latest = np.zeros(len(values), np.int64)
        np.maximum.at(latest, which.reshape(-1), target[forward])
        np.add.at(change, values[:, 0] + 1, 1)
        np.add.at(change, latest + 1, -1)
    return np.cumsum(change[:-1])
