"""Puts new FlatBuffers tables in front of an old file, whose bytes stay as they are.

References in a FlatBuffer point forward only, so new tables that come first can refer to everything old. That makes a
rewrite cost as much as what is new, however large the file is.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

ALIGNMENT = 64
"""Constants keep their alignment when the length put in front is a multiple of it."""

Label = str | tuple[str | int, ...]
"""Names a new position: a word, or words and numbers."""


@dataclass(frozen=True, slots=True)
class OldFile:
    """Reads positions in the old file; every access is bounds-checked by ``struct``, which raises ``struct.error``."""

    data: memoryview

    def number(self, position: int, form: str = "<I") -> int:
        """Give a number."""
        value: int = struct.unpack_from(form, self.data, position)[0]
        return value

    def field(self, table: int, index: int) -> int:
        """Give the position of a table's field, or 0 when it is absent."""
        vtable = table - self.number(table, "<i")
        slot = 4 + 2 * index
        if vtable < 0:
            raise struct.error("a table's fields lie before the file")
        if slot >= self.number(vtable, "<H"):
            return 0
        offset = self.number(vtable + slot, "<H")
        return table + offset if offset else 0

    def scalar(self, table: int, index: int, form: str = "<I") -> int:
        """Give a number field, 0 when it is absent."""
        position = self.field(table, index)
        return self.number(position, form) if position else 0

    def target(self, table: int, index: int) -> int:
        """Give where a reference field points, or 0."""
        position = self.field(table, index)
        return position + self.number(position) if position else 0

    def elements(self, vector: int) -> list[int]:
        """Give the positions of the tables in a vector of references; none for position 0."""
        if not vector:
            return []
        offsets = self.numbers(vector, "I")
        return [vector + 4 + 4 * i + offset for i, offset in enumerate(offsets)]

    def numbers(self, vector: int, form: str = "i") -> tuple[int, ...]:
        """Give a vector of 32-bit numbers; none for position 0."""
        if not vector:
            return ()
        count = self.number(vector)
        if count > len(self.data):
            raise struct.error("a vector is longer than the file")
        return struct.unpack_from(f"<{count}{form}", self.data, vector + 4)


@dataclass(slots=True)
class NewTables:
    """The bytes put in front; references are filled in when all positions are known."""

    data: bytearray = field(default_factory=bytearray)
    _to_old: list[tuple[int, int]] = field(default_factory=list)
    _to_new: list[tuple[int, Label]] = field(default_factory=list)
    _from_start: list[int] = field(default_factory=list)
    _labels: dict[Label, int] = field(default_factory=dict)

    def align(self, size: int, ahead: int = 0) -> None:
        """Pad so that what comes ``ahead`` bytes later is aligned."""
        self.data += bytes(-(len(self.data) + ahead) % size)

    def label(self, name: Label) -> None:
        """Name this position."""
        self._labels[name] = len(self.data)

    def words(self, *values: int) -> None:
        """Write 32-bit numbers."""
        self.data += struct.pack(f"<{len(values)}i", *values)

    def old(self, position: int) -> None:
        """Write a reference to a position in the old file."""
        self._to_old.append((len(self.data), position))
        self.words(0)

    def new(self, name: Label) -> None:
        """Write a reference to a named position that comes later."""
        self._to_new.append((len(self.data), name))
        self.words(0)

    def table(self, present: Iterable[int], name: Label) -> None:
        """Begin a table whose given fields follow, four bytes each, in this order."""
        fields = list(present)
        slots = [0] * (max(fields, default=-1) + 1)
        for i, index in enumerate(fields):
            slots[index] = 4 + 4 * i
        self.align(4)
        vtable = len(self.data)
        self.data += struct.pack(f"<HH{len(slots)}H", 4 + 2 * len(slots), 4 + 4 * len(fields), *slots)
        self.align(4)
        self.label(name)
        self.words(len(self.data) - vtable)

    def moved_range(self, offset: int, size: int, name: Label) -> None:
        """Write a table of two 64-bit fields 1 and 2: an offset from the start of the file, and a size."""
        self.align(8, ahead=14)
        vtable = len(self.data)
        self.data += struct.pack("<HHHHH", 10, 20, 0, 4, 12)
        self.label(name)
        self.words(len(self.data) - vtable)
        self._from_start.append(len(self.data))
        self.data += struct.pack("<QQ", offset, size)
        self.align(4)

    def references(self, old: Sequence[int], new: Sequence[Label]) -> None:
        """Write a vector of references: old tables, then new ones."""
        self.words(len(old) + len(new))
        for position in old:
            self.old(position)
        for name in new:
            self.new(name)

    def text(self, value: str, name: Label) -> None:
        """Write a string."""
        encoded = value.encode()
        self.label(name)
        self.words(len(encoded))
        self.data += encoded + b"\0"
        self.align(4)

    def finish(self) -> bytes:
        """Fill in the references and give the bytes.

        Raises:
            KeyError: a name was used that names no position.
        """
        self.align(ALIGNMENT)
        length = len(self.data)
        for position, target in self._to_old:
            struct.pack_into("<I", self.data, position, length + target - position)
        for position, name in self._to_new:
            struct.pack_into("<I", self.data, position, self._labels[name] - position)
        for position in self._from_start:
            struct.pack_into("<Q", self.data, position, struct.unpack_from("<Q", self.data, position)[0] + length)
        return bytes(self.data)
