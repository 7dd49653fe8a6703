"""Markdown (GitHub flavour) for issues, wikis and reviews."""

from typing import TextIO

from backends.reports.content import Content, Section, Table
from backends.reports.plain_text import escape_markdown


class MarkdownReport:
    """Headings, lists and pipe tables; all text is escaped."""

    name = "markdown"
    suffix = ".md"

    def write(self, stream: TextIO, content: Content) -> None:
        """Write title and sections."""
        stream.write(f"# {escape_markdown(content.title)}\n")
        for section in content.sections():
            _write_section(stream, section)


def _write_section(stream: TextIO, section: Section) -> None:
    if section.title:
        mark = "###" if section.is_part else "##"
        stream.write(f"\n{mark} {escape_markdown(section.title)}\n")
    if section.facts:
        stream.write("\n")
        for label, text in section.facts:
            stream.write(f"- {escape_markdown(label)}: {escape_markdown(text)}\n")
    for sentence in section.sentences:
        stream.write(f"\n{escape_markdown(sentence)}\n")
    if section.table is not None:
        stream.write("\n")
        _write_table(stream, section.table)


def _write_table(stream: TextIO, table: Table) -> None:
    rules = ["--:" if i in table.right_aligned else "---" for i in range(len(table.headings))]
    stream.write(_line(table.headings) + "|" + "|".join(rules) + "|\n")
    for row in table.rows:
        stream.write(_line(row))


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(escape_markdown(cell) for cell in cells) + " |\n"
