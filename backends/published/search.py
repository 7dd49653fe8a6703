"""Looking things up in published tables."""

from collections.abc import Iterable
from dataclasses import dataclass

from backends.published.table import PublishedRow, PublishedTable, load_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedHit:
    """A row that fits, with its table."""

    table: PublishedTable
    row: PublishedRow


def search_published(text: str, tables: Iterable[PublishedTable] | None = None) -> tuple[PublishedHit, ...]:
    """Give the rows that hold every word that was typed; nothing typed gives all.

    Words are looked for in a row's texts and in the table's title, precision and chipset; case does not count.

    Args:
        text: what somebody typed.
        tables: where to look, instead of all tables.

    Raises:
        ResourceError: a table is wrong.
    """
    words = text.casefold().split()
    known = load_tables() if tables is None else tables
    return tuple(
        PublishedHit(table=table, row=row)
        for table in known
        for row in table.rows
        if all(word in _words(table, row) for word in words)
    )


def published_chipsets(tables: Iterable[PublishedTable] | None = None) -> tuple[str, ...]:
    """Name the chipsets that there are published numbers of, each once.

    Args:
        tables: where to look, instead of all tables.

    Raises:
        ResourceError: a table is wrong.
    """
    known = load_tables() if tables is None else tables
    rows = [(table, row) for table in known for row in table.rows]
    names = [table.key(row, "chipset") if table.kind == "chipsets" else table.chipset for table, row in rows]
    return tuple(dict.fromkeys(filter(None, names)))


def _words(table: PublishedTable, row: PublishedRow) -> str:
    return " ".join((*row.keys, table.title, table.precision, table.chipset)).casefold()
