"""Colours of data by meaning, for a light and a dark background.

Blue and orange stay apart for colour-blind readers; every use adds a shape or a word.
"""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from backends.targets.verdict import Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Tints:
    """Colours as ``#rrggbb`` with enough contrast for text and marks on the window's base colour."""

    accelerated: str
    fallback: str
    unknown: str
    series: str
    """Measured values."""
    warmup: str
    highlight: str
    """The selection within a plot."""
    grid: str
    percentiles: tuple[str, str, str]
    """p50, p90 and p99."""

    def placement(self, placement: Placement) -> QColor:
        """Give the colour of a placement."""
        return QColor(
            {
                Placement.ACCELERATED: self.accelerated,
                Placement.FALLBACK: self.fallback,
                Placement.UNKNOWN: self.unknown,
            }[placement]
        )


_LIGHT = Tints(
    accelerated="#1c6ba8",
    fallback="#b8430f",
    unknown="#5b6472",
    series="#1f6fb4",
    warmup="#9a6a00",
    highlight="#d6007f",
    grid="#c9d0d9",
    percentiles=("#2f7d4f", "#9a5b00", "#b3261e"),
)
_DARK = Tints(
    accelerated="#62aeea",
    fallback="#ff9a5c",
    unknown="#a3adbb",
    series="#62aeea",
    warmup="#e0b040",
    highlight="#ff5fb7",
    grid="#3c4551",
    percentiles=("#7fd6a0", "#f0b35c", "#ff8a80"),
)


def is_dark(widget: QWidget) -> bool:
    """Whether the widget stands on a dark background."""
    return widget.palette().color(QPalette.ColorRole.Base).lightness() < 128


def tints_of(widget: QWidget) -> Tints:
    """Give the colours that fit the widget's background."""
    return _DARK if is_dark(widget) else _LIGHT


def muted(widget: QWidget) -> QColor:
    """Give a quieter text colour than the widget's own."""
    text = QColor(widget.palette().color(QPalette.ColorRole.Text))
    base = widget.palette().color(QPalette.ColorRole.Base)
    mixed = [round(t * 0.68 + b * 0.32) for t, b in zip(_channels(text), _channels(base), strict=True)]
    return QColor(*mixed)


def _channels(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()
