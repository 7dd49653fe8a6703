"""Columns of numbers by operator, from what a foreign file calls them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from backends.exchange.json_text import MOST_NAME
from backends.model.model import OperatorId
from backends.runs.operator_column import OperatorColumn

_MOST_ID = 60
_UNITS = {
    "ns": "ns", "us": "µs", "µs": "µs", "ms": "ms", "s": "s", "cycles": "cycles", "bytes": "bytes", "b": "bytes",
    "kb": "KB", "mb": "MB", "mj": "mJ", "j": "J", "mw": "mW", "w": "W", "%": "%", "percent": "%",
}  # fmt: skip
"""Units as people write them in names, in any case."""


def make_column(title: str, values: Mapping[OperatorId, float], *, unit: str = "", source: str = "") -> OperatorColumn:
    """Make a column; a unit at the end of the title, as in ``Time (ms)`` or ``Latency [us]``, is taken for one."""
    title = title.strip()[:MOST_NAME]
    if not unit:
        title, unit = split_unit(title)
    return OperatorColumn(
        id=column_id(f"{title} {unit}"),
        title=title or "Value",
        values=values,
        unit=unit,
        source=source,
        is_diverging=any(value < 0 for value in values.values()) and any(value > 0 for value in values.values()),
    )


def column_id(title: str) -> str:
    """Give a name of letters, digits and underscores for a title."""
    words = "".join(c.lower() if c.isascii() and c.isalnum() else " " for c in title.replace("%", " percent "))
    return "_".join(words.split())[:_MOST_ID] or "value"


def split_unit(title: str) -> tuple[str, str]:
    """Split off a known unit in brackets at the end of a title; empty where there is none."""
    for opening, closing in ("()", "[]"):
        head, found, unit = title.rpartition(opening)
        if found and unit.endswith(closing) and unit[:-1].strip().lower() in _UNITS:
            return head.strip(), _UNITS[unit[:-1].strip().lower()]
    return title, ""


def told_apart(columns: Iterable[OperatorColumn]) -> tuple[OperatorColumn, ...]:
    """Give columns with ids of their own: of equal ones the later get a number."""
    taken: set[str] = set()
    result = []
    for column in columns:
        id_, number = column.id, 2
        while id_ in taken:
            id_, number = f"{column.id}_{number}", number + 1
        taken.add(id_)
        result.append(column if id_ == column.id else replace(column, id=id_))
    return tuple(result)
