"""From numbers to colours: the scale of an overlay of values."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from backends.model.model import OperatorId
from backends.runs.operator_column import OperatorColumn
from backends.units import format_quantity
from profiler_gui.canvas.colour_map import DIVERGING
from profiler_gui.canvas.overlay import ValueOverlay

_NOWHERE = OperatorId(-1, -1)
_MOST_DECADES = 4.0
"""Values further below the largest one all get the lowest colour of a logarithmic scale."""


def value_overlay(title: str, column: OperatorColumn, *, is_logarithmic: bool) -> ValueOverlay | None:
    """Put the numbers of a column on a scale; ``None`` where it has none.

    Args:
        title: what stands over the legend.
        column: the numbers; ones that are not finite are left out.
        is_logarithmic: whether equal steps of colour are equal ratios; with a sign, on both sides of zero.
    """
    values = {id_: value for id_, value in column.values.items() if math.isfinite(value)}
    if not values:
        return None
    overlay = _scaled(title, column, values, is_logarithmic=is_logarithmic)
    if not column.adds_up:
        return overlay

    def rescale(sums: Mapping[OperatorId, float]) -> ValueOverlay:
        return replace(_scaled(title, column, sums or {_NOWHERE: 0.0}, is_logarithmic=is_logarithmic), rescale=rescale)

    return replace(overlay, amounts=values, rescale=rescale)


def _scaled(
    title: str, column: OperatorColumn, values: Mapping[OperatorId, float], *, is_logarithmic: bool
) -> ValueOverlay:
    if column.is_diverging:
        return _diverging(title, column, values, is_logarithmic=is_logarithmic)
    if is_logarithmic:
        return _logarithmic(title, column, values)
    smallest, largest = min(0.0, *values.values()), max(0.0, *values.values())
    span = largest - smallest
    return ValueOverlay(
        title=title,
        values={id_: (value - smallest) / span if span else 0.0 for id_, value in values.items()},
        labels=_Labels(values, column.unit),
        minimum_text=format_quantity(smallest, column.unit) if smallest else "0",
        maximum_text=format_quantity(largest, column.unit),
        scale="linear",
    )


def _logarithmic(title: str, column: OperatorColumn, values: Mapping[OperatorId, float]) -> ValueOverlay:
    largest = max(values.values())
    positive = [value for value in values.values() if value > 0]
    smallest = max(min(positive, default=1.0), largest / 10**_MOST_DECADES)
    span = math.log(largest / smallest) if largest > smallest > 0 else 0.0
    return ValueOverlay(
        title=title,
        values={id_: _log_share(value, smallest, span) for id_, value in values.items()},
        labels=_Labels(values, column.unit),
        minimum_text=f"≤ {format_quantity(smallest, column.unit)}",
        maximum_text=format_quantity(largest, column.unit),
        scale="log",
    )


def _diverging(
    title: str, column: OperatorColumn, values: Mapping[OperatorId, float], *, is_logarithmic: bool
) -> ValueOverlay:
    """Keep zero in the middle and both sides on one scale."""
    sizes = [abs(value) for value in values.values() if value]
    largest = max(sizes, default=0.0)
    smallest = max(min(sizes, default=1.0), largest / 10**_MOST_DECADES)
    span = math.log(largest / smallest) if largest > smallest > 0 else 0.0

    def place(value: float) -> float:
        if not value or not largest:
            return 0.5
        # On a logarithmic scale even the smallest difference is told from none.
        size = 0.1 + 0.9 * _log_share(abs(value), smallest, span) if is_logarithmic else abs(value) / largest
        return 0.5 + math.copysign(size / 2, value)

    text = format_quantity(largest, column.unit)
    return ValueOverlay(
        title=title,
        values={id_: place(value) for id_, value in values.items()},
        labels=_Labels(values, column.unit, is_signed=True),
        minimum_text=f"−{text}",
        middle_text="0, log" if is_logarithmic else "0",
        maximum_text=f"+{text}",
        scale="log" if is_logarithmic else "linear",
        colour_map=DIVERGING,
    )


class _Labels(Mapping[OperatorId, str]):
    """Texts of values, made when one is asked for: most nodes of a large graph are never read."""

    def __init__(self, values: Mapping[OperatorId, float], unit: str, *, is_signed: bool = False) -> None:
        self._values = values
        self._unit = unit
        self._is_signed = is_signed

    def __getitem__(self, id_: OperatorId) -> str:
        value = self._values[id_]
        return f"{'+' if self._is_signed and value > 0 else ''}{format_quantity(value, self._unit)}"

    def __iter__(self) -> Iterator[OperatorId]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _log_share(value: float, smallest: float, span: float) -> float:
    if value <= smallest or not span:
        return 0.0 if span else 1.0
    return math.log(value / smallest) / span
