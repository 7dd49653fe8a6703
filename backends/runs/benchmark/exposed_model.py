"""A model that also gives out results from its middle, to find where two ways to compute it part."""

import struct
from collections.abc import Sequence

from backends.errors import RunError
from backends.runs.host.splice import NewTables, OldFile

_IDENTIFIER = b"TFL3"
_VERSION, _SUBGRAPHS, _BUFFERS, _ROOT_FIELDS = 0, 2, 4, 10
_OUTPUTS, _SUBGRAPH_FIELDS = 2, 5
_BUFFER_OFFSET, _BUFFER_SIZE = 1, 2
_LARGE_OPTIONS, _OPERATORS = 9, 3


def expose_tensors(data: memoryview, subgraph: int, tensors: Sequence[int]) -> bytes:
    """Give the bytes to put in front of a model file so that tensors become further outputs, after its own.

    Args:
        data: the model file.
        subgraph: index of the subgraph that they belong to.
        tensors: their indices, in the wanted order.

    Raises:
        RunError: the file's structure does not allow it.
    """
    try:
        return _prefix(OldFile(data), subgraph, tensors)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise RunError("this model cannot be made to give out results from its middle", detail=str(error)) from error


def _prefix(old: OldFile, subgraph: int, tensors: Sequence[int]) -> bytes:
    new, root = NewTables(), old.number(0)
    new.new("root")
    new.data += _IDENTIFIER
    targets = {index: old.target(root, index) for index in range(1, _ROOT_FIELDS)}
    kept = [index for index, target in targets.items() if target]
    new.table([_VERSION, *kept], "root")
    new.words(old.scalar(root, _VERSION))
    own = {_SUBGRAPHS: "subgraphs", _BUFFERS: "buffers"}
    for index in kept:
        if index in own:
            new.new(own[index])
        else:
            new.old(targets[index])
    subgraphs = old.elements(targets[_SUBGRAPHS])
    new.label("subgraphs")
    new.words(len(subgraphs))
    for index, table in enumerate(subgraphs):
        if index == subgraph:
            new.new("subgraph")
        else:
            new.old(table)
    _write_subgraph(old, new, subgraphs[subgraph], tensors)
    _write_buffers(old, new, old.elements(targets[_BUFFERS]))
    return new.finish()


def _write_subgraph(old: OldFile, new: NewTables, table: int, tensors: Sequence[int]) -> None:
    kept = [number for number in range(_SUBGRAPH_FIELDS) if number == _OUTPUTS or old.target(table, number)]
    new.table(kept, "subgraph")
    for number in kept:
        if number == _OUTPUTS:
            new.new("outputs")
        else:
            new.old(old.target(table, number))
    outputs = (*old.numbers(old.target(table, _OUTPUTS)), *tensors)
    new.label("outputs")
    new.words(len(outputs), *outputs)


def _write_buffers(old: OldFile, new: NewTables, buffers: Sequence[int]) -> None:
    """Write the vector of buffers; those whose bytes lie behind the FlatBuffer state their place anew."""
    offsets = [old.scalar(table, _BUFFER_OFFSET, "<Q") for table in buffers]
    new.label("buffers")
    new.words(len(buffers))
    for i, table in enumerate(buffers):
        if offsets[i] > 1:
            new.new(("buffer", i))
        else:
            new.old(table)
    for i, table in enumerate(buffers):
        if offsets[i] > 1:
            new.moved_range(offsets[i], old.scalar(table, _BUFFER_SIZE, "<Q"), ("buffer", i))
