"""HTML: one file that needs nothing else, for a browser or an attachment.

Text is always escaped. A content security policy allows this page's own style and script by their hashes and nothing
else: no other script, no network, no forms. What a model's maker put into names stays text even where escaping failed.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import TextIO

from backends.reports.content import Content, Section, Table, Value
from backends.reports.plain_text import plain
from backends.reports.svg_figure import write_svg_figure

_LEAST_FOR_CONTENTS = 5
"""Reports with so many titled parts begin with a list of them."""
_BAR_WIDTH = 120


class HtmlReport:
    """Headings, facts, drawings and sortable tables; light or dark as the reader's system is."""

    name = "html"
    suffix = ".html"

    def write(self, stream: TextIO, content: Content) -> None:
        """Write the whole page."""
        title, style, script = _text(content.title), _template("report.css"), _template("report.js")
        policy = (
            f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
            "form-action 'none'"
        )
        stream.write(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        )
        sections = content.sections()
        _write_contents(stream, sections)
        for number, section in enumerate(sections):
            _write_section(stream, section, number)
        stream.write(f"<script>{script}</script>\n</body>\n</html>\n")


@cache
def _template(name: str) -> str:
    return (files("resources") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _write_contents(stream: TextIO, sections: Sequence[Section]) -> None:
    titled = [
        (number, section.title) for number, section in enumerate(sections) if section.title and not section.is_part
    ]
    if len(titled) < _LEAST_FOR_CONTENTS:
        return
    links = "".join(f'<a href="#s{number}">{_text(title)}</a>\n' for number, title in titled)
    stream.write(f"<nav>\n{links}</nav>\n")


def _write_section(stream: TextIO, section: Section, number: int) -> None:
    if section.title:
        level = 3 if section.is_part else 2
        stream.write(f'<h{level} id="s{number}">{_text(section.title)}</h{level}>\n')
    if section.facts:
        pairs = "".join(f"<dt>{_text(label)}</dt><dd>{_text(text)}</dd>\n" for label, text in section.facts)
        stream.write(f"<dl>\n{pairs}</dl>\n")
    for sentence in section.sentences:
        stream.write(f"<p>{_text(sentence)}</p>\n")
    plots = [figure for figure in section.figures if not figure.is_zoomable]
    if plots:
        stream.write('<div class="plots">\n')
        for figure in plots:
            write_svg_figure(stream, figure)
        stream.write("</div>\n")
    large = [figure for figure in section.figures if figure.is_zoomable]
    if large and section.is_side_by_side:
        stream.write('<div class="pair">\n')
    for figure in large:
        write_svg_figure(stream, figure)
    if large and section.is_side_by_side:
        stream.write("</div>\n")
    if section.table is not None:
        _write_table(stream, section.table)


def _write_table(stream: TextIO, table: Table) -> None:
    marks = [' class="n"' if i in table.right_aligned else "" for i in range(len(table.headings))]
    heads = "".join(
        f"<th{mark}{'' if i in table.bars else ' data-sort'}>{_text(cell)}</th>"
        for i, (mark, cell) in enumerate(zip(marks, table.headings, strict=True))
    )
    body = len(table.rows) - table.footer_rows
    stream.write(f'<div class="t"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n')
    for number in range(body):
        stream.write(_row(table, number, marks))
    stream.write("</tbody>\n")
    if table.footer_rows:
        stream.write("<tfoot>\n")
        for number in range(body, len(table.rows)):
            stream.write(_row(table, number, marks))
        stream.write("</tfoot>\n")
    stream.write("</table></div>\n")


def _row(table: Table, number: int, marks: list[str]) -> str:
    cells = []
    for i, (text, mark) in enumerate(zip(table.rows[number], marks, strict=True)):
        if i in table.bars:
            cells.append(f"<td>{_bar(table.bars[i][number])}</td>")
            continue
        tone, tip = table.tones.get((number, i)), table.tips.get((number, i), "")
        kind = f' class="{tone}"' if tone is not None else mark
        hint = f' title="{_text(tip)}"' if tip else ""
        key = _key(table.keys[i][number]) if i in table.keys else ""
        cells.append(f"<td{kind}{hint}{key}>{_text(text)}</td>")
    link = f' data-op="{_text(table.links[number])}"' if table.links and table.links[number] else ""
    return f"<tr{link}>{''.join(cells)}</tr>\n"


def _key(value: Value) -> str:
    """Give what to sort a cell by; nothing is known of cells without a number."""
    if value is None:
        return ' data-v=""'
    return f' data-v="{value:.9g}"' if isinstance(value, int | float) else ""


def _bar(share: float) -> str:
    if share <= 0:
        return ""
    width = max(1.0, share * _BAR_WIDTH)
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR_WIDTH} 10" preserveAspectRatio="none">'
        f'<rect class="f-accent" width="{width:.1f}" height="10"/></svg>'
    )


def _text(text: str) -> str:
    return escape(plain(text))
