"""Typing a tensor shape."""

import re

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from backends.units import format_shape

_SEPARATORS = re.compile(r"[x×,*\s]+")
_MAX_SIZE = (1 << 31) - 1


def parse_shape(text: str, stated: tuple[int, ...]) -> tuple[int, ...]:
    """Read ``1x224x224x3`` (or with commas or blanks) as sizes for a stated shape whose free sizes are negative.

    Raises:
        ValueError: it is no shape or does not fit; the text says why.
    """
    words = [word for word in _SEPARATORS.split(text.strip(" ()[]")) if word]
    if not all(word.isdecimal() and word.isascii() for word in words):
        raise ValueError("sizes are whole numbers, e.g. 1x224x224x3")
    sizes = tuple(int(word) for word in words)
    if stated and len(sizes) != len(stated):
        raise ValueError(f"{len(stated)} sizes are needed, as in {format_shape(stated)}")
    if any(size < 1 for size in sizes):
        raise ValueError("every size is at least 1")
    if any(size > _MAX_SIZE for size in sizes):
        raise ValueError(f"{max(sizes)} is too large")
    for size, fixed in zip(sizes, stated, strict=False):
        if fixed >= 0 and size != fixed:
            raise ValueError(f"{fixed} is fixed in {format_shape(stated)}")
    return sizes


class ShapeLine(QLineEdit):
    """A line for the shape of one input; empty means automatic.

    Signals:
        edited: the text is another one.
    """

    edited = Signal()

    def __init__(self, name: str, stated: tuple[int, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._stated = stated
        self.setPlaceholderText(f"automatic ({format_shape(stated)})")
        self.textChanged.connect(self._on_text_changed)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The sizes, or ``None`` for automatic.

        Raises:
            ValueError: the text is no shape that fits.
        """
        return parse_shape(self.text(), self._stated) if self.text().strip() else None

    @property
    def problem(self) -> str:
        """What is wrong with the text, or empty."""
        try:
            parse_shape(self.text(), self._stated) if self.text().strip() else ()
        except ValueError as error:
            return f"{self.name}: {error}"
        return ""

    @Slot()
    def _on_text_changed(self) -> None:
        self.edited.emit()
