"""What a report writes: the same facts as prose and tables, as flat records, and as a tree.

Each content builds only the shape that is asked for; checking a large model against all targets gives hundreds of
thousands of records that a summary in text does not need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Value = str | int | float | bool | None
"""A cell for programs; ``None`` is an empty cell."""

Tree = Value | Sequence["Tree"] | Mapping[str, "Tree"]
"""What JSON can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Texts in rows under headings, for people."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right_aligned: frozenset[int] = frozenset()
    """Columns that hold numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of a report: facts (label and text), then sentences, then a table; each may be missing."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    sentences: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Values in rows under field names, for spreadsheets and programs."""

    fields: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]


class Content(Protocol):
    """Something that can be reported."""

    @property
    def schema(self) -> str:
        """Name and version of the tree's shape, e.g. ``tflite-profiler/check/1``."""

    @property
    def title(self) -> str:
        """One line that says what this is."""

    def sections(self) -> Sequence[Section]:
        """Give the parts in reading order."""

    def records(self) -> Records:
        """Give the main table, one record for each operator, target or device."""

    def tree(self) -> Mapping[str, Tree]:
        """Give everything, without the schema."""
