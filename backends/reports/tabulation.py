"""Rows through columns: to a table for people, to records for programs."""

from collections.abc import Sequence

from backends.reports.columns import Align, Column, RowT
from backends.reports.content import Records, Table


def table_of(columns: Sequence[Column[RowT]], rows: Sequence[RowT], *, footer_rows: int = 0) -> Table:
    """Give a table for people; columns without any text in ``rows`` are left out.

    Args:
        columns: what to show.
        rows: what to list.
        footer_rows: how many of the last rows are totals.
    """
    texts = [[column.text(row) for row in rows] for column in columns]
    kept = [i for i, column in enumerate(columns) if any(column.value(row) not in (None, "") for row in rows)]
    return Table(
        headings=tuple(columns[i].title for i in kept),
        rows=tuple(tuple(texts[i][number] for i in kept) for number in range(len(rows))),
        right_aligned=frozenset(place for place, i in enumerate(kept) if columns[i].align is Align.RIGHT),
        keys={
            place: tuple(columns[i].value(row) for row in rows)
            for place, i in enumerate(kept)
            if columns[i].align is Align.RIGHT
        },
        footer_rows=footer_rows,
    )


def records_of(columns: Sequence[Column[RowT]], rows: Sequence[RowT]) -> Records:
    """Give records for programs, with the columns' ids as field names."""
    return Records(
        fields=tuple(column.id for column in columns),
        rows=[tuple(column.value(row) for column in columns) for row in rows],
    )
