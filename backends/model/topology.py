"""How the operators of a subgraph hang together, as arrays; and which operators call other subgraphs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from backends.model.model import Model, Operator, OperatorId, Subgraph

Indices = NDArray[np.int64]

NO_OPERATOR = -1
"""Stands for the outside: the producer of a constant, a graph input, or a tensor that nothing writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Edges between operators: ``tensor[i]`` is written by ``source[i]`` and read by ``target[i]``.

    Constants and graph inputs make no edge. An operator that reads a tensor twice has two edges.
    """

    source: Indices
    target: Indices
    tensor: Indices


class Topology:
    """Who writes and who reads the tensors of one subgraph.

    Operators and tensors are indices within the subgraph. Sound files only name tensors that exist; a cycle or a read
    before the write is possible and is kept as it is.
    """

    def __init__(self, subgraph: Subgraph) -> None:
        self._subgraph = subgraph
        operators = subgraph.operators
        self._readers, self._read, _ = _entries([op.inputs for op in operators])
        self._writers, self._written, _ = _entries([op.outputs for op in operators])
        self.producer: Indices = np.full(len(subgraph.tensors), NO_OPERATOR, np.int64)
        """For each tensor the operator that writes it (the first, where several do), else ``NO_OPERATOR``."""
        self.producer[self._written[::-1]] = self._writers[::-1]

    @cached_property
    def edges(self) -> Edges:
        """All edges, in the order of the operators that read."""
        source = self.producer[self._read]
        inner = source != NO_OPERATOR
        return Edges(source=source[inner], target=self._readers[inner], tensor=self._read[inner])

    @cached_property
    def consumers(self) -> tuple[tuple[int, ...], ...]:
        """For each tensor the operators that read it, in execution order, each once."""
        lists: list[list[int]] = [[] for _ in self._subgraph.tensors]
        for tensor, operator in zip(self._read.tolist(), self._readers.tolist(), strict=True):
            if not lists[tensor] or lists[tensor][-1] != operator:
                lists[tensor].append(operator)
        return tuple(map(tuple, lists))

    @cached_property
    def first_write(self) -> Indices:
        """For each tensor the first operator that writes it; the number of operators where none does."""
        return _extreme(np.minimum, len(self.producer), len(self._subgraph.operators), self._written, self._writers)

    @cached_property
    def last_read(self) -> Indices:
        """For each tensor the last operator that reads it, else ``NO_OPERATOR``."""
        return _extreme(np.maximum, len(self.producer), NO_OPERATOR, self._read, self._readers)

    def predecessors(self, operator: int) -> tuple[int, ...]:
        """Give the operators that write what an operator reads, sorted, each once."""
        found = {int(self.producer[tensor]) for tensor in self._subgraph.operators[operator].inputs if tensor >= 0}
        return tuple(sorted(found - {NO_OPERATOR}))

    def successors(self, operator: int) -> tuple[int, ...]:
        """Give the operators that read what an operator writes, sorted, each once."""
        outputs = self._subgraph.operators[operator].outputs
        return tuple(sorted({reader for tensor in outputs if tensor >= 0 for reader in self.consumers[tensor]}))


def called_subgraphs(operator: Operator) -> tuple[tuple[str, int], ...]:
    """Give role (``cond``, ``body``, ``then``, ``init``, ``decomposition`` ...) and index of each subgraph it calls."""
    called: list[tuple[str, int]] = []
    for name, value in operator.options.items():
        if name == "subgraph" or name.endswith("_subgraph_index"):
            role = name.removesuffix("_subgraph_index") if name != "subgraph" else "callee"
            if isinstance(value, int) and value >= 0:
                called.append((role, value))
        elif name in ("branch_subgraph_indices", "called_computations") and isinstance(value, tuple):
            called += [(f"branch {place}", int(index)) for place, index in enumerate(value) if index >= 0]
    return tuple(called)


def subgraph_callers(model: Model) -> Mapping[int, tuple[tuple[OperatorId, str], ...]]:
    """Give for each called subgraph the operators that call it and in which role; missing ones are left out."""
    callers: dict[int, list[tuple[OperatorId, str]]] = {}
    for graph in model.subgraphs:
        for operator in graph.operators:
            for role, index in called_subgraphs(operator) if operator.options else ():
                if index < len(model.subgraphs):
                    callers.setdefault(index, []).append((operator.id, role))
    return {index: tuple(found) for index, found in callers.items()}


def _entries(lists: list[tuple[int, ...]]) -> tuple[Indices, Indices, Indices]:
    """Owner, tensor and place of each entry of the tensor lists of operators, absent tensors left out."""
    lengths = np.fromiter(map(len, lists), np.int64, len(lists))
    tensors = np.fromiter(chain.from_iterable(lists), np.int64, int(lengths.sum()))
    owners = np.repeat(np.arange(len(lists), dtype=np.int64), lengths)
    places = np.arange(tensors.size, dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    present = tensors >= 0
    return owners[present], tensors[present], places[present]


def _extreme(reduce: np.ufunc, count: int, start: int, tensors: Indices, operators: Indices) -> Indices:
    """The least or largest operator of each tensor."""
    result: Indices = np.full(count, start, np.int64)
    reduce.at(result, tensors, operators)
    return result
