"""The statements a rule may make: one generic function each, limited by values from the target's file.

A constraint takes the operator's facts and its limits as keywords. It gives ``None`` where it holds, else what was
found, as text to read. The first line of its docstring is the sentence that users read, with the limits in braces.
``Constraint.reads_values`` marks those that look at scales or at values of constants; all others see only what makes
up an operator's signature (kind, version, options; types, shapes and constness of tensors), so that one answer serves
all operators alike.
"""

from collections.abc import Mapping
from types import MappingProxyType

from backends.targets.constraints import (
    cpu_kernels,
    custom_options,
    geometry,
    neighbours,
    operands,
    options,
    quantization,
    roles,
    shapes,
    types,
    values,
)
from backends.targets.constraints.constraint import Constraint, Tensors

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
            types,
            values,
        )
        for constraint in module.CONSTRAINTS
    }
)
"""All constraints by id."""

__all__ = ["CONSTRAINTS", "Constraint", "Tensors"]
