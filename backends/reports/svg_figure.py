"""Figures as SVG inside HTML: no styles of their own, all text escaped."""

from html import escape
from typing import TextIO

from backends.reports.figure import Box, Dot, Figure, Label, Line, Shape
from backends.reports.plain_text import plain


def write_svg_figure(stream: TextIO, figure: Figure) -> None:
    """Write the figure with title and caption."""
    caption = " – ".join(filter(None, (figure.title, figure.caption)))
    stream.write(f"<figure>\n<figcaption>{_text(caption)}</figcaption>\n")
    size = "" if figure.is_zoomable else f' width="{_n(figure.width)}" height="{_n(figure.height)}"'
    box = f"0 0 {_n(figure.width)} {_n(figure.height)}"
    svg = f'<svg viewBox="{box}"{size} role="img" aria-label="{_text(figure.title)}">'
    stream.write(f'<div class="zoom">{svg}\n' if figure.is_zoomable else f"{svg}\n")
    for shape in figure.shapes:
        stream.write(_shape(shape) + "\n")
    stream.write("</svg></div>\n</figure>\n" if figure.is_zoomable else "</svg>\n</figure>\n")


def _shape(shape: Shape) -> str:
    if isinstance(shape, Box):
        return _box(shape)
    if isinstance(shape, Line):
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.points)
        return f'<polyline class="s-{shape.tone}" stroke-width="{_n(shape.width)}" points="{points}"/>'
    if isinstance(shape, Dot):
        return f'<circle class="f-{shape.tone}" cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}"/>'
    return _label(shape)


def _box(box: Box) -> str:
    fill = f'fill="{escape(box.fill)}"' if box.fill else f'class="f-{box.tone}'
    outline = f"s-{box.outline}" if box.outline is not None else ""
    if box.fill:
        paint = f'{fill} class="{outline}"' if outline else fill
    else:
        paint = f'{fill} {outline}"' if outline else f'{fill}"'
    radius = f' rx="{_n(box.radius)}"' if box.radius else ""
    rect = f'<rect {paint} x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"{radius}'
    rect += f' data-op="{escape(box.link)}"' if box.link else ""
    return f"{rect}><title>{_text(box.tip)}</title></rect>" if box.tip else f"{rect}/>"


def _label(label: Label) -> str:
    paint = f'fill="{escape(label.fill)}"' if label.fill else f'class="f-{label.tone}"'
    anchor = f' text-anchor="{label.anchor}"' if label.anchor != "start" else ""
    weight = ' font-weight="600"' if label.is_bold else ""
    # The pointer shall rest on the box behind.
    return (
        f'<text {paint} x="{_n(label.x)}" y="{_n(label.y)}" font-size="{_n(label.size)}"{anchor}{weight} '
        f'pointer-events="none">{_text(label.text)}</text>'
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    return escape(plain(text))
