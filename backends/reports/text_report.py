"""Aligned tables for a terminal."""

from typing import TextIO

from backends.reports.content import Content, Section, Table
from backends.reports.plain_text import clip, display_width, pad, plain

MAX_CELL_WIDTH = 48
_GAP = "  "
_MAX_RULE_WIDTH = 60


class TextReport:
    """Headings, facts and aligned tables in plain text.

    Args:
        max_cell_width: longer cells are cut with an ellipsis, except in a table's last column.
    """

    name = "text"
    suffix = ".txt"

    def __init__(self, *, max_cell_width: int = MAX_CELL_WIDTH) -> None:
        self._max_cell_width = max_cell_width

    def write(self, stream: TextIO, content: Content) -> None:
        """Write title and sections."""
        stream.write(plain(content.title) + "\n")
        for section in content.sections():
            self._write_section(stream, section)

    def _write_section(self, stream: TextIO, section: Section) -> None:
        stream.write("\n")
        if section.title:
            title = plain(section.title)
            stream.write(f"{title}\n{'-' * display_width(title)}\n")
        label_width = max((display_width(plain(label)) for label, _ in section.facts), default=0)
        for label, text in section.facts:
            stream.write(f"{pad(plain(label), label_width)}{_GAP}{plain(text)}\n")
        for sentence in section.sentences:
            stream.write(plain(sentence) + "\n")
        if section.table is not None:
            if section.facts or section.sentences:
                stream.write("\n")
            self._write_table(stream, section.table)

    def _write_table(self, stream: TextIO, table: Table) -> None:
        last = len(table.headings) - 1
        rows = [
            tuple(plain(text) if i == last else clip(plain(text), self._max_cell_width) for i, text in enumerate(row))
            for row in (table.headings, *table.rows)
        ]
        widths = [max(display_width(row[i]) for row in rows) for i in range(len(table.headings))]
        rule = tuple("-" * min(width, _MAX_RULE_WIDTH) for width in widths)
        for row in (rows[0], rule, *rows[1:]):
            stream.write(_line(row, widths, table.right_aligned))


def _line(row: tuple[str, ...], widths: list[int], right_aligned: frozenset[int]) -> str:
    cells = (pad(text, widths[i], is_right=i in right_aligned) for i, text in enumerate(row))
    return _GAP.join(cells).rstrip() + "\n"
