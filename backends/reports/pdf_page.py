"""Drawing on the pages of a PDF: fonts, colours, shapes and tables."""

import logging
from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from backends.reports.content import Table
from backends.reports.figure import Box, Dot, Label, Line, Shape, Tone
from backends.reports.plain_text import plain

if TYPE_CHECKING:
    from fpdf import FPDF

FONT = "Inter"
_INK = "#1c2430"
_COLOURS = {
    Tone.INK: _INK,
    Tone.DIM: "#5b6675",
    Tone.GRID: "#dde2e9",
    Tone.EDGE: "#8a94a3",
    Tone.ACCENT: "#1f5fa8",
    Tone.SECOND: "#b2551b",
    Tone.GOOD: "#1c6fb0",
    Tone.BAD: "#b8470f",
    Tone.UNKNOWN: "#66707f",
    Tone.NODE: "#ffffff",
    Tone.PANEL: "#f6f7f9",
    Tone.BAND: "#dbe6f3",
}
_CELL_SIZE = 7.5
_LINE = 3.6
_PAD = 1.2
_MOST_LINES = 8
_LEAST_WIDTH, _SHORT = 7.0, 36.0
"""Columns are never narrower; those up to the second are not wrapped where the others leave room."""
_BAR_WIDTH = 24.0


def make_pdf(title: str) -> "FPDF":
    """Make an empty A4 document with the bundled font, numbered pages and the given title."""
    from fpdf import FPDF

    # It warns about characters that no font has; those are replaced before.
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)

    class _Document(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(FONT, size=7.5)
            self.set_text_color(_COLOURS[Tone.DIM])
            self.cell(0, 5, clean(self, title)[:110], align="L")
            self.set_x(self.l_margin)
            self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    pdf = _Document(format="A4")
    pdf.set_title(plain(title))
    pdf.set_creator("TFLite Profiler")
    pdf.set_auto_page_break(True, margin=18)
    pdf.set_margins(16, 16, 16)
    folder = files("resources") / "fonts"
    for style, name in (("", "Inter-Regular.ttf"), ("B", "Inter-SemiBold.ttf")):
        with as_file(folder / name) as path:
            pdf.add_font(FONT, style, path)
    pdf.set_font(FONT, size=9.5)
    pdf.set_text_color(_INK)
    pdf.add_page()
    return pdf


def clean(pdf: "FPDF", text: str) -> str:
    """Give plain text with the characters that the font lacks as ``U+4F60``."""
    known = pdf.fonts[FONT.lower()].cmap  # type: ignore[union-attr]  # an own font, never one of PDF's built-in ones
    return "".join(c if ord(c) in known else f"U+{ord(c):04X}" for c in plain(text))


def draw_shape(pdf: "FPDF", shape: Shape, x: float, y: float, scale: float) -> None:
    """Draw a shape whose figure's corner is at (x, y) in mm; ``scale`` is mm for each of its units."""
    if isinstance(shape, Box):
        pdf.set_fill_color(shape.fill or _COLOURS[shape.tone])
        style = "F"
        if shape.outline is not None:
            pdf.set_draw_color(_COLOURS[shape.outline])
            pdf.set_line_width(0.6 * scale)
            style = "DF"
        is_round = shape.radius > 0
        radius = min(shape.radius, shape.height / 2, shape.width / 2) * scale
        pdf.rect(
            x + shape.x * scale, y + shape.y * scale, shape.width * scale, shape.height * scale, style=style,
            round_corners=is_round, corner_radius=radius if is_round else 0,
        )  # fmt: skip
    elif isinstance(shape, Line):
        pdf.set_draw_color(_COLOURS[shape.tone])
        pdf.set_line_width(max(0.05, 0.7 * shape.width * scale))
        pdf.polyline([(x + a * scale, y + b * scale) for a, b in shape.points])
    elif isinstance(shape, Dot):
        pdf.set_fill_color(_COLOURS[shape.tone])
        pdf.circle(x + shape.x * scale, y + shape.y * scale, shape.radius * scale, style="F")
    else:
        _draw_label(pdf, shape, x, y, scale)


def _draw_label(pdf: "FPDF", label: Label, x: float, y: float, scale: float) -> None:
    text = clean(pdf, label.text)
    # A point is 0.353 mm, and the units of a figure are pixels of a size of 12 for body text.
    pdf.set_font(FONT, "B" if label.is_bold else "", size=max(1.0, label.size * scale / 0.3528))
    pdf.set_text_color(label.fill or _COLOURS[label.tone])
    width = pdf.get_string_width(text)
    start = {"middle": width / 2, "end": width}.get(label.anchor, 0.0)
    pdf.text(x + label.x * scale - start, y + label.y * scale, text)


def draw_table(pdf: "FPDF", table: Table) -> None:
    """Draw a table over as many pages as it takes, with its headings on each."""
    pdf.set_font(FONT, size=_CELL_SIZE)
    rows = [[clean(pdf, cell) for cell in row] for row in table.rows]
    heads = [clean(pdf, cell) for cell in table.headings]
    widths = _widths(pdf, table, heads, rows)
    _draw_row(pdf, table, heads, widths, number=-1)
    body = len(rows) - table.footer_rows
    for number, row in enumerate(rows):
        height = _height(pdf, row, widths, table)
        if pdf.will_page_break(height):
            pdf.add_page()
            _draw_row(pdf, table, heads, widths, number=-1)
        if number == body and body:
            pdf.set_draw_color(_COLOURS[Tone.DIM])
            pdf.set_line_width(0.2)
            pdf.line(pdf.l_margin, pdf.get_y(), pdf.l_margin + sum(widths), pdf.get_y())
        _draw_row(pdf, table, row, widths, number=number)
    pdf.ln(2)


def _widths(pdf: "FPDF", table: Table, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Give each column what it needs; where that is too much, long texts wrap, or else the widest columns give way."""
    # Headings and totals are bold, and a bold text is the wider one.
    pdf.set_font(FONT, "B", size=_CELL_SIZE)
    wanted = []
    for i, head in enumerate(heads):
        if i in table.bars:
            wanted.append(_BAR_WIDTH)
            continue
        longest = sorted({row[i] for row in rows}, key=len)[-8:]
        wanted.append(max([*map(pdf.get_string_width, (head, *longest)), _LEAST_WIDTH]) + 2 * _PAD)
    room = pdf.epw
    if sum(wanted) <= room:
        return wanted
    short = [width for width in wanted if width <= _SHORT]
    long = [width for width in wanted if width > _SHORT]
    left = room - sum(short)
    if long and left >= _SHORT * len(long):
        whole = sum(width**0.5 for width in long)
        return [width if width <= _SHORT else left * width**0.5 / whole for width in wanted]
    words = [max(map(pdf.get_string_width, head.split() or [""])) + 2 * _PAD for head in heads]
    least = [min(word, width) for word, width in zip(words, wanted, strict=True)]
    limit = max(wanted)
    while limit > _LEAST_WIDTH and sum(map(max, least, (min(width, limit) for width in wanted))) > room:
        limit *= 0.96
    widths = list(map(max, least, (min(width, limit) for width in wanted)))
    return [width * min(1.0, room / sum(widths)) for width in widths]


def _height(pdf: "FPDF", row: Sequence[str], widths: Sequence[float], table: Table) -> float:
    lines = max(len(_wrapped(pdf, cell, widths[i])) for i, cell in enumerate(row) if i not in table.bars)
    return lines * _LINE + 2 * _PAD / 2


def _wrapped(pdf: "FPDF", text: str, width: float) -> list[str]:
    """Break a text into lines: between words, and within one where it is too long."""
    room = width - 2 * _PAD
    if pdf.get_string_width(text) <= room:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        while word:
            trial = f"{line} {word}".strip()
            if pdf.get_string_width(trial) <= room:
                line, word = trial, ""
            elif line:
                lines.append(line)
                line = ""
            else:
                count = max(1, int(len(word) * room / max(pdf.get_string_width(word), 0.01)))
                lines.append(word[:count])
                word = word[count:]
    lines.append(line)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}…"]
    return lines


def _draw_row(pdf: "FPDF", table: Table, row: Sequence[str], widths: Sequence[float], *, number: int) -> None:
    """Draw a row; the number -1 stands for the headings."""
    is_head, is_total = number < 0, number >= len(table.rows) - table.footer_rows
    pdf.set_font(FONT, "B" if is_head or is_total else "", size=_CELL_SIZE)
    height = max(_height(pdf, row, widths, table), _LINE + _PAD)
    x, y = pdf.l_margin, pdf.get_y()
    if is_head or number % 2:
        pdf.set_fill_color(_COLOURS[Tone.PANEL] if not is_head else "#e9edf2")
        pdf.rect(x, y, sum(widths), height, style="F")
    for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
        if i in table.bars:
            if number >= 0 and table.bars[i][number] > 0:
                pdf.set_fill_color(_COLOURS[Tone.ACCENT])
                pdf.rect(
                    x + _PAD, y + height / 2 - 1, max(0.2, (width - 2 * _PAD) * table.bars[i][number]), 2, style="F"
                )
        else:
            tone = table.tones.get((number, i), Tone.INK)
            pdf.set_text_color(_COLOURS[tone])
            for line_number, line in enumerate(_wrapped(pdf, cell, width)):
                shift = width - _PAD - pdf.get_string_width(line) if i in table.right_aligned else _PAD
                pdf.text(x + shift, y + _PAD / 2 + _LINE * (line_number + 0.76), line)
        x += width
    pdf.set_text_color(_INK)
    pdf.set_y(y + height)
