"""Widths of the texts on nodes, as the real font draws them."""

from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from backends.reports.plain_text import plain

_MOST_CHARACTERS = 400
"""Longer names are cut before they are measured: a file may hold a name of megabytes."""


class TextRole(IntEnum):
    """Kinds of lines on a node; each has its font."""

    TITLE = 0
    LINE = 1
    CONSTANT = 2


PIXEL_SIZE = {TextRole.TITLE: 13, TextRole.LINE: 11, TextRole.CONSTANT: 10}


def node_font(base: QFont, role: TextRole) -> QFont:
    """Give the font of a kind of line at a zoom of 1."""
    font = QFont(base)
    font.setPixelSize(PIXEL_SIZE[role])
    font.setWeight(QFont.Weight.DemiBold if role is TextRole.TITLE else QFont.Weight.Normal)
    # Nodes are drawn at any zoom: hinting would make widths jump from one to the next.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


class TextMetrics:
    """Measures and shortens lines of nodes; each text once. May be used outside the main thread.

    Args:
        base: family and style; sizes and weights are the canvas's own.
    """

    def __init__(self, base: QFont) -> None:
        self._fonts = [QFontMetricsF(node_font(base, role)) for role in TextRole]
        self._known: list[dict[str, tuple[str, float]]] = [{} for _ in TextRole]

    def fit(self, text: str, role: TextRole, most: float) -> tuple[str, float]:
        """Give the text with harmless characters only, shortened to a width of at most ``most``, and its width."""
        known = self._known[role].get(text)
        if known is None:
            known = self._known[role][text] = self._measure(text, role, most)
        return known

    def measurer(self, role: TextRole, most: float) -> Callable[[str], tuple[str, float]]:
        """Give ``fit`` for one kind of line."""
        return lambda text: self.fit(text, role, most)

    def _measure(self, text: str, role: TextRole, most: float) -> tuple[str, float]:
        font = self._fonts[role]
        shown = plain(text[:_MOST_CHARACTERS])
        width = font.horizontalAdvance(shown)
        if width > most or len(text) > _MOST_CHARACTERS:
            shown = font.elidedText(shown, Qt.TextElideMode.ElideMiddle, most)
            width = font.horizontalAdvance(shown)
        return shown, width
