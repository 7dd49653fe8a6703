"""What a report writes: the same facts as prose and tables, as flat records, and as a tree.

Each content builds only the shape that is asked for; checking a large model against all targets gives hundreds of
thousands of records that a summary in text does not need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from backends.reports.figure import Figure, Tone

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
    keys: Mapping[int, tuple[Value, ...]] = field(default_factory=dict)
    """Numbers to sort a column by, for each row, where the texts do not sort well."""
    bars: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    """Shares (0..1) of a column whose texts are bars made of characters, for formats that draw."""
    tones: Mapping[tuple[int, int], Tone] = field(default_factory=dict)
    """Meaning of single cells by row and column: good, bad or unknown."""
    tips: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What to add to single cells where there is room, such as reasons."""
    links: tuple[str, ...] = ()
    """What each row stands for, as words that ``Box.link`` has too; empty where rows stand for nothing in a drawing."""
    footer_rows: int = 0
    """How many of the last rows are totals, which keep their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of a report: facts (label and text), then sentences, then a table; each may be missing."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    is_part: bool = False
    """Whether it belongs to the section before that is none."""
    figures: tuple[Figure, ...] = ()
    """Drawings, for formats that can show them; they stand before the table."""
    is_side_by_side: bool = False
    """Whether large drawings stand beside each other where there is room."""


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
