"""Rewrites a model so that every operator becomes a delegate partition of its own.

A SHAPE operator on a constant is put before each operator: XNNPACK never takes it, so no two operators share a
partition and the runtime's events belong to exactly one operator. Only the root, the subgraphs and three vectors are
new. They are put *in front of* the old file, whose bytes stay as they are: FlatBuffers references point forward only,
so new tables can refer to everything old.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backends.errors import RunError

_ALIGNMENT = 64
"""Constants keep their alignment when the length put in front is a multiple of it."""
_SHAPE_CODE = 77
_SHAPE_OPTIONS = 55
_INT32 = 2
_IDENTIFIER = b"TFL3"
_ROOT_REFERENCES = {1: "codes", 2: "subgraphs", 4: "buffers"}
_ROOT_FIELDS = 10
_LARGE_OPTIONS = 9


@dataclass(slots=True)
class _Old:
    """Reads positions in the old file; every access is bounds-checked by ``struct``."""

    data: memoryview

    def number(self, position: int, form: str = "<I") -> int:
        value: int = struct.unpack_from(form, self.data, position)[0] if position >= 0 else 0
        return value

    def field(self, table: int, index: int) -> int:
        """Give the position of a table's field, or 0 when it is absent."""
        vtable = table - self.number(table, "<i")
        slot = 4 + 2 * index
        if vtable < 0 or slot >= self.number(vtable, "<H"):
            return 0
        offset = self.number(vtable + slot, "<H")
        return table + offset if offset else 0

    def target(self, table: int, index: int) -> int:
        """Give where a reference field points, or 0."""
        position = self.field(table, index)
        return position + self.number(position) if position else 0

    def elements(self, vector: int) -> list[int]:
        """Give the positions of the tables in a vector of references."""
        if not vector:
            return []
        count = self.number(vector)
        offsets = struct.unpack_from(f"<{count}I", self.data, vector + 4)
        return [vector + 4 + 4 * i + offset for i, offset in enumerate(offsets)]


@dataclass(slots=True)
class _New:
    """The bytes put in front; references are filled in when their length is known."""

    data: bytearray = field(default_factory=bytearray)
    to_old: list[tuple[int, int]] = field(default_factory=list)
    to_new: list[tuple[int, str | int]] = field(default_factory=list)
    shifted: list[int] = field(default_factory=list)
    """Positions of 64-bit offsets from the start of the file."""
    labels: dict[str | int, int] = field(default_factory=dict)

    def align(self, size: int, ahead: int = 0) -> None:
        self.data += bytes(-(len(self.data) + ahead) % size)

    def label(self, name: str | int) -> None:
        self.labels[name] = len(self.data)

    def word(self, value: int) -> None:
        self.data += struct.pack("<i", value)

    def old(self, position: int) -> None:
        self.to_old.append((len(self.data), position))
        self.word(0)

    def new(self, name: str | int) -> None:
        self.to_new.append((len(self.data), name))
        self.word(0)

    def table(self, present: Iterable[int], name: str | int = "") -> None:
        """Begin a table whose given fields follow, four bytes each, in this order."""
        fields = list(present)
        slots = [0] * (max(fields, default=-1) + 1)
        for i, index in enumerate(fields):
            slots[index] = 4 + 4 * i
        self.align(4)
        vtable = len(self.data)
        self.data += struct.pack(f"<HH{len(slots)}H", 4 + 2 * len(slots), 4 + 4 * len(fields), *slots)
        self.align(4)
        if name != "":
            self.label(name)
        self.word(len(self.data) - vtable)

    def finish(self) -> bytes:
        self.align(_ALIGNMENT)
        length = len(self.data)
        for position, target in self.to_old:
            struct.pack_into("<I", self.data, position, length + target - position)
        for position, name in self.to_new:
            struct.pack_into("<I", self.data, position, self.labels[name] - position)
        for position in self.shifted:
            struct.pack_into("<Q", self.data, position, struct.unpack_from("<Q", self.data, position)[0] + length)
        return bytes(self.data)


def isolating_prefix(data: memoryview) -> bytes:
    """Give the bytes to put in front of a model file to isolate its operators.

    In the new file operator i of a subgraph has index 2 * i + 1, and its marker 2 * i.

    Raises:
        RunError: the file's structure does not allow it.
    """
    try:
        return _build(_Old(data))
    except (struct.error, IndexError, KeyError) as error:
        raise RunError("the operators of this model cannot be isolated", detail=str(error)) from error


def _build(old: _Old) -> bytes:
    root = old.number(0)
    new = _New()
    new.new("root")
    new.data += _IDENTIFIER
    _write_root(old, new, root)
    codes = old.elements(old.target(root, 1))
    new.label("codes")
    _write_references(new, codes, ["code"])
    subgraphs = old.elements(old.target(root, 2))
    new.label("subgraphs")
    _write_references(new, [], [f"subgraph {i}" for i in range(len(subgraphs))])
    buffers = old.elements(old.target(root, 4))
    _write_buffers(old, new, buffers)
    for i, table in enumerate(subgraphs):
        _write_subgraph(old, new, table, i, len(codes))
    _write_shared(new, len(buffers))
    return new.finish()


def _write_root(old: _Old, new: _New, root: int) -> None:
    targets = {index: old.target(root, index) for index in range(1, _ROOT_FIELDS)}
    kept = [index for index, target in targets.items() if target or index in _ROOT_REFERENCES]
    new.table([0, *kept], "root")
    version = old.field(root, 0)
    new.word(old.number(version) if version else 0)
    for index in kept:
        if index in _ROOT_REFERENCES:
            new.new(_ROOT_REFERENCES[index])
        else:
            new.old(targets[index])


def _write_references(new: _New, old: Sequence[int], names: Sequence[str | int]) -> None:
    """Write a vector of references: old tables, then new ones."""
    new.word(len(old) + len(names))
    for position in old:
        new.old(position)
    for name in names:
        new.new(name)


def _write_buffers(old: _Old, new: _New, buffers: Sequence[int]) -> None:
    """Write the vector of buffers; those that lie behind the FlatBuffer state their place in the file anew."""
    moved = {i for i, table in enumerate(buffers) if (at := old.field(table, 1)) and old.number(at, "<Q") > 1}
    new.label("buffers")
    new.word(len(buffers) + 1)
    for i, table in enumerate(buffers):
        if i in moved:
            new.new(f"buffer {i}")
        else:
            new.old(table)
    new.new("buffer")
    for i in sorted(moved):
        offset, size = old.number(old.field(buffers[i], 1), "<Q"), old.field(buffers[i], 2)
        new.align(4)
        new.align(8, ahead=14)
        vtable = len(new.data)
        new.data += struct.pack("<HHHHH", 10, 20, 0, 4, 12)
        new.label(f"buffer {i}")
        # Tables need 4-byte, the 64-bit numbers after the first word 8-byte alignment.
        new.data += struct.pack("<i", len(new.data) - vtable)
        new.shifted.append(len(new.data))
        new.data += struct.pack("<QQ", offset, old.number(size, "<Q") if size else 0)


def _write_subgraph(old: _Old, new: _New, table: int, index: int, shape_code: int) -> None:
    tensors = old.elements(old.target(table, 0))
    operators = old.elements(old.target(table, 3))
    for operator in operators:
        if old.field(operator, _LARGE_OPTIONS):
            raise RunError("the operators of this model cannot be isolated: one keeps its options outside")
    kept = [number for number in (1, 2, 4) if old.target(table, number)]
    new.table([0, 3, *kept], f"subgraph {index}")
    new.new(f"tensors {index}")
    new.new(f"operators {index}")
    for number in kept:
        new.old(old.target(table, number))
    new.label(f"tensors {index}")
    _write_references(new, tensors, ["constant", *["result"] * len(operators)])
    new.label(f"operators {index}")
    new.word(2 * len(operators))
    for i, operator in enumerate(operators):
        new.new((index << 32) + i)
        new.old(operator)
    _write_markers(new, index, len(operators), len(tensors), shape_code)


def _write_markers(new: _New, index: int, count: int, constant: int, shape_code: int) -> None:
    """Write the SHAPE operators of a subgraph: all read tensor ``constant``, each writes a tensor of its own."""
    new.align(4)
    vtable = len(new.data)
    new.data += struct.pack("<HH5H", 14, 24, 4, 8, 12, 20, 16)
    new.align(4)
    for i in range(count):
        new.label((index << 32) + i)
        new.word(len(new.data) - vtable)
        new.word(shape_code)
        new.new(f"inputs {index}")
        # The vector of outputs follows this table: two words behind.
        new.word(12)
        new.new("options")
        new.word(_SHAPE_OPTIONS)
        new.word(1)
        new.word(constant + 1 + i)
    new.label(f"inputs {index}")
    new.word(1)
    new.word(constant)


def _write_shared(new: _New, buffer: int) -> None:
    """Write what all subgraphs share: the operator code, options, the two tensors and the constant's buffer."""
    new.table([0, 3, 2], "code")
    for value in (_SHAPE_CODE, _SHAPE_CODE, 1):
        new.word(value)
    new.table([0], "options")
    new.word(_INT32)
    for name, buffer_index in (("constant", buffer), ("result", 0)):
        new.table([0, 1, 2, 3], name)
        new.new("one")
        new.word(_INT32)
        new.word(buffer_index)
        new.new("name")
    new.label("one")
    new.word(1)
    new.word(1)
    new.label("name")
    new.data += struct.pack("<I7sx", 7, b"isolate")
    new.table([0], "buffer")
    new.new("bytes")
    new.align(16, ahead=4)
    new.label("bytes")
    new.data += struct.pack("<Ii", 4, 0)
