"""The veil over the window while a file is dragged over it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from profiler_gui.theme import colors_of

_MARGIN = 12.0
_QUIET, _MARKED = 16, 56
"""How much of the accent colour lies over a place, of 255."""


class DropOverlay(QWidget):
    """Covers its parent and says what a drop will do; lets all events through.

    Places to let go stand side by side; the one under the pointer is marked.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._texts: tuple[str, ...] = ()
        self._marked = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        """What letting go will do, by place."""
        return self._texts

    @property
    def marked(self) -> int:
        """Number of the place under the pointer."""
        return self._marked

    def show_choices(self, texts: Sequence[str]) -> None:
        """Cover the parent; each text says what letting go there will do."""
        self._texts = tuple(texts)
        self._marked = 0
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()
        self.update()

    def mark(self, place: int) -> None:
        """Mark the place under the pointer."""
        if place != self._marked:
            self._marked = place
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the veil and the places."""
        del event
        colors = colors_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colors.window)
        veil.setAlpha(215)
        painter.fillRect(self.rect(), veil)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        painter.setFont(font)
        area = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        width = (area.width() - _MARGIN * (len(self._texts) - 1)) / max(1, len(self._texts))
        for place, text in enumerate(self._texts):
            frame = QRectF(area.left() + place * (width + _MARGIN), area.top(), width, area.height())
            is_marked = place == self._marked
            soft = QColor(colors.accent)
            soft.setAlpha(_MARKED if is_marked and len(self._texts) > 1 else _QUIET)
            painter.setBrush(soft)
            style = Qt.PenStyle.SolidLine if is_marked else Qt.PenStyle.DashLine
            painter.setPen(QPen(QColor(colors.accent if is_marked else colors.border_strong), 2, style))
            painter.drawRoundedRect(frame, 12, 12)
            painter.setPen(QColor(colors.text))
            inside = frame.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep covering a parent that changes its size."""
        if event.type() is QEvent.Type.Resize:
            self.setGeometry(self._covered.rect())
        return super().eventFilter(watched, event)
