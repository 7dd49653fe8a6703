"""Published tables as a report: what fits a search, or what stands beside an own model."""

from collections.abc import Mapping, Sequence

from backends.published.beside import Beside
from backends.published.search import PublishedHit
from backends.published.table import PublishedTable
from backends.reports.columns import MISSING, Align, Column
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.tabulation import records_of, table_of
from backends.units import format_latency

_NS_IN_MS = 1e6

BESIDE_COLUMNS: tuple[Column[Beside], ...] = (
    Column(id="chipset", title="Chipset", value=lambda row: row.chipset),
    Column(id="with", title="Measured with", value=lambda row: row.what),
    Column(
        id="published_ms",
        title="Published",
        value=lambda row: row.published_ms,
        format=lambda ms: format_latency(ms * _NS_IN_MS),
        align=Align.RIGHT,
    ),
    Column(
        id="own_ms",
        title="Yours",
        value=lambda row: row.own_ms,
        format=lambda ms: format_latency(ms * _NS_IN_MS),
        align=Align.RIGHT,
    ),
    Column(id="row", title="Published as", value=lambda row: row.row if row.row != row.chipset else ""),
    Column(id="table", title="Table", value=lambda row: row.table.title),
)


def format_published(value: float | None) -> str:
    """Give a published number as it was printed, without its unit."""
    return MISSING if value is None else f"{value:g}"


class PublishedContent:
    """Rows of published tables.

    Args:
        hits: the rows, grouped by table.
        wanted: what was searched for; empty for everything.
    """

    schema = "tflite-profiler/published/1"

    def __init__(self, hits: Sequence[PublishedHit], wanted: str = "") -> None:
        self._hits = tuple(hits)
        self._wanted = wanted

    @property
    def title(self) -> str:
        """Say what is listed."""
        return f"Published numbers for {self._wanted}" if self._wanted else "Published numbers"

    def sections(self) -> Sequence[Section]:
        """Give a table for each published one, with its source."""
        if not self._hits:
            return [Section(title="", sentences=("No published table has a row with these words.",))]
        return [
            Section(
                title=table.title,
                sentences=tuple(filter(None, (table.note, f"Source: {table.source}."))),
                table=_table(table, [hit for hit in self._hits if hit.table is table]),
            )
            for table in self._tables()
        ]

    def records(self) -> Records:
        """Give a record for each number."""
        return Records(
            fields=("table", "keys", "column", "unit", "value"),
            rows=[
                (hit.table.id, " / ".join(filter(None, hit.row.keys)), column.id, column.unit, value)
                for hit in self._hits
                for column, value in zip(hit.table.columns, hit.row.values, strict=True)
            ],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give the tables with the rows that fit."""
        return {
            "wanted": self._wanted,
            "tables": [
                {
                    "id": table.id,
                    "title": table.title,
                    "precision": table.precision,
                    "source": table.source,
                    "checked_on": table.checked_on,
                    "note": table.note,
                    "rows": [_row_tree(table, hit) for hit in self._hits if hit.table is table],
                }
                for table in self._tables()
            ],
        }

    def _tables(self) -> Sequence[PublishedTable]:
        return list({id(hit.table): hit.table for hit in self._hits}.values())


class BesideContent:
    """What was published for an open model's network."""

    schema = "tflite-profiler/published-beside/1"

    def __init__(self, model_name: str, found: Sequence[Beside], chipset: str = "") -> None:
        self._model_name = model_name
        self._found = tuple(found)
        self._chipset = chipset

    @property
    def title(self) -> str:
        """Say what is listed."""
        place = f" on {self._chipset}" if self._chipset else ""
        return f"Published numbers beside {self._model_name}{place}"

    def sections(self) -> Sequence[Section]:
        """Give one table, what the model was taken for, and the sources."""
        if not self._found:
            return [Section(title="", sentences=("No published table names this network on this chipset.",))]
        sources = dict.fromkeys(f"{row.table.title}: {row.table.source}." for row in self._found)
        sentences = (
            f"The model was taken for {self._found[0].likeness.text}.",
            "Input sizes, widths and versions of published models may differ from yours.",
        )
        return [
            Section(title="", sentences=sentences, table=table_of(BESIDE_COLUMNS, self._found)),
            Section(title="Sources", sentences=tuple(sources)),
        ]

    def records(self) -> Records:
        """Give a record for each number."""
        return records_of(BESIDE_COLUMNS, self._found)

    def tree(self) -> Mapping[str, Tree]:
        """Give everything in lists."""
        return {
            "model": self._model_name,
            "chipset": self._chipset,
            "network": self._found[0].likeness.network.id if self._found else None,
            "basis": self._found[0].likeness.text if self._found else None,
            "published": [
                {
                    "table": row.table.id,
                    "chipset": row.chipset,
                    "row": row.row,
                    "with": row.what,
                    "published_ms": row.published_ms,
                    "own_ms": row.own_ms,
                    "source": row.table.source,
                }
                for row in self._found
            ],
        }


def _table(table: PublishedTable, hits: Sequence[PublishedHit]) -> Table:
    kept = [i for i, _ in enumerate(table.columns) if any(hit.row.values[i] is not None for hit in hits)]
    count = len(table.keys)
    return Table(
        headings=(*(key.title for key in table.keys), *(table.columns[i].heading for i in kept)),
        rows=tuple((*hit.row.keys, *(format_published(hit.row.values[i]) for i in kept)) for hit in hits),
        right_aligned=frozenset(range(count, count + len(kept))),
        keys={count + place: tuple(hit.row.values[i] for hit in hits) for place, i in enumerate(kept)},
    )


def _row_tree(table: PublishedTable, hit: PublishedHit) -> Tree:
    texts: dict[str, Tree] = {key.id: text for key, text in zip(table.keys, hit.row.keys, strict=True)}
    values: dict[str, Tree] = {column.id: v for column, v in zip(table.columns, hit.row.values, strict=True)}
    return {**texts, "values": values}
