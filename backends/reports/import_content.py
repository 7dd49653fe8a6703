"""What came in from files of other tools, as a report."""

from collections.abc import Mapping, Sequence

from backends.exchange.imported import Imported
from backends.model.model import Model, OperatorId
from backends.reports.columns import MISSING, format_operator
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.run_content import RunContent
from backends.runs.operator_column import OperatorColumn

_MOST_DIGITS = 6


class ImportContent:
    """Runs and columns that were attached to a model.

    Args:
        model: the model.
        found: what was read, at least one.
    """

    schema = "tflite-profiler/import/1"

    def __init__(self, model: Model, found: Sequence[Imported]) -> None:
        self._model = model
        self._found = tuple(found)
        self._runs = [item.run for item in found if item.run is not None]
        self._columns = [column for item in found for column in item.columns]
        if len(self._runs) == 1:
            self.schema = RunContent.schema

    @property
    def title(self) -> str:
        """Name the model."""
        return f"{self._model.name}: imported"

    def sections(self) -> Sequence[Section]:
        """Give for each file what it is and how much of it fits, then the runs and the columns."""
        facts = [(", ".join(item.sources), item.summary) for item in self._found]
        notes = tuple(note for item in self._found for note in item.notes)
        sections = [Section(title="", facts=tuple(facts), sentences=notes)]
        for run in self._runs:
            sections.extend(RunContent(self._model, run).sections())
        if self._columns:
            sections.append(Section(title="Columns", table=self._table()))
        return sections

    def records(self) -> Records:
        """Give a record for each operator: of the run where there is one only, and the columns."""
        fields = tuple(column.id for column in self._columns)
        if len(self._runs) == 1:
            records = RunContent(self._model, self._runs[0]).records()
            rows = [(*row, *self._values(_place(row))) for row in records.rows]
            return Records(fields=(*records.fields, *fields), rows=rows)
        return Records(
            fields=("subgraph", "index", "kind", *fields),
            rows=[
                (*operator.id, operator.label, *self._values(operator.id))
                for graph in self._model.subgraphs
                for operator in graph.operators
            ],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give the one run as it is saved, with the columns beside it; several as a list."""
        columns: Tree = [_column_tree(column) for column in self._columns]
        trees = [RunContent(self._model, run).tree() for run in self._runs]
        if len(trees) == 1:
            return {**trees[0], "columns": columns}
        return {
            "model": {"name": self._model.name, "sha256": self._model.sha256},
            "runs": trees,
            "columns": columns,
        }

    def _values(self, place: OperatorId | None) -> tuple[float | None, ...]:
        return tuple(None if place is None else column.values.get(place) for column in self._columns)

    def _table(self) -> Table:
        operators = [op for graph in self._model.subgraphs for op in graph.operators]
        known = [op for op in operators if any(op.id in column.values for column in self._columns)]
        titles = [f"{column.title} ({column.unit})" if column.unit else column.title for column in self._columns]
        return Table(
            headings=("#", "Type", *titles),
            rows=tuple(
                (format_operator(op.id), op.label, *(_text(value) for value in self._values(op.id))) for op in known
            ),
            right_aligned=frozenset(range(2, 2 + len(titles))),
        )


def _place(row: Sequence[object]) -> OperatorId | None:
    subgraph, index = row[:2]
    return OperatorId(subgraph, index) if isinstance(subgraph, int) and isinstance(index, int) else None


def _text(value: float | None) -> str:
    if value is None:
        return MISSING
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.{_MOST_DIGITS}g}"


def _column_tree(column: OperatorColumn) -> Tree:
    return {
        "id": column.id,
        "title": column.title,
        "unit": column.unit,
        "source": column.source,
        "values": [
            {"subgraph": id_.subgraph, "index": id_.index, "value": value}
            for id_, value in sorted(column.values.items())
        ],
    }
