"""Drawings of a report as plain shapes, so that HTML and PDF draw the same."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a colour means; the report's theme says which it is."""

    INK = "ink"
    DIM = "dim"
    GRID = "grid"
    EDGE = "edge"
    ACCENT = "accent"
    SECOND = "second"
    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    NODE = "node"
    PANEL = "panel"
    BAND = "band"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    tone: Tone = Tone.NODE
    fill: str = ""
    """A colour as ``#rrggbb`` instead of the tone's."""
    outline: Tone | None = None
    radius: float = 0.0
    tip: str = ""
    """Shown where the pointer rests."""
    link: str = ""
    """What it stands for: a row of a table with the same link is shown when it is clicked, where that is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    tone: Tone = Tone.EDGE
    width: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A small filled circle."""

    x: float
    y: float
    radius: float = 2.0
    tone: Tone = Tone.ACCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One line of text; ``y`` is its base line."""

    x: float
    y: float
    text: str
    size: float = 12.0
    tone: Tone = Tone.INK
    fill: str = ""
    anchor: str = "start"
    """``start``, ``middle`` or ``end``: which part of the text is at ``x``."""
    is_bold: bool = False


Shape = Box | Line | Dot | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing with its title; y grows downwards from the top left corner."""

    title: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
    caption: str = ""
    """What the drawing shows and how to read its colours."""
    is_zoomable: bool = False
    """Whether it is larger than a page, to be moved about and cut into strips."""
