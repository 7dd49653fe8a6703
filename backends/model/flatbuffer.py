"""Bounds-checked access to FlatBuffers, many values at a time.

A FlatBuffers table is a position; its fields are found through a vtable that many tables share. Reading one field of
every operator at once with numpy gathers costs about as much as reading it from a single operator in plain Python,
so everything here takes and gives arrays of positions. Position 0 stands for "absent" (offset 0 holds the root offset
and can never be a table, a vector or a string).

Every access is checked against the length of the data, and the number of decoded elements is limited: vectors may
overlap in a hostile file, so that a small file could claim an unlimited number of elements.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backends.errors import ModelFileError

Positions = NDArray[np.int64]

DAMAGED_HINT = "The file is cut off or damaged; download or convert it again."
MAX_ELEMENTS = 8_000_000
"""Elements of all vectors of one file together: below 1 s and 600 MB at the peak, as Python values."""
MAX_TABLES = 1_000_000
"""Tensors, operators, buffers and other tables of one file together; 100,000 operators need about half of it."""
MAX_TEXT_BYTES = 64 << 20
"""Bytes of all strings of one file together."""
MAX_STRING_BYTES = 64 << 10
"""Longer strings are cut: they are names, not content."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Vectors of different lengths, one after the other in ``values``; vector i is ``values[starts[i]:ends[i]]``."""

    values: NDArray[Any]
    starts: Positions
    ends: Positions

    def tuples(self) -> list[tuple[int, ...]]:
        """Give the vectors as tuples of Python numbers."""
        flat = self.values.tolist()
        return [tuple(flat[a:b]) for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]


class FlatBuffer:
    """The bytes of a file and checked gathers from them.

    Args:
        data: the whole file; must stay unchanged while this object lives.
        name: what to call the file in messages.
    """

    def __init__(self, data: memoryview, name: str) -> None:
        self.data = data
        self.name = name
        self.size = len(data)
        self._bytes = np.frombuffer(data, dtype=np.uint8)
        self._views: dict[str, NDArray[Any]] = {}
        self._elements_left = MAX_ELEMENTS
        self._tables_left = MAX_TABLES
        self._text_left = MAX_TEXT_BYTES

    def gather(self, positions: Positions, dtype: str, what: str) -> NDArray[Any]:
        """Read a scalar of ``dtype`` (little endian) at each position.

        Raises:
            ModelFileError: a position lies outside the file.
        """
        width = np.dtype(dtype).itemsize
        if positions.size == 0:
            return np.empty(0, dtype)
        low, high = int(positions.min()), int(positions.max())
        if low < 0 or high + width > self.size:
            raise self.outside(what, low if low < 0 else high)
        view = self._views.get(dtype)
        if view is None:
            # Stride 1: element i is the scalar that starts at byte i, aligned or not.
            little = np.dtype(dtype).newbyteorder("<")
            view = np.ndarray((self.size - width + 1,), little, self._bytes, strides=(1,))
            self._views[dtype] = view
        return view[positions]

    def follow(self, positions: Positions, what: str) -> Positions:
        """Follow the unsigned offset stored at each position; absent positions stay absent.

        Raises:
            ModelFileError: an offset leads outside the file.
        """
        present = positions > 0
        if present.all():
            return positions + self.gather(positions, "uint32", what).astype(np.int64)
        targets = np.zeros_like(positions)
        found = positions[present]
        targets[present] = found + self.gather(found, "uint32", what).astype(np.int64)
        return targets

    def follow_root(self) -> Positions:
        """Give the position of the root table.

        Raises:
            ModelFileError: it lies outside the file.
        """
        root = self.gather(np.zeros(1, np.int64), "uint32", "the root table").astype(np.int64)
        if root[0] == 0:
            raise self.outside("the root table", 0)
        return root

    def vectors(self, positions: Positions, dtype: str, what: str) -> Ragged:
        """Read the vector of ``dtype`` at each position; an absent one is empty.

        Raises:
            ModelFileError: a vector does not fit into the file, or all together are absurdly large.
        """
        places = self._element_places(positions, np.dtype(dtype).itemsize, what)
        return Ragged(self.gather(places.values.astype(np.int64, copy=False), dtype, what), places.starts, places.ends)

    def offset_vectors(self, positions: Positions, what: str) -> Ragged:
        """Give where each offset of the vector of tables at each position is stored.

        Raises:
            ModelFileError: a vector does not fit into the file, or all together are absurdly large.
        """
        places = self._element_places(positions, 4, what)
        self._tables_left -= places.values.size
        if self._tables_left < 0:
            raise self.absurd(f"more than {MAX_TABLES} tables ({what})")
        return places

    def _element_places(self, positions: Positions, width: int, what: str) -> Ragged:
        """Where each element of each vector is stored."""
        lengths = self._lengths(positions, width, what)
        ends = np.cumsum(lengths)
        starts = ends - lengths
        places = np.repeat(positions + 4 - starts * width, lengths)
        places += np.arange(places.size, dtype=np.int64) * width
        return Ragged(places, starts, ends)

    def _lengths(self, positions: Positions, width: int, what: str) -> Positions:
        """Read the number of elements of the vector at each position and check that they lie in the file.

        Raises:
            ModelFileError: a vector does not fit into the file, or all together are absurdly large.
        """
        lengths = np.zeros(positions.shape, np.int64)
        present = positions > 0
        found = positions[present]
        lengths[present] = self.gather(found, "uint32", what).astype(np.int64)
        ends = np.where(present, positions + 4 + lengths * width, 0)
        if ends.size and int(ends.max()) > self.size:
            raise self.outside(what, int(ends.max()))
        total = int(lengths.sum())
        self._elements_left -= total
        if self._elements_left < 0:
            raise self.absurd(f"more than {MAX_ELEMENTS} list elements ({what})")
        return lengths

    def byte_ranges(self, positions: Positions, what: str) -> tuple[Positions, Positions]:
        """Give first byte and length of the byte vector at each position, without reading it; (0, 0) if absent.

        Raises:
            ModelFileError: a vector does not fit into the file.
        """
        lengths = np.zeros(positions.shape, np.int64)
        present = positions > 0
        lengths[present] = self.gather(positions[present], "uint32", what).astype(np.int64)
        starts = np.where(present, positions + 4, 0)
        ends = starts + lengths
        if ends.size and int(ends.max()) > self.size:
            raise self.outside(what, int(ends.max()))
        return starts, lengths

    def strings(self, positions: Positions, what: str) -> list[str]:
        """Read the string at each position; an absent one is empty, bytes that are not UTF-8 become U+FFFD.

        Raises:
            ModelFileError: a string does not fit into the file, or all together are absurdly large.
        """
        starts, lengths = self.byte_ranges(positions, what)
        lengths = np.minimum(lengths, MAX_STRING_BYTES)
        self._text_left -= int(lengths.sum())
        if self._text_left < 0:
            raise self.absurd(f"more than {MAX_TEXT_BYTES >> 20} MiB of names ({what})")
        data = self.data
        ends = (starts + lengths).tolist()
        return [str(data[a:b], "utf-8", "replace") for a, b in zip(starts.tolist(), ends, strict=True)]

    def outside(self, what: str, position: int) -> ModelFileError:
        """Give the error for an access outside the file."""
        return ModelFileError(
            f"{self.name} is damaged: {what} should lie at byte {position}, but the file has {self.size} bytes.",
            hint=DAMAGED_HINT,
        )

    def absurd(self, claim: str) -> ModelFileError:
        """Give the error for a count that would exhaust memory."""
        return ModelFileError(
            f"{self.name} claims {claim}.",
            hint="No converter writes such a file; it is damaged or made to exhaust memory.",
        )
