"""Tensors of all subgraphs, read at once."""

from dataclasses import dataclass

import numpy as np

from backends.model.flatbuffer import Positions
from backends.model.model import NO_TENSOR, Quantization, Tensor
from backends.model.option_reader import enum_names
from backends.model.schema.tables import UNIONS
from backends.model.table import Tables

Buffers = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorRows:
    """Tensors of all subgraphs in a row."""

    tensors: list[Tensor]
    slices: list[slice]
    """Which tensors belong to each subgraph."""


def read_tensors(subgraphs: Tables, buffers: Buffers) -> TensorRows:
    """Read the tensors of all subgraphs.

    Raises:
        ModelFileError: something lies outside the file.
    """
    tables, slices = subgraphs.children("tensors")
    shapes = tables.vectors("shape").tuples()
    buffer_indices = tables.scalars("buffer").tolist()
    constant = _are_constant(tables, buffers)
    columns = zip(
        (index for part in slices for index in range(part.stop - part.start)),
        tables.strings("name"),
        (name.lower() for name in enum_names("TensorType", tables.scalars("type"))),
        shapes,
        tables.vectors("shape_signature").tuples(),
        tables.scalars("has_rank").tolist(),
        buffer_indices,
        constant,
        tables.scalars("is_variable").tolist(),
        (tables.targets("sparsity") > 0).tolist(),
        read_quantization(tables.single("quantization")),
        strict=True,
    )
    tensors = [
        Tensor(
            index=index,
            name=name,
            dtype=dtype,
            shape=shape,
            shape_signature=signature,
            # Old writers never set the flag; a shape or a value proves a rank.
            has_rank=has_rank or bool(shape) or is_constant,
            buffer=buffer,
            is_constant=is_constant,
            is_variable=is_variable,
            is_sparse=is_sparse,
            quantization=quantization,
        )
        for (
            index,
            name,
            dtype,
            shape,
            signature,
            has_rank,
            buffer,
            is_constant,
            is_variable,
            is_sparse,
            quantization,
        ) in columns
    ]
    return TensorRows(tensors=tensors, slices=slices)


def read_quantization(tables: Tables) -> list[Quantization | None]:
    """Read the quantisation of each tensor; ``None`` where there is none or an empty one.

    Raises:
        ModelFileError: something lies outside the file.
    """
    result: list[Quantization | None] = [None] * len(tables)
    present = np.flatnonzero(tables.positions)
    if present.size == 0:
        return result
    tables = Tables(tables.buffer, tables.positions[present], tables.table)
    rows = zip(
        present.tolist(),
        tables.vectors("scale").tuples(),
        tables.vectors("zero_point").tuples(),
        tables.scalars("quantized_dimension").tolist(),
        tables.vectors("min").tuples(),
        tables.vectors("max").tuples(),
        _read_details(tables),
        strict=True,
    )
    for index, scale, zero_point, dimension, minimum, maximum, (block_size, scales, zeros) in rows:
        if scale or zero_point or minimum or maximum or scales != NO_TENSOR:
            result[index] = Quantization(
                scale=scale,
                zero_point=zero_point,
                dimension=dimension,
                minimum=minimum,
                maximum=maximum,
                block_size=block_size,
                scale_tensor=scales,
                zero_point_tensor=zeros,
            )
    return result


def _read_details(tables: Tables) -> list[tuple[int, int, int]]:
    """Block size, scale tensor and zero point tensor of each quantisation whose scales lie in other tensors."""
    details = [(0, NO_TENSOR, NO_TENSOR)] * len(tables)
    types = tables.union_types("details")
    positions: Positions = tables.targets("details")
    for name in ("BlockwiseQuantization", "MultiAxisQuantization"):
        chosen = np.flatnonzero((types == UNIONS["QuantizationDetails"].index(name)) & (positions > 0))
        blocks = Tables(tables.buffer, positions[chosen], name)
        columns = (blocks.scalars(field).tolist() for field in ("block_size", "scales", "zero_points"))
        for index, row in zip(chosen.tolist(), zip(*columns, strict=True), strict=True):
            details[index] = row
    return details


def _are_constant(tables: Tables, buffers: Buffers) -> list[bool]:
    """Whether each tensor has a value in the file: a buffer that exists, even one of zero bytes."""
    starts = np.array([start for start, _ in buffers] or [0], np.int64)
    starts[0] = 0
    indices = tables.scalars("buffer").astype(np.int64)
    known = indices < len(starts)
    constant = known & (starts[np.where(known, indices, 0)] > 0)
    constant |= tables.scalars("external_buffer").astype(np.int64) > 0
    result: list[bool] = constant.tolist()
    return result
