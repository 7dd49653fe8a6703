"""How a cell looks beyond its text."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtGui import QColor, QIcon


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Optional decoration of one cell; colours always come with an icon or a word."""

    icon: QIcon | None = None
    color: QColor | None = None
    background: QColor | None = None
    tooltip: str = ""
    """Plain text."""
    is_bold: bool = False


LookOf = Callable[[Any, str], Look | None]
"""Gives the look of (row, column id)."""


def plain_tooltip(text: str) -> str:
    """Give text as a tooltip that wraps but is never read as markup (names come from files)."""
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>" if text else ""
