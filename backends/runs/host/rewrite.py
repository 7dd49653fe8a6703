"""Rewrites a model for measuring, without touching what it computes.

*Isolating* puts a SHAPE operator on a constant before each operator: XNNPACK never takes it, so with clustering
disabled no two operators share a partition, and the runtime's events belong to exactly one operator.

*Shaping outputs* replaces each output of one subgraph by zeros of the shape of its shape: LiteRT's interface cannot
hand out tensors whose size is only known after running. The shape itself will not do, because the runtime keeps it as a
constant and then refuses a buffer for it; ZEROS_LIKE, which XNNPACK does not take either, gives an ordinary tensor.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from backends.errors import RunError
from backends.runs.host.splice import Label, NewTables, OldFile

_SHAPE_CODE, _SHAPE_OPTIONS = 77, 55
_ZEROS_CODE = 93
_INT32 = 2
_IDENTIFIER = b"TFL3"
_VERSION, _CODES, _SUBGRAPHS, _BUFFERS, _SIGNATURES, _ROOT_FIELDS = 0, 1, 2, 4, 7, 10
_TENSORS, _INPUTS, _OUTPUTS, _OPERATORS, _NAME = range(5)
_LARGE_OPTIONS = 9
_BUFFER_OFFSET, _BUFFER_SIZE = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """What to change. ``shaped_subgraph`` is the one whose outputs become shapes, -1 for none."""

    isolates: bool = False
    shaped_subgraph: int = -1

    @property
    def is_needed(self) -> bool:
        """Whether anything changes."""
        return self.isolates or self.shaped_subgraph >= 0


def prefix_of(data: memoryview, rewrite: Rewrite) -> bytes:
    """Give the bytes to put in front of a model file to rewrite it.

    When isolated, operator i of a subgraph has index 2 * i + 1 and its marker 2 * i. Operators that give the shapes of
    outputs come last.

    Raises:
        RunError: the file's structure does not allow it.
    """
    try:
        return _Writer(OldFile(data), rewrite).write()
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise RunError("this model cannot be rewritten for measuring", detail=str(error)) from error


class _Writer:
    def __init__(self, old: OldFile, rewrite: Rewrite) -> None:
        self._old = old
        self._rewrite = rewrite
        self._new = NewTables()
        self._root = old.number(0)
        self._subgraphs = old.elements(old.target(self._root, _SUBGRAPHS))
        self._codes = old.elements(old.target(self._root, _CODES))
        self._buffers = old.elements(old.target(self._root, _BUFFERS))
        self._signatures = old.elements(old.target(self._root, _SIGNATURES))
        self._outputs: dict[int, dict[int, int]] = {}

    def write(self) -> bytes:
        new = self._new
        new.new("root")
        new.data += _IDENTIFIER
        self._write_root()
        new.label("codes")
        new.references(self._codes, ["code", "zeros code"])
        new.label("subgraphs")
        new.references([], [("subgraph", i) for i in range(len(self._subgraphs))])
        self._write_buffers()
        for index, table in enumerate(self._subgraphs):
            self._write_subgraph(index, table)
        if self._signatures:
            self._write_signatures()
        self._write_shared()
        return new.finish()

    def _write_root(self) -> None:
        own = {_CODES: "codes", _SUBGRAPHS: "subgraphs", _BUFFERS: "buffers"}
        if self._signatures:
            own[_SIGNATURES] = "signatures"
        targets = {index: self._old.target(self._root, index) for index in range(1, _ROOT_FIELDS)}
        kept = [index for index, target in targets.items() if target or index in own]
        self._new.table([_VERSION, *kept], "root")
        self._new.words(self._old.scalar(self._root, _VERSION))
        for index in kept:
            if index in own:
                self._new.new(own[index])
            else:
                self._new.old(targets[index])

    def _write_buffers(self) -> None:
        """Write the vector of buffers; those whose bytes lie behind the FlatBuffer state their place anew."""
        offsets = {i: self._old.scalar(table, _BUFFER_OFFSET, "<Q") for i, table in enumerate(self._buffers)}
        self._new.label("buffers")
        self._new.words(len(self._buffers) + 1)
        for i, table in enumerate(self._buffers):
            if offsets[i] > 1:
                self._new.new(("buffer", i))
            else:
                self._new.old(table)
        self._new.new("buffer")
        for i, table in enumerate(self._buffers):
            if offsets[i] > 1:
                self._new.moved_range(offsets[i], self._old.scalar(table, _BUFFER_SIZE, "<Q"), ("buffer", i))

    def _write_subgraph(self, index: int, table: int) -> None:
        old, new = self._old, self._new
        tensors = old.elements(old.target(table, _TENSORS))
        operators = old.elements(old.target(table, _OPERATORS))
        if any(old.scalar(operator, _LARGE_OPTIONS, "<Q") for operator in operators):
            raise ValueError("an operator keeps its options behind the FlatBuffer")
        outputs = old.numbers(old.target(table, _OUTPUTS)) if index == self._rewrite.shaped_subgraph else ()
        marker_count = len(operators) if self._rewrite.isolates else 0
        first_shape = len(tensors) + 1 + marker_count
        first_zeros = first_shape + len(outputs)
        self._outputs[index] = {tensor: first_zeros + i for i, tensor in enumerate(outputs)}
        kept = [number for number in (_INPUTS, _OUTPUTS, _NAME) if old.target(table, number)]
        new.table([_TENSORS, _OPERATORS, *kept], ("subgraph", index))
        new.new(("tensors", index))
        new.new(("operators", index))
        for number in kept:
            if number == _OUTPUTS and outputs:
                new.new(("outputs", index))
            else:
                new.old(old.target(table, number))
        new.label(("tensors", index))
        zeros = [("zeros", i) for i in range(len(outputs))]
        new.references(tensors, ["constant", *["result"] * (marker_count + len(outputs)), *zeros])
        self._write_operators(index, operators, len(outputs))
        self._write_markers(("marker", index), [len(tensors)] * marker_count, len(tensors) + 1)
        self._write_markers(("shaper", index), outputs, first_shape)
        if outputs:
            new.label(("outputs", index))
            new.words(len(outputs), *range(first_zeros, first_zeros + len(outputs)))
            ranks = [len(old.numbers(old.target(tensors[tensor], 0))) for tensor in outputs]
            self._write_zeros(index, ranks, first_shape)

    def _write_operators(self, index: int, operators: Sequence[int], shaper_count: int) -> None:
        new = self._new
        new.label(("operators", index))
        new.words(len(operators) * (2 if self._rewrite.isolates else 1) + 2 * shaper_count)
        for i, operator in enumerate(operators):
            if self._rewrite.isolates:
                new.new(("marker", index, i))
            new.old(operator)
        for i in range(shaper_count):
            new.new(("shaper", index, i))
        for i in range(shaper_count):
            new.new(("zeros maker", i))

    def _write_markers(self, name: tuple[str | int, ...], inputs: Sequence[int], first_output: int) -> None:
        """Write SHAPE operators, one for each input, whose outputs are consecutive tensors."""
        new = self._new
        new.align(4)
        vtable = len(new.data)
        # Fields: opcode_index, inputs, outputs, builtin_options_type, builtin_options.
        new.data += struct.pack("<HH5H", 14, 24, 4, 8, 12, 20, 16)
        new.align(4)
        for i, tensor in enumerate(inputs):
            new.label((*name, i))
            # The vectors of inputs and outputs follow this table of six words.
            new.words(len(new.data) - vtable, len(self._codes), 16, 20)
            new.new("options")
            new.words(_SHAPE_OPTIONS, 1, tensor, 1, first_output + i)

    def _write_zeros(self, index: int, ranks: Sequence[int], first_shape: int) -> None:
        """Write the ZEROS_LIKE operators and their outputs, which need names of their own.

        The outputs' buffers are made before the runtime knows more than what stands here, so the sizes must be right.
        """
        new, count = self._new, len(ranks)
        for i, rank in enumerate(ranks):
            new.table([0, 1, 2], ("zeros maker", i))
            new.words(len(self._codes) + 1)
            new.words(8, 12, 1, first_shape + i, 1, first_shape + count + i)
            self._write_tensor(("zeros", i), 0, ("zeros name", i), ("rank", i))
            new.label(("rank", i))
            new.words(1, rank)
            new.text(f"size of output {index}:{i}", ("zeros name", i))

    def _write_tensor(self, name: Label, buffer: int, text: Label, shape: Label = "one") -> None:
        self._new.table([0, 1, 2, 3], name)
        self._new.new(shape)
        self._new.words(_INT32, buffer)
        self._new.new(text)

    def _write_signatures(self) -> None:
        """Write the vector of signatures; those of the shaped subgraph name the new outputs."""
        old, new = self._old, self._new
        changed = [
            i for i, table in enumerate(self._signatures) if old.scalar(table, 4) == self._rewrite.shaped_subgraph
        ]
        new.label("signatures")
        new.words(len(self._signatures))
        for i, table in enumerate(self._signatures):
            if i in changed:
                new.new(("signature", i))
            else:
                new.old(table)
        for i in changed:
            table = self._signatures[i]
            kept = [number for number in (0, 2) if old.target(table, number)]
            new.table([4, 1, *kept], ("signature", i))
            new.words(old.scalar(table, 4))
            new.new(("maps", i))
            for number in kept:
                new.old(old.target(table, number))
            self._write_maps(i, old.elements(old.target(table, 1)))

    def _write_maps(self, signature: int, maps: Sequence[int]) -> None:
        renumbered = self._outputs[self._rewrite.shaped_subgraph]
        self._new.label(("maps", signature))
        self._new.references([], [("map", signature, i) for i in range(len(maps))])
        for i, table in enumerate(maps):
            self._new.table([0, 1], ("map", signature, i))
            self._new.old(self._old.target(table, 0))
            self._new.words(renumbered[self._old.scalar(table, 1)])

    def _write_shared(self) -> None:
        """Write what all subgraphs share: the operator code, options, two tensors and the constant's buffer."""
        new = self._new
        new.table([0, 3, 2], "code")
        new.words(_SHAPE_CODE, _SHAPE_CODE, 1)
        new.table([0, 3, 2], "zeros code")
        new.words(_ZEROS_CODE, _ZEROS_CODE, 1)
        new.table([0], "options")
        new.words(_INT32)
        self._write_tensor("constant", len(self._buffers), "name")
        self._write_tensor("result", 0, "name")
        new.label("one")
        new.words(1, 1)
        new.text("marker", "name")
        new.table([0], "buffer")
        new.new("bytes")
        new.align(16, ahead=4)
        new.label("bytes")
        new.words(4, 0)
