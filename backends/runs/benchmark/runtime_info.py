"""Reads what the tool exports about the interpreter's graph: which node went to which delegate.

Field numbers are those of ``tflite/profiling/proto/model_runtime_info.proto`` in LiteRT. This export is the only exact
answer to the question which operators a delegate took.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from backends.runs.benchmark.wire import Message

_WHAT = "runtime information"
_OF_THE_MODEL = (0, 1)
"""Types of subgraphs that are the interpreter's own; others are drawn by a delegate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateNode:
    """A node that a delegate put in the place of others."""

    index: int
    delegate: str
    replaced: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeGraph:
    """One subgraph as it really runs."""

    subgraph: int
    name: str
    node_types: Mapping[int, str]
    """Type of each node by index, those replaced included."""
    order: tuple[int, ...]
    """Indices of the nodes that run, in order."""
    delegates: Mapping[int, DelegateNode]


def parse_runtime_info(data: bytes) -> tuple[RuntimeGraph, ...]:
    """Read a ``ModelRuntimeDetails`` message; subgraphs inside delegates are left out.

    Raises:
        RunError: it is damaged.
    """
    graphs = Message(data, _WHAT).messages(2)
    return tuple(_graph(graph) for graph in graphs if graph.integer(5) in _OF_THE_MODEL)


def _graph(graph: Message) -> RuntimeGraph:
    types: dict[int, str] = {}
    delegates: dict[int, DelegateNode] = {}
    taken: dict[int, list[int]] = {}
    for node in graph.messages(3):
        index = node.integer(1)
        types[index] = node.text(2) or node.text(3)
        details = node.message(8)
        if details is not None:
            name = details.text(1) or types[index]
            delegates[index] = DelegateNode(index=index, delegate=name, replaced=details.integers(2))
        elif node.has(9):
            taken.setdefault(node.integer(9), []).append(index)
    for index, members in taken.items():
        # Some versions state only one of the two directions.
        known = delegates.get(index)
        if known is None or not known.replaced:
            name = known.delegate if known else types.get(index, "")
            delegates[index] = DelegateNode(index=index, delegate=name, replaced=tuple(members))
    return RuntimeGraph(
        subgraph=graph.integer(1), name=graph.text(6), node_types=types, order=graph.integers(4), delegates=delegates
    )
