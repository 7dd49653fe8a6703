"""Multiply-accumulates of operators from their shapes, one formula for each kind of work.

A formula gives ``None`` where a shape it needs is not known. Shapes are those of the file; a first size that may vary
(the batch) counts as stated, usually 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

from backends.model.model import NO_TENSOR, Model, Operator, Tensor
from backends.model.operators import kind_of

Shape = tuple[int, ...]

_LSTM_WEIGHTS = (*range(1, 12), 16)
"""Input, recurrent and peephole weights of the four gates, and the projection."""
_GATE_WEIGHTS: Mapping[str, tuple[int, ...]] = {
    "LSTM": _LSTM_WEIGHTS,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _LSTM_WEIGHTS,
    "BIDIRECTIONAL_SEQUENCE_LSTM": (*_LSTM_WEIGHTS, *range(18, 29), 33, *range(40, 48)),
    "RNN": (1, 2),
    "UNIDIRECTIONAL_SEQUENCE_RNN": (1, 2),
    "BIDIRECTIONAL_SEQUENCE_RNN": (1, 2, 5, 6, 10, 11),
}
"""Positions of the weights that every step multiplies with (LiteRT: tflite/kernels/lstm_shared.h, basic_rnn.cc ...)."""
_BASIC_LSTM_WEIGHTS = (2,)


@dataclass(frozen=True, slots=True)
class Operands:
    """Shapes of an operator's tensors; ``None`` for an absent tensor or one whose shape is not known."""

    operator: Operator
    inputs: tuple[Shape | None, ...]
    outputs: tuple[Shape | None, ...]

    def input(self, position: int) -> Shape | None:
        """Give the shape at an input, if there is one."""
        return self.inputs[position] if position < len(self.inputs) else None

    @property
    def output(self) -> Shape | None:
        """The shape of the first output."""
        return self.outputs[0] if self.outputs else None


def known_shape(tensor: Tensor) -> Shape | None:
    """Give the shape to count with; ``None`` where a size other than the first may vary or the rank is not known."""
    if any(size < 0 for size in tensor.shape) or any(size < 0 for size in tensor.shape_signature[1:]):
        return None
    return tensor.shape


def count_macs(model: Model, operator: Operator) -> int | None:
    """Count the multiply-accumulates of one operator; ``None`` if it has none by nature or a shape is not known."""
    formula = FORMULAS.get(kind_of(operator).cost)
    if formula is None:
        return None
    tensors = model.subgraphs[operator.id.subgraph].tensors
    inputs, outputs = (
        tuple(None if index == NO_TENSOR else known_shape(tensors[index]) for index in indices)
        for indices in (operator.inputs, operator.outputs)
    )
    return formula(Operands(operator, inputs, outputs))


def _conv(op: Operands) -> int | None:
    """Each output element sums over the filter's height, width and channels (those of its group).

    Filter: (out, height, width, in / groups).
    """
    if op.output is None or not (weights := op.input(1)):
        return None
    return prod(op.output) * prod(weights[1:])


def _conv_3d(op: Operands) -> int | None:
    """As ``_conv``; filter: (depth, height, width, in, out)."""
    if op.output is None or not (weights := op.input(1)):
        return None
    return prod(op.output) * prod(weights[:-1])


def _depthwise_conv(op: Operands) -> int | None:
    """Each output element sums over height and width; filter: (1, height, width, out)."""
    weights = op.input(1)
    if op.output is None or weights is None or len(weights) != 4:
        return None
    return prod(op.output) * weights[1] * weights[2]


def _transpose_conv(op: Operands) -> int | None:
    """Each input pixel meets the whole filter; inputs: output shape, filter, image."""
    return _spread(op.input(2), op.input(1))


def _transpose_conv_bias(op: Operands) -> int | None:
    """As ``_transpose_conv``; inputs: image, filter, bias."""
    return _spread(op.input(0), op.input(1))


def _spread(image: Shape | None, weights: Shape | None) -> int | None:
    if not image or not weights:
        return None
    return prod(image[:-1]) * prod(weights)


def _fully_connected(op: Operands) -> int | None:
    """Rows of the input times the weight matrix (out, in); the input is flattened to rows of ``in``."""
    image, weights = op.input(0), op.input(1)
    if weights is None or len(weights) != 2:
        return None
    if image is not None and weights[1] and prod(image) % weights[1] == 0:
        return prod(image) * weights[0]
    return prod(op.output) * weights[1] if op.output is not None else None


def _batch_matmul(op: Operands) -> int | None:
    """Each output element sums over the shared axis: the last of the left side, or the one before if transposed."""
    left = op.input(0)
    if op.output is None or left is None or len(left) < 2:
        return None
    return prod(op.output) * left[-2 if op.operator.options.get("adj_x") else -1]


def _gates(op: Operands) -> int | None:
    """Each step of each batch multiplies with all weights once; the last axis of the input holds the features."""
    image = op.input(0)
    positions = _GATE_WEIGHTS.get(op.operator.kind, ())
    if op.operator.options.get("kernel_type") == "BASIC":
        positions = _BASIC_LSTM_WEIGHTS
    present = [place for place in positions if place < len(op.inputs) and op.operator.inputs[place] != NO_TENSOR]
    weights = [op.inputs[place] for place in present]
    if not image or not weights or any(shape is None for shape in weights):
        return None
    return prod(image[:-1]) * sum(prod(shape) for shape in weights if shape is not None)


def _svdf(op: Operands) -> int | None:
    """Each batch multiplies with the feature filters, then with the time filters."""
    image, feature, time = op.input(0), op.input(1), op.input(2)
    if not image or feature is None or time is None:
        return None
    return image[0] * (prod(feature) + prod(time))


def _stablehlo_convolution(op: Operands) -> int | None:
    """As ``_conv``; the options say which axis of the filter counts output channels."""
    axis = op.operator.options.get("kernel_output_feature_dimension")
    weights = op.input(1)
    if op.output is None or weights is None or not isinstance(axis, int) or not 0 <= axis < len(weights):
        return None
    return prod(op.output) * prod(size for place, size in enumerate(weights) if place != axis)


def _stablehlo_dot_general(op: Operands) -> int | None:
    """Each output element sums over the contracted axes of the left side."""
    axes, left = op.operator.options.get("lhs_contracting_dimensions"), op.input(0)
    if op.output is None or left is None or not isinstance(axes, tuple):
        return None
    if any(not 0 <= axis < len(left) for axis in axes):
        return None
    return prod(op.output) * prod(left[int(axis)] for axis in axes)


FORMULAS: Mapping[str, Callable[[Operands], int | None]] = {
    "conv": _conv,
    "conv_3d": _conv_3d,
    "depthwise_conv": _depthwise_conv,
    "transpose_conv": _transpose_conv,
    "transpose_conv_bias": _transpose_conv_bias,
    "fully_connected": _fully_connected,
    "batch_matmul": _batch_matmul,
    "gates": _gates,
    "svdf": _svdf,
    "stablehlo_convolution": _stablehlo_convolution,
    "stablehlo_dot_general": _stablehlo_dot_general,
}
"""Formulas by the ``cost`` of the operator table."""
