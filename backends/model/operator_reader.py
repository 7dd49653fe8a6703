"""Operators of all subgraphs, read at once."""

from dataclasses import dataclass

import numpy as np

from backends.errors import ModelFileError
from backends.model.flatbuffer import DAMAGED_HINT, Positions, Ragged
from backends.model.model import Operator, OperatorId
from backends.model.option_reader import read_options
from backends.model.schema.tables import ENUMS
from backends.model.table import Tables

MAX_OPERATORS = 400_000
"""Operators of all subgraphs together: below 2 s to read, and more than any converter writes."""
MAX_CUSTOM_BYTES = 256 << 20
"""Bytes of all custom options together that are copied; compiled sub-models (Edge TPU) can be tens of MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCode:
    """A row of the file's table of operator types."""

    kind: str
    custom_code: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRows:
    """Operators of all subgraphs in a row, with their tensor lists as arrays for checks."""

    operators: list[Operator]
    slices: list[slice]
    """Which operators belong to each subgraph."""
    inputs: Ragged
    outputs: Ragged
    intermediates: Ragged


def read_codes(root: Tables) -> list[OperatorCode]:
    """Read the table of operator types.

    Raises:
        ModelFileError: it lies outside the file.
    """
    codes, _ = root.children("operator_codes")
    # Codes below 127 are (also) in the old 8-bit field; newer writers fill both, so the larger is right.
    numbers = np.maximum(codes.scalars("builtin_code"), codes.scalars("deprecated_builtin_code"))
    names = ENUMS["BuiltinOperator"]
    rows = zip(numbers.tolist(), codes.strings("custom_code"), codes.scalars("version").tolist(), strict=True)
    return [
        OperatorCode(
            kind=names.get(number) or f"UNKNOWN_{number}",
            custom_code=custom if names.get(number) == "CUSTOM" else "",
            version=version,
        )
        for number, custom, version in rows
    ]


def read_operators(subgraphs: Tables, codes: list[OperatorCode]) -> OperatorRows:
    """Read the operators of all subgraphs.

    Raises:
        ModelFileError: something lies outside the file, or an operator's type is not in the file's table of types.
    """
    tables, slices = subgraphs.children("operators")
    if len(tables) > MAX_OPERATORS:
        raise tables.buffer.absurd(f"{len(tables)} operators")
    code_indices = tables.scalars("opcode_index").astype(np.int64)
    _check_codes(subgraphs.buffer.name, code_indices, slices, len(codes))
    inputs, outputs = tables.vectors("inputs"), tables.vectors("outputs")
    intermediates = tables.vectors("intermediates")
    ids = [
        OperatorId(subgraph, index) for subgraph, part in enumerate(slices) for index in range(part.stop - part.start)
    ]
    columns = zip(
        ids,
        (codes[index] for index in code_indices.tolist()),
        inputs.tuples(),
        outputs.tuples(),
        intermediates.tuples(),
        read_options(tables),
        _read_custom_options(tables),
        strict=True,
    )
    operators = [
        Operator(
            id=id_,
            kind=code.kind,
            custom_code=code.custom_code,
            version=code.version,
            inputs=in_,
            outputs=out,
            intermediates=inner,
            options=options,
            custom_options=custom,
        )
        for id_, code, in_, out, inner, options, custom in columns
    ]
    return OperatorRows(operators=operators, slices=slices, inputs=inputs, outputs=outputs, intermediates=intermediates)


def _check_codes(name: str, indices: Positions, slices: list[slice], count: int) -> None:
    """Refuse an operator of a type that the file does not list: nothing true could be shown for it."""
    wrong = np.flatnonzero(indices >= count)
    if wrong.size:
        first = int(wrong[0])
        subgraph = next(index for index, part in enumerate(slices) if part.start <= first < part.stop)
        raise ModelFileError(
            f"{name}: operator {first - slices[subgraph].start} of subgraph {subgraph} has type number "
            f"{indices[first]}, but the file lists only {count} operator types.",
            hint=DAMAGED_HINT,
        )


def _read_custom_options(tables: Tables) -> list[bytes]:
    """Copy the custom options, from inside the FlatBuffer or (in files above 2 GiB) from behind it."""
    data = tables.buffer.data
    starts, lengths = tables.byte_ranges("custom_options")
    offsets = tables.scalars("large_custom_options_offset").tolist()
    sizes = tables.scalars("large_custom_options_size").tolist()
    allowed = min(MAX_CUSTOM_BYTES, len(data))
    result = [b""] * len(tables)
    outside = [index for index, offset in enumerate(offsets) if offset > 1]
    for index in [*np.flatnonzero(lengths).tolist(), *outside]:
        if lengths[index]:
            start, length = int(starts[index]), int(lengths[index])
        else:
            start, length = offsets[index], sizes[index]
            if start + length > len(data):
                raise tables.buffer.outside("custom options of an Operator", start + length)
        allowed -= length
        if allowed < 0:
            break
        result[index] = bytes(data[start : start + length])
    return result
