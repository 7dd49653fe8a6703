"""Comma-separated records for spreadsheets (RFC 4180, UTF-8)."""

import csv
import math
from functools import cache
from typing import TextIO

from backends.reports.content import Content
from backends.reports.plain_text import guard_formula


class CsvReport:
    """The main table only: a line of field names, then one line for each record.

    Numbers are written in full, as shares of one and in the unit that the field's name ends in. Text that a
    spreadsheet would run as a formula gets an apostrophe in front.
    """

    name = "csv"
    suffix = ".csv"

    def write(self, stream: TextIO, content: Content) -> None:
        """Write the content's records."""
        records = content.records()
        guard = cache(guard_formula)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(records.fields)
        writer.writerows(
            [guard(value) if isinstance(value, str) else _cell(value) for value in row] for row in records.rows
        )


def _cell(value: float | bool | None) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
