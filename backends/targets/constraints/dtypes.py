"""Constraints on the types of operands."""

from backends.targets.constraints.constraint import Tensors, form_constraints
from backends.targets.facts import OperatorFacts

_EIGHT_BIT = frozenset({"int8", "uint8"})


def dtype_in(op: OperatorFacts, *, tensor: Tensors, dtypes: tuple[str, ...]) -> str | None:
    """The type of {tensor} is {dtypes}."""
    for found in tensor.pick(op):
        if found.dtype not in dtypes:
            return found.dtype
    return None


def dtype_if_present_in(op: OperatorFacts, *, tensor: Tensors, dtypes: tuple[str, ...]) -> str | None:
    """The type of {tensor} is {dtypes}, or it is left out."""
    for found in tensor.pick(op):
        if found.index >= 0 and found.dtype not in dtypes:
            return found.dtype
    return None


def dtype_not_in(op: OperatorFacts, *, tensor: Tensors, dtypes: tuple[str, ...]) -> str | None:
    """The type of {tensor} is not {dtypes}."""
    for found in tensor.pick(op):
        if found.dtype in dtypes:
            return found.dtype
    return None


def same_dtype(op: OperatorFacts, *, first: Tensors, second: Tensors) -> str | None:
    """{first} and {second} have the same type."""
    left, right = first.one(op).dtype, second.one(op).dtype
    return None if left == right else f"{left} and {right}"


def not_hybrid(op: OperatorFacts, *, activations: Tensors, weights: Tensors) -> str | None:
    """{activations} and {weights} are both float or both quantised."""
    left, right = activations.one(op).dtype, weights.one(op).dtype
    return f"{left} with {right} weights" if left == "float32" and right in _EIGHT_BIT else None


CONSTRAINTS = form_constraints(dtype_in, dtype_if_present_in, dtype_not_in, same_dtype, not_hybrid)
