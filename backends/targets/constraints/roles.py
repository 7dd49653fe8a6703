"""Constraints on which operands are constants, which are data of the run, and of which type each may be."""

from backends.model.model import Tensor
from backends.targets.constraints.constraint import Tensors, form_constraints
from backends.targets.facts import ABSENT, OperatorFacts

_MADE_ANEW = frozenset({"string", "resource", "variant"})


def run_input_count_in(op: OperatorFacts, *, counts: tuple[int, ...]) -> str | None:
    """The number of inputs computed at run time is {counts}."""
    found = sum(1 for tensor in op.inputs if tensor is not ABSENT and not tensor.is_constant)
    return None if found in counts else str(found)


def constant_input_count_in(op: OperatorFacts, *, counts: tuple[int, ...]) -> str | None:
    """The number of constant inputs is {counts}."""
    found = sum(1 for tensor in op.inputs if tensor.is_constant)
    return None if found in counts else str(found)


def operand_mix(op: OperatorFacts) -> str | None:
    """There are two inputs computed at run time, or one such and one constant."""
    constants = sum(1 for tensor in op.inputs if tensor.is_constant)
    computed = sum(1 for tensor in op.inputs if tensor is not ABSENT and not tensor.is_constant)
    return None if (computed, constants) in ((2, 0), (1, 1)) else f"{computed} computed, {constants} constant"


def output_count_in(op: OperatorFacts, *, counts: tuple[int, ...]) -> str | None:
    """The number of outputs is {counts}."""
    return None if len(op.outputs) in counts else str(len(op.outputs))


def run_dtype_in(op: OperatorFacts, *, tensor: Tensors, dtypes: tuple[str, ...]) -> str | None:
    """The type of {tensor}, unless it is a constant, a variable or made anew in each run, is {dtypes}."""
    for found in tensor.pick(op):
        if found.dtype not in dtypes and _is_computed(found):
            return found.dtype
    return None


def quantised_if_8_bit(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor}, where it holds 8-bit integers, is quantised."""
    for found in tensor.pick(op):
        is_quantised = found.quantization is not None and bool(found.quantization.scale)
        if found.dtype in ("int8", "uint8") and not is_quantised:
            return f"{found.dtype} without a scale"
    return None


def constant_or_dtype_in(op: OperatorFacts, *, tensor: Tensors, dtypes: tuple[str, ...], constant: str) -> str | None:
    """The type of {tensor} is {dtypes}, or {constant} if it is a constant."""
    for found in tensor.pick(op):
        if found.dtype not in dtypes and not (found.is_constant and found.dtype == constant):
            return found.dtype
    return None


def _is_computed(tensor: Tensor) -> bool:
    """Whether the runtime plans the tensor's memory; texts and handles it makes anew in each run."""
    is_planned = not tensor.is_constant and not tensor.is_variable and tensor.dtype not in _MADE_ANEW
    return is_planned and tensor is not ABSENT


CONSTRAINTS = form_constraints(
    run_input_count_in,
    constant_input_count_in,
    operand_mix,
    output_count_in,
    run_dtype_in,
    quantised_if_8_bit,
    constant_or_dtype_in,
)
