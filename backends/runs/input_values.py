"""Made-up input values: random in a range that no operator chokes on."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from backends.model.model import Operator, Subgraph

NUMPY_TYPES: dict[str, str] = {
    "float32": "<f4", "float64": "<f8", "float16": "<f2", "bfloat16": "<u2",
    "int8": "<i1", "int16": "<i2", "int32": "<i4", "int64": "<i8",
    "uint8": "<u1", "uint16": "<u2", "uint32": "<u4", "uint64": "<u8",
    "bool": "?", "complex64": "<c8", "complex128": "<c16", "int4": "<u1", "uint4": "<u1", "int2": "<u1",
}  # fmt: skip
"""How each type that can be filled lies in memory; types below a byte are packed."""

_PER_BYTE = {"int4": 2, "uint4": 2, "int2": 4}
_SMALL_INTEGERS = ("int8", "uint8", "int16")
_PASSED_ON = (
    "CAST",
    "RESHAPE",
    "EXPAND_DIMS",
    "SQUEEZE",
    "TRANSPOSE",
    "QUANTIZE",
    "SLICE",
    "STRIDED_SLICE",
    "CONCATENATION",
)
_TABLE_OF = {"GATHER": (0, 1), "GATHER_ND": (0, 1), "EMBEDDING_LOOKUP": (1, 0)}
"""Operators that look things up: which input is the table, which the indices."""
_DEFAULT_BOUND = 2


def size_bytes(dtype: str, count: int) -> int:
    """Give the bytes that ``count`` values take."""
    per_byte = _PER_BYTE.get(dtype)
    return -(-count // per_byte) if per_byte else count * np.dtype(NUMPY_TYPES[dtype]).itemsize


def random_bytes(dtype: str, count: int, generator: np.random.Generator, bound: int) -> bytes:
    """Make ``count`` values: reals in -1..1, 8- and 16-bit integers over their range, others below ``bound``."""
    if dtype in ("float16", "float32", "float64"):
        return generator.uniform(-1, 1, count).astype(NUMPY_TYPES[dtype]).tobytes()
    if dtype == "bfloat16":
        return to_bytes(generator.uniform(-1, 1, count), dtype)
    if dtype.startswith("complex"):
        pair = generator.uniform(-1, 1, (count, 2))
        return (pair[:, 0] + 1j * pair[:, 1]).astype(NUMPY_TYPES[dtype]).tobytes()
    if dtype in _PER_BYTE or dtype in _SMALL_INTEGERS:
        return generator.bytes(size_bytes(dtype, count))
    high = 2 if dtype == "bool" else bound
    return generator.integers(0, high, count).astype(NUMPY_TYPES[dtype]).tobytes()


def to_bytes(array: NDArray[np.generic], dtype: str) -> bytes:
    """Lay values out in memory; bfloat16 keeps the upper half of a float32."""
    if dtype == "bfloat16":
        return (array.astype("<f4").view("<u4") >> np.uint32(16)).astype("<u2").tobytes()
    return array.astype(NUMPY_TYPES[dtype]).tobytes()


def index_bound(subgraph: Subgraph, tensor: int) -> int:
    """Give a bound for integers that may be used as indices: the smallest table they reach, else 2 (0 and 1)."""
    bound: int | None = None
    consumers = _consumers(subgraph)
    waiting, seen = deque([tensor]), {tensor}
    while waiting:
        current = waiting.popleft()
        for operator in consumers.get(current, ()):
            size = _table_size(subgraph, operator, current)
            if size is not None:
                bound = size if bound is None else min(bound, size)
            if operator.kind in _PASSED_ON:
                waiting.extend(output for output in operator.outputs if output not in seen)
                seen.update(operator.outputs)
    return max(1, bound if bound is not None else _DEFAULT_BOUND)


def _consumers(subgraph: Subgraph) -> dict[int, list[Operator]]:
    consumers: dict[int, list[Operator]] = {}
    for operator in subgraph.operators:
        for tensor in set(operator.inputs):
            consumers.setdefault(tensor, []).append(operator)
    return consumers


def _table_size(subgraph: Subgraph, operator: Operator, tensor: int) -> int | None:
    """Give how many rows the operator looks up with this tensor, or ``None`` when it does not."""
    table, indices = _TABLE_OF.get(operator.kind, (-1, -1))
    if indices < 0 or len(operator.inputs) <= max(table, indices) or operator.inputs[indices] != tensor:
        return None
    if operator.inputs[table] < 0:
        return None
    shape = subgraph.tensors[operator.inputs[table]].shape
    if not shape:
        return None
    if operator.kind == "GATHER_ND":
        return min(shape)
    axis = operator.options.get("axis", 0) if operator.kind == "GATHER" else 0
    return shape[axis] if isinstance(axis, int) and -len(shape) <= axis < len(shape) else min(shape)
