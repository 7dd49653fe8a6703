"""Published tables: text keys that say what a row is about, and columns of numbers."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from backends.errors import ResourceError

SCHEMA_VERSION = 1
_FOLDER = "published"
_NETWORKS = "networks.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """A column of texts that identify rows."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedColumn:
    """A column of numbers; ``unit`` is empty for plain numbers."""

    id: str
    title: str
    unit: str
    network: str = ""
    """Id of the network that the numbers are about, where the column is about one."""
    chipset: str = ""
    """The chipset that the numbers were measured on, where the column is about one."""

    @property
    def heading(self) -> str:
        """Title with the unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRow:
    """One row; ``values`` are in the columns' units, ``None`` where the source gives no number."""

    keys: tuple[str, ...]
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """One table as it was published."""

    id: str
    title: str
    kind: str
    """What rows are about: ``chipsets``, ``models`` or ``entries`` of a challenge."""
    precision: str
    """Number format of all models (``int8``, ``fp16``), or empty."""
    chipset: str
    """The chipset of all numbers, or empty."""
    source: str
    checked_on: str
    note: str
    keys: tuple[PublishedKey, ...]
    columns: tuple[PublishedColumn, ...]
    rows: tuple[PublishedRow, ...]

    def key(self, row: PublishedRow, id_: str) -> str:
        """Give a row's text of the key with this id; empty where the table has none."""
        return next((text for key, text in zip(self.keys, row.keys, strict=True) if key.id == id_), "")

    def value(self, row: PublishedRow, id_: str) -> float | None:
        """Give a row's number in the column with this id; ``None`` where there is none."""
        return next((v for column, v in zip(self.columns, row.values, strict=True) if column.id == id_), None)


@cache
def load_tables() -> tuple[PublishedTable, ...]:
    """Read the tables that come with the program, by title.

    Raises:
        ResourceError: one of them is wrong; says which and where.
    """
    files = sorted(resources.files("resources").joinpath(_FOLDER).iterdir(), key=lambda entry: entry.name)
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in files if entry.name.endswith(".toml")}
    tables = [parse_table(text, name) for name, text in texts.items() if name != _NETWORKS]
    return tuple(sorted(tables, key=lambda table: table.title))


def find_table(id_: str) -> PublishedTable:
    """Give the table with this id.

    Raises:
        ResourceError: there is none.
    """
    for table in load_tables():
        if table.id == id_:
            return table
    raise ResourceError(f"There is no published table {id_!r}.")


def parse_table(text: str, name: str) -> PublishedTable:
    """Make a table from TOML.

    Raises:
        ResourceError: it is not valid, lacks a field, or a row has another number of cells than there are columns.
    """
    data = read_toml(text, name)
    try:
        keys = tuple(PublishedKey(**key) for key in data["keys"])
        columns = tuple(PublishedColumn(**column) for column in data["columns"])
        rows = tuple(_row(row, len(keys), len(columns), name) for row in data["rows"])
        return PublishedTable(
            id=data["id"],
            title=data["title"],
            kind=data["kind"],
            precision=data.get("precision", ""),
            chipset=data.get("chipset", ""),
            source=data["source"],
            checked_on=str(data["checked_on"]),
            note=data.get("note", ""),
            keys=keys,
            columns=columns,
            rows=rows,
        )
    except (KeyError, TypeError) as error:
        raise ResourceError(
            f"The published table {name} lacks a field or has a wrong one.", detail=str(error)
        ) from error


def read_toml(text: str, name: str) -> Mapping[str, Any]:
    """Parse a data file and check its version.

    Raises:
        ResourceError: it is not TOML, or of another version.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResourceError(f"{name} is not valid TOML.", detail=str(error)) from error
    if data.get("schema_version") != SCHEMA_VERSION:
        raise ResourceError(f"{name} has schema version {data.get('schema_version')!r}, not {SCHEMA_VERSION}.")
    return data


def read_networks() -> Mapping[str, Any]:
    """Read the file of networks.

    Raises:
        ResourceError: it is wrong.
    """
    entry = resources.files("resources").joinpath(_FOLDER, _NETWORKS)
    return read_toml(entry.read_text(encoding="utf-8"), _NETWORKS)


def _row(row: Mapping[str, Any], key_count: int, column_count: int, name: str) -> PublishedRow:
    keys, values = tuple(row["keys"]), tuple(float(value) for value in row["values"])
    if len(keys) != key_count or len(values) != column_count:
        raise ResourceError(f"The row {keys} of {name} has {len(keys)} keys and {len(values)} numbers.")
    return PublishedRow(keys=keys, values=tuple(None if math.isnan(value) else value for value in values))
