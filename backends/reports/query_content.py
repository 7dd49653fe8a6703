"""The operators that a query found, as a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backends.reports.columns import Column
from backends.reports.content import Records, Section, Tree
from backends.reports.rows import OperatorRow
from backends.reports.tabulation import records_of, table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A query with what it found in a model."""

    model_name: str
    query: str
    operator_count: int
    """All operators of the model, found or not."""
    rows: tuple[OperatorRow, ...]
    notes: tuple[str, ...] = ()


class QueryContent:
    """What a query found.

    Args:
        answer: the query and the rows it found.
        columns: what to tell of each row; empty ones are left out for people.
    """

    schema = "tflite-profiler/query/1"

    def __init__(self, answer: Answer, columns: Sequence[Column[OperatorRow]]) -> None:
        self._answer = answer
        self._columns = tuple(columns)

    @property
    def title(self) -> str:
        """Name the model."""
        return self._answer.model_name

    def sections(self) -> Sequence[Section]:
        """Give the query with the number of hits, then the hits."""
        answer = self._answer
        shown = [column for column in self._columns if any(column.value(row) not in (None, "") for row in answer.rows)]
        return [
            Section(
                title="",
                facts=(("Query", answer.query), ("Found", f"{len(answer.rows)} of {answer.operator_count} operators")),
                sentences=tuple(f"Note: {note}" for note in answer.notes),
                table=table_of(shown, answer.rows) if answer.rows else None,
            )
        ]

    def records(self) -> Records:
        """Give a record for each hit."""
        return records_of(self._columns, self._answer.rows)

    def tree(self) -> Mapping[str, Tree]:
        """Give query, counts and hits."""
        answer = self._answer
        return {
            "model": answer.model_name,
            "query": answer.query,
            "operator_count": answer.operator_count,
            "found_count": len(answer.rows),
            "notes": list(answer.notes),
            "operators": [
                {
                    "subgraph": row.id.subgraph,
                    **{column.id: column.value(row) for column in self._columns},
                    "index": row.id.index,
                }
                for row in answer.rows
                if row.id is not None
            ],
        }
