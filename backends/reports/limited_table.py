"""Keeping tables to a size that people read: the rows that matter most stay, in their order."""

from collections.abc import Sequence
from dataclasses import replace

from backends.reports.content import Table


def limit_table(table: Table, most: int, weights: Sequence[float] | None = None) -> tuple[Table, str]:
    """Give at most ``most`` rows above the totals, and a sentence on what was left out (empty for nothing).

    Args:
        table: what to shorten.
        most: rows to keep.
        weights: how much each row matters, the totals included; without them the first rows stay.
    """
    body = len(table.rows) - table.footer_rows
    if body <= most:
        return table, ""
    order = range(body) if weights is None else sorted(range(body), key=lambda row: -weights[row])
    kept = [*sorted(list(order)[:most]), *range(body, len(table.rows))]
    place = {old: new for new, old in enumerate(kept)}
    left_out = body - most
    which = "with the largest times" if weights is not None else "first ones"
    shorter = replace(
        table,
        rows=tuple(table.rows[row] for row in kept),
        keys={column: tuple(values[row] for row in kept) for column, values in table.keys.items()},
        bars={column: tuple(values[row] for row in kept) for column, values in table.bars.items()},
        tones={(place[row], column): tone for (row, column), tone in table.tones.items() if row in place},
        links=tuple(table.links[row] for row in kept) if table.links else (),
        tips={(place[row], column): tip for (row, column), tip in table.tips.items() if row in place},
    )
    return shorter, f"The {most} {which} of {body} rows are shown; {left_out} are left out."
