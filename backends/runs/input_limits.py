"""Which values an input may have, as told by the operators that read it."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backends.model.model import Operator, Subgraph

_PASSED_ON = (
    "CAST",
    "RESHAPE",
    "EXPAND_DIMS",
    "SQUEEZE",
    "TRANSPOSE",
    "QUANTIZE",
    "SLICE",
    "STRIDED_SLICE",
    "CONCATENATION",
)
_TABLE_OF = {"GATHER": (0, 1), "GATHER_ND": (0, 1), "EMBEDDING_LOOKUP": (1, 0)}
"""Operators that look things up: which input is the table, which the indices."""
_PLACES_IN_RESULT = {
    "SCATTER_ND": 0,
    "SPARSE_TO_DENSE": 0,
    "UNSORTED_SEGMENT_MAX": 1,
    "UNSORTED_SEGMENT_MIN": 1,
    "UNSORTED_SEGMENT_PROD": 1,
    "UNSORTED_SEGMENT_SUM": 1,
}
"""Operators that put things into places of their result: which input says where."""
_SEGMENTS = ("SEGMENT_SUM", 1)
"""The operator whose indices must not fall: one segment only always fits."""
_DIVISIONS = ("DIV", "FLOOR_DIV", "FLOOR_MOD")
_OF_POSITIVE = ("RSQRT", "SQRT", "LOG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the values of an input must respect."""

    bound: int | None = None
    """What indices stay below; ``None`` where the values are no indices."""
    is_divisor: bool = False
    is_positive: bool = False


def limits_of(subgraph: Subgraph, tensor: int) -> Limits:
    """Gather the limits of a tensor, also through operators that only pass values on."""
    limits = Limits()
    consumers = _consumers(subgraph)
    waiting, seen = deque([tensor]), {tensor}
    while waiting:
        current = waiting.popleft()
        for operator in consumers.get(current, ()):
            limits = _narrow(limits, subgraph, operator, current)
            if operator.kind in _PASSED_ON:
                waiting.extend(output for output in operator.outputs if output not in seen)
                seen.update(operator.outputs)
    return limits


def _consumers(subgraph: Subgraph) -> dict[int, list[Operator]]:
    consumers: dict[int, list[Operator]] = {}
    for operator in subgraph.operators:
        for tensor in set(operator.inputs):
            consumers.setdefault(tensor, []).append(operator)
    return consumers


def _narrow(limits: Limits, subgraph: Subgraph, operator: Operator, tensor: int) -> Limits:
    """Add what an operator asks of a tensor that it reads."""
    for size in _sizes_indexed(subgraph, operator, tensor):
        bound = max(1, size)
        limits = replace(limits, bound=bound if limits.bound is None else min(limits.bound, bound))
    if operator.kind in _DIVISIONS and operator.inputs[1:2] == (tensor,):
        limits = replace(limits, is_divisor=True)
    if operator.kind in _OF_POSITIVE:
        limits = replace(limits, is_positive=True)
    return limits


def _sizes_indexed(subgraph: Subgraph, operator: Operator, tensor: int) -> Iterator[int]:
    """Give the size of what the operator finds with this tensor as indices; nothing when they are no indices."""
    table, indices = _TABLE_OF.get(operator.kind, (-1, -1))
    if operator.inputs[indices : indices + 1] == (tensor,) and len(operator.inputs) > table >= 0:
        yield from _table_size(subgraph, operator, operator.inputs[table])
    place = _PLACES_IN_RESULT.get(operator.kind)
    if place is not None and operator.inputs[place : place + 1] == (tensor,) and operator.outputs:
        shape = subgraph.tensors[operator.outputs[0]].shape
        index_shape = subgraph.tensors[tensor].shape
        depth = index_shape[-1] if place == 0 and index_shape else 1
        yield from shape[:depth]
    if operator.kind == _SEGMENTS[0] and operator.inputs[_SEGMENTS[1] :][:1] == (tensor,):
        yield 1


def _table_size(subgraph: Subgraph, operator: Operator, table: int) -> Iterator[int]:
    shape = subgraph.tensors[table].shape if table >= 0 else ()
    if not shape:
        return
    axis = operator.options.get("axis", 0) if operator.kind == "GATHER" else 0
    if operator.kind == "GATHER_ND" or not isinstance(axis, int) or not -len(shape) <= axis < len(shape):
        yield min(shape)
    else:
        yield shape[axis]
