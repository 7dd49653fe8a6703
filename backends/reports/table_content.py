"""Any table as a report: what a page shows, for files and the clipboard."""

from collections.abc import Mapping, Sequence
from typing import Generic

from backends.reports.columns import Column, RowT
from backends.reports.content import Records, Section, Tree
from backends.reports.tabulation import records_of, table_of


class TableContent(Generic[RowT]):
    """Rows through columns under a title.

    Args:
        schema: name and version of the shape, e.g. ``tflite-profiler/operators/1``.
        title: one line that says what this is.
        columns: what to write, left to right.
        rows: what to write, top to bottom.
    """

    def __init__(self, schema: str, title: str, columns: Sequence[Column[RowT]], rows: Sequence[RowT]) -> None:
        self.schema = schema
        self.title = title
        self._columns = columns
        self._rows = rows

    def sections(self) -> Sequence[Section]:
        """Give the table alone."""
        return [Section(title=self.title, table=table_of(self._columns, self._rows))]

    def records(self) -> Records:
        """Give the values of all columns."""
        return records_of(self._columns, self._rows)

    def tree(self) -> Mapping[str, Tree]:
        """Give the rows as objects whose keys are the columns' ids."""
        return {
            "title": self.title,
            "rows": [{column.id: column.value(row) for column in self._columns} for row in self._rows],
        }
