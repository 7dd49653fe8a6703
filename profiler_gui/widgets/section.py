"""A part of a page with a heading that folds it, and rows of names and values."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import PlainLabel, escape_mnemonic, plain_label

_UNWRAPPED_NAME = 24

Fact = tuple[str, str]
"""A name of the program's own, and a value that may come from a file."""


class Section(QWidget):
    """A heading with content below; a click on the heading folds it.

    Signals:
        folded: whether it was folded by the user.
    """

    folded = Signal(bool)

    def __init__(self, title: str, *, is_open: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = QToolButton()
        self._head.setText(escape_mnemonic(title))
        self._head.setProperty("role", "section")
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setCheckable(True)
        self._head.setChecked(is_open)
        self._head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._head.clicked.connect(self._on_clicked)
        self._body = QWidget()
        self._body.setVisible(is_open)
        self._content = QVBoxLayout(self._body)
        self._content.setContentsMargins(16, 2, 16, 10)
        self._content.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._body)
        self._color_icon()

    @property
    def title(self) -> str:
        """The heading."""
        return self._head.text().replace("&&", "&")

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return self._head.isChecked()

    def add(self, widget: QWidget, *, space_above: int = 0) -> None:
        """Put a widget below the others, apart from them if wanted."""
        if space_above and self._content.count():
            self._content.addSpacing(space_above)
        self._content.addWidget(widget)

    @Slot()
    def _on_clicked(self) -> None:
        self._body.setVisible(self.is_open)
        self._color_icon()
        self.folded.emit(not self.is_open)

    def _color_icon(self) -> None:
        self._head.setIcon(make_icon("down" if self.is_open else "right", colors_of(self).dim_text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._color_icon()


class FactGrid(QWidget):
    """Names on the left, selectable values on the right."""

    def __init__(self, facts: Iterable[Fact] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 96)
        self._grid.setColumnStretch(1, 1)
        for name, value in facts:
            self.add(name, value)

    def add(self, name: str, value: str) -> PlainLabel:
        """Add a row; gives the label of the value."""
        label = plain_label(value)
        self.add_widget(name, label)
        return label

    def add_widget(self, name: str, widget: QWidget) -> None:
        """Add a row with any widget as value."""
        title = plain_label(name, role="dim", is_selectable=False)
        title.setWordWrap(len(name) > _UNWRAPPED_NAME)
        self.add_pair(title, widget)

    def add_pair(self, left: QWidget, right: QWidget) -> None:
        """Add a row of two widgets."""
        row = self._grid.rowCount()
        self._grid.addWidget(left, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(right, row, 1, Qt.AlignmentFlag.AlignTop)


class LinkButton(QPushButton):
    """A piece of text that leads somewhere."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(escape_mnemonic(text), parent)
        self.setProperty("role", "link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)


def shown_texts(widget: QWidget) -> str:
    """Give all text on a widget, a line for each label and button, as a reader would copy it."""
    lines = []
    for child in widget.findChildren(QWidget):
        if isinstance(child, PlainLabel):
            lines.append(child.plain_text)
        elif isinstance(child, QLabel | QPushButton | QToolButton):
            lines.append(child.text().replace("&&", "&"))
    return "\n".join(line for line in lines if line)
