"""Name scopes: the path to each operator that converters leave in the names of its tensors.

``net/block_1/conv/Relu`` lies in ``net``, ``block_1`` and ``conv``. The name of a fused operator joins those of its
parts with semicolons; the first part is the one that gave the result.
"""

from collections.abc import Iterator, Sequence

Scope = tuple[str, ...]
"""The parts of a path, outermost first; without the operator's own name."""

_MOST_PARTS = 12
_MOST_CHARACTERS = 1000
"""Longer names come from broken or hostile files only."""
_MOST_STRAY = 2
"""Operators of another scope that do not end a run: converters move single ones."""


def scope_of(name: str) -> Scope:
    """Give the scope that the name of a tensor tells; empty if it tells none."""
    first = name[:_MOST_CHARACTERS].split(";", 1)[0]
    return tuple(part for part in first.split("/")[:-1] if part)[:_MOST_PARTS]


def fill_gaps(scopes: Sequence[Scope]) -> list[Scope]:
    """Give operators without a scope the one that the nearest ones before and after them share."""
    filled = list(scopes)
    after: Scope = ()
    following: list[Scope] = [()] * len(filled)
    for index in range(len(filled) - 1, -1, -1):
        following[index] = after
        after = filled[index] or after
    before: Scope = ()
    for index, scope in enumerate(filled):
        if not scope:
            filled[index] = before[: shared_depth(before, following[index])]
        before = filled[index] or before
    return filled


def runs_of(scopes: Sequence[Scope], first: int, last: int, depth: int) -> Iterator[tuple[int, int, str]]:
    """Cut ``first..last`` (exclusive) into runs that share the part at a depth; the part is empty where there is none.

    A few operators of other scopes within a run are taken into it, so that it stays one.
    """
    start = first
    while start < last:
        part = _part(scopes[start], depth)
        end = _end_of_run(scopes, start, last, depth) if part else start + 1
        while not part and end < last and not _part(scopes[end], depth):
            end += 1
        yield start, end, part
        start = end


def _end_of_run(scopes: Sequence[Scope], start: int, last: int, depth: int) -> int:
    part = _part(scopes[start], depth)
    end = index = start + 1
    while index < last and index - end <= _MOST_STRAY:
        if _part(scopes[index], depth) == part:
            end = index + 1
        index += 1
    return end


def _part(scope: Scope, depth: int) -> str:
    return scope[depth] if depth < len(scope) else ""


def shared_depth(one: Scope, other: Scope) -> int:
    """Give how many parts two scopes have in common from the outermost on."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
