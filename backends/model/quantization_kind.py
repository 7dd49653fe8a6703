"""How a model is quantised, judged by the operators that multiply and accumulate."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from backends.model.dtype import dtype_of
from backends.model.model import NO_TENSOR, Model, Operator, Subgraph, Tensor
from backends.model.operators import kind_of
from backends.model.topology import NO_OPERATOR, Topology


class QuantizationKind(StrEnum):
    """What the weights and activations of a model (or one operator) are."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    FLOAT16_WEIGHTS = "float16 weights"
    DYNAMIC_RANGE = "dynamic range"
    """Float activations that the kernel quantises on the fly; also called hybrid."""
    WEIGHT_ONLY = "weights only"
    """Weights that are dequantised before float arithmetic."""
    INT8 = "full integer int8"
    UINT8 = "full integer uint8"
    INT16X8 = "int16x8"
    MIXED = "mixed"
    NONE = "not applicable"


class EndKind(StrEnum):
    """What goes into and comes out of a model."""

    FLOAT = "float"
    INTEGER = "integer"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuantization:
    """How a model is quantised.

    ``shares`` counts operators by kind, most frequent first; more than one entry makes the model ``MIXED``.
    """

    kind: QuantizationKind
    ends: EndKind
    shares: tuple[tuple[QuantizationKind, int], ...]
    weight_bits: tuple[int, ...]
    """Distinct sizes of integer weights, e.g. (4, 8)."""
    is_blockwise: bool
    is_per_channel: bool

    @property
    def text(self) -> str:
        """A line for people: ``full integer int8, per-channel, float input/output``."""
        kinds = " + ".join(kind.value for kind, _ in self.shares) if self.kind is QuantizationKind.MIXED else ""
        parts = [f"mixed: {kinds}" if kinds else self.kind.value]
        small = [bits for bits in self.weight_bits if bits < 8]
        if small:
            parts.append(" and ".join(f"int{bits}" for bits in small) + " weights")
        if self.is_blockwise:
            parts.append("block-wise")
        if self.is_per_channel:
            parts.append("per-channel")
        if self.kind not in (QuantizationKind.FLOAT32, QuantizationKind.NONE):
            parts.append(f"{self.ends.value} input/output")
        return ", ".join(parts)


_BY_ACTIVATION = {
    "float16": QuantizationKind.FLOAT16,
    "bfloat16": QuantizationKind.BFLOAT16,
    "int8": QuantizationKind.INT8,
    "uint8": QuantizationKind.UINT8,
    "int16": QuantizationKind.INT16X8,
    "float32": QuantizationKind.FLOAT32,
}


def quantization_of(model: Model) -> ModelQuantization:
    """Judge how a model is quantised."""
    kinds: Counter[QuantizationKind] = Counter()
    weights: list[Tensor] = []
    for graph in model.subgraphs:
        topology = Topology(graph)
        for operator in graph.operators:
            if kind_of(operator).cost:
                kind, weight = _judge(graph, topology, operator)
                kinds[kind] += 1
                if weight is not None:
                    weights.append(weight)
    kinds.pop(QuantizationKind.NONE, None)
    shares = tuple(kinds.most_common())
    scaled = [weight.quantization for weight in weights if weight.quantization is not None]
    return ModelQuantization(
        kind=_overall(model, shares),
        ends=_ends(model),
        shares=shares,
        weight_bits=tuple(sorted({dtype_of(w.dtype).bits or 0 for w in weights if dtype_of(w.dtype).is_integer})),
        is_blockwise=any(q.scale_tensor != NO_TENSOR or q.block_size for q in scaled),
        is_per_channel=any(q.is_per_channel for q in scaled),
    )


def _overall(model: Model, shares: tuple[tuple[QuantizationKind, int], ...]) -> QuantizationKind:
    """One kind for the model; without weighted operators the activations of the primary subgraph decide."""
    if len(shares) == 1:
        return shares[0][0]
    if shares:
        return QuantizationKind.MIXED
    graph = model.subgraphs[0]
    written = {index for op in graph.operators for index in op.outputs if index != NO_TENSOR}
    found = {
        _BY_ACTIVATION[tensor.dtype]
        for tensor in (graph.tensors[index] for index in written)
        if tensor.dtype == "float32" or (tensor.dtype in _BY_ACTIVATION and tensor.quantization is not None)
    }
    if not found:
        return QuantizationKind.NONE
    return found.pop() if len(found) == 1 else QuantizationKind.MIXED


def _ends(model: Model) -> EndKind:
    """What the primary subgraph takes and gives; indices and flags count as integers only beside nothing else."""
    graph = model.subgraphs[0]
    dtypes = [dtype_of(graph.tensors[index].dtype) for index in (*graph.inputs, *graph.outputs)]
    quantised = any(graph.tensors[index].quantization is not None for index in (*graph.inputs, *graph.outputs))
    if any(dtype.is_float for dtype in dtypes):
        return EndKind.MIXED if quantised and any(dtype.is_integer for dtype in dtypes) else EndKind.FLOAT
    return EndKind.INTEGER


def _judge(graph: Subgraph, topology: Topology, operator: Operator) -> tuple[QuantizationKind, Tensor | None]:
    """Kind of one operator, and the weights that decided, as stored in the file."""
    inputs = [graph.tensors[index] for index in operator.inputs if index != NO_TENSOR]
    activation = next((t for t in inputs if not t.is_constant and _stored_weight(graph, topology, t) is None), None)
    candidates = [(tensor, _stored_weight(graph, topology, tensor)) for tensor in inputs]
    weights = [
        (seen, stored)
        for seen, stored in candidates
        if stored is not None and len(stored.shape) >= 2 and _is_weight(stored)
    ]
    if activation is None:
        return QuantizationKind.NONE, None
    kind = _BY_ACTIVATION.get(_activation_dtype(graph, operator, activation), QuantizationKind.NONE)
    if not weights:
        return kind, None
    seen, stored = weights[0]
    if kind is QuantizationKind.FLOAT32 and dtype_of(stored.dtype).is_integer:
        direct = dtype_of(seen.dtype).is_integer
        return (QuantizationKind.DYNAMIC_RANGE if direct else QuantizationKind.WEIGHT_ONLY), stored
    if kind is QuantizationKind.FLOAT32 and stored.dtype in ("float16", "bfloat16"):
        return QuantizationKind.FLOAT16_WEIGHTS, stored
    return kind, stored


def _is_weight(stored: Tensor) -> bool:
    """Whether a constant can be weights: floats or small integers, not indices."""
    dtype = dtype_of(stored.dtype)
    return dtype.is_float or (dtype.is_integer and (dtype.bits or 64) <= 8)


def _activation_dtype(graph: Subgraph, operator: Operator, activation: Tensor) -> str:
    """The type that an operator computes in: that of its output, unless that is an accumulator."""
    outputs = [graph.tensors[index].dtype for index in operator.outputs if index != NO_TENSOR]
    return outputs[0] if outputs and outputs[0] in _BY_ACTIVATION else activation.dtype


def _stored_weight(graph: Subgraph, topology: Topology, tensor: Tensor) -> Tensor | None:
    """The constant behind a tensor, looking through what unpacks constants; ``None`` for an activation."""
    for _ in range(4):
        if tensor.is_constant:
            return tensor
        writer = int(topology.producer[tensor.index])
        if writer == NO_OPERATOR or graph.operators[writer].kind not in ("DEQUANTIZE", "DENSIFY"):
            return None
        inputs = graph.operators[writer].inputs
        if not inputs or inputs[0] == NO_TENSOR:
            return None
        tensor = graph.tensors[inputs[0]]
    return None
