"""The statements a rule may make: one generic function each, limited by values from the target's file.

A constraint takes the operator's facts and its limits as keywords. It gives ``None`` where it holds, else what was
found, as text to read. The first line of its docstring is the sentence that users read, with the limits in braces.
``Constraint.reads`` tells how much of an operator it looks at, so that one answer serves all operators that agree in
that: most rules are about types and ranks, few about sizes, fewest about scales or values of constants.
"""

from collections.abc import Mapping
from types import MappingProxyType

from backends.targets.constraints import (
    cpu_kernels,
    custom_options,
    dtypes,
    geometry,
    neighbours,
    operands,
    options,
    quantization,
    roles,
    shapes,
    values,
)
from backends.targets.constraints.constraint import Constraint, Reads, Tensors

CONSTRAINTS: Mapping[str, Constraint] = MappingProxyType(
    {
        constraint.id: constraint
        for module in (
            cpu_kernels,
            custom_options,
            geometry,
            neighbours,
            operands,
            options,
            quantization,
            roles,
            shapes,
            dtypes,
            values,
        )
        for constraint in module.CONSTRAINTS
    }
)
"""All constraints by id."""

__all__ = ["CONSTRAINTS", "Constraint", "Reads", "Tensors"]
