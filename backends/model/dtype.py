"""Data types of tensors: bits per element and the numpy type that holds their values."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True, slots=True, kw_only=True)
class DType:
    """A tensor data type."""

    name: str
    bits: int | None
    """Bits per element as stored; ``None`` where elements have no fixed size (strings, handles)."""
    numpy: str
    """The numpy type that holds decoded values without loss; empty where there is none."""
    is_float: bool = False
    is_integer: bool = False


def _integer(name: str, bits: int, holder: str = "") -> DType:
    return DType(name=name, bits=bits, numpy=holder or name, is_integer=True)


def _float(name: str, bits: int, holder: str = "") -> DType:
    return DType(name=name, bits=bits, numpy=holder or name, is_float=True)


DTYPES: Mapping[str, DType] = {
    dtype.name: dtype
    for dtype in (
        _float("float64", 64),
        _float("float32", 32),
        _float("float16", 16),
        _float("bfloat16", 16, "float32"),
        _float("float8_e4m3fn", 8, "float32"),
        _float("float8_e5m2", 8, "float32"),
        _integer("int64", 64),
        _integer("int32", 32),
        _integer("int16", 16),
        _integer("int8", 8),
        _integer("int4", 4, "int8"),
        _integer("int2", 2, "int8"),
        _integer("uint64", 64),
        _integer("uint32", 32),
        _integer("uint16", 16),
        _integer("uint8", 8),
        _integer("uint4", 4, "uint8"),
        DType(name="bool", bits=8, numpy="bool"),
        DType(name="complex64", bits=64, numpy="complex64"),
        DType(name="complex128", bits=128, numpy="complex128"),
        DType(name="string", bits=None, numpy=""),
        DType(name="resource", bits=None, numpy=""),
        DType(name="variant", bits=None, numpy=""),
    )
}
"""All types of the schema by name."""

UNKNOWN = DType(name="unknown", bits=None, numpy="")
"""Stands for a type newer than the schema."""


def dtype_of(name: str) -> DType:
    """Give the type with this name, ``UNKNOWN`` for one newer than the schema."""
    return DTYPES.get(name, UNKNOWN)


def element_count(shape: tuple[int, ...]) -> int | None:
    """Count the elements of a shape; ``None`` where a size is not known."""
    return None if any(size < 0 for size in shape) else prod(shape)


def byte_count(name: str, shape: tuple[int, ...]) -> int | None:
    """Count the bytes that a dense tensor occupies; ``None`` where they are not fixed. Packed types round up."""
    bits, count = dtype_of(name).bits, element_count(shape)
    return None if bits is None or count is None else (bits * count + 7) // 8
