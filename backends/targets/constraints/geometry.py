"""Constraints on how sizes of operands, windows and options fit together."""

from collections.abc import Sequence

from backends.model.model import Tensor
from backends.targets.constraints.constraint import Tensors, form_constraints, signature_constraints
from backends.targets.facts import ABSENT, OperatorFacts
from backends.units import format_shape


def same_rank(op: OperatorFacts, *, first: Tensors, second: Tensors) -> str | None:
    """{first} and {second} have the same rank."""
    left, right = len(first.one(op).shape), len(second.one(op).shape)
    return None if left == right else f"ranks {left} and {right}"


def length_is_rank(op: OperatorFacts, *, tensor: Tensors, of: Tensors) -> str | None:
    """{tensor} is a list with an entry for each dimension of {of}."""
    shape, rank = tensor.one(op).shape, len(of.one(op).shape)
    return None if shape == (rank,) else f"{format_shape(shape)} for rank {rank}"


def inner_sizes_at_most(op: OperatorFacts, *, tensor: Tensors, limit: int) -> str | None:
    """Every size of {tensor} but the first is at most {limit}."""
    for found in tensor.pick(op):
        if len(found.shape) > 1 and max(found.shape[1:]) > limit:
            return format_shape(found.shape)
    return None


def no_open_dimension(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """Every size of {tensor} is known and above 0."""
    for found in tensor.pick(op):
        if any(size <= 0 for size in found.display_shape):
            return format_shape(found.display_shape)
    return None


def dilated_size_at_most(op: OperatorFacts, *, weights: Tensors, dimension: int, option: str, limit: int) -> str | None:
    """Where option {option} dilates, it and the size of {weights} along dimension {dimension} add up to {limit}."""
    shape = weights.one(op).shape
    factor = op.options.get(option, 1)
    if not isinstance(factor, int) or factor <= 1 or dimension >= len(shape):
        return None
    total = shape[dimension] + factor
    return None if total <= limit else f"{shape[dimension]} + {factor} = {total}"


def sizes_start_with(op: OperatorFacts, *, tensor: Tensors, sizes: tuple[int, ...]) -> str | None:
    """The first sizes of {tensor} are {sizes}, in that order."""
    shape = tensor.one(op).shape
    return None if shape[: len(sizes)] == sizes else format_shape(shape)


def no_product_mismatch(op: OperatorFacts, *, tensor: Tensors, by: Tensors, dimension: int, option: str) -> str | None:
    """The size of {tensor} along dimension {dimension} is that of {by} times option {option}."""
    left, right = tensor.one(op).shape, by.one(op).shape
    factor = op.options.get(option, 0)
    if not _has(left, dimension) or not _has(right, dimension) or not isinstance(factor, int):
        return "no such dimension"
    wanted = right[dimension] * factor
    return None if left[dimension] == wanted else f"{left[dimension]}, not {right[dimension]} x {factor}"


def elements_match_size(op: OperatorFacts, *, tensor: Tensors, by: Tensors, dimension: int) -> str | None:
    """{tensor}, where it is listed, has as many elements as {by} has along dimension {dimension}."""
    if tensor.position >= len(op.inputs):
        return None
    count = 1
    for size in tensor.one(op).shape:
        count *= size
    shape = by.one(op).shape
    wanted = shape[dimension] if _has(shape, dimension) else -1
    return None if count == wanted else f"{count} elements for {wanted}"


def broadcast_to_four(op: OperatorFacts, *, first: Tensors, second: Tensors) -> str | None:
    """{first} and {second} have equal ranks, one is a list, or the shorter spreads over 4 dimensions in a known way.

    Known ways: three dimensions over batch 1; [1, 1] over batch 1; [batch, channels] over the same batch and channels.
    """
    short, long = sorted((first.one(op).shape, second.one(op).shape), key=len)
    if len(short) == len(long) or len(short) <= 1 or _spreads(short, long):
        return None
    return f"{format_shape(first.one(op).shape)} and {format_shape(second.one(op).shape)}"


def broadcast_as_images(op: OperatorFacts, *, first: Tensors, second: Tensors) -> str | None:
    """{first} and {second}, filled up to four dimensions, differ only where one of them is 1.

    Height and width must be 1 together; different batches need a constant of one element.
    """
    left, right = first.one(op), second.one(op)
    if left.shape == right.shape and len(left.shape) <= 4:
        return None
    return None if _broadcasts(left, right) else f"{format_shape(left.shape)} and {format_shape(right.shape)}"


def spread_to_output(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} has in each dimension the size of the output or 1."""
    shape, output = tensor.one(op).shape, op.output(0).shape
    offset = len(output) - len(shape)
    if offset >= 0 and all(size in (1, output[offset + i]) for i, size in enumerate(shape)):
        return None
    return f"{format_shape(shape)} for {format_shape(output)}"


def scalar_or_like_output(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} has the shape of the output, or a single element in at most one dimension."""
    shape, output = tensor.one(op).shape, op.output(0).shape
    is_single = len(shape) <= 1 and all(size <= 1 for size in shape)
    return None if is_single or shape == output else f"{format_shape(shape)} for {format_shape(output)}"


def one_element_at_most(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} has a single element in at most one dimension."""
    shape = tensor.one(op).shape
    return None if len(shape) <= 1 and all(size <= 1 for size in shape) else format_shape(shape)


def only_batch_and_channels(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """Every size of {tensor} is 1 but the last, and the first of more than three dimensions."""
    shape = tensor.one(op).shape
    for place, size in enumerate(shape[:-1]):
        if size != 1 and not (len(shape) > 3 and place == 0):
            return format_shape(shape)
    return None


def size_multiple_of(op: OperatorFacts, *, tensor: Tensors, dimension: int, factor: int) -> str | None:
    """The size of {tensor} along dimension {dimension}, if it has one, is a multiple of {factor}."""
    shape = tensor.one(op).shape
    if not _has(shape, dimension) or shape[dimension] % factor == 0:
        return None
    return str(shape[dimension])


def single_row(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """Every size of {tensor} but the last is 1."""
    found = tensor.one(op)
    if found is ABSENT or not found.shape:
        return "no dimensions"
    return None if all(size == 1 for size in found.shape[:-1]) else format_shape(found.shape)


def _has(shape: Sequence[int], dimension: int) -> bool:
    return -len(shape) <= dimension < len(shape)


def _broadcasts(left: Tensor, right: Tensor) -> bool:
    if len(left.shape) > 4 or len(right.shape) > 4:
        return False
    one, other = ((1,) * (4 - len(tensor.shape)) + tensor.shape for tensor in (left, right))
    if one[0] != other[0] and not any(t.is_constant and set(t.shape) <= {1} for t in (left, right)):
        return False
    if one[1:3] != other[1:3] and (1, 1) not in (one[1:3], other[1:3]):
        return False
    return one[3] == other[3] or 1 in (one[3], other[3])


def _spreads(short: tuple[int, ...], long: tuple[int, ...]) -> bool:
    if len(long) != 4:
        return False
    if len(short) == 3:
        return long[0] == 1
    return (long[0] == 1 and short == (1, 1)) or (long[0] == short[0] and long[3] == short[1])


CONSTRAINTS = (
    *form_constraints(same_rank),
    *signature_constraints(
        length_is_rank,
        inner_sizes_at_most,
        no_open_dimension,
        dilated_size_at_most,
        sizes_start_with,
        no_product_mismatch,
        elements_match_size,
        broadcast_to_four,
        broadcast_as_images,
        spread_to_output,
        scalar_or_like_output,
        one_element_at_most,
        only_batch_and_channels,
        size_multiple_of,
        single_row,
    ),
)
