"""Builtin options of all operators: grouped by table type, then read field by field."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backends.model.flatbuffer import Positions
from backends.model.model import OptionValue
from backends.model.schema.tables import ENUMS, UNIONS
from backends.model.table import Tables

Options = Mapping[str, OptionValue]

NO_OPTIONS: Options = MappingProxyType({})


def read_options(operators: Tables) -> list[Options]:
    """Read the options of each operator from either of the two unions; operators without any share an empty mapping.

    Operators with equal options share one mapping: models repeat the same few again and again.

    Raises:
        ModelFileError: an options table lies outside the file.
    """
    options: list[Options] = [NO_OPTIONS] * len(operators)
    for union in ("builtin_options_2", "builtin_options"):
        types = operators.union_types(union)
        positions = operators.targets(union)
        members = UNIONS[operators.fields[union][1]]
        for type_ in np.unique(types[positions > 0]).tolist():
            if 0 < type_ < len(members):
                chosen = np.flatnonzero((types == type_) & (positions > 0))
                read = _read_table(Tables(operators.buffer, positions[chosen], members[type_]))
                for index, mapping in zip(chosen.tolist(), read, strict=True):
                    options[index] = mapping
    return options


def enum_names(enum: str, numbers: NDArray[Any]) -> list[str]:
    """Give the names of enumeration numbers; a number newer than the schema is ``UNKNOWN_<number>``."""
    names = ENUMS[enum]
    return [names.get(number) or f"UNKNOWN_{number}" for number in numbers.tolist()]


def _read_table(tables: Tables) -> list[Options]:
    """Read all fields of options tables of one type."""
    names = list(tables.fields)
    if not names:
        return [NO_OPTIONS] * len(tables)
    shared: dict[tuple[OptionValue, ...], Options] = {}
    options: list[Options] = []
    for row in zip(*(_read_field(tables, name) for name in names), strict=True):
        mapping = shared.get(row)
        if mapping is None:
            mapping = shared[row] = MappingProxyType(dict(zip(names, row, strict=True)))
        options.append(mapping)
    return options


def _read_field(tables: Tables, field: str) -> list[OptionValue]:
    """Read one field of every table as Python values."""
    type_ = tables.fields[field][1]
    if type_ == "string":
        return list(tables.strings(field))
    if type_ == "[uint8]":
        return _read_bytes(tables.buffer.data, *tables.byte_ranges(field))
    if type_.startswith("["):
        return list(tables.vectors(field).tuples())
    values = tables.scalars(field)
    if type_ in ENUMS:
        return list(enum_names(type_, values))
    result: list[OptionValue] = values.tolist()
    return result


def _read_bytes(data: memoryview, starts: Positions, lengths: Positions) -> list[OptionValue]:
    """Copy byte vectors (attributes in FlexBuffers form), which are small unless the file is hostile."""
    allowed = len(data)
    copies: list[OptionValue] = []
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        allowed -= length
        copies.append(bytes(data[start : start + length]) if allowed >= 0 else b"")
    return copies
