"""Constraints of kernels that repack weights before the run."""

from math import isfinite, isnan

from backends.model.model import NO_TENSOR, Tensor
from backends.targets.constraints.constraint import Tensors, form_constraints, signature_constraints, value_constraints
from backends.targets.constraints.quantization import tensor_scale
from backends.targets.facts import OperatorFacts, kind_of
from backends.units import format_shape

_UNPACKED_BY = frozenset({"DEQUANTIZE", "DENSIFY"})
_SMALLEST_NORMAL = 1.17549435e-38


def known_before_run(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} is a constant, or unpacked from one by DEQUANTIZE or DENSIFY."""
    for found in tensor.pick(op):
        if not found.is_constant and not _is_unpacked(op, found):
            return "computed at run time" if found.index != NO_TENSOR else "not there"
    return None


def unpacks_constant(op: OperatorFacts) -> str | None:
    """The operator unpacks a constant: float16 or int8 weights to float32, or sparse weights to dense ones."""
    source, result = op.input(0), op.output(0)
    if not source.is_constant and not _is_unpacked(op, source):
        return "reads data of the run"
    if op.kind == "DENSIFY":
        fits = source.is_sparse and source.dtype == result.dtype and source.dtype in ("float32", "float16", "int8")
    else:
        quantised = source.dtype == "int8" and source.quantization is not None
        fits = not source.is_sparse and (source.dtype == "float16" or quantised) and result.dtype == "float32"
    return None if fits else f"{source.dtype} to {result.dtype}"


def every_reader_in(op: OperatorFacts, *, tensor: Tensors, kinds: tuple[str, ...]) -> str | None:
    """Every operator that reads {tensor} is one of {kinds}."""
    for reader in op.links.readers(tensor.one(op).index):
        if kind_of(reader) not in kinds:
            return f"read by {reader.label}"
    return None


def written_by(op: OperatorFacts, *, tensor: Tensors, kinds: tuple[str, ...]) -> str | None:
    """{tensor} is written by {kinds} of the same subgraph."""
    writers = op.links.writers(tensor.one(op).index)
    return None if any(writer.kind in kinds for writer in writers) else "not written here by such an operator"


def per_tensor_if_8_bit(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor}, where it holds 8-bit integers, has one scale."""
    for found in tensor.pick(op):
        quantization = found.quantization
        if found.dtype not in ("int8", "uint8"):
            continue
        if quantization is None or len(quantization.scale) != 1 or quantization.dimension != 0:
            return f"{found.dtype} with {len(quantization.scale) if quantization else 0} scales"
    return None


def channels_along(op: OperatorFacts, *, tensor: Tensors, dimension: int) -> str | None:
    """{tensor}, where it is quantised per channel, is so along dimension {dimension}."""
    found = tensor.one(op)
    quantization = found.quantization
    if quantization is None or not quantization.is_per_channel:
        return None
    wanted = dimension if dimension >= 0 else len(found.shape) + dimension
    return None if quantization.dimension == wanted else f"along dimension {quantization.dimension}"


def quantised_if_integer(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor}, where it holds integers, is quantised."""
    found = tensor.one(op)
    quantization = found.quantization
    if found.dtype not in ("int2", "int4", "int8", "uint8", "int32"):
        return None
    is_quantised = quantization is not None and (bool(quantization.scale) or quantization.block_size > 0)
    return None if is_quantised else f"{found.dtype} without a scale"


def sizes_positive(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """Every size of {tensor} is above 0."""
    for found in tensor.pick(op):
        if found.shape and min(found.shape) <= 0:
            return format_shape(found.shape)
    return None


def pooling_window_covers_stride(op: OperatorFacts) -> str | None:
    """The window is at least as large as the stride, and above 1x1 where the stride is above 1."""
    window = tuple(_option(op, name) for name in ("filter_height", "filter_width"))
    stride = tuple(_option(op, name) for name in ("stride_h", "stride_w"))
    if min(window) < 1 or min(stride) < 1:
        return f"window {window[0]}x{window[1]}, stride {stride[0]}x{stride[1]}"
    covers = all(size >= step for size, step in zip(window, stride, strict=True))
    if covers and not (window == (1, 1) and max(stride) > 1):
        return None
    return f"window {window[0]}x{window[1]}, stride {stride[0]}x{stride[1]}"


def block_divides(op: OperatorFacts, *, tensor: Tensors, option: str) -> str | None:
    """Height and width of {tensor} are multiples of option {option}."""
    shape, block = tensor.one(op).shape, _option(op, option)
    if block < 1 or len(shape) < 3 or any(size % block for size in shape[1:3]):
        return f"{format_shape(shape)} by {block}"
    return None


def deconvolution_fits(op: OperatorFacts) -> str | None:
    """Output size, kernel and stride of the transposed convolution fit together."""
    sizes = op.read_constant(op.input(0))
    weights, data = op.input(1).shape, op.input(2).shape
    if len(sizes) != 4 or len(weights) != 4 or len(data) != 4:
        return None
    if sizes[3] != weights[0] or data[3] != weights[3]:
        return f"{sizes[3]} channels for {weights[0]} filters"
    for axis, name in ((1, "stride_h"), (2, "stride_w")):
        stride, kernel = _option(op, name), weights[axis]
        if op.options.get("padding") == "VALID":
            if kernel > sizes[axis]:
                return f"kernel {kernel} above output {sizes[axis]}"
        elif kernel < stride or stride < 1 or -(-sizes[axis] // stride) != data[axis]:
            return f"input {data[axis]}, output {sizes[axis]}, kernel {kernel}, stride {stride}"
    return None


def paddings_fit(op: OperatorFacts, *, tensor: Tensors, paddings: Tensors) -> str | None:
    """{paddings} has two columns and a row for each dimension of {tensor}."""
    shape, rank = paddings.one(op).shape, len(tensor.one(op).shape)
    return None if shape == (rank, 2) else format_shape(shape)


def elements_at_least(op: OperatorFacts, *, tensor: Tensors, count: int) -> str | None:
    """{tensor} has at least {count} elements."""
    total = 1
    for size in tensor.one(op).shape:
        total *= size
    return None if total >= count else f"{total} elements"


def same_bias_type(op: OperatorFacts, *, weights: Tensors, bias: Tensors) -> str | None:
    """{bias} is of the type of {weights} where these are float; float16 weights allow a float32 bias."""
    left, right = (_stored_dtype(op, tensor.one(op)) for tensor in (weights, bias))
    if left not in ("float32", "float16") or left == right or (left, right) == ("float16", "float32"):
        return None
    return f"{left} weights and {right} bias"


def values_at_least(op: OperatorFacts, *, tensor: Tensors, limit: int) -> str | None:
    """Every value of {tensor} is at least {limit}."""
    for value in op.read_constant(tensor.one(op)):
        if value < limit:
            return str(value)
    return None


def not_a_lone_value(op: OperatorFacts, *, tensor: Tensors, values: tuple[int, ...]) -> str | None:
    """{tensor} does not consist of a single {values}."""
    found = op.read_constant(tensor.one(op))
    return str(found[0]) if len(found) == 1 and found[0] in values else None


def scale_ratio_within(op: OperatorFacts, *, first: Tensors, second: Tensors, low: float, high: float) -> str | None:
    """Where both are of one 8-bit type, the scale of {first} over that of {second} lies from {low} to {high}."""
    left, right = first.one(op), second.one(op)
    if left.dtype != right.dtype or left.dtype not in ("int8", "uint8") or not tensor_scale(right):
        return None
    ratio = tensor_scale(left) / tensor_scale(right)
    return None if low <= ratio < high else f"{ratio:.6g}"


def scale_product_ratio_within(op: OperatorFacts, *, low: float, high: float) -> str | None:
    """Where all are of one 8-bit type, the product of the input scales over the output's lies from {low} to {high}."""
    left, right, result = op.input(0), op.input(1), op.output(0)
    if len({left.dtype, right.dtype, result.dtype}) > 1 or left.dtype not in ("int8", "uint8"):
        return None
    if not tensor_scale(result):
        return None
    ratio = tensor_scale(left) * tensor_scale(right) / tensor_scale(result)
    return None if low <= ratio < high else f"{ratio:.6g}"


def slope_usable(op: OperatorFacts, *, option: str) -> str | None:
    """Option {option} is a normal number other than 0, and with 8-bit data its scaled value fits the kernels."""
    slope = op.options.get(option, 0.0)
    if not isinstance(slope, int | float) or isnan(slope) or not isfinite(slope) or abs(slope) < _SMALLEST_NORMAL:
        return f"{option} {slope!s}"
    left, right = tensor_scale(op.input(0)), tensor_scale(op.output(0))
    if op.input(0).dtype not in ("int8", "uint8") or not left or not right:
        return None
    ratio = left / right
    if not 1 / 256 <= ratio <= 128:
        return f"scale ratio {ratio:.6g}"
    scaled = ratio * slope
    return None if -127.99609375 <= scaled <= 128 and abs(scaled) >= 1 / 256 else f"scaled slope {scaled:.6g}"


def _is_unpacked(op: OperatorFacts, tensor: Tensor) -> bool:
    return any(
        writer.kind in _UNPACKED_BY and op.links.reads_constant(writer) for writer in op.links.writers(tensor.index)
    )


def _stored_dtype(op: OperatorFacts, tensor: Tensor) -> str:
    """Give the type behind a DEQUANTIZE of float16 weights, else the tensor's own."""
    for writer in op.links.writers(tensor.index):
        if writer.kind == "DEQUANTIZE" and op.links.reads_constant(writer):
            source = op.links.input_dtype(writer)
            return source if source == "float16" else tensor.dtype
    return tensor.dtype


def _option(op: OperatorFacts, name: str) -> int:
    value = op.options.get(name, 0)
    return value if isinstance(value, int) else 0


CONSTRAINTS = (
    *form_constraints(per_tensor_if_8_bit, channels_along, quantised_if_integer, pooling_window_covers_stride),
    *signature_constraints(
        sizes_positive,
        block_divides,
        paddings_fit,
        elements_at_least,
    ),
    *value_constraints(
        known_before_run,
        unpacks_constant,
        every_reader_in,
        written_by,
        deconvolution_fits,
        same_bias_type,
        values_at_least,
        not_a_lone_value,
        scale_ratio_within,
        scale_product_ratio_within,
        slope_usable,
    ),
)
