"""Constraints on scales and zero points.

The runtime keeps one scale and zero point beside the full quantisation of a tensor; both are 0 unless the tensor is
quantised per tensor. Delegates compare those.
"""

from struct import pack, unpack

from backends.model.model import Tensor
from backends.targets.constraints.constraint import Tensors, form_constraints, value_constraints
from backends.targets.facts import OperatorFacts


def not_per_channel(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """Quantisation of {tensor} is per-tensor, with one scale."""
    for found in tensor.pick(op):
        if found.quantization is not None and found.quantization.is_per_channel:
            return f"{len(found.quantization.scale)} scales along dimension {found.quantization.dimension}"
    return None


def not_blockwise(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """Quantisation of {tensor} is not in blocks."""
    for found in tensor.pick(op):
        if found.quantization is not None and found.quantization.block_size:
            return f"blocks of {found.quantization.block_size}"
    return None


def scale_product_below(op: OperatorFacts, *, first: Tensors, second: Tensors, limit: Tensors) -> str | None:
    """The scale of {first} times the scale of {second} is below the scale of {limit}."""
    left, right, bound = (tensor_scale(tensors.one(op)) for tensors in (first, second, limit))
    product = _single(left * right)
    return None if product < bound else f"{left:.6g} x {right:.6g} = {product:.6g}, not below {bound:.6g}"


def scale_positive(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} has one scale, above 0."""
    for found in tensor.pick(op):
        if not tensor_scale(found) > 0:
            return f"scale {tensor_scale(found):g}"
    return None


def scale_is(op: OperatorFacts, *, tensor: Tensors, scale: float) -> str | None:
    """The scale of {tensor} is {scale}."""
    found = tensor_scale(tensor.one(op))
    return None if found == scale else f"scale {found:g}"


def zero_point_is(op: OperatorFacts, *, tensor: Tensors, zero_point: int) -> str | None:
    """The zero point of {tensor} is {zero_point}."""
    found = tensor_zero_point(tensor.one(op))
    return None if found == zero_point else f"zero point {found}"


def same_quantization(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} has the same scale and zero point as the others."""
    picked = tensor.pick(op)
    for found in picked[1:]:
        if tensor_scale(found) != tensor_scale(picked[0]) or tensor_zero_point(found) != tensor_zero_point(picked[0]):
            return f"{_affine(picked[0])} and {_affine(found)}"
    return None


def same_quantization_of(op: OperatorFacts, *, first: Tensors, second: Tensors) -> str | None:
    """{first} and {second} have the same scale and zero point."""
    left, right = first.one(op), second.one(op)
    if tensor_scale(left) == tensor_scale(right) and tensor_zero_point(left) == tensor_zero_point(right):
        return None
    return f"{_affine(left)} and {_affine(right)}"


def tensor_scale(tensor: Tensor) -> float:
    """Give the scale of a tensor quantised per tensor, else 0."""
    quantization = tensor.quantization
    return quantization.scale[0] if quantization is not None and len(quantization.scale) == 1 else 0.0


def tensor_zero_point(tensor: Tensor) -> int:
    """Give the zero point of a tensor quantised per tensor, else 0."""
    quantization = tensor.quantization
    if quantization is None or len(quantization.scale) != 1 or not quantization.zero_point:
        return 0
    return quantization.zero_point[0]


def _affine(tensor: Tensor) -> str:
    return f"scale {tensor_scale(tensor):.6g} zero point {tensor_zero_point(tensor)}"


def _single(value: float) -> float:
    """Round to single precision, in which the runtime multiplies scales."""
    try:
        rounded: float = unpack("f", pack("f", value))[0]
    except OverflowError:
        return float("inf")
    return rounded


CONSTRAINTS = (
    *form_constraints(not_per_channel, not_blockwise),
    *value_constraints(
        scale_product_below, scale_positive, scale_is, zero_point_is, same_quantization, same_quantization_of
    ),
)
