"""From a subgraph to what its drawing shows: nodes with their lines of text, and the edges between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod

import numpy as np

from backends.graph.boxes import Ints
from backends.model.constant import read_constant, small_integers
from backends.model.model import NO_TENSOR, Model, Operator, OperatorId, Subgraph, Tensor
from backends.model.operators import attribute_line, attribute_operands, kind_of
from backends.model.topology import called_subgraphs
from backends.units import format_shape

_MOST_CONSTANT_LINES = 3
_MOST_VALUES = 6
_MOST_TOLD = 1024
"""Elements of a constant up to which its values may be told on a node, as attributes or themselves."""
_UNPACKING = frozenset({"DEQUANTIZE", "DENSIFY"})
"""Operators that only turn a stored constant into the form that its reader takes."""


class NodeRole(StrEnum):
    """What a node of the drawing stands for."""

    OPERATOR = "operator"
    INPUT = "input"
    """A tensor that the subgraph is given."""
    OUTPUT = "output"
    """A tensor that the subgraph gives back."""
    GROUP = "group"
    """Several operators shown as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """One node. Texts come from the file and may hold any character."""

    role: NodeRole
    title: str
    category: str
    name: str = ""
    """Name of the first output, which most converters derive from the layer's."""
    lines: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    """Folded constants, one line each: ``W 32x3x3x3 int8``."""
    unpackers: tuple[OperatorId, ...] = ()
    """Operators without a node of their own that unpack this one's constants."""
    operator: OperatorId | None = None
    tensor: int = NO_TENSOR
    """The tensor of an input or output node."""
    callees: tuple[tuple[str, int], ...] = ()
    """Role (``cond``, ``body`` ...) and index of each subgraph that the operator calls."""
    members: tuple[OperatorId, ...] = ()
    """The operators that a group stands for, in execution order."""
    group: int = -1
    """Number of the group that this node stands for."""
    copies: int = 1
    """How many groups of the graph are exactly alike this one, itself included."""

    @property
    def key(self) -> OperatorId | None:
        """The operator, or the first one of a group; under it overlays keep what a node shows."""
        return self.members[0] if self.members else self.operator


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraphScene:
    """Nodes in execution order, inputs first and outputs last, and the edges between them."""

    subgraph: int
    nodes: tuple[GraphNode, ...]
    source: Ints
    target: Ints
    tensor: Ints
    tensor_text: Mapping[int, str]
    """Shape of each tensor that an edge carries."""


def build_scene(model: Model, subgraph_index: int) -> GraphScene:
    """Collect the nodes and edges of a subgraph.

    Raises:
        IndexError: there is no such subgraph.
    """
    subgraph = model.subgraphs[subgraph_index]
    unpacked = _unpacked_constants(subgraph)
    nodes = [_end_node(subgraph, tensor, NodeRole.INPUT) for tensor in _unique(subgraph.inputs)]
    first_operator = len(nodes)
    folded = {id_ for constant in unpacked.values() for id_ in constant.unpackers}
    shown = [operator for operator in subgraph.operators if operator.id not in folded]
    nodes.extend(_operator_nodes(model, subgraph, shown, unpacked))
    first_output = len(nodes)
    nodes.extend(_end_node(subgraph, tensor, NodeRole.OUTPUT) for tensor in _unique(subgraph.outputs))
    edges = _edges(shown, nodes, first_operator, first_output)
    rows = np.asarray(list(dict.fromkeys(edges)), np.int64).reshape(-1, 3)
    carried = np.unique(rows[:, 2]).tolist()
    return GraphScene(
        subgraph=subgraph_index,
        nodes=tuple(nodes),
        source=rows[:, 0].copy(),
        target=rows[:, 1].copy(),
        tensor=rows[:, 2].copy(),
        tensor_text={tensor: _shape_text(subgraph.tensors[tensor]) for tensor in carried},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unpacked:
    """Where the value of a tensor is stored, and the operators on the way from there."""

    stored: Tensor
    unpackers: tuple[OperatorId, ...]


def _unpacked_constants(subgraph: Subgraph) -> dict[int, _Unpacked]:
    """Find tensors that are constants once an operator has unpacked them, such as float16 weights.

    One that nothing reads or that the subgraph gives back keeps its operator's node.
    """
    read = {tensor for operator in subgraph.operators for tensor in operator.inputs}
    given_back = set(subgraph.outputs)
    found: dict[int, _Unpacked] = {}
    for operator in subgraph.operators:
        if operator.kind not in _UNPACKING or len(operator.inputs) != 1 or len(operator.outputs) != 1:
            continue
        source, result = operator.inputs[0], operator.outputs[0]
        if NO_TENSOR in (source, result) or result in given_back or result not in read:
            continue
        before = found.get(source)
        tensor = subgraph.tensors[source]
        if before is not None:
            found[result] = _Unpacked(stored=before.stored, unpackers=(*before.unpackers, operator.id))
        elif tensor.is_constant and not tensor.is_variable:
            found[result] = _Unpacked(stored=tensor, unpackers=(operator.id,))
    return found


def _edges(
    operators: Sequence[Operator], nodes: Sequence[GraphNode], first_operator: int, first_output: int
) -> list[tuple[int, int, int]]:
    """Give (source, target, tensor) of each use of a tensor that some node gives."""
    numbered = tuple(enumerate(operators, first_operator))
    last_writer = {tensor: node for node, operator in numbered for tensor in operator.outputs}
    writer = {nodes[node].tensor: node for node in range(first_operator)}
    edges = []
    for node, operator in numbered:
        for tensor in operator.inputs:
            # Before any writer came: the file is out of order, or its operators form a cycle.
            source = writer.get(tensor, last_writer.get(tensor))
            if source is not None and tensor != NO_TENSOR:
                edges.append((source, node, tensor))
        writer.update(dict.fromkeys(operator.outputs, node))
    for node in range(first_output, len(nodes)):
        source = writer.get(nodes[node].tensor)
        if source is not None:
            edges.append((source, node, nodes[node].tensor))
    return edges


def _end_node(subgraph: Subgraph, index: int, role: NodeRole) -> GraphNode:
    tensor = subgraph.tensors[index]
    return GraphNode(
        role=role,
        title=tensor.name or f"tensor {index}",
        category=role.value,
        lines=(_type_text(tensor),),
        tensor=index,
    )


def _operator_nodes(
    model: Model, subgraph: Subgraph, operators: Sequence[Operator], unpacked: Mapping[int, _Unpacked]
) -> Iterator[GraphNode]:
    """Give the nodes of operators; ones that look alike are told once."""
    known: dict[object, GraphNode] = {}
    looks: dict[int, object] = {}
    for operator in operators:
        if any(index in unpacked for index in operator.inputs):
            yield _operator_node(model, subgraph, operator, unpacked)
            continue
        tensors = (*operator.inputs, NO_TENSOR, *operator.outputs)
        key = (
            operator.kind,
            operator.label,
            tuple(operator.options.items()),
            tuple(looks.get(index) or looks.setdefault(index, _look_of(subgraph, index)) for index in tensors),
        )
        alike = known.get(key)
        if alike is None:
            alike = known[key] = _operator_node(model, subgraph, operator, unpacked)
            yield alike
        else:
            name = next((subgraph.tensors[index].name for index in operator.outputs if index != NO_TENSOR), "")
            yield replace(alike, name=name, operator=operator.id)


def _look_of(subgraph: Subgraph, index: int) -> object:
    """Give all of a tensor that a node may tell; of a constant that is small enough to be told, where it lies too."""
    if index == NO_TENSOR:
        return NO_TENSOR
    tensor = subgraph.tensors[index]
    is_told = tensor.is_constant and prod(tensor.shape) <= _MOST_TOLD
    return (
        tensor.dtype,
        tensor.display_shape,
        tensor.shape,
        tensor.has_rank,
        tensor.is_constant,
        tensor.is_variable,
        tensor.quantization is None,
        index if is_told else NO_TENSOR,
    )


def _operator_node(
    model: Model, subgraph: Subgraph, operator: Operator, unpacked: Mapping[int, _Unpacked]
) -> GraphNode:
    kind = kind_of(operator)
    given = [subgraph.tensors[index] for index in operator.outputs if index != NO_TENSOR]
    lines = [_type_text(given[0]) + (f"  +{len(given) - 1}" if len(given) > 1 else "")] if given else []
    attributes = attribute_line(operator, model)
    if attributes:
        lines.append(attributes)
    return GraphNode(
        role=NodeRole.OPERATOR,
        title=operator.label,
        category=kind.category,
        name=given[0].name if given else "",
        lines=tuple(lines),
        constants=_constant_lines(model, subgraph, operator, unpacked),
        unpackers=tuple(
            id_ for index in _unique(operator.inputs) if index in unpacked for id_ in unpacked[index].unpackers
        ),
        operator=operator.id,
        callees=_callees(model, operator),
    )


def _constant_lines(
    model: Model, subgraph: Subgraph, operator: Operator, unpacked: Mapping[int, _Unpacked]
) -> tuple[str, ...]:
    """Tell folded inputs as they are stored: weights and bias as such; the values where they are few.

    What the attribute line already says is left out.
    """
    lines = []
    told = attribute_operands(operator, model)
    multiplies = bool(kind_of(operator).cost)
    for place, index in enumerate(operator.inputs):
        if index == NO_TENSOR or place in told:
            continue
        tensor = unpacked[index].stored if index in unpacked else subgraph.tensors[index]
        if tensor.is_variable:
            lines.append(f"state {_type_text(tensor)}")
        elif tensor.is_constant:
            if multiplies and place:
                lines.append(f"{'W' if len(tensor.shape) > 1 else 'B'} {_type_text(tensor)}")
            else:
                lines.append(f"C {_type_text(tensor)}{_value_text(model, subgraph, tensor)}")
    if len(lines) > _MOST_CONSTANT_LINES:
        hidden = len(lines) - _MOST_CONSTANT_LINES + 1
        lines[_MOST_CONSTANT_LINES - 1 :] = [f"+{hidden} constants"]
    return tuple(lines)


def _value_text(model: Model, subgraph: Subgraph, tensor: Tensor) -> str:
    """Give the values of a tiny constant, such as axes and scalars; stored ones of a quantised tensor mean little."""
    if tensor.quantization is not None or prod(tensor.shape) > _MOST_VALUES:
        return ""
    integers = small_integers(model, subgraph.index, tensor.index, _MOST_VALUES)
    if integers:
        return " = " + ", ".join(map(str, integers))
    if tensor.dtype.startswith("float") and prod(tensor.shape) == 1:
        values = read_constant(model, subgraph.index, tensor.index)
        if isinstance(values, np.ndarray) and values.size == 1:
            return f" = {float(values.reshape(-1)[0]):.4g}"
    return ""


def _callees(model: Model, operator: Operator) -> tuple[tuple[str, int], ...]:
    called = called_subgraphs(operator) if operator.options else ()
    return tuple((role, index) for role, index in called if index < len(model.subgraphs))


def _shape_text(tensor: Tensor) -> str:
    return format_shape(tensor.display_shape) if tensor.has_rank else "unranked"


def _type_text(tensor: Tensor) -> str:
    return f"{_shape_text(tensor)} {tensor.dtype}"


def _unique(tensors: Sequence[int]) -> list[int]:
    return [tensor for tensor in dict.fromkeys(tensors) if tensor != NO_TENSOR]
