"""What each kind of operator does: category, one sentence, and how its cost is counted; loaded from the resources."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from backends.errors import ResourceError
from backends.model.attribute import attribute_line, attribute_operands
from backends.model.model import Operator

__all__ = [
    "OperatorKind",
    "OperatorTable",
    "attribute_line",
    "attribute_operands",
    "category_of",
    "kind_of",
    "operator_table",
]

SCHEMA_VERSION = 1
CUSTOM_CATEGORY = "custom"
UNKNOWN_CATEGORY = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorKind:
    """A row of the operator table.

    ``category`` groups operators by colour; ``cost`` names a formula of ``macs.py`` and is empty for operators that
    do not multiply and accumulate.
    """

    name: str
    category: str
    summary: str
    cost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTable:
    """All operators that the program knows."""

    categories: Mapping[str, str]
    """Category to its title, in display order."""
    builtin: Mapping[str, OperatorKind]
    custom: Mapping[str, OperatorKind]
    """By custom code."""


@cache
def operator_table() -> OperatorTable:
    """Give the operator table that comes with the program.

    Raises:
        ResourceError: the table is wrong; says where.
    """
    return parse_operator_table(resources.files("resources").joinpath("operators.toml").read_text(encoding="utf-8"))


def parse_operator_table(text: str) -> OperatorTable:
    """Read an operator table from TOML.

    Raises:
        ResourceError: the table is wrong; says where.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResourceError("The operator table is not valid TOML.", detail=str(error)) from error
    if table.get("schema_version") != SCHEMA_VERSION:
        raise ResourceError(f"The operator table has schema version {table.get('schema_version')!r}, not 1.")
    categories = dict(table["categories"])
    return OperatorTable(
        categories=MappingProxyType(categories),
        builtin=_rows(table["operators"], categories),
        custom=_rows(table["custom"], categories),
    )


def kind_of(operator: Operator) -> OperatorKind:
    """Give what is known about an operator; unknown and custom ones have a row that says so."""
    table = operator_table()
    if operator.custom_code:
        known = table.custom.get(operator.custom_code)
        if known is not None:
            return known
        flex = operator.custom_code.startswith("Flex")
        summary = "A TensorFlow operator (Select TF ops)." if flex else table.builtin["CUSTOM"].summary
        return OperatorKind(name=operator.custom_code, category=CUSTOM_CATEGORY, summary=summary)
    known = table.builtin.get(operator.kind)
    if known is None:
        return OperatorKind(
            name=operator.kind, category=UNKNOWN_CATEGORY, summary="An operator newer than this program knows."
        )
    return known


def category_of(kind: str) -> str:
    """Give the category of a builtin operator's name (or of ``CUSTOM``)."""
    known = operator_table().builtin.get(kind)
    return known.category if known is not None else UNKNOWN_CATEGORY


def _rows(rows: Mapping[str, Mapping[str, str]], categories: Mapping[str, str]) -> Mapping[str, OperatorKind]:
    """Check and build the rows of one part of the table."""
    kinds: dict[str, OperatorKind] = {}
    for name, row in rows.items():
        unknown = set(row) - {"category", "summary", "cost"}
        if unknown or not row.get("summary"):
            raise ResourceError(f"The operator table is wrong at {name}: {', '.join(unknown) or 'no summary'}.")
        if row.get("category") not in categories:
            raise ResourceError(f"The operator table is wrong at {name}: no category {row.get('category')!r}.")
        kinds[name] = OperatorKind(
            name=name, category=row["category"], summary=row["summary"], cost=row.get("cost", "")
        )
    return MappingProxyType(kinds)
