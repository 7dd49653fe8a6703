"""The line to find operators with, and what can be done with what it finds."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from backends.query.completion import Completion
from backends.query.error import QueryError
from backends.reports.plain_text import plain
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import escape_mnemonic, plain_label
from profiler_gui.widgets.query_line import QueryLine, mistake_html

_HINT = "Find: words, or type:CONV_2D dtype:int8 time>1ms -fallback:nnapi-1.1 …"
_WIDEST = 720


class FindBar(QFrame):
    """Asks what to find and shows where one is among the matches.

    Signals:
        query_changed: the text to look for, once typing pauses.
        completion_wanted: the text and the place of the cursor; answer with ``line.offer``.
        next_wanted: go to the next match.
        previous_wanted: go to the match before.
        list_toggled: whether the matches shall be listed.
        selection_wanted: select all matches.
        table_wanted: show the query's matches in the table of layers.
        rule_wanted: make a colour rule of the query.
        closed: the bar was put away.
    """

    query_changed = Signal(str)
    completion_wanted = Signal(str, int)
    next_wanted = Signal()
    previous_wanted = Signal()
    list_toggled = Signal(bool)
    selection_wanted = Signal()
    table_wanted = Signal(str)
    rule_wanted = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edit = QueryLine(_HINT)
        self._edit.setAccessibleName("Find")
        self._edit.installEventFilter(self)
        self._count = plain_label("", role="dim", is_selectable=False)
        self._count.setWordWrap(False)
        self._count.setMinimumWidth(84)
        self._previous = _button("Previous match (Shift+F3, Shift+Enter)")
        self._next = _button("Next match (F3, Enter)")
        self._list = _word_button("List", "List the matches below")
        self._list.setCheckable(True)
        self._select = _word_button("Select", "Select all matches (Alt+Enter)")
        self._table = _word_button("Table", "Show only the matches in the Layers table")
        self._rule = _word_button("Rule…", "Colour what this query finds, now and in other models")
        self._help = _word_button("?", "How to ask: fields, units, examples")
        self._close = _button("Close (Esc)")
        self._hint = QLabel()
        self._hint.setTextFormat(Qt.TextFormat.RichText)
        self._hint.setAccessibleName("What is wrong with the query")
        self._suggestion = QPushButton()
        self._suggestion.setProperty("role", "link")
        self._suggested = ""
        self._arrange()
        self._connect()
        self._color_icons()
        self.show_result(0, 0)

    @property
    def line(self) -> QueryLine:
        """The line itself."""
        return self._edit

    @property
    def query(self) -> str:
        """What is typed."""
        return self._edit.text()

    @property
    def is_listing(self) -> bool:
        """Whether the matches shall be listed."""
        return self._list.isChecked()

    def set_query(self, query: str) -> None:
        """Put a query into the line and take it."""
        self._edit.setText(query)
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._edit.settle()

    def open_bar(self) -> None:
        """Show the bar with the cursor in it and what was typed selected."""
        self.show()
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._edit.selectAll()
        if self.query:
            self.query_changed.emit(self.query)

    def show_result(self, current: int, count: int, notes: tuple[str, ...] = ()) -> None:
        """Say that match ``current`` (from 1, 0 for none) of ``count`` is shown."""
        is_asked = bool(self.query.strip())
        if not is_asked:
            text = ""
        elif not count:
            text = "No matches"
        else:
            text = f"{current} of {count}" if current else f"{count} matches" if count > 1 else "1 match"
        self._count.set_text(text)
        self._edit.show_mistake(is_asked and not count)
        for button in (self._previous, self._next, self._select, self._table):
            button.setEnabled(count > 0)
        self._rule.setEnabled(is_asked)
        self._show_hint(" ".join(plain(note) for note in notes))

    def show_mistake(self, error: QueryError) -> None:
        """Say what is wrong with the query; softly while it may become right by typing on."""
        colors = colors_of(self)
        self._count.set_text("" if error.is_incomplete else "Not understood")
        self._edit.show_mistake(not error.is_incomplete)
        for button in (self._previous, self._next, self._select, self._table, self._rule):
            button.setEnabled(False)
        color = colors.dim_text if error.is_incomplete else colors.error
        self._show_hint(mistake_html(self.query, error, color), error.suggestion, is_html=True)

    @Slot()
    def close_bar(self) -> None:
        """Put the bar away and forget the matches."""
        self._edit.hide_choices()
        self._edit.settle()
        self.hide()
        self.closed.emit()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._edit, 1)
        row.addSpacing(4)
        for widget in (self._count, self._previous, self._next):
            row.addWidget(widget)
        row.addSpacing(4)
        for widget in (self._list, self._select, self._table, self._rule, self._help, self._close):
            row.addWidget(widget)
        self._hint_row = QWidget()
        below = QHBoxLayout(self._hint_row)
        below.setContentsMargins(2, 0, 0, 0)
        below.addWidget(self._hint)
        below.addWidget(self._suggestion)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._hint_row)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._edit.setMaximumWidth(_WIDEST)
        self._edit.setMinimumWidth(160)

    def _connect(self) -> None:
        self._edit.query_changed.connect(self.query_changed)
        self._edit.completion_wanted.connect(self.completion_wanted)
        self._previous.clicked.connect(self.previous_wanted)
        self._next.clicked.connect(self.next_wanted)
        self._list.toggled.connect(self.list_toggled)
        self._select.clicked.connect(self.selection_wanted)
        self._table.clicked.connect(lambda: self.table_wanted.emit(self.query))
        self._rule.clicked.connect(lambda: self.rule_wanted.emit(self.query))
        self._help.clicked.connect(self._show_help)
        self._close.clicked.connect(self.close_bar)
        self._suggestion.clicked.connect(lambda: self.set_query(self._suggested))

    def _show_hint(self, text: str, suggestion: str = "", *, is_html: bool = False) -> None:
        self._hint.setTextFormat(Qt.TextFormat.RichText if is_html else Qt.TextFormat.PlainText)
        self._hint.setText(text)
        self._suggested = suggestion
        self._suggestion.setText(escape_mnemonic(f"Did you mean {plain(suggestion)}"))
        self._suggestion.setVisible(bool(suggestion))
        self._hint_row.setVisible(bool(text))

    @Slot()
    def _show_help(self) -> None:
        from profiler_gui.widgets.query_help import QueryHelp

        help_ = QueryHelp(self)
        help_.query_chosen.connect(self.set_query)
        help_.open_below(self._help)

    def _color_icons(self) -> None:
        color = colors_of(self).text
        for button, name in ((self._previous, "up"), (self._next, "down"), (self._close, "close")):
            button.setIcon(make_icon(name, color, colors_of(self).disabled_text))

    def offer(self, query: str, completion: Completion) -> None:
        """Show how the query may go on."""
        self._edit.offer(query, completion)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter, Shift+Enter, Alt+Enter and Esc work while typing."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._edit.settle()
                if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                    self.selection_wanted.emit()
                else:
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
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_close"):
            self._color_icons()


def _button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def _word_button(text: str, tip: str) -> QToolButton:
    button = _button(tip)
    button.setText(text)
    button.setProperty("role", "toggle")
    return button
