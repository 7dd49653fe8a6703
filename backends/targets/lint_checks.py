"""The predicates of the lint: each looks at a whole model and gives what it found."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

from backends.model.model import NO_TENSOR, Model, Operator, OperatorId, Subgraph, Tensor
from backends.targets.float_islands import find_islands

FLOATS = frozenset({"float32", "float16", "bfloat16", "float64"})
INTEGER_ACTIVATIONS = frozenset({"int8", "uint8", "int16"})
CONVERSIONS = frozenset({"QUANTIZE", "DEQUANTIZE", "CAST"})
LAYOUT = frozenset({"TRANSPOSE", "RESHAPE", "SQUEEZE", "EXPAND_DIMS"})
MOVEMENT = LAYOUT | CONVERSIONS | {"DEPTH_TO_SPACE", "SPACE_TO_DEPTH", "SLICE", "STRIDED_SLICE", "CONCATENATION"}
BOUNDED = frozenset({"RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "LOGISTIC", "TANH", "SOFTMAX", "MINIMUM", "SIGMOID"})
ONE_SIDED = frozenset({"RELU", "MAXIMUM"})
FILTERED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV"})
_BYTES = {"float32": 4, "int32": 4, "float16": 2, "bfloat16": 2, "int16": 2, "int64": 8, "float64": 8}


class TensorId(NamedTuple):
    """Identifies a tensor in a model."""

    subgraph: int
    tensor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What a check found, and where."""

    detail: str
    operators: tuple[OperatorId, ...] = ()
    tensors: tuple[TensorId, ...] = ()


class LintView:
    """A model with producers and what kind of numbers it computes in, gathered once for all checks."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.producers: tuple[dict[int, Operator], ...] = tuple(
            {tensor: operator for operator in subgraph.operators for tensor in operator.outputs}
            for subgraph in model.subgraphs
        )
        self.is_quantised = any(
            is_integer_activation(tensor) for subgraph in model.subgraphs for tensor in subgraph.tensors
        )
        entries = {0, *(signature.subgraph for signature in model.signatures)}
        self.entries: tuple[Subgraph, ...] = tuple(s for s in model.subgraphs if s.index in entries)
        """Subgraphs that an app calls: their inputs and outputs are the model's."""

    def operators(self) -> Iterator[tuple[Subgraph, Operator]]:
        """Go through the operators of all subgraphs."""
        for subgraph in self.model.subgraphs:
            for operator in subgraph.operators:
                yield subgraph, operator


Check = Callable[[LintView, Mapping[str, Any]], Iterator[Occurrence]]


def is_integer_activation(tensor: Tensor) -> bool:
    """Whether the tensor holds quantised values that are computed at run time."""
    quantised = tensor.quantization is not None and bool(tensor.quantization.scale)
    return quantised and not tensor.is_constant and tensor.dtype in INTEGER_ACTIVATIONS


def count(number: int, noun: str) -> str:
    """Give a number with its noun in the right number, such as ``1 operator``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _inputs(subgraph: Subgraph, operator: Operator) -> list[Tensor]:
    return [subgraph.tensors[i] for i in operator.inputs if i != NO_TENSOR]


def _float_model(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    if not view.is_quantised and any(t.dtype in FLOATS for s in view.model.subgraphs for t in s.tensors):
        yield Occurrence(detail="No operator computes with quantised integers.")


def _float_io(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    if not view.is_quantised:
        return
    for subgraph in view.entries:
        for role, indices in (("input", subgraph.inputs), ("output", subgraph.outputs)):
            floats = [i for i in indices if i != NO_TENSOR and subgraph.tensors[i].dtype in FLOATS]
            if floats:
                verb = "holds" if len(floats) == 1 else "hold"
                yield Occurrence(
                    detail=f"{count(len(floats), role)} of {len(indices)} {verb} floats in a quantised model.",
                    tensors=tuple(TensorId(subgraph.index, i) for i in floats),
                )


def _float_island(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    if not view.is_quantised:
        return
    for subgraph in view.model.subgraphs:
        for island in find_islands(subgraph):
            kinds = ", ".join(sorted({subgraph.operators[i].label for i in island.operators})) or "nothing in between"
            yield Occurrence(
                detail=f"{count(len(island.operators), 'float operator')} {island.place} ({kinds}).",
                operators=tuple(OperatorId(subgraph.index, i) for i in island.operators or island.borders),
            )


def _hybrid_weights(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    found = [op.id for subgraph, op in view.operators() if _is_hybrid(subgraph, op)]
    if found:
        yield Occurrence(
            detail=f"{count(len(found), 'operator')} with integer weights and float activations.",
            operators=tuple(found),
        )


def _is_hybrid(subgraph: Subgraph, operator: Operator) -> bool:
    tensors = _inputs(subgraph, operator)
    if operator.kind in CONVERSIONS or not any(t.dtype in FLOATS and not t.is_constant for t in tensors):
        return False
    return any(t.is_constant and t.dtype in ("int8", "uint8", "int4", "int2") and t.quantization for t in tensors)


def _int16x8(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    found = [
        op.id
        for subgraph, op in view.operators()
        if any(subgraph.tensors[i].dtype == "int16" and is_integer_activation(subgraph.tensors[i]) for i in op.outputs)
    ]
    if found:
        yield Occurrence(detail=f"{count(len(found), 'operator')} with int16 outputs.", operators=tuple(found))


def _per_channel(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    operators: list[OperatorId] = []
    tensors: list[TensorId] = []
    for subgraph, operator in view.operators():
        if operator.kind in CONVERSIONS or len(operator.inputs) < 2 or operator.inputs[1] == NO_TENSOR:
            continue
        weights = subgraph.tensors[operator.inputs[1]]
        if weights.is_constant and weights.quantization is not None and weights.quantization.is_per_channel:
            operators.append(operator.id)
            tensors.append(TensorId(subgraph.index, weights.index))
    if operators:
        detail = f"{count(len(operators), 'operator')} with a scale for each channel of the weights."
        yield Occurrence(detail=detail, operators=tuple(operators), tensors=tuple(tensors))


def _mixed_8_bit(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    by_type: dict[str, list[OperatorId]] = {"int8": [], "uint8": []}
    for subgraph, operator in view.operators():
        if operator.kind not in CONVERSIONS:
            types = {t.dtype for t in (subgraph.tensors[i] for i in operator.outputs) if is_integer_activation(t)}
            for dtype in types & by_type.keys():
                by_type[dtype].append(operator.id)
    if all(by_type.values()):
        rarer = min(by_type, key=lambda dtype: len(by_type[dtype]))
        numbers = ", ".join(f"{len(found)} in {dtype}" for dtype, found in by_type.items())
        yield Occurrence(detail=f"Operators compute in both types: {numbers}.", operators=tuple(by_type[rarer]))


def _unclipped_output(view: LintView, limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    for subgraph in view.entries:
        if not any(_is_image(subgraph.tensors[i], limits) for i in subgraph.inputs if i != NO_TENSOR):
            continue
        for output in subgraph.outputs:
            tensor = subgraph.tensors[output]
            if _is_image(tensor, limits) and not _is_clipped(view, subgraph, output):
                producer = view.producers[subgraph.index].get(output)
                yield Occurrence(
                    detail=f"The output of shape {list(tensor.display_shape)} can take any value.",
                    operators=(producer.id,) if producer else (),
                    tensors=(TensorId(subgraph.index, output),),
                )


def _is_image(tensor: Tensor, limits: Mapping[str, Any]) -> bool:
    is_number = tensor.dtype in FLOATS or is_integer_activation(tensor)
    if not is_number or len(tensor.shape) != 4 or tensor.shape[3] not in limits["channels"]:
        return False
    return all(side >= limits["min_side"] or side < 0 for side in tensor.display_shape[1:3])


def _is_clipped(view: LintView, subgraph: Subgraph, output: int) -> bool:
    producers = view.producers[subgraph.index]
    operator = producers.get(output)
    for _ in range(len(subgraph.operators)):
        if operator is None:
            return True  # nothing computed: an input handed through
        if operator.kind in BOUNDED or operator.options.get("fused_activation_function") in BOUNDED:
            return True
        if operator.kind not in MOVEMENT and operator.kind not in ONE_SIDED:
            return False
        data = [i for i in operator.inputs if i != NO_TENSOR and not subgraph.tensors[i].is_constant]
        operator = producers.get(data[0]) if data else None
    return False


def _layout_at_ends(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    for subgraph in view.entries:
        reached = {i for i in subgraph.inputs if i != NO_TENSOR}
        first = _layout_run(subgraph.operators, reached, forward=True)
        last = _layout_run(subgraph.operators[::-1], set(subgraph.outputs), forward=False)
        for place, found in (("begins", first), ("ends", last)):
            if found:
                kinds = ", ".join(operator.kind for operator in found)
                detail = f"The graph {place} with {kinds}."
                yield Occurrence(detail=detail, operators=tuple(operator.id for operator in found))


def _layout_run(operators: tuple[Operator, ...], reached: set[int], *, forward: bool) -> list[Operator]:
    """Follow layout operators and type conversions away from the ends; ``reached`` grows."""
    found: list[Operator] = []
    for operator in operators:
        near, far = (operator.inputs[:1], operator.outputs) if forward else (operator.outputs, operator.inputs[:1])
        if not near or near[0] not in reached or operator.kind not in LAYOUT | {"QUANTIZE", "DEQUANTIZE"}:
            continue
        reached.update(far)
        if operator.kind in LAYOUT:
            found.append(operator)
    return found


def _large_kernel(view: LintView, limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    found: list[OperatorId] = []
    largest = (0, 0)
    for subgraph, operator in view.operators():
        if operator.kind not in FILTERED or len(operator.inputs) < 2 or operator.inputs[1] == NO_TENSOR:
            continue
        shape = subgraph.tensors[operator.inputs[1]].shape
        if len(shape) == 4 and max(shape[1:3]) > limits["max_side"]:
            found.append(operator.id)
            largest = max(largest, (shape[1], shape[2]), key=prod)
    if found:
        detail = f"{count(len(found), 'convolution')} with larger kernels, up to {largest[0]}x{largest[1]}."
        yield Occurrence(detail=detail, operators=tuple(found))


def _large_feature_map(view: LintView, limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    found: list[TensorId] = []
    operators: list[OperatorId] = []
    largest: tuple[int, Tensor] | None = None
    for subgraph, operator in view.operators():
        for index in operator.outputs:
            if index == NO_TENSOR:
                continue
            tensor = subgraph.tensors[index]
            size = prod(tensor.shape) * _BYTES.get(tensor.dtype, 1)
            if size > limits["max_bytes"]:
                found.append(TensorId(subgraph.index, index))
                operators.append(operator.id)
                if largest is None or size > largest[0]:
                    largest = (size, tensor)
    if largest is not None:
        size, tensor = largest
        shape = "x".join(map(str, tensor.shape))
        detail = f"{count(len(found), 'feature map')} above the limit; the largest, {shape}, takes {size >> 20} MiB."
        yield Occurrence(detail=detail, operators=tuple(dict.fromkeys(operators)), tensors=tuple(found))


def _dynamic_dimensions(view: LintView, _limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    for subgraph in view.entries:
        open_inputs = [i for i in subgraph.inputs if i != NO_TENSOR and -1 in subgraph.tensors[i].display_shape]
        if open_inputs:
            shapes = ", ".join(str(list(subgraph.tensors[i].display_shape)) for i in open_inputs[:3])
            detail = f"{count(len(open_inputs), 'input')} without a fixed shape: {shapes}."
            yield Occurrence(detail=detail, tensors=tuple(TensorId(subgraph.index, i) for i in open_inputs))


CHECKS: Mapping[str, Check] = {
    "float-model": _float_model,
    "float-io": _float_io,
    "float-island": _float_island,
    "hybrid-weights": _hybrid_weights,
    "int16x8": _int16x8,
    "per-channel-weights": _per_channel,
    "mixed-8-bit": _mixed_8_bit,
    "unclipped-output": _unclipped_output,
    "layout-at-ends": _layout_at_ends,
    "large-kernel": _large_kernel,
    "large-feature-map": _large_feature_map,
    "dynamic-dimensions": _dynamic_dimensions,
}
"""Predicates by the id of their rule."""
