"""The card that tells about the node under the pointer."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from backends.reports.plain_text import plain
from profiler_gui.canvas.coat import Coat
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import GraphPicture

_MOST_CHARACTERS = 160
_AWAY = 18


class HoverCard(QLabel):
    """Plain text beside the pointer; a stock tool tip would take names from a file for rich text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMargin(8)
        self.setAutoFillBackground(True)
        self.hide()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of the canvas."""
        self.setStyleSheet(
            f"color: {palette.text}; background: {palette.panel};"
            f"border: 1px solid {palette.panel_border}; border-radius: 6px;"
        )

    def show_text(self, text: str, at: QPoint) -> None:
        """Show lines beside a point of the canvas, inside of it."""
        if text != self.text():
            self.setText(text)
            self.adjustSize()
        room = self._room.size()
        x = at.x() + _AWAY if at.x() + _AWAY + self.width() < room.width() else at.x() - _AWAY - self.width()
        y = at.y() + _AWAY if at.y() + _AWAY + self.height() < room.height() else at.y() - _AWAY - self.height()
        self.move(max(x, 0), max(y, 0))
        self.show()
        self.raise_()


def describe(picture: GraphPicture, node: int, coat: Coat) -> str:
    """Give the lines that tell about a node, as harmless plain text."""
    told = picture.nodes[node]
    title = told.title if told.operator is None else f"{told.title}  ·  operator {told.operator.index}"
    lines = [title, told.name, *told.lines, *told.constants]
    if coat.labels and coat.labels[node]:
        lines.append(coat.labels[node])
    lines.extend(f"calls subgraph {callee} (double click opens it)" for callee in told.callees)
    return "\n".join(_shortened(line) for line in lines if line)


def _shortened(line: str) -> str:
    shown = plain(line[: _MOST_CHARACTERS + 1])
    return shown if len(shown) <= _MOST_CHARACTERS else shown[:_MOST_CHARACTERS] + "…"
