"""Constraints on the raw options of custom operators."""

from struct import unpack_from

from backends.targets.constraints.constraint import value_constraints
from backends.targets.facts import OperatorFacts


def custom_integers_positive(op: OperatorFacts, *, positions: tuple[int, ...]) -> str | None:
    """The 32-bit integers {positions} of the custom options are above 0."""
    raw = bytes(op.operator.custom_options)
    for position in positions:
        if len(raw) < 4 * (position + 1):
            return f"{len(raw)} bytes of options"
        value = unpack_from("<i", raw, 4 * position)[0]
        if value <= 0:
            return str(value)
    return None


CONSTRAINTS = value_constraints(custom_integers_positive)
