"""FlatBuffers tables read by field name, all tables of one type at once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backends.model.flatbuffer import FlatBuffer, Positions, Ragged
from backends.model.schema.tables import ENUM_STORAGE, TABLES

Fields = Mapping[str, tuple[int, str, bool | int | float | None]]
"""Field name to slot, type and default."""

TFLITE: Mapping[str, Fields] = {
    table: {name: (slot, type_, default) for slot, name, type_, default in fields} for table, fields in TABLES.items()
}


class Tables:
    """Tables of one type; an absent table (position 0) gives the default of every field.

    Args:
        buffer: where they lie.
        positions: one position per table.
        table: name of their type.
        schema: the types that may occur below them.

    Raises:
        ModelFileError: a table or its vtable lies outside the file; so do all methods on a field that does.
    """

    def __init__(
        self, buffer: FlatBuffer, positions: Positions, table: str, schema: Mapping[str, Fields] = TFLITE
    ) -> None:
        self.buffer = buffer
        self.positions = positions
        self.table = table
        self._schema = schema
        self._present = positions > 0
        self._found = positions[self._present]
        self._vtables = self._found - buffer.gather(self._found, "int32", f"a {table}").astype(np.int64)
        sizes = buffer.gather(self._vtables, "uint16", f"the layout of a {table}")
        self._vtable_sizes = sizes.astype(np.int64)

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def fields(self) -> Fields:
        """The fields of the type."""
        return self._schema[self.table]

    def scalars(self, field: str) -> NDArray[Any]:
        """Read a number, a flag or the number of an enumeration."""
        slot, type_, default = self.fields[field]
        dtype = ENUM_STORAGE.get(type_, type_)
        positions = self._field_positions(slot)
        values = np.full(positions.shape, default, dtype)
        present = positions > 0
        values[present] = self.buffer.gather(positions[present], dtype, self._what(field))
        return values

    def union_types(self, field: str) -> NDArray[Any]:
        """Read which member a union field holds; 0 is none. The slot before a union's value says so."""
        positions = self._field_positions(self.fields[field][0] - 1)
        values = np.zeros(positions.shape, np.uint8)
        present = positions > 0
        values[present] = self.buffer.gather(positions[present], "uint8", self._what(field))
        return values

    def targets(self, field: str) -> Positions:
        """Give the positions of the tables, vectors or strings that a field refers to."""
        return self.buffer.follow(self._field_positions(self.fields[field][0]), self._what(field))

    def vectors(self, field: str) -> Ragged:
        """Read a vector of numbers, flags or enumeration numbers."""
        type_ = self.fields[field][1].strip("[]")
        return self.buffer.vectors(self.targets(field), ENUM_STORAGE.get(type_, type_), self._what(field))

    def byte_ranges(self, field: str) -> tuple[Positions, Positions]:
        """Give where the bytes of a byte vector lie: first byte and length."""
        return self.buffer.byte_ranges(self.targets(field), self._what(field))

    def strings(self, field: str) -> list[str]:
        """Read a string."""
        return self.buffer.strings(self.targets(field), self._what(field))

    def single(self, field: str) -> "Tables":
        """Read a field that holds a table."""
        return Tables(self.buffer, self.targets(field), self.fields[field][1], self._schema)

    def children(self, field: str) -> tuple["Tables", list[slice]]:
        """Read a vector of tables: all of them in a row, and for each parent the slice that is its own."""
        places = self.buffer.offset_vectors(self.targets(field), self._what(field))
        positions = self.buffer.follow(places.values.astype(np.int64), self._what(field))
        children = Tables(self.buffer, positions, self.fields[field][1].strip("[]"), self._schema)
        return children, [slice(a, b) for a, b in zip(places.starts.tolist(), places.ends.tolist(), strict=True)]

    def _field_positions(self, slot: int) -> Positions:
        """Where a field lies in each table, 0 where it is absent."""
        entry = 4 + 2 * slot
        has = self._vtable_sizes >= entry + 2
        offsets = np.zeros(self._found.shape, np.int64)
        where = self._vtables[has] + entry
        offsets[has] = self.buffer.gather(where, "uint16", f"the layout of a {self.table}").astype(np.int64)
        positions = np.zeros(self.positions.shape, np.int64)
        positions[self._present] = np.where(offsets > 0, self._found + offsets, 0)
        return positions

    def _what(self, field: str) -> str:
        """Name a field for messages: ``'inputs' of an Operator``."""
        article = "an" if self.table[0] in "AEIOU" else "a"
        return f"'{field}' of {article} {self.table}"
