"""Mistakes that cost quantised super-resolution networks their accuracy or their place on the NPU, found by name.

Source of both: A. Ignatov et al., "Real-Time Quantized Image Super-Resolution on Mobile NPUs, Mobile AI 2021
Challenge: Report" (2021), section 3.1: without a float dequantisation at the end, outputs were often scaled wrongly;
a clipped ReLU on top of the network maps them to 0..255. Networks with floating-point operators were not accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backends.accuracy.measures import looks_like_picture
from backends.model.model import Model, Operator, OperatorId, Subgraph, Tensor

if TYPE_CHECKING:
    from backends.accuracy.child import Pairing
    from backends.accuracy.comparison import OutputComparison

SOURCE = "Mobile AI 2021 super-resolution challenge report (A. Ignatov et al., 2021), section 3.1"
_PASSES_RANGE = frozenset({"DEPTH_TO_SPACE", "SPACE_TO_DEPTH", "RESHAPE", "TRANSPOSE", "QUANTIZE", "DEQUANTIZE"})
"""Operators that give the values they get."""
_CLIPPING = frozenset({"RELU6", "RELU_0_TO_1", "MINIMUM", "LOGISTIC", "TANH", "RELU_N1_TO_1", "SOFTMAX"})
_CLIPPING_ACTIVATIONS = frozenset({"RELU6", "RELU_N1_TO_1", "TANH"})
_PIXEL_SPAN = 255.0
_TOLERANCE = 0.02
_CLIP_LENGTH = 2
"""A clip is written as one or two operators: MINIMUM and RELU."""
_MUCH_SATURATED = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """One mistake at one place."""

    id: str
    title: str
    message: str
    remedy: str
    operator: OperatorId | None = None
    source: str = SOURCE


def find_traps(
    model: Model, outputs: "Mapping[str, OutputComparison] | None" = None, pairing: "Pairing | None" = None
) -> tuple[Trap, ...]:
    """Look for the traps in a quantised model whose outputs are pictures.

    Args:
        model: the model that is judged.
        outputs: how its outputs compared with the float model's, where that was measured.
        pairing: which of its tensors those are.
    """
    graph = model.subgraphs[0]
    if not _is_quantised(graph):
        return ()
    producers = {tensor: operator for operator in graph.operators for tensor in operator.outputs}
    measured: dict[int, Any] = {}
    if outputs and pairing is not None:
        names = zip(pairing.output_names, pairing.outputs, strict=True)
        measured = {index: outputs[name] for name, (_, index) in names if name in outputs}
    found: list[Trap] = []
    for index in graph.outputs:
        tensor = graph.tensors[index]
        if looks_like_picture(tensor.shape):
            found += _look_at_output(graph, tensor, producers, measured.get(index))
    return tuple(found)


def _is_quantised(graph: Subgraph) -> bool:
    return any(
        tensor.quantization is not None and tensor.quantization.scale and tensor.dtype in ("int8", "uint8", "int16")
        for tensor in graph.tensors
        if not tensor.is_constant
    )


def _look_at_output(
    graph: Subgraph, tensor: Tensor, producers: Mapping[int, Operator], measured: "OutputComparison | None"
) -> list[Trap]:
    last = producers.get(tensor.index)
    if last is None:
        return []
    found = []
    if last.kind == "DEQUANTIZE":
        found.append(
            Trap(
                id="float-dequantised-output",
                title="Float output",
                message=f"Operator {last.id.index} (DEQUANTIZE) turns output {tensor.name!r} into floats at the end. "
                "NPUs for integers do not run it, and the challenge did not accept it.",
                remedy="Convert to integer only (int8 or uint8 input and output), with a clipped ReLU last.",
                operator=last.id,
            )
        )
    operator, place = _real_last(producers, tensor.index)
    if operator is not None and not _is_clipped(graph, operator, producers):
        found.append(
            Trap(
                id="no-clipped-output",
                title="Output not clipped",
                message=f"Output {tensor.name!r} comes from operator {operator.id.index} ({operator.label}), which no "
                f"activation bounds{_span_text(graph.tensors[place])}{_measured_text(measured)}. What an integer "
                "output means then depends on the samples it was calibrated with, and pixels are scaled wrongly where "
                "it is read as 0..255.",
                remedy="Put a clipped ReLU (ReLU with max_value=255) last, and convert again.",
                operator=operator.id,
            )
        )
    return found


def _real_last(producers: Mapping[int, Operator], tensor: int) -> tuple[Operator | None, int]:
    """Give the operator that computes the values of an output, behind those that only move them."""
    while True:
        operator = producers.get(tensor)
        if operator is None:
            return None, tensor
        if operator.kind not in _PASSES_RANGE:
            return operator, tensor
        tensor = operator.inputs[0]


def _is_clipped(graph: Subgraph, operator: Operator, producers: Mapping[int, Operator]) -> bool:
    """Whether something bounds the values from above: an activation, a MINIMUM, or the range of the integers."""
    for _ in range(_CLIP_LENGTH):
        if operator.kind in _CLIPPING or operator.options.get("fused_activation_function") in _CLIPPING_ACTIVATIONS:
            return True
        if operator.kind not in ("RELU", "MAXIMUM"):
            break
        before, _place = _real_last(producers, operator.inputs[0])
        if before is None:
            break
        operator = before
    # Where nothing else follows, the converter turns a clip into the range of the integers themselves.
    span = _span(graph.tensors[operator.outputs[0]])
    if span is None or span[1] <= 0:
        return False
    starts_at_zero = abs(span[0]) <= _TOLERANCE * span[1]
    return starts_at_zero and any(abs(span[1] - top) <= _TOLERANCE * top for top in (_PIXEL_SPAN, 1.0))


def _span(tensor: Tensor) -> tuple[float, float] | None:
    from backends.accuracy.child import limits_of

    return limits_of(tensor)


def _span_text(tensor: Tensor) -> str:
    span = _span(tensor)
    return "" if span is None else f"; its integers stand for {span[0]:.4g} to {span[1]:.4g}"


def _measured_text(measured: "OutputComparison | None") -> str:
    if measured is None:
        return ""
    parts = []
    if measured.reference_range is not None:
        low, high = measured.reference_range
        parts.append(f"the float model gives {low:.4g} to {high:.4g}")
    if max(measured.ends) >= _MUCH_SATURATED:
        parts.append(f"{max(measured.ends):.1%} of its values stand at the end of the range")
    return f"; {' and '.join(parts)}" if parts else ""
