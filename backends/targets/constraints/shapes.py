"""Constraints on the shapes of operands."""

from math import prod

from backends.targets.constraints.constraint import Tensors, form_constraints, signature_constraints
from backends.targets.facts import ABSENT, OperatorFacts
from backends.units import format_shape


def rank_at_most(op: OperatorFacts, *, tensor: Tensors, rank: int) -> str | None:
    """The rank of {tensor} is at most {rank}."""
    for found in tensor.pick(op):
        if len(found.shape) > rank:
            return f"rank {len(found.shape)}"
    return None


def rank_at_least(op: OperatorFacts, *, tensor: Tensors, rank: int) -> str | None:
    """The rank of {tensor} is at least {rank}."""
    for found in tensor.pick(op):
        if len(found.shape) < rank:
            return f"rank {len(found.shape)}"
    return None


def rank_in(op: OperatorFacts, *, tensor: Tensors, ranks: tuple[int, ...]) -> str | None:
    """The rank of {tensor} is {ranks}."""
    for found in tensor.pick(op):
        if len(found.shape) not in ranks:
            return f"rank {len(found.shape)}"
    return None


def has_elements(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """No dimension of {tensor} is 0."""
    for found in tensor.pick(op):
        if 0 in found.shape:
            return format_shape(found.shape)
    return None


def element_count_is(op: OperatorFacts, *, tensor: Tensors, count: int) -> str | None:
    """{tensor} has {count} elements."""
    for found in tensor.pick(op):
        if prod(found.shape) != count:
            return f"{prod(found.shape)} elements"
    return None


def sizes_equal(op: OperatorFacts, *, tensor: Tensors, dimensions: tuple[int, ...]) -> str | None:
    """The sizes of {tensor} along dimensions {dimensions} are equal."""
    shape = tensor.one(op).shape
    sizes = {_size(shape, dimension) for dimension in dimensions}
    return None if len(sizes) == 1 else format_shape(shape)


def size_in(op: OperatorFacts, *, tensor: Tensors, dimension: int, sizes: tuple[int, ...]) -> str | None:
    """The size of {tensor} along dimension {dimension} is {sizes}."""
    size = _size(tensor.one(op).shape, dimension)
    return None if size in sizes else _told(size)


def size_at_least(op: OperatorFacts, *, tensor: Tensors, dimension: int, limit: int) -> str | None:
    """The size of {tensor} along dimension {dimension}, if it has so many, is at least {limit}."""
    size = _size(tensor.one(op).shape, dimension)
    return None if size < 0 or size >= limit else _told(size)


def size_at_most(op: OperatorFacts, *, tensor: Tensors, dimension: int, limit: int) -> str | None:
    """The size of {tensor} along dimension {dimension}, if it has so many, is at most {limit}."""
    size = _size(tensor.one(op).shape, dimension)
    return None if size <= limit else _told(size)


def size_matches(op: OperatorFacts, *, first: Tensors, second: Tensors, dimension: int) -> str | None:
    """{first} and {second} have the same size along dimension {dimension}."""
    left, right = (_size(tensors.one(op).shape, dimension) for tensors in (first, second))
    return None if left == right else f"{_told(left)} and {_told(right)}"


def same_shape(op: OperatorFacts, *, first: Tensors, second: Tensors) -> str | None:
    """{first} and {second} have the same shape."""
    left, right = first.one(op).shape, second.one(op).shape
    return None if left == right else f"{format_shape(left)} and {format_shape(right)}"


def same_leading_sizes(op: OperatorFacts, *, first: Tensors, second: Tensors, trailing: int) -> str | None:
    """{first} and {second} have the same sizes except in the last {trailing} dimensions."""
    left, right = first.one(op).shape, second.one(op).shape
    kept = max(len(left) - trailing, 0)
    if len(left) == len(right) and left[:kept] == right[:kept]:
        return None
    return f"{format_shape(left)} and {format_shape(right)}"


def scalar_is_constant(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} is a constant where it is a scalar."""
    for found in tensor.pick(op):
        if found is not ABSENT and not found.shape and not found.is_constant:
            return "a scalar computed at run time"
    return None


def _size(shape: tuple[int, ...], dimension: int) -> int:
    """Give a size, or -1 where there is no such dimension."""
    return shape[dimension] if -len(shape) <= dimension < len(shape) else -1


def _told(size: int) -> str:
    return "no such dimension" if size < 0 else str(size)


CONSTRAINTS = (
    *form_constraints(rank_at_most, rank_at_least, rank_in, scalar_is_constant),
    *signature_constraints(
        has_elements,
        element_count_is,
        sizes_equal,
        size_in,
        size_at_least,
        size_at_most,
        size_matches,
        same_shape,
        same_leading_sizes,
    ),
)
