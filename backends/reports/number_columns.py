"""Table columns for any number of operators: the program's own metrics, and computed, compared and imported ones."""

from collections.abc import Mapping
from functools import partial

from backends.model.cost import OperatorCost
from backends.model.model import OperatorId
from backends.reports.columns import Align, Column
from backends.reports.rows import TOTAL, OperatorRow
from backends.runs.operator_column import OperatorColumn
from backends.runs.operator_metrics import METRICS, metric_column
from backends.runs.run import Run
from backends.units import format_quantity

_FURTHER = ("intensity", "bandwidth", "weights")
"""Metrics that tables of operators have no column of their own for."""


def further_columns(costs: Mapping[OperatorId, OperatorCost], run: Run | None) -> tuple[Column[OperatorRow], ...]:
    """Give the columns of metrics that are only shown when asked for."""
    return tuple(
        number_column(metric_column(id_, costs, run), description=METRICS[id_].description, is_default=False)
        for id_ in _FURTHER
    )


def number_column(column: OperatorColumn, *, description: str = "", is_default: bool = True) -> Column[OperatorRow]:
    """Give the table's column for numbers by operator; the total has what the column states, or their sum."""
    total = column.total
    if total is None and column.adds_up and column.values:
        total = sum(column.values.values())

    def value(row: OperatorRow) -> float | None:
        if row.id is None:
            return total if row.kind == TOTAL else None
        return column.values.get(row.id)

    told = description or ", ".join(filter(None, (f"In {column.unit}" if column.unit else "", column.source)))
    return Column(
        id=column.id,
        title=column.title,
        value=value,
        format=partial(_signed if column.is_diverging else format_quantity, unit=column.unit),
        align=Align.RIGHT,
        description=told,
        is_default=is_default,
        is_share=column.unit == "share" and not column.is_diverging,
    )


def _signed(value: float, unit: str) -> str:
    return f"{'+' if value > 0 else ''}{format_quantity(value, unit)}"
