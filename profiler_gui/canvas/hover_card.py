"""The card that tells about the node under the pointer."""

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import QLabel, QWidget

from backends.graph.nodes import GraphNode
from backends.reports.plain_text import plain
from profiler_gui.canvas.coat import BADGES, PLACEMENT_TEXT, Coat
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import GraphPicture

_MOST_CHARACTERS = 160
_AWAY = 18
_PIXEL_SIZE = 12
_MILLISECONDS = 400
_MARKS = {BADGES[placement]: f"on the chosen target: {text}" for placement, text in PLACEMENT_TEXT.items()}
"""What the marks on nodes say, for those who cannot see them."""


class HoverCard(QLabel):
    """Plain text beside the pointer; a stock tool tip would take names from a file for rich text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMargin(6)
        font = self.font()
        font.setPixelSize(_PIXEL_SIZE)
        self.setFont(font)
        self._at = QPoint()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_MILLISECONDS)
        self._wait.timeout.connect(self._on_waited)
        self.setAutoFillBackground(True)
        self.hide()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of the canvas."""
        self.setStyleSheet(
            f"color: {palette.text}; background: {palette.panel};"
            f"border: 1px solid {palette.panel_border}; border-radius: 6px;"
        )

    def show_text(self, text: str, at: QPoint) -> None:
        """Show lines beside a point of the canvas once the pointer rests there; at once if it shows already."""
        self._at = at
        if text != self.text():
            self.setText(text)
            self.adjustSize()
        if self.isVisible():
            self._on_waited()
        else:
            self._wait.start()

    def dismiss(self) -> None:
        """Hide, and do not come up later."""
        self._wait.stop()
        self.hide()

    @Slot()
    def _on_waited(self) -> None:
        room, at = self._room.size(), self._at
        x = at.x() + _AWAY if at.x() + _AWAY + self.width() < room.width() else at.x() - _AWAY - self.width()
        y = at.y() + _AWAY if at.y() + _AWAY + self.height() < room.height() else at.y() - _AWAY - self.height()
        self.move(max(x, 0), max(y, 0))
        self.show()
        self.raise_()


def describe(picture: GraphPicture, node: int, coat: Coat) -> str:
    """Give the lines that tell about a node, as harmless plain text."""
    told = picture.nodes[node]
    title = told.title if told.operator is None else f"{told.title}  ·  operator {told.operator.index}"
    if told.members:
        return "\n".join(_shortened(line) for line in _of_group(told, coat.labels[node] if coat.labels else ""))
    lines = [title, told.name, *told.lines, *told.constants]
    if told.unpackers:
        numbers = ", ".join(str(id_.index) for id_ in told.unpackers)
        lines.append(f"includes operator{'s' if len(told.unpackers) > 1 else ''} {numbers} to unpack constants")
    if coat.labels and coat.labels[node]:
        lines.append(coat.labels[node])
    if coat.badges and coat.badges[node]:
        lines.extend(_MARKS[mark] for mark in coat.badges[node].split() if mark in _MARKS)
    lines.extend(f"{role}: subgraph {index} (double click opens it)" for role, index in told.callees)
    return "\n".join(_shortened(line) for line in lines if line)


def _of_group(told: GraphNode, label: str) -> list[str]:
    first, last = told.members[0].index, told.members[-1].index
    lines = [told.title, *told.lines, f"operators {first} to {last}" if first != last else f"operator {first}", label]
    if told.copies > 1 and "×" not in told.title:
        lines.append(f"one of {told.copies} groups that are exactly alike")
    lines.append("double click expands it")
    return [line for line in lines if line]


def _shortened(line: str) -> str:
    shown = plain(line[: _MOST_CHARACTERS + 1])
    return shown if len(shown) <= _MOST_CHARACTERS else shown[:_MOST_CHARACTERS] + "…"
