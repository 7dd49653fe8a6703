"""Labels for text of any origin: never read as markup, always wrapped, always copied as it is."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from backends.reports.plain_text import plain

_BREAK = "\u200b"
"""Allows a line to break and takes no room."""
_AFTER_SEPARATOR = re.compile(r"(?<=[/_.;:,\-=])(?=\w)|(?<=\w{24})(?=\w)")


class PlainLabel(QLabel):
    """Shows text as it is; long names wrap at their separators, and copying gives the name without the breaks."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.set_text(text)

    @property
    def plain_text(self) -> str:
        """What is shown, without the invisible breaks."""
        return self.text().replace(_BREAK, "")

    def set_text(self, text: str) -> None:
        """Show other text; control and direction characters are escaped, line breaks kept."""
        self.setText("\n".join(_AFTER_SEPARATOR.sub(_BREAK, plain(line)) for line in text.split("\n")))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selection without the breaks."""
        if event.matches(QKeySequence.StandardKey.Copy) and self.hasSelectedText():
            _copy(self.selectedText())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the selection or everything."""
        menu = QMenu(self)
        copy = menu.addAction("Copy", lambda: _copy(self.selectedText()))
        copy.setEnabled(self.hasSelectedText())
        menu.addAction("Copy all", lambda: _copy(self.plain_text))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())


def plain_label(text: str, *, role: str = "", is_selectable: bool = True) -> PlainLabel:
    """Make a label that shows ``text`` as it is, in the look that the style sheet gives to ``role``."""
    label = PlainLabel(text)
    if role:
        label.setProperty("role", role)
    if is_selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def escape_mnemonic(text: str) -> str:
    """Give text for a button, tab or menu in which ``&`` is not a shortcut mark."""
    return plain(text).replace("&", "&&")


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text.replace(_BREAK, "").replace("\u2029", "\n"))
