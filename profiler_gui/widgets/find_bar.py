"""The line to find operators with."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QWidget

from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import plain_label

_DEBOUNCE_MS = 150
FIND_HELP = (
    "Terms are all needed, in any order; case does not matter and each may be a regular expression.\n"
    "They are looked for in type, tensor names, shapes (1x224x224x3) and data types.\n"
    "Within one field: type:conv  name:block_3  shape:1x7x7  dtype:int8  attr:same  target:fallback\n"
    'Quotes keep spaces: "my layer"'
)


class FindBar(QFrame):
    """Asks what to find and shows where one is among the matches.

    Signals:
        query_changed: the text to look for, once typing pauses.
        next_wanted: go to the next match.
        previous_wanted: go to the match before.
        closed: the bar was put away.
    """

    query_changed = Signal(str)
    next_wanted = Signal()
    previous_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edit = QLineEdit()
        self._edit.setPlaceholderText("Find type, name, shape or data type…")
        self._edit.setToolTip(FIND_HELP)
        self._edit.setAccessibleName("Find")
        self._edit.setClearButtonEnabled(True)
        self._edit.setAcceptDrops(False)  # a dropped file is to be opened, not typed
        self._edit.installEventFilter(self)
        self._count = plain_label("", role="dim", is_selectable=False)
        self._count.setMinimumWidth(96)
        self._previous = _button("Previous match (Shift+Enter)")
        self._next = _button("Next match (Enter)")
        self._close = _button("Close (Esc)")
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(_DEBOUNCE_MS)
        self._debounce.timeout.connect(self._on_typing_paused)
        self._edit.textChanged.connect(self._debounce.start)
        self._previous.clicked.connect(self.previous_wanted)
        self._next.clicked.connect(self.next_wanted)
        self._close.clicked.connect(self.close_bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(4)
        row.addWidget(self._edit, 1)
        row.addSpacing(4)
        for widget in (self._count, self._previous, self._next, self._close):
            row.addWidget(widget)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._edit.setMaximumWidth(640)
        self._color_icons()

    @property
    def query(self) -> str:
        """What is typed."""
        return self._edit.text()

    def open_bar(self) -> None:
        """Show the bar with the cursor in it and what was typed selected."""
        self.show()
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._edit.selectAll()
        if self.query:
            self.query_changed.emit(self.query)

    def show_result(self, current: int, count: int) -> None:
        """Say that match ``current`` (from 1, 0 for none) of ``count`` is shown."""
        if not self.query.strip():
            text = ""
        elif not count:
            text = "No matches"
        else:
            text = f"{current} of {count}" if current else f"{count} matches" if count > 1 else "1 match"
        self._count.set_text(text)
        self._edit.setProperty("state", "bad" if self.query.strip() and not count else "")
        self._edit.style().unpolish(self._edit)
        self._edit.style().polish(self._edit)
        self._previous.setEnabled(count > 0)
        self._next.setEnabled(count > 0)

    @Slot()
    def close_bar(self) -> None:
        """Put the bar away and forget the matches."""
        self._debounce.stop()
        self.hide()
        self.closed.emit()

    @Slot()
    def _on_typing_paused(self) -> None:
        self.query_changed.emit(self.query)

    def _color_icons(self) -> None:
        color = colors_of(self).text
        for button, name in ((self._previous, "up"), (self._next, "down"), (self._close, "close")):
            button.setIcon(make_icon(name, color, colors_of(self).disabled_text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter, Shift+Enter and Esc work while typing."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self._debounce.isActive():
                    self._debounce.stop()
                    self._on_typing_paused()
                is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                (self.previous_wanted if is_back else self.next_wanted).emit()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_bar()
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._color_icons()


def _button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button
