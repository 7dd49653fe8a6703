"""Constraints on the builtin options of an operator.

An option that the file leaves out reads as 0, off or ``NONE``, as the runtime zeroes its parameters.
"""

from math import prod

from backends.targets.constraints.constraint import Tensors, form_constraints, signature_constraints
from backends.targets.facts import OperatorFacts


def option_in(op: OperatorFacts, *, option: str, values: tuple[str, ...]) -> str | None:
    """Option {option} is {values}."""
    found = op.options.get(option, "NONE")
    return None if found in values else f"{option} {found!s}"


def option_flag(op: OperatorFacts, *, option: str, value: bool) -> str | None:
    """Option {option} is {value}."""
    found = bool(op.options.get(option, False))
    return None if found == value else f"{option} {'on' if found else 'off'}"


def option_number_in(op: OperatorFacts, *, option: str, values: tuple[int, ...]) -> str | None:
    """Option {option} is {values}."""
    found = op.options.get(option, 0)
    return None if found in values else f"{option} {found!s}"


def option_is(op: OperatorFacts, *, option: str, value: float) -> str | None:
    """Option {option} is {value}."""
    found = _number(op, option)
    return None if found == value else f"{option} {found:g}"


def option_length_in(op: OperatorFacts, *, option: str, lengths: tuple[int, ...]) -> str | None:
    """Option {option} lists {lengths} numbers."""
    found = op.options.get(option, ())
    length = len(found) if isinstance(found, tuple) else 0
    return None if length in lengths else f"{length} numbers"


def option_is_end(op: OperatorFacts, *, option: str, tensor: Tensors) -> str | None:
    """Option {option} is -1, or equals the last size of {tensor}."""
    found = _number(op, option)
    shape = tensor.one(op).shape
    return None if found == -1 or (shape and found == shape[-1]) else f"{option} {found:g}"


def option_at_most(op: OperatorFacts, *, option: str, limit: int) -> str | None:
    """Option {option} is at most {limit}."""
    found = _number(op, option)
    return None if found <= limit else f"{option} {found:g}"


def option_at_least(op: OperatorFacts, *, option: str, limit: int) -> str | None:
    """Option {option} is at least {limit}."""
    found = _number(op, option)
    return None if found >= limit else f"{option} {found:g}"


def option_product_at_most(op: OperatorFacts, *, options: tuple[str, ...], limit: int) -> str | None:
    """The product of the options {options} is at most {limit}."""
    found = prod(_number(op, option) for option in options)
    return None if found <= limit else f"{found:g}"


def option_not_empty(op: OperatorFacts, *, option: str) -> str | None:
    """Option {option} lists something."""
    return None if op.options.get(option) else f"{option} is empty"


def option_shape_has_rank(op: OperatorFacts, *, option: str) -> str | None:
    """Option {option} names a shape that is no scalar."""
    # Old converters write the list [0] for a scalar.
    return f"{option} is a scalar" if op.options.get(option, ()) in ((), (0,)) else None


def axis_not_last(op: OperatorFacts, *, option: str, tensor: Tensors, added: int) -> str | None:
    """The axis (option {option}) is not the last of the rank of {tensor} plus {added}."""
    axis = _number(op, option)
    rank = len(tensor.one(op).shape)
    return f"{option} {axis:g} at rank {rank}" if axis in (-1, rank + added - 1) else None


def _number(op: OperatorFacts, option: str) -> float:
    found = op.options.get(option, 0)
    return found if isinstance(found, int | float) else 0


CONSTRAINTS = (
    *form_constraints(
        option_in,
        option_flag,
        option_number_in,
        option_is,
        option_length_in,
        option_at_most,
        option_at_least,
        option_product_at_most,
        option_not_empty,
        option_shape_has_rank,
        axis_not_last,
    ),
    *signature_constraints(option_is_end),
)
