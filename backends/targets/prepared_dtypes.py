"""Types of results that the runtime sets itself, whatever the file says.

Many kernels give their result the type of an operand, or a fixed one, before a delegate is asked. Files where that
makes a difference are rare, such as a sum of 8-bit tensors whose result is stored as float.
"""

from collections.abc import Mapping, Sequence

from backends.model.model import NO_TENSOR, Operator, Tensor

_LIKE_OPERAND: Mapping[str, int] = {
    **dict.fromkeys(("ADD", "SUB", "DIV", "SQUARED_DIFFERENCE", "SELECT", "SELECT_V2", "FILL", "SPLIT"), 1),
    **dict.fromkeys(("MAXIMUM", "MINIMUM", "POW", "FLOOR_DIV", "FLOOR_MOD", "ADD_N", "BITWISE_XOR", "RIGHT_SHIFT"), 0),
    **dict.fromkeys(("LOGICAL_AND", "LOGICAL_OR", "CEIL", "FLOOR", "ROUND", "EXP", "NEG", "ZEROS_LIKE", "PRELU"), 0),
    **dict.fromkeys(("GATHER", "GATHER_ND", "EXPAND_DIMS", "SPLIT_V", "DYNAMIC_UPDATE_SLICE", "RANGE", "DENSIFY"), 0),
    **dict.fromkeys(("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "MATRIX_DIAG", "MATRIX_SET_DIAG", "FAKE_QUANT"), 0),
    "SCATTER_ND": 1,
    "SPARSE_TO_DENSE": 2,
    "ONE_HOT": 2,
}
_FIXED: Mapping[str, str] = {
    **dict.fromkeys(("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"), "bool"),
    "DEQUANTIZE": "float32",
    "RANK": "int32",
    "BUCKETIZE": "int32",
    "WHERE": "int64",
    "RFFT2D": "complex64",
}
_STATED_BY: Mapping[str, str] = {"ARG_MAX": "output_type", "ARG_MIN": "output_type", "SHAPE": "out_type"}
_COUNTED_IN = ("int32", "int64")


def prepared_dtype(operator: Operator, tensors: Sequence[Tensor]) -> str:
    """Give the type that the runtime gives to an operator's results; empty where it keeps what the file says."""
    position = _LIKE_OPERAND.get(operator.kind)
    if position is not None:
        source = operator.inputs[position] if position < len(operator.inputs) else NO_TENSOR
        return "" if source == NO_TENSOR else tensors[source].dtype
    option = _STATED_BY.get(operator.kind)
    if option is not None:
        stated = str(operator.options.get(option, "")).lower()
        return stated if stated in _COUNTED_IN else ""
    return _FIXED.get(operator.kind, "")
