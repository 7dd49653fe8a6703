"""JSON for programs: strict (no NaN), ASCII, one line for each record."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import TextIO

from backends.reports.content import Content, Tree

_LINED_DEPTH = 1
"""Objects nested deeper than this stay on one line, and so do flat objects in a list (the records)."""


class JsonReport:
    """The whole tree with its ``schema`` first.

    Text is escaped to ASCII, so that no terminal or code page can garble it. Numbers that JSON does not know
    (NaN, infinities) become ``null``.
    """

    name = "json"
    suffix = ".json"

    def write(self, stream: TextIO, content: Content) -> None:
        """Write the content's tree."""
        for piece in _pieces({"schema": content.schema, **content.tree()}, "", 0):
            stream.write(piece)
        stream.write("\n")


def _pieces(tree: Tree, indent: str, depth: int, *, is_member: bool = False) -> Iterator[str]:
    is_object = isinstance(tree, Mapping)
    if (
        not tree
        or depth > _LINED_DEPTH + (not is_object)
        or not (_is_lined_object(tree, is_member) or _holds_objects(tree))
    ):
        yield _line(tree)
        return
    inner = indent + " "
    yield "{" if is_object else "["
    separator = "\n"
    for key, member in _members(tree):
        yield f"{separator}{inner}{key}"
        yield from _pieces(member, inner, depth + is_object, is_member=not is_object)
        separator = ",\n"
    yield f"\n{indent}" + ("}" if is_object else "]")


def _line(tree: Tree) -> str:
    try:
        return json.dumps(tree, allow_nan=False, default=dict)
    except ValueError:
        return json.dumps(_finite(tree), allow_nan=False)


def _is_lined_object(tree: Tree, is_member: bool) -> bool:
    return isinstance(tree, Mapping) and (not is_member or any(_holds_objects(value) for value in tree.values()))


def _holds_objects(tree: Tree) -> bool:
    return isinstance(tree, list | tuple) and any(isinstance(member, Mapping) for member in tree)


def _members(tree: Tree) -> Iterator[tuple[str, Tree]]:
    if isinstance(tree, Mapping):
        for key, member in tree.items():
            yield f"{json.dumps(key)}: ", member
    elif isinstance(tree, list | tuple):
        for member in tree:
            yield "", member


def _finite(tree: Tree) -> Tree:
    if isinstance(tree, float):
        return tree if math.isfinite(tree) else None
    if isinstance(tree, Mapping):
        return {key: _finite(member) for key, member in tree.items()}
    if isinstance(tree, list | tuple):
        return [_finite(member) for member in tree]
    return tree
