"""Constraints on which operands there are, and on the operator's version."""

from backends.targets.constraints.constraint import Tensors, form_constraints
from backends.targets.facts import ABSENT, OperatorFacts


def version_at_most(op: OperatorFacts, *, version: int) -> str | None:
    """The operator's version is at most {version}."""
    return None if op.version <= version else f"version {op.version}"


def version_in(op: OperatorFacts, *, versions: tuple[int, ...]) -> str | None:
    """The operator's version is {versions}."""
    return None if op.version in versions else f"version {op.version}"


def never(op: OperatorFacts) -> str | None:
    """Not supported by this target."""
    return op.kind


def constant(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} is a constant of the model."""
    for found in tensor.pick(op):
        if not found.is_constant:
            return "not there" if found is ABSENT else "computed at run time"
    return None


def present(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} is there."""
    return "not there" if any(found is ABSENT for found in tensor.pick(op)) else None


def input_count_in(op: OperatorFacts, *, counts: tuple[int, ...]) -> str | None:
    """The number of inputs is {counts}."""
    return None if len(op.inputs) in counts else _inputs(op)


def input_count_at_least(op: OperatorFacts, *, count: int) -> str | None:
    """There are at least {count} inputs."""
    return None if len(op.inputs) >= count else _inputs(op)


def input_count_at_most(op: OperatorFacts, *, count: int) -> str | None:
    """There are at most {count} inputs."""
    return None if len(op.inputs) <= count else _inputs(op)


def output_count_at_least(op: OperatorFacts, *, count: int) -> str | None:
    """There are at least {count} outputs."""
    return None if len(op.outputs) >= count else f"{len(op.outputs)} outputs"


def _inputs(op: OperatorFacts) -> str:
    count = len(op.inputs)
    return f"{count} input" if count == 1 else f"{count} inputs"


CONSTRAINTS = form_constraints(
    version_at_most,
    version_in,
    never,
    constant,
    present,
    input_count_in,
    input_count_at_least,
    input_count_at_most,
    output_count_at_least,
)
