"""Which operator a node index of the runtime stands for, and which nodes a delegate took.

The runtime numbers a subgraph's operators as the file does. Composite operators are inlined: clones of their
decomposition's operators get the indices after the last one, in execution order, again and again until no composite is
left (``Subgraph::InlineCompositeNodes`` in LiteRT's ``tflite/core/subgraph.cc``). Nodes that a delegate takes are
grouped as in ``tflite/graph_info.cc``: in rounds, each taking all nodes of one side that are ready.
"""

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from backends.model.model import NO_TENSOR, Model, Operator, OperatorId
from backends.runs.host.rewrite import Rewrite

COMPOSITE = "STABLEHLO_COMPOSITE"
_MAX_NODES = 100_000
"""Composites that contain each other would never end; the runtime would not run them either."""

_SIDE_EFFECTS = ("IF", "WHILE", "CALL_ONCE")


class Node(NamedTuple):
    """A node of the runtime's graph; its tensors are numbered within the subgraph that it runs in.

    ``origin`` is the operator of that subgraph it stems from: itself, or the composite it was inlined for.
    """

    operator: OperatorId
    origin: OperatorId
    is_marker: bool
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    has_side_effect: bool


class Group(NamedTuple):
    """Nodes that run together, in the order in which the delegate sees them."""

    is_delegated: bool
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """Nodes of one subgraph by the runtime's index, and the order in which they run."""

    nodes: tuple[Node, ...]
    order: tuple[int, ...]


def callees(operator: Operator) -> tuple[int, ...]:
    """Give the subgraphs an operator runs: bodies and conditions."""
    return tuple(
        value
        for key, value in operator.options.items()
        if (key.endswith("subgraph_index") or key == "subgraph") and isinstance(value, int) and value >= 0
    )


def plan_nodes(model: Model, subgraph: int, rewrite: Rewrite) -> NodePlan:
    """Number the nodes of a subgraph as the runtime does, composites inlined.

    ``rewrite`` says how the model that ran differs from the file.
    """
    graph = model.subgraphs[subgraph]
    first_free = len(graph.tensors)
    nodes = _nodes_of(model, subgraph, rewrite)
    if subgraph == rewrite.shaped_subgraph and graph.operators:
        last = graph.operators[-1].id
        nodes.extend(Node(last, last, True, (tensor,), (), False) for tensor in (*graph.outputs, *graph.outputs))
    order = list(range(len(nodes)))
    while composites := {i for i in order if _decomposition(model, nodes[i]) is not None}:
        new_order: list[int] = []
        for index in order:
            body = _decomposition(model, nodes[index]) if index in composites else None
            if body is None:
                new_order.append(index)
                continue
            clones = _clone(model, body, nodes[index], first_free, rewrite)
            first_free += len(model.subgraphs[body].tensors)
            new_order.extend(range(len(nodes), len(nodes) + len(clones)))
            nodes.extend(clones)
        order = new_order
        if len(nodes) > _MAX_NODES:
            break
    return NodePlan(nodes=tuple(nodes), order=tuple(order))


def group_nodes(plan: NodePlan, delegated: Collection[int]) -> tuple[Group, ...]:
    """Group the nodes that run, given those a delegate took; a group of CPU nodes is not a unit, only a stretch.

    In each round the first ready node in execution order decides the side, and all nodes of that side that are or
    become ready join.
    """
    graph = _Dependencies(plan)
    ready: dict[bool, list[int]] = {False: [], True: []}

    def add(positions: list[int]) -> None:
        for position in positions:
            heapq.heappush(ready[plan.order[position] in delegated], position)

    add(graph.start())
    groups: list[Group] = []
    seen: set[int] = set()
    while ready[False] or ready[True]:
        side = not ready[False] or (bool(ready[True]) and ready[True][0] < ready[False][0])
        taken: list[int] = []
        while ready[side]:
            position = heapq.heappop(ready[side])
            taken.append(plan.order[position])
            add(graph.finish(position))
        groups.append(Group(side, tuple(taken)))
        seen.update(taken)
    if len(seen) < len(plan.order):
        # A cycle: the runtime runs the rest as it stands.
        groups.append(Group(False, tuple(index for index in plan.order if index not in seen)))
    return tuple(groups)


def split_nodes(plan: NodePlan, delegated: Collection[int]) -> tuple[Group, ...]:
    """Group the nodes without changing their order, as the runtime does when clustering is disabled."""
    stretches = groupby(plan.order, key=lambda index: index in delegated)
    return tuple(Group(side, tuple(indices)) for side, indices in stretches)


class _Dependencies:
    """What each node waits for: the tensors other nodes write, and the side effect before it.

    Nodes are given by their position in the execution order.
    """

    def __init__(self, plan: NodePlan) -> None:
        self._nodes = [plan.nodes[index] for index in plan.order]
        self._waits: list[int] = []
        self._waiting_for: dict[tuple[str, int], list[int]] = {}
        written = {tensor for node in self._nodes for tensor in node.outputs}
        last_effect: int | None = None
        for position, node in enumerate(self._nodes):
            causes = [("tensor", tensor) for tensor in set(node.inputs) & written]
            if node.has_side_effect:
                if last_effect is not None:
                    causes.append(("effect", last_effect))
                last_effect = position
            self._waits.append(len(causes))
            for cause in causes:
                self._waiting_for.setdefault(cause, []).append(position)

    def start(self) -> list[int]:
        """Give the nodes that wait for nothing."""
        return [position for position, count in enumerate(self._waits) if count == 0]

    def finish(self, position: int) -> list[int]:
        """Mark a node as run and give those that became ready."""
        freed = []
        for cause in (*(("tensor", tensor) for tensor in self._nodes[position].outputs), ("effect", position)):
            for waiting in self._waiting_for.pop(cause, ()):
                self._waits[waiting] -= 1
                if self._waits[waiting] == 0:
                    freed.append(waiting)
        return freed


def _nodes_of(model: Model, subgraph: int, rewrite: Rewrite) -> list[Node]:
    graph = model.subgraphs[subgraph]
    resources = {tensor.index for tensor in graph.tensors if tensor.dtype in ("resource", "variant")}
    nodes = []
    for operator in graph.operators:
        if rewrite.isolates:
            nodes.append(Node(operator.id, operator.id, True, (), (), False))
        inputs = tuple(tensor for tensor in operator.inputs if tensor != NO_TENSOR)
        has_effect = operator.kind in _SIDE_EFFECTS or not resources.isdisjoint((*inputs, *operator.outputs))
        nodes.append(Node(operator.id, operator.id, False, inputs, operator.outputs, has_effect))
    return nodes


def _decomposition(model: Model, node: Node) -> int | None:
    operator = model.operator(node.operator)
    if node.is_marker or operator.kind != COMPOSITE:
        return None
    body = operator.options.get("decomposition_subgraph_index")
    return body if isinstance(body, int) and 0 <= body < len(model.subgraphs) else None


def _clone(model: Model, body: int, caller: Node, first_free: int, rewrite: Rewrite) -> list[Node]:
    """Copy a decomposition's nodes; its inputs and outputs become the caller's, its other tensors new ones."""
    graph = model.subgraphs[body]
    bound = dict(zip(graph.inputs, caller.inputs, strict=False)) | dict(
        zip(graph.outputs, caller.outputs, strict=False)
    )

    def renumber(tensors: Sequence[int]) -> tuple[int, ...]:
        return tuple(bound.get(tensor, first_free + tensor) for tensor in tensors)

    return [
        node._replace(origin=caller.origin, inputs=renumber(node.inputs), outputs=renumber(node.outputs))
        for node in _nodes_of(model, body, rewrite)
    ]
