"""HTML: one file that needs nothing else, for a browser or an attachment."""

from html import escape
from typing import TextIO

from backends.reports.content import Content, Section, Table
from backends.reports.plain_text import plain

_STYLE = """\
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 75rem; margin: 2rem auto; padding: 0 1.5rem; }
h2 { margin-top: 2.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.5rem; }
dt { opacity: 0.7; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid #8884; }
td { overflow-wrap: anywhere; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
"""


class HtmlReport:
    """Headings, facts and tables; all text is escaped, and there is no script."""

    name = "html"
    suffix = ".html"

    def write(self, stream: TextIO, content: Content) -> None:
        """Write the whole page."""
        title = _text(content.title)
        stream.write(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        )
        for section in content.sections():
            _write_section(stream, section)
        stream.write("</body>\n</html>\n")


def _write_section(stream: TextIO, section: Section) -> None:
    if section.title:
        stream.write(f"<h2>{_text(section.title)}</h2>\n")
    if section.facts:
        pairs = "".join(f"<dt>{_text(label)}</dt><dd>{_text(text)}</dd>\n" for label, text in section.facts)
        stream.write(f"<dl>\n{pairs}</dl>\n")
    for sentence in section.sentences:
        stream.write(f"<p>{_text(sentence)}</p>\n")
    if section.table is not None:
        _write_table(stream, section.table)


def _write_table(stream: TextIO, table: Table) -> None:
    marks = [' class="n"' if i in table.right_aligned else "" for i in range(len(table.headings))]
    heads = "".join(f"<th{mark}>{_text(cell)}</th>" for mark, cell in zip(marks, table.headings, strict=True))
    stream.write(f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n")
    for row in table.rows:
        cells = "".join(f"<td{mark}>{_text(cell)}</td>" for mark, cell in zip(marks, row, strict=True))
        stream.write(f"<tr>{cells}</tr>\n")
    stream.write("</tbody>\n</table>\n")


def _text(text: str) -> str:
    return escape(plain(text))
