"""Constraints on the values of constant integer operands."""

from backends.targets.constraints.constraint import Tensors, value_constraints
from backends.targets.facts import OperatorFacts

_INT32 = range(-(2**31), 2**31)


def zeros(op: OperatorFacts, *, tensor: Tensors, count: int) -> str | None:
    """{tensor} holds {count} zeros."""
    found = op.read_constant(tensor.one(op))
    return None if found == (0,) * count else _told(found)


def zero_at(op: OperatorFacts, *, tensor: Tensors, positions: tuple[int, ...]) -> str | None:
    """The values {positions} of {tensor}, counted from 0, are 0."""
    found = op.read_constant(tensor.one(op))
    if all(position < len(found) and found[position] == 0 for position in positions):
        return None
    return _told(found)


def nonzero(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """No value of {tensor} is 0."""
    found = op.read_constant(tensor.one(op))
    return _told(found) if 0 in found else None


def fits_int32(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """Every value of {tensor} fits into 32 bits."""
    for value in op.read_constant(tensor.one(op)):
        if value not in _INT32:
            return str(value)
    return None


def values_in(op: OperatorFacts, *, tensor: Tensors, values: tuple[int, ...]) -> str | None:
    """Every value of {tensor} is {values}."""
    for value in op.read_constant(tensor.one(op)):
        if value not in values:
            return str(value)
    return None


def no_empty_split(op: OperatorFacts, *, tensor: Tensors, sizes: Tensors, axis: Tensors) -> str | None:
    """The {sizes} leave something for the one that is -1, along {axis} of {tensor}."""
    parts = op.read_constant(sizes.one(op))
    along = op.read_constant(axis.one(op))
    shape = tensor.one(op).shape
    if -1 not in parts or not along or not -len(shape) <= along[0] < len(shape):
        return None
    left = shape[along[0]] - sum(part for part in parts if part != -1)
    return f"nothing is left of {shape[along[0]]}" if left == 0 else None


def _told(values: tuple[int, ...]) -> str:
    if not values:
        return "computed at run time"
    shown = ", ".join(str(value) for value in values[:8])
    return f"{shown}, ..." if len(values) > 8 else shown


CONSTRAINTS = value_constraints(zeros, zero_at, nonzero, fits_int32, values_in, no_empty_split)
