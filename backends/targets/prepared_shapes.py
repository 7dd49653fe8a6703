"""Shapes and types as the runtime works them out, where a file says something else.

Some converters store no shape for the output of fused operators (LSTM and its relatives), nor for what follows; it
then reads as a scalar. Others leave shapes behind that no longer fit. The runtime works all shapes out before it asks
a delegate; here the same is done for the operators whose rule is simple. Every other shape stays as the file states it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import prod

from backends.model.model import NO_TENSOR, Operator, Subgraph, Tensor
from backends.targets.prepared_dtypes import prepared_dtype

Shape = tuple[int, ...]
ReadConstant = Callable[[Tensor], tuple[int, ...]]


def prepared_tensors(subgraph: Subgraph, read_constant: ReadConstant) -> tuple[Tensor, ...]:
    """Give the tensors of a subgraph with the shapes and types that the runtime would work out.

    Args:
        subgraph: the subgraph; all its sizes must be known beforehand.
        read_constant: gives the values of a constant integer tensor.
    """
    tensors = list(subgraph.tensors)
    for operator in subgraph.operators:
        shapes = infer_shapes(operator, tensors, read_constant)
        for tensor, shape in zip(operator.outputs, shapes, strict=False):
            if tensor != NO_TENSOR and tensors[tensor].shape != shape:
                tensors[tensor] = replace(tensors[tensor], shape=shape)
        dtype = prepared_dtype(operator, tensors)
        for tensor in operator.outputs if dtype else ():
            if tensor != NO_TENSOR and tensors[tensor].dtype != dtype:
                tensors[tensor] = replace(tensors[tensor], dtype=dtype)
    return tuple(tensors)


def infer_shapes(operator: Operator, tensors: Sequence[Tensor], read_constant: ReadConstant) -> list[Shape]:
    """Work out the shapes of an operator's outputs; empty for a kind that is not known, or odd operands."""
    rule = _RULES.get(operator.kind)
    if rule is None:
        return []
    inputs = [None if index == NO_TENSOR else tensors[index] for index in operator.inputs]
    try:
        return rule(_Operands(operator, inputs, read_constant))
    except (IndexError, AttributeError, ValueError, ZeroDivisionError):
        # Operands are missing or do not fit each other: the runtime refuses the model, there is nothing to work out.
        return []


class _Operands:
    """An operator's operands as shape rules read them; what is not there raises."""

    def __init__(self, operator: Operator, inputs: Sequence[Tensor | None], read_constant: ReadConstant) -> None:
        self.kind = operator.kind
        self.options = operator.options
        self.output_count = len(operator.outputs)
        self.inputs = inputs
        self._read_constant = read_constant

    def shape(self, position: int) -> Shape:
        found = self.inputs[position]
        if found is None:
            raise ValueError("left out")
        return found.shape

    def shapes(self) -> list[Shape]:
        return [self.shape(position) for position in range(len(self.inputs))]

    def values(self, position: int) -> Shape:
        found = self.inputs[position]
        if found is None or not found.is_constant:
            raise ValueError("not constant")
        return self._read_constant(found)

    def number(self, option: str) -> int:
        found = self.options.get(option, 0)
        return found if isinstance(found, int) else 0

    def axis(self, rank: int, option: str = "axis") -> int:
        return self.number(option) % rank


def _same(given: _Operands) -> list[Shape]:
    return [given.shape(0)]


def _broadcast(given: _Operands) -> list[Shape]:
    left, right = given.shape(0), given.shape(1)
    rank = max(len(left), len(right))
    pairs = zip((1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right, strict=True)
    return [tuple(b if a == 1 else a for a, b in pairs)]


def _fully_connected(given: _Operands) -> list[Shape]:
    data, (units, depth) = given.shape(0), given.shape(1)
    return [(*data[:-1], units) if given.options.get("keep_num_dims") else (prod(data) // depth, units)]


def _reshape(given: _Operands) -> list[Shape]:
    wanted = given.values(1) if len(given.inputs) > 1 else _new_shape(given)
    count = prod(given.shape(0))
    known = prod(size for size in wanted if size != -1)
    shape = tuple(count // known if size == -1 else size for size in wanted)
    if prod(shape) != count:
        raise ValueError("another number of elements")
    return [shape]


def _new_shape(given: _Operands) -> Shape:
    found = given.options.get("new_shape", ())
    wanted = tuple(int(size) for size in found) if isinstance(found, tuple) else ()
    return () if wanted == (0,) else wanted


def _lstm(given: _Operands) -> list[Shape]:
    is_basic = len(given.inputs) == 5
    return [given.shape(1) if is_basic else (*given.shape(0)[:-1], given.shape(8)[1])]


def _recurrent(given: _Operands) -> list[Shape]:
    return [(*given.shape(0)[:-1], given.shape(1)[0])]


def _svdf(given: _Operands) -> list[Shape]:
    return [(given.shape(0)[0], given.shape(1)[0] // given.number("rank"))]


def _transpose(given: _Operands) -> list[Shape]:
    return [tuple(given.shape(0)[axis] for axis in given.values(1))]


def _reduction(given: _Operands) -> list[Shape]:
    data = given.shape(0)
    axes = {axis % len(data) for axis in given.values(1)}
    if given.options.get("keep_dims"):
        return [tuple(1 if axis in axes else size for axis, size in enumerate(data))]
    return [tuple(size for axis, size in enumerate(data) if axis not in axes)]


def _concatenation(given: _Operands) -> list[Shape]:
    first = given.shape(0)
    axis = given.axis(len(first))
    return [(*first[:axis], sum(shape[axis] for shape in given.shapes()), *first[axis + 1 :])]


def _pack(given: _Operands) -> list[Shape]:
    first = given.shape(0)
    axis = given.axis(len(first) + 1)
    return [(*first[:axis], len(given.inputs), *first[axis:])]


def _unpack(given: _Operands) -> list[Shape]:
    data = given.shape(0)
    axis = given.axis(len(data))
    return [(*data[:axis], *data[axis + 1 :])] * given.output_count


def _split(given: _Operands) -> list[Shape]:
    data = given.shape(1)
    axis = given.values(0)[0] % len(data)
    return [(*data[:axis], data[axis] // given.output_count, *data[axis + 1 :])] * given.output_count


def _expand_dims(given: _Operands) -> list[Shape]:
    data = given.shape(0)
    axis = given.values(1)[0] % (len(data) + 1)
    return [(*data[:axis], 1, *data[axis:])]


def _squeeze(given: _Operands) -> list[Shape]:
    data = given.shape(0)
    found = given.options.get("squeeze_dims", ())
    named = {int(axis) % len(data) for axis in found} if isinstance(found, tuple) else set()
    dropped = named or {axis for axis, size in enumerate(data) if size == 1}
    return [tuple(size for axis, size in enumerate(data) if axis not in dropped)]


def _gather(given: _Operands) -> list[Shape]:
    data, positions = given.shape(0), given.shape(1)
    axis = given.axis(len(data))
    return [(*data[:axis], *positions[given.number("batch_dims") :], *data[axis + 1 :])]


def _batch_matmul(given: _Operands) -> list[Shape]:
    left, right = given.shape(0), given.shape(1)
    rows = left[-1] if given.options.get("adj_x") else left[-2]
    columns = right[-2] if given.options.get("adj_y") else right[-1]
    longer = left if len(left) >= len(right) else right
    return [(*longer[:-2], rows, columns)]


def _windowed(given: _Operands, filter_size: tuple[int, int], channels: int) -> list[Shape]:
    batch, *image, _ = given.shape(0)
    sizes = []
    for size, length, axis in zip(image, filter_size, "hw", strict=True):
        stride = given.number(f"stride_{axis}")
        covered = (length - 1) * (given.number(f"dilation_{axis}_factor") or 1) + 1
        room = size if given.options.get("padding") == "SAME" else size - covered + 1
        sizes.append(-(-room // stride))
    return [(batch, *sizes, channels)]


def _convolution(given: _Operands) -> list[Shape]:
    units, height, width, depth = given.shape(1)
    return _windowed(given, (height, width), units if given.kind == "CONV_2D" else depth)


def _pool(given: _Operands) -> list[Shape]:
    return _windowed(given, (given.number("filter_height"), given.number("filter_width")), given.shape(0)[3])


def _resize(given: _Operands) -> list[Shape]:
    batch, _, _, depth = given.shape(0)
    height, width = given.values(1)
    return [(batch, height, width, depth)]


def _pad(given: _Operands) -> list[Shape]:
    added = given.values(1)
    return [tuple(n + a + b for n, a, b in zip(given.shape(0), added[::2], added[1::2], strict=True))]


def _space_to_depth(given: _Operands) -> list[Shape]:
    (batch, height, width, depth), block = given.shape(0), given.number("block_size")
    return [(batch, height // block, width // block, depth * block * block)]


def _depth_to_space(given: _Operands) -> list[Shape]:
    (batch, height, width, depth), block = given.shape(0), given.number("block_size")
    return [(batch, height * block, width * block, depth // (block * block))]


def _slice(given: _Operands) -> list[Shape]:
    parts = zip(given.shape(0), given.values(1), given.values(2), strict=True)
    return [tuple(whole - begin if size == -1 else size for whole, begin, size in parts)]


def _tile(given: _Operands) -> list[Shape]:
    return [tuple(size * times for size, times in zip(given.shape(0), given.values(1), strict=True))]


def _arg(given: _Operands) -> list[Shape]:
    data = given.shape(0)
    axis = given.values(1)[0] % len(data)
    return [(*data[:axis], *data[axis + 1 :])]


_RULES: Mapping[str, Callable[[_Operands], list[Shape]]] = {
    **dict.fromkeys(("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "LEAKY_RELU", "ELU", "GELU", "HARD_SWISH"), _same),
    **dict.fromkeys(("LOGISTIC", "TANH", "SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION", "SQUARE", "NEG", "ABS"), _same),
    **dict.fromkeys(("EXP", "LOG", "SQRT", "RSQRT", "SIN", "COS", "FLOOR", "CEIL", "ROUND", "SIGN"), _same),
    **dict.fromkeys(("CAST", "QUANTIZE", "DEQUANTIZE", "FAKE_QUANT", "LOGICAL_NOT", "PRELU", "ADD_N"), _same),
    **dict.fromkeys(("ADD", "SUB", "MUL", "DIV", "POW", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"), _broadcast),
    **dict.fromkeys(("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"), _broadcast),
    **dict.fromkeys(("LOGICAL_AND", "LOGICAL_OR", "FLOOR_DIV", "FLOOR_MOD"), _broadcast),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"), _reduction),
    **dict.fromkeys(("LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM"), _lstm),
    **dict.fromkeys(("RNN", "UNIDIRECTIONAL_SEQUENCE_RNN"), _recurrent),
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D"), _convolution),
    **dict.fromkeys(("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D"), _pool),
    **dict.fromkeys(("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"), _resize),
    **dict.fromkeys(("PAD", "PADV2", "MIRROR_PAD"), _pad),
    **dict.fromkeys(("ARG_MAX", "ARG_MIN"), _arg),
    **dict.fromkeys(("TRANSPOSE_CONV", "FILL"), lambda given: [given.values(0)]),
    **dict.fromkeys(("ZEROS_LIKE", "CUMSUM", "REVERSE_V2", "DYNAMIC_UPDATE_SLICE"), _same),
    "SPACE_TO_DEPTH": _space_to_depth,
    "DEPTH_TO_SPACE": _depth_to_space,
    "SLICE": _slice,
    "TILE": _tile,
    "SVDF": _svdf,
    "FULLY_CONNECTED": _fully_connected,
    "RESHAPE": _reshape,
    "TRANSPOSE": _transpose,
    "CONCATENATION": _concatenation,
    "PACK": _pack,
    "UNPACK": _unpack,
    "SPLIT": _split,
    "EXPAND_DIMS": _expand_dims,
    "SQUEEZE": _squeeze,
    "GATHER": _gather,
    "BATCH_MATMUL": _batch_matmul,
}
