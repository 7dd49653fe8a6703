"""Static estimates: multiply-accumulates, parameters, bytes moved, peak memory of activations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from types import MappingProxyType

import numpy as np

from backends.model.dtype import byte_count, dtype_of
from backends.model.macs import count_macs, known_shape
from backends.model.model import NO_TENSOR, Model, Operator, OperatorId, Subgraph, Tensor
from backends.model.operators import kind_of
from backends.model.topology import Topology, called_subgraphs


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCost:
    """Estimates for one operator, from shapes alone.

    ``macs`` is ``None`` for operators that do not multiply and accumulate, and where shapes are not known. Bytes are
    those of whole tensors, each counted once, whatever a kernel really touches; ``None`` where a size is not known.
    """

    macs: int | None
    parameter_count: int
    """Elements of the constants it reads, without index operands such as axes and paddings."""
    weight_bytes: int
    """Stored bytes of all constants it reads."""
    read_bytes: int | None
    """Inputs including constants."""
    written_bytes: int | None

    @property
    def bytes_moved(self) -> int | None:
        """Inputs, constants and outputs together."""
        if self.read_bytes is None or self.written_bytes is None:
            return None
        return self.read_bytes + self.written_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCost:
    """Estimates for a model.

    MACs are summed over the primary subgraph and those that it calls, each body once, however often it runs;
    parameters and weights over the whole file, shared buffers once.
    """

    operators: Mapping[OperatorId, OperatorCost]
    macs: int
    uncounted: tuple[OperatorId, ...]
    """Operators that multiply and accumulate, but whose shapes are not known."""
    parameter_count: int
    weight_bytes: int
    peak_activation_bytes: int | None
    """Largest sum of activations alive at once in the primary subgraph; ``None`` where a size is not known."""


def model_cost(model: Model) -> ModelCost:
    """Estimate the cost of every operator and of the model."""
    costs = {op.id: operator_cost(model, op) for graph in model.subgraphs for op in graph.operators}
    counted = reachable_subgraphs(model)
    uncounted = tuple(
        op.id
        for index in sorted(counted)
        for op in model.subgraphs[index].operators
        if costs[op.id].macs is None and kind_of(op).cost
    )
    constants = _distinct_constants(model)
    return ModelCost(
        operators=MappingProxyType(costs),
        macs=sum(cost.macs or 0 for id_, cost in costs.items() if id_.subgraph in counted),
        uncounted=uncounted,
        parameter_count=sum(prod(tensor.shape) for tensor in constants if is_parameter(tensor)),
        weight_bytes=sum(_stored_bytes(model, tensor) for tensor in constants),
        peak_activation_bytes=peak_activation_bytes(model.subgraphs[0]),
    )


def operator_cost(model: Model, operator: Operator) -> OperatorCost:
    """Estimate the cost of one operator."""
    tensors = model.subgraphs[operator.id.subgraph].tensors
    inputs = [tensors[index] for index in dict.fromkeys(operator.inputs) if index != NO_TENSOR]
    outputs = [tensors[index] for index in dict.fromkeys(operator.outputs) if index != NO_TENSOR]
    constants = [tensor for tensor in inputs if tensor.is_constant]
    return OperatorCost(
        macs=count_macs(model, operator),
        parameter_count=sum(max(prod(tensor.shape), 0) for tensor in constants if is_parameter(tensor)),
        weight_bytes=sum(_stored_bytes(model, tensor) for tensor in constants),
        read_bytes=_total_bytes(inputs),
        written_bytes=_total_bytes(outputs),
    )


def is_parameter(tensor: Tensor) -> bool:
    """Whether a constant holds learned values: floats, or integers with a quantisation. Axes and sizes are neither."""
    dtype = dtype_of(tensor.dtype)
    if not tensor.is_constant or any(size < 0 for size in tensor.shape):
        return False
    return dtype.is_float or (dtype.is_integer and (tensor.quantization is not None or (dtype.bits or 0) < 16))


def reachable_subgraphs(model: Model) -> frozenset[int]:
    """Give the primary subgraph and all that it calls, directly or not."""
    found: set[int] = set()
    waiting = [0]
    while waiting:
        index = waiting.pop()
        if index in found or index >= len(model.subgraphs):
            continue
        found.add(index)
        for operator in model.subgraphs[index].operators:
            if operator.options:
                waiting += [callee for _, callee in called_subgraphs(operator)]
    return frozenset(found)


def peak_activation_bytes(subgraph: Subgraph) -> int | None:
    """Estimate the largest sum of bytes of activations that are alive at the same time.

    An activation lives from the operator that writes it to the last that reads it; graph inputs, outputs and
    variables live all the time, as in TFLite's arena planner. Fragmentation, scratch buffers and in-place operators
    are not considered. ``None`` where the size of an activation is not known.
    """
    steps = len(subgraph.operators)
    if not steps:
        return 0
    topology = Topology(subgraph)
    start, end = topology.first_write.copy(), topology.last_read.copy()
    held = [*subgraph.inputs, *subgraph.outputs, *(t.index for t in subgraph.tensors if t.is_variable)]
    start[held], end[held] = 0, steps - 1
    # An output that nothing reads still exists while its operator runs.
    end = np.maximum(end, start)
    # Python numbers: the sizes of a damaged file may exceed 64 bits.
    change = [0] * (steps + 1)
    for tensor, first, last in zip(subgraph.tensors, start.tolist(), end.tolist(), strict=True):
        if tensor.is_constant or first >= steps:
            continue
        size = _known_bytes(tensor)
        if size is None:
            if dtype_of(tensor.dtype).bits is not None:
                return None
            continue
        change[first] += size
        change[last + 1] -= size
    return max(accumulate(change))


def _known_bytes(tensor: Tensor) -> int | None:
    """The bytes of a tensor, ``None`` where its size may vary."""
    shape = known_shape(tensor)
    return None if shape is None else byte_count(tensor.dtype, shape)


def _total_bytes(tensors: Iterable[Tensor]) -> int | None:
    """The bytes of all tensors, ``None`` where one is not known; handles to variables and tables count nothing."""
    total = 0
    for tensor in tensors:
        size = _known_bytes(tensor)
        if size is None and tensor.dtype not in ("resource", "variant"):
            return None
        total += size or 0
    return total


def _stored_bytes(model: Model, tensor: Tensor) -> int:
    """The bytes that a constant occupies in the file."""
    return model.buffers[tensor.buffer][1] if 0 < tensor.buffer < len(model.buffers) else 0


def _distinct_constants(model: Model) -> list[Tensor]:
    """All constants, those that share a buffer once."""
    constants: dict[int, Tensor] = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            if tensor.is_constant and tensor.buffer:
                constants.setdefault(tensor.buffer, tensor)
    return list(constants.values())
