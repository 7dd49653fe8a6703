"""Writes FlatBuffers from nested dictionaries, for tests and for the bundled samples.

A table is a dictionary from field name to value; absent fields are left out. Enumerations are names, unions are pairs
of member name and dictionary. Tables come before what they refer to, because offsets only point forward.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backends.model.schema.tables import ENUM_STORAGE, ENUMS, UNIONS
from backends.model.table import TFLITE, Fields

Values = Mapping[str, Any]

_DATA_ALIGNMENT = 16
"""Alignment of byte vectors; constants need it."""


class Same:
    """Stands for a vector whose entries all refer to one table, as only a hostile file has it."""

    def __init__(self, item: Values, count: int) -> None:
        self.item = item
        self.count = count


def write_flatbuffer(
    root: Values, *, table: str = "Model", identifier: bytes = b"TFL3", schema: Mapping[str, Fields] = TFLITE
) -> bytes:
    """Give the bytes of a FlatBuffer whose root is ``root``."""
    writer = _Writer(schema)
    writer.out += b"\0\0\0\0" + identifier
    position = writer.write_table(table, root)
    struct.pack_into("<I", writer.out, 0, position)
    return bytes(writer.out)


class _Writer:
    """The growing file."""

    def __init__(self, schema: Mapping[str, Fields]) -> None:
        self.out = bytearray()
        self._schema = schema
        self._layouts: dict[bytes, int] = {}

    def write_table(self, table: str, values: Values) -> int:
        """Write a table and all below it; returns its position."""
        inline = self._inline_fields(table, values)
        size, offsets = 4, {}
        for slot, dtype, _ in sorted(inline, key=lambda field: -np.dtype(field[1]).itemsize):
            offsets[slot] = size
            size += np.dtype(dtype).itemsize
        slots = max(offsets, default=-1) + 1
        layout = struct.pack(f"<{2 + slots}H", 4 + 2 * slots, size, *(offsets.get(slot, 0) for slot in range(slots)))
        if layout not in self._layouts:
            self._align(2)
            self._layouts[layout] = len(self.out)
            self.out += layout
        self._align(8, ahead=4)
        position = len(self.out)
        self.out += struct.pack("<i", position - self._layouts[layout]) + bytes(size - 4)
        references = []
        for slot, dtype, value in inline:
            place = position + offsets[slot]
            if isinstance(value, _Reference):
                references.append((place, value))
            else:
                scalar = np.array(value).astype(dtype).tobytes()
                self.out[place : place + len(scalar)] = scalar
        for place, reference in references:
            struct.pack_into("<I", self.out, place, self._write_target(reference) - place)
        return position

    def _inline_fields(self, table: str, values: Values) -> list[tuple[int, str, Any]]:
        """Slot, storage type and scalar or reference of each field that is present."""
        fields = self._schema[table]
        unknown = set(values) - set(fields)
        if unknown:
            raise KeyError(f"{table} has no field {sorted(unknown)}")
        inline: list[tuple[int, str, Any]] = []
        for name, value in values.items():
            slot, type_, _ = fields[name]
            if value is None:
                continue
            if type_ in UNIONS:
                member, content = value
                inline.append((slot - 1, "uint8", UNIONS[type_].index(member)))
                inline.append((slot, "uint32", _Reference(member, content)))
            elif type_ in ENUM_STORAGE:
                inline.append((slot, ENUM_STORAGE[type_], _enum_number(type_, value)))
            elif type_.startswith("[") or type_ == "string" or type_ in self._schema:
                inline.append((slot, "uint32", _Reference(type_, value)))
            else:
                inline.append((slot, type_, value))
        return inline

    def _write_target(self, reference: "_Reference") -> int:
        """Write what a field refers to; returns its position."""
        type_, value = reference.type, reference.value
        if type_ == "string":
            return self._write_vector(value.encode() if isinstance(value, str) else bytes(value), 1, end=b"\0")
        if not type_.startswith("["):
            return self.write_table(type_, value)
        element = type_[1:-1]
        if element in self._schema or element == "string":
            return self._write_offsets(element, value)
        if element in ENUM_STORAGE:
            value = [_enum_number(element, item) for item in value]
        dtype = np.dtype(ENUM_STORAGE.get(element, element))
        if isinstance(value, bytes):
            return self._write_vector(value, dtype.itemsize)
        return self._write_vector(np.asarray(value).astype(dtype).tobytes(), dtype.itemsize)

    def _write_vector(self, content: bytes, width: int, end: bytes = b"") -> int:
        """Write a vector of scalars of ``width`` bytes."""
        self._align(_DATA_ALIGNMENT if width == 1 and not end else max(width, 4), ahead=4)
        position = len(self.out)
        self.out += struct.pack("<I", len(content) // width) + content + end
        return position

    def _write_offsets(self, element: str, items: Sequence[Any] | Same) -> int:
        """Write a vector of tables or strings."""
        self._align(4)
        if isinstance(items, Same):
            return self._write_same(element, items)
        position = len(self.out)
        self.out += struct.pack("<I", len(items)) + bytes(4 * len(items))
        for index, item in enumerate(items):
            place = position + 4 + 4 * index
            struct.pack_into("<I", self.out, place, self._write_target(_Reference(element, item)) - place)
        return position

    def _write_same(self, element: str, items: Same) -> int:
        """Write a vector of many offsets to one table."""
        position = len(self.out)
        places = position + 4 + 4 * np.arange(items.count, dtype=np.int64)
        self.out += struct.pack("<I", items.count) + bytes(4 * items.count)
        target = self._write_target(_Reference(element, items.item))
        self.out[position + 4 : position + 4 + 4 * items.count] = (target - places).astype("<u4").tobytes()
        return position

    def _align(self, width: int, ahead: int = 0) -> None:
        """Pad so that the byte ``ahead`` of the end is aligned."""
        self.out += bytes(-(len(self.out) + ahead) % width)


class _Reference:
    """A field that refers to something written later."""

    __slots__ = ("type", "value")

    def __init__(self, type_: str, value: Any) -> None:
        self.type = type_
        self.value = value


def _enum_number(enum: str, value: str | int) -> int:
    """The number of a member given by name or number."""
    if isinstance(value, int):
        return value
    return next(number for number, name in ENUMS[enum].items() if name == value)
