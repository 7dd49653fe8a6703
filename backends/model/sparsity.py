"""Sparse constants: dimensions stored in compressed rows, expanded to dense values.

The format stores the dimensions of a tensor in a traversal order, followed by the dimensions inside a block, if
blocks are kept whole. Each is either dense (every index exists) or compressed (segments and indices list which).
"""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backends.errors import ModelFileError
from backends.model.flatbuffer import FlatBuffer
from backends.model.model import Model
from backends.model.schema.tables import UNIONS
from backends.model.table import Tables

MAX_DENSE_ELEMENTS = 1 << 26
"""Sparse constants of more elements are not densified."""

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseDimension:
    """One dimension in traversal order; ``size`` counts only for a dense one."""

    is_dense: bool
    size: int
    segments: tuple[int, ...]
    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparsity:
    """How a sparse constant is stored."""

    traversal_order: tuple[int, ...]
    block_map: tuple[int, ...]
    """For each dimension inside a block, the dimension of the tensor that it divides."""
    dimensions: tuple[SparseDimension, ...]


def read_sparsity(model: Model, subgraph: int, tensor: int) -> Sparsity | None:
    """Read how a sparse tensor is stored; ``None`` where that is broken, or the tensor is dense."""
    try:
        buffer = FlatBuffer(model.data, model.name)
        graphs, _ = Tables(buffer, buffer.follow_root(), "Model").children("subgraphs")
        tensors, _ = Tables(buffer, graphs.positions[subgraph : subgraph + 1], "SubGraph").children("tensors")
        own = Tables(buffer, tensors.positions[tensor : tensor + 1], "Tensor").single("sparsity")
        if not own.positions[0]:
            return None
        dimensions, _ = own.children("dim_metadata")
        columns = zip(
            (dimensions.scalars("format") == 0).tolist(),
            dimensions.scalars("dense_size").tolist(),
            _index_vectors(dimensions, "array_segments"),
            _index_vectors(dimensions, "array_indices"),
            strict=True,
        )
        return Sparsity(
            traversal_order=own.vectors("traversal_order").tuples()[0],
            block_map=own.vectors("block_map").tuples()[0],
            dimensions=tuple(
                SparseDimension(is_dense=dense, size=size, segments=segments, indices=indices)
                for dense, size, segments, indices in columns
            ),
        )
    except ModelFileError:
        return None


def densify(values: NDArray[Any], shape: tuple[int, ...], sparsity: Sparsity) -> NDArray[Any] | None:
    """Spread stored values over a dense tensor of zeros; ``None`` where the description contradicts itself."""
    rank, count = len(shape), prod(shape)
    order = sparsity.traversal_order
    sound = sorted(order) == list(range(rank + len(sparsity.block_map))) and len(order) == len(sparsity.dimensions)
    if not sound or count > MAX_DENSE_ELEMENTS or any(not 0 <= axis < rank for axis in sparsity.block_map):
        return None
    coordinates = _expand(sparsity, count)
    if coordinates is None or coordinates.shape[1] > len(values):
        return None
    index = np.zeros((rank, coordinates.shape[1]), np.int64)
    for place, axis in enumerate(order):
        if axis < rank:
            index[axis] += coordinates[place] * _block_size(sparsity, axis)
        else:
            index[sparsity.block_map[axis - rank]] += coordinates[place]
    if (index >= np.array(shape)[:, None]).any() or (index < 0).any():
        return None
    dense = np.zeros(shape, values.dtype)
    dense[tuple(index)] = values[: coordinates.shape[1]]
    return dense


def _index_vectors(dimensions: Tables, field: str) -> list[tuple[int, ...]]:
    """Segments or indices of each dimension, whichever width they are stored in."""
    result: list[tuple[int, ...]] = [()] * len(dimensions)
    types, positions = dimensions.union_types(field), dimensions.targets(field)
    for number, member in enumerate(UNIONS["SparseIndexVector"]):
        chosen = np.flatnonzero((types == number) & (positions > 0))
        if member and chosen.size:
            vectors = Tables(dimensions.buffer, positions[chosen], member).vectors("values").tuples()
            for index, vector in zip(chosen.tolist(), vectors, strict=True):
                result[index] = vector
    return result


def _block_size(sparsity: Sparsity, axis: int) -> int:
    """How many indices of a tensor's axis one block covers."""
    rank = len(sparsity.traversal_order) - len(sparsity.block_map)
    sizes = [
        sparsity.dimensions[place].size
        for place, number in enumerate(sparsity.traversal_order)
        if number >= rank and sparsity.block_map[number - rank] == axis
    ]
    return prod(sizes)


def _expand(sparsity: Sparsity, limit: int) -> Indices | None:
    """The coordinates of each stored value, one row for each dimension in traversal order."""
    positions: Indices = np.zeros(1, np.int64)
    rows: list[Indices] = []
    for dimension in sparsity.dimensions:
        if dimension.is_dense:
            lengths = np.full(len(positions), max(dimension.size, 0), np.int64)
            starts = positions * dimension.size
        else:
            segments = np.array(dimension.segments, np.int64)
            if len(segments) <= int(positions.max(initial=0)):
                return None
            starts, ends = segments[positions], segments[np.minimum(positions + 1, len(segments) - 1)]
            lengths = ends - starts
        if (lengths < 0).any() or int(lengths.sum()) > limit:
            return None
        own = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = [np.repeat(row, lengths) for row in rows]
        positions = np.repeat(starts, lengths) + own
        if dimension.is_dense:
            rows.append(own)
            continue
        indices = np.array(dimension.indices, np.int64)
        if len(positions) and not 0 <= int(positions.min()) <= int(positions.max()) < len(indices):
            return None
        rows.append(indices[positions])
    return np.array(rows, np.int64).reshape(len(rows), len(positions))
