"""Made-up input values: random in a range that no operator chokes on."""

import numpy as np
from numpy.typing import NDArray

from backends.runs.input_limits import Limits

NUMPY_TYPES: dict[str, str] = {
    "float32": "<f4", "float64": "<f8", "float16": "<f2", "bfloat16": "<u2",
    "int8": "<i1", "int16": "<i2", "int32": "<i4", "int64": "<i8",
    "uint8": "<u1", "uint16": "<u2", "uint32": "<u4", "uint64": "<u8",
    "bool": "?", "complex64": "<c8", "complex128": "<c16", "int4": "<u1", "uint4": "<u1", "int2": "<u1",
}  # fmt: skip
"""How each type that can be filled lies in memory; types below a byte are packed."""

_PER_BYTE = {"int4": 2, "uint4": 2, "int2": 4}
_SMALL_INTEGERS = ("int8", "uint8", "int16")
_DEFAULT_BOUND = 2
"""Integers that are no indices are 0 or 1, which most operators take."""


def size_bytes(dtype: str, count: int) -> int:
    """Give the bytes that ``count`` values take."""
    per_byte = _PER_BYTE.get(dtype)
    return -(-count // per_byte) if per_byte else count * np.dtype(NUMPY_TYPES[dtype]).itemsize


def random_bytes(dtype: str, count: int, generator: np.random.Generator, limits: Limits, zero_point: int = 0) -> bytes:
    """Make ``count`` values: reals in -1..1, 8- and 16-bit integers over their range, others 0 or 1, within the limits.

    Args:
        dtype: the type, a key of ``NUMPY_TYPES``.
        count: how many.
        generator: where randomness comes from.
        limits: what the values must respect.
        zero_point: the stored value that stands for the real 0, for quantised types.
    """
    least = 0 if limits.is_positive else -1
    if dtype in ("float16", "float32", "float64", "bfloat16"):
        return to_bytes(generator.uniform(least, 1, count), dtype)
    if dtype.startswith("complex"):
        pair = generator.uniform(least, 1, (count, 2))
        return (pair[:, 0] + 1j * pair[:, 1]).astype(NUMPY_TYPES[dtype]).tobytes()
    if dtype in _PER_BYTE:
        return generator.bytes(size_bytes(dtype, count))
    low, high = _integer_range(dtype, limits, zero_point)
    holder = np.dtype("u1" if dtype == "bool" else NUMPY_TYPES[dtype]).newbyteorder("=")
    values = generator.integers(low, high, count, dtype=holder.type)
    if limits.is_divisor:
        values[values == 0] = 1
    return values.astype(NUMPY_TYPES[dtype]).tobytes()


def _integer_range(dtype: str, limits: Limits, zero_point: int) -> tuple[int, int]:
    """Give the least integer and the one above the largest."""
    if dtype == "bool":
        return 0, 2
    if limits.bound is not None:
        return 0, min(limits.bound, int(np.iinfo(NUMPY_TYPES[dtype]).max) + 1)
    if dtype in _SMALL_INTEGERS:
        span = np.iinfo(NUMPY_TYPES[dtype])
        low = min(max(int(span.min), zero_point), int(span.max)) if limits.is_positive else int(span.min)
        return low, int(span.max) + 1
    return 0, _DEFAULT_BOUND


def to_bytes(array: NDArray[np.generic], dtype: str) -> bytes:
    """Lay values out in memory; bfloat16 keeps the upper half of a float32."""
    if dtype == "bfloat16":
        return (array.astype("<f4").view("<u4") >> np.uint32(16)).astype("<u2").tobytes()
    return array.astype(NUMPY_TYPES[dtype]).tobytes()
