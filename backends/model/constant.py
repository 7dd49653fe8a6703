"""Values of constant tensors: decoding of every storage type, statistics, real values behind quantised ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backends.model.dtype import byte_count, dtype_of
from backends.model.model import Model, Tensor
from backends.model.sparsity import densify, read_sparsity

Values = NDArray[Any]

MAX_DECODED_ELEMENTS = 1 << 28
"""Packed or converted constants with more elements are not decoded as a whole."""
_CHUNK = 1 << 22
"""Elements that statistics look at in one go; a multiple of 8, so that packed chunks begin at a byte."""
_MAX_STRINGS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantStatistics:
    """Statistics of the stored values of a constant; of the magnitude, if they are complex.

    ``minimum``, ``maximum``, ``mean`` and ``std`` leave out NaN and infinite values; ``None`` if there are no others.
    """

    count: int
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    zero_share: float
    """Share of exact zeros, 0..1."""
    nan_count: int = 0
    infinite_count: int = 0


def read_constant(model: Model, subgraph: int, tensor: int) -> Values | list[str] | None:
    """Give the stored values of a constant in the tensor's shape; strings as a flat list.

    Sub-byte integers come as 8-bit ones, bfloat16 and float8 as float32; sparse constants are densified. Dense
    values of the other types are a read-only view of the file. ``None`` if the tensor is not constant, its values
    are not in the file, too large to decode, or contradict its shape.
    """
    found = model.subgraphs[subgraph].tensors[tensor]
    raw = _raw_bytes(model, found)
    if raw is None:
        return None
    if found.dtype == "string":
        return _decode_strings(raw)
    if found.is_sparse:
        return _read_sparse(model, subgraph, found, raw)
    size = byte_count(found.dtype, found.shape)
    if size is None or size > len(raw):
        return None
    count = prod(found.shape)
    if count > MAX_DECODED_ELEMENTS and dtype_of(found.dtype).numpy != found.dtype:
        return None
    return _decode(found.dtype, raw[:size], count).reshape(found.shape)


def constant_statistics(model: Model, subgraph: int, tensor: int) -> ConstantStatistics | None:
    """Compute the statistics of a constant, without decoding a large one as a whole.

    ``None`` if ``read_constant`` would give none, or for strings.
    """
    found = model.subgraphs[subgraph].tensors[tensor]
    if found.is_sparse:
        values = read_constant(model, subgraph, tensor)
        return statistics_of(iter([values])) if isinstance(values, np.ndarray) else None
    raw, size = _raw_bytes(model, found), byte_count(found.dtype, found.shape)
    if raw is None or size is None or size > len(raw) or found.dtype not in _DECODERS:
        return None
    return statistics_of(_chunks(found, raw))


def statistics_of(chunks: Iterator[Values]) -> ConstantStatistics:
    """Compute statistics over values that come in parts."""
    count = zeros = nans = infinite = finite = 0
    low, high, total, squares = np.inf, -np.inf, 0.0, 0.0
    shift: float | None = None
    for chunk in chunks:
        values = np.abs(chunk) if chunk.dtype.kind == "c" else chunk
        count += values.size
        zeros += values.size - int(np.count_nonzero(values))
        if values.dtype.kind == "f":
            nans += int(np.isnan(values).sum())
            infinite += int(np.isinf(values).sum())
            values = values[np.isfinite(values)]
        if not values.size:
            continue
        wide = values.astype(np.float64)
        if shift is None:
            # Sums of squares are taken around a typical value, or they cancel for values far from zero.
            shift = float(wide.flat[0])
        low, high = min(low, float(wide.min())), max(high, float(wide.max()))
        finite += wide.size
        wide -= shift
        total += float(wide.sum())
        squares += float(np.square(wide, out=wide).sum())
    if not finite or shift is None:
        share = zeros / count if count else 0.0
        return ConstantStatistics(
            count=count, minimum=None, maximum=None, mean=None, std=None, zero_share=share,
            nan_count=nans, infinite_count=infinite,
        )  # fmt: skip
    offset = total / finite
    return ConstantStatistics(
        count=count,
        minimum=low,
        maximum=high,
        mean=shift + offset,
        std=max(squares / finite - offset * offset, 0.0) ** 0.5,
        zero_share=zeros / count,
        nan_count=nans,
        infinite_count=infinite,
    )


def dequantize(values: Values, tensor: Tensor) -> Values | None:
    """Give the real values behind stored ones, as float32; ``None`` if scales and shape do not fit together."""
    steps = quantization_steps(tensor, values.shape)
    if steps is None:
        return None
    scale, zero = steps
    real: Values = (values.astype(np.float32) - zero) * scale
    return real


def quantization_steps(tensor: Tensor, shape: tuple[int, ...]) -> tuple[Values, Values] | None:
    """Give scale and zero point of each value, as float32 views of the shape that take no room.

    ``None`` if the tensor is not quantised, in blocks, or if scales and shape do not fit together.
    """
    quantization = tensor.quantization
    if quantization is None or not quantization.scale or quantization.block_size:
        return None
    scale = np.array(quantization.scale, np.float32)
    zero = np.array(quantization.zero_point or (0,), np.float32)
    if zero.size not in (1, scale.size):
        return None
    along = [1] * len(shape)
    if scale.size > 1:
        if not 0 <= quantization.dimension < len(shape) or shape[quantization.dimension] != scale.size:
            return None
        along[quantization.dimension] = -1
    scale = scale.reshape(along)
    zero = zero.reshape(along if zero.size > 1 else [1] * len(shape))
    return np.broadcast_to(scale, shape), np.broadcast_to(zero, shape)


def small_integers(model: Model, subgraph: int, tensor: int, limit: int = 16) -> tuple[int, ...]:
    """Give the values of a small constant integer tensor (axes, paddings, sizes); empty for any other."""
    if tensor < 0:
        return ()
    found = model.subgraphs[subgraph].tensors[tensor]
    if not found.is_constant or not dtype_of(found.dtype).is_integer or prod(found.shape) > limit:
        return ()
    values = read_constant(model, subgraph, tensor)
    return tuple(values.reshape(-1).tolist()) if isinstance(values, np.ndarray) else ()


def _raw_bytes(model: Model, tensor: Tensor) -> memoryview | None:
    """The stored bytes of a constant."""
    if not tensor.is_constant or not 0 < tensor.buffer < len(model.buffers):
        return None
    start, length = model.buffers[tensor.buffer]
    return model.data[start : start + length]


def _chunks(tensor: Tensor, raw: memoryview) -> Iterator[Values]:
    """Decode a dense constant part by part."""
    bits = dtype_of(tensor.dtype).bits or 8
    count = prod(tensor.shape)
    for first in range(0, count, _CHUNK):
        part = min(_CHUNK, count - first)
        start = first * bits // 8
        yield _decode(tensor.dtype, raw[start : start + (part * bits + 7) // 8], part)


def _decode(dtype: str, raw: memoryview, count: int) -> Values:
    """Decode ``count`` elements."""
    return _DECODERS[dtype](raw, count)


def _direct(dtype: str) -> Callable[[memoryview, int], Values]:
    stored = np.dtype(dtype).newbyteorder("<")
    return lambda raw, count: np.frombuffer(raw, stored, count)


def _packed(bits: int, is_signed: bool) -> Callable[[memoryview, int], Values]:
    """Integers of less than a byte; the first lies in the lowest bits."""

    def decode(raw: memoryview, count: int) -> Values:
        data = np.frombuffer(raw, np.uint8)
        shifts = np.arange(0, 8, bits, dtype=np.uint8)
        values = ((data[:, None] >> shifts) & ((1 << bits) - 1)).reshape(-1)[:count]
        if not is_signed:
            return values
        top = 1 << (bits - 1)
        return (values ^ top).astype(np.int8) - np.int8(top)

    return decode


def _bfloat16(raw: memoryview, count: int) -> Values:
    upper = np.frombuffer(raw, "<u2", count).astype(np.uint32) << 16
    values: Values = upper.view(np.float32)
    return values


def _float8_e5m2(raw: memoryview, count: int) -> Values:
    """The upper byte of a half-precision value."""
    upper = np.frombuffer(raw, np.uint8, count).astype(np.uint16) << 8
    values: Values = upper.view(np.float16).astype(np.float32)
    return values


def _float8_e4m3fn(raw: memoryview, count: int) -> Values:
    """4 exponent bits (bias 7), 3 mantissa bits, no infinity, NaN when all are set."""
    code = np.arange(256)
    exponent, mantissa = (code >> 3) & 15, code & 7
    size = np.where(exponent > 0, (8 + mantissa) * 2.0 ** (exponent - 10.0), mantissa * 2.0**-9)
    table = np.where(code & 0x7F == 0x7F, np.nan, np.where(code & 0x80, -size, size)).astype(np.float32)
    values: Values = table[np.frombuffer(raw, np.uint8, count)]
    return values


def _bool(raw: memoryview, count: int) -> Values:
    values: Values = np.frombuffer(raw, np.uint8, count) != 0
    return values


_DECODERS: dict[str, Callable[[memoryview, int], Values]] = {
    **{
        dtype: _direct(dtype)
        for dtype in (
            *("float64", "float32", "float16", "complex64", "complex128"),
            *("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"),
        )
    },
    "int4": _packed(4, is_signed=True),
    "uint4": _packed(4, is_signed=False),
    "int2": _packed(2, is_signed=True),
    "bfloat16": _bfloat16,
    "float8_e5m2": _float8_e5m2,
    "float8_e4m3fn": _float8_e4m3fn,
    "bool": _bool,
}


def _decode_strings(raw: memoryview) -> list[str] | None:
    """Decode a string tensor: count, offsets of the strings and of the end, characters."""
    if len(raw) < 4:
        return None
    count = int(np.frombuffer(raw, "<i4", 1)[0])
    if not 0 <= count <= _MAX_STRINGS or 4 * (count + 2) > len(raw):
        return None
    offsets = np.frombuffer(raw, "<i4", count + 1, 4)
    if (np.diff(offsets) < 0).any() or offsets[0] < 0 or offsets[-1] > len(raw):
        return None
    ends = offsets.tolist()
    return [str(raw[a:b], "utf-8", "replace") for a, b in pairwise(ends)]


def _read_sparse(model: Model, subgraph: int, tensor: Tensor, raw: memoryview) -> Values | None:
    """Densify a sparse constant."""
    bits = dtype_of(tensor.dtype).bits
    sparsity = read_sparsity(model, subgraph, tensor.index)
    if bits is None or sparsity is None or tensor.dtype not in _DECODERS:
        return None
    return densify(_decode(tensor.dtype, raw, len(raw) * 8 // bits), tensor.shape, sparsity)
