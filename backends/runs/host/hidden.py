"""Parts of a model that LiteRT's own reader refuses although its runtime runs them.

``LiteRtCreateModelFromFile`` builds a second view of the graph that knows no variable tensors, intermediate tensors
and the like, and fails on them (``UnpackOp`` and ``UnpackTensor`` in ``litert/core/model/model_load.cc``). The runtime
itself reads the file again when it compiles. So these bytes are zero while the first reads, and restored before the
second.
"""

import struct

from backends.runs.host.splice import OldFile

_ROOT_SUBGRAPHS, _ROOT_BUFFERS, _ROOT_METADATA = 2, 4, 6
_TENSORS, _OPERATORS = 0, 3
_IS_VARIABLE, _VARIANT_TENSORS = 5, 9
_MUTATING_INPUTS, _INTERMEDIATES = 7, 8
_METADATA_BUFFER = 1

Range = tuple[int, int]
"""Position and length in bytes."""


def hidden_ranges(data: memoryview) -> tuple[Range, ...]:
    """Give the bytes to hide, from the start of the file; none where its structure is unexpected."""
    try:
        return tuple(sorted(set(_find(OldFile(data)))))
    except struct.error:
        return ()


def _find(old: OldFile) -> list[Range]:
    root = old.number(0)
    ranges: list[Range] = []
    for subgraph in old.elements(old.target(root, _ROOT_SUBGRAPHS)):
        for tensor in old.elements(old.target(subgraph, _TENSORS)):
            if old.scalar(tensor, _IS_VARIABLE, "<B"):
                ranges.append((old.field(tensor, _IS_VARIABLE), 1))
            ranges.extend(_vector(old, tensor, _VARIANT_TENSORS))
        for operator in old.elements(old.target(subgraph, _OPERATORS)):
            ranges.extend(_vector(old, operator, _MUTATING_INPUTS))
            ranges.extend(_vector(old, operator, _INTERMEDIATES))
    buffer_count = len(old.numbers(old.target(root, _ROOT_BUFFERS)))
    metadata = old.target(root, _ROOT_METADATA)
    if any(old.scalar(entry, _METADATA_BUFFER) >= buffer_count for entry in old.elements(metadata)):
        ranges.append((metadata, 4))
    return ranges


def _vector(old: OldFile, table: int, field: int) -> list[Range]:
    """Give the length of a vector field that is not empty, so that it can be made to look empty."""
    vector = old.target(table, field)
    return [(vector, 4)] if vector and old.number(vector) else []
