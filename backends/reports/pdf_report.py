"""PDF by fpdf2 (LGPL, pure Python), so that the command line writes the same as the window, without Qt.

Qt's own writer would have needed the window's libraries on servers, and a second layout of the same report.
"""

from typing import TYPE_CHECKING, BinaryIO

from backends.reports.content import Content, Section
from backends.reports.figure import Box, Figure, Label, Line, Shape
from backends.reports.pdf_page import FONT, clean, draw_shape, draw_table, make_pdf

if TYPE_CHECKING:
    from fpdf import FPDF

_GRAPH_SCALE, _PLOT_SCALE = 0.19, 0.31
"""Millimetres for each unit of a figure: text of 12 units is 6.5 points in graphs, 10.5 in plots."""
_MOST_STRIP_PAGES = 6
_GAP, _HEAD, _LEAST_STRIP = 6.0, 12.0, 90.0
"""Between strips; of the caption; and the least height of a page that a strip begins on."""


class PdfReport:
    """Headings, facts, drawings and tables on A4; a graph is cut into strips that stand side by side."""

    name = "pdf"
    suffix = ".pdf"

    def write_bytes(self, stream: BinaryIO, content: Content) -> None:
        """Write the whole document."""
        pdf = make_pdf(content.title)
        pdf.set_font(FONT, "B", size=17)
        pdf.multi_cell(0, 8, clean(pdf, content.title), align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(2)
        for section in content.sections():
            _write_section(pdf, section)
        stream.write(bytes(pdf.output()))


def _write_section(pdf: "FPDF", section: Section) -> None:
    if section.title:
        size, room = (10.5, 28.0) if section.is_part else (13.0, 38.0)
        if pdf.will_page_break(room):
            pdf.add_page()
        pdf.ln(3 if section.is_part else 5)
        title = clean(pdf, section.title)
        pdf.start_section(title[:200], level=int(section.is_part)) if _has_outline(pdf, section) else None
        pdf.set_font(FONT, "B", size=size)
        pdf.multi_cell(0, size * 0.5, title, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1.5)
    _write_facts(pdf, section)
    pdf.set_font(FONT, size=9)
    for sentence in section.sentences:
        pdf.multi_cell(0, 4.6, clean(pdf, sentence), align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1.2)
    plots = [figure for figure in section.figures if not figure.is_zoomable]
    for figure in plots:
        _draw_plot(pdf, figure)
    for figure in section.figures:
        if figure.is_zoomable:
            _draw_strips(pdf, figure)
    if section.table is not None and section.table.rows:
        draw_table(pdf, section.table)


def _has_outline(pdf: "FPDF", section: Section) -> bool:
    """Whether the outline can take it: a part needs a section before."""
    return not section.is_part or bool(pdf._outline)  # noqa: SLF001 - fpdf2 offers no other way to ask


def _write_facts(pdf: "FPDF", section: Section) -> None:
    if not section.facts:
        return
    pdf.set_font(FONT, size=9)
    labels = [clean(pdf, label) for label, _ in section.facts]
    width = min(max(map(pdf.get_string_width, labels)) + 5, 60.0)
    for label, (_, text) in zip(labels, section.facts, strict=True):
        pdf.set_text_color("#5b6675")
        if pdf.will_page_break(10):
            pdf.add_page()
        top = pdf.get_y()
        pdf.multi_cell(width, 4.6, label, align="L", new_x="LMARGIN", new_y="NEXT")
        below = pdf.get_y()
        pdf.set_text_color("#1c2430")
        pdf.set_xy(pdf.l_margin + width, top)
        pdf.multi_cell(0, 4.6, clean(pdf, text), align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.set_y(max(pdf.get_y(), below))
    pdf.ln(1)


def _caption(pdf: "FPDF", figure: Figure) -> None:
    pdf.set_font(FONT, size=8)
    pdf.set_text_color("#5b6675")
    text = " – ".join(filter(None, (figure.title, figure.caption)))
    pdf.multi_cell(0, 4.2, clean(pdf, text), align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color("#1c2430")
    pdf.ln(1)


def _draw_plot(pdf: "FPDF", figure: Figure) -> None:
    scale = min(_PLOT_SCALE, pdf.epw / figure.width)
    if pdf.will_page_break(figure.height * scale + 12):
        pdf.add_page()
    _caption(pdf, figure)
    x, y = pdf.l_margin, pdf.get_y()
    for shape in figure.shapes:
        draw_shape(pdf, shape, x, y, scale)
    _reset(pdf)
    pdf.set_y(y + figure.height * scale + 3)


def _draw_strips(pdf: "FPDF", figure: Figure) -> None:
    """Draw a tall figure from left to right in strips of a page's height; one too large for that is told."""
    scale = min(_GRAPH_SCALE, pdf.epw / figure.width)
    width = figure.width * scale
    strips = -(-int(figure.height * scale) // int(pdf.eph - _HEAD))
    beside = max(1, int((pdf.epw + _GAP) // (width + _GAP)))
    if -(-strips // beside) > _MOST_STRIP_PAGES or scale < _GRAPH_SCALE / 3:
        pdf.set_font(FONT, size=9)
        text = f"{figure.title}: too large for paper. The HTML report shows it."
        pdf.multi_cell(0, 4.6, clean(pdf, text), align="L", new_x="LMARGIN", new_y="NEXT")
        return
    if pdf.will_page_break(min(figure.height * scale + _HEAD, _LEAST_STRIP)):
        pdf.add_page()
    _caption(pdf, figure)
    spans = [_span(shape) for shape in figure.shapes]
    top, first, column = pdf.get_y(), 0.0, 0
    while first < figure.height:
        if column == beside:
            pdf.add_page()
            top, column = pdf.get_y(), 0
        last = min(first + (pdf.page_break_trigger - top) / scale, figure.height)
        x = pdf.l_margin + column * (width + _GAP)
        # Leaving a clip restores the colours in the document; fpdf2 would take them for still set without a context.
        with pdf.local_context(), pdf.rect_clip(x, top, width, (last - first) * scale):
            for shape, (low, high) in zip(figure.shapes, spans, strict=True):
                if high >= first and low <= last:
                    draw_shape(pdf, shape, x, top - first * scale, scale)
        _reset(pdf)
        lowest = top + (last - first) * scale if column == 0 else pdf.page_break_trigger
        first, column = last, column + 1
    pdf.set_y(min(lowest + 3, pdf.page_break_trigger))


def _span(shape: Shape) -> tuple[float, float]:
    """Give the least and the greatest y of a shape."""
    if isinstance(shape, Box):
        return shape.y, shape.y + shape.height
    if isinstance(shape, Line):
        ys = [y for _, y in shape.points]
        return min(ys), max(ys)
    if isinstance(shape, Label):
        return shape.y - shape.size, shape.y + shape.size / 2
    return shape.y - shape.radius, shape.y + shape.radius


def _reset(pdf: "FPDF") -> None:
    # Leaving a clip restores the font in the document, but not what fpdf2 takes for set: another size makes it say so.
    pdf.set_font(FONT, size=8)
    pdf.set_font(FONT, size=9)
    pdf.set_text_color("#1c2430")
    pdf.set_line_width(0.2)
