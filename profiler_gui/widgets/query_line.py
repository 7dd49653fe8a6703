"""A line for queries: offers what may come next, and says what is wrong and where."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QFrame,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from backends.query.completion import Completion
from backends.query.error import QueryError
from backends.reports.plain_text import plain
from profiler_gui.theme import colors_of

_DEBOUNCE_MS = 150
_NOTE = Qt.ItemDataRole.UserRole + 1
_TEXT = Qt.ItemDataRole.UserRole + 2
_LEAST_WIDTH = 460
_SHOWN_ROWS = 12
_MOST_SHOWN = 120
_GAP = 24


class QueryLine(QLineEdit):
    """Takes a query.

    Signals:
        query_changed: the text, once typing pauses.
        completion_wanted: text and place of the cursor; answer with ``offer``.
    """

    query_changed = Signal(str)
    completion_wanted = Signal(str, int)

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setClearButtonEnabled(True)
        self.setAcceptDrops(False)  # a dropped file is to be opened, not typed
        self._completion: Completion | None = None
        self._choices = QStandardItemModel(self)
        self._completer = QCompleter(self._choices, self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_SHOWN_ROWS)
        self._popup.setItemDelegate(_ChoiceDelegate(self))
        self._popup.setFrameShape(QFrame.Shape.StyledPanel)
        self._completer.activated[QModelIndex].connect(self._take)  # type: ignore[index]  # Qt picks the overload
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(_DEBOUNCE_MS)
        self._debounce.timeout.connect(self._on_typing_paused)
        self.textChanged.connect(self._debounce.start)
        self.textEdited.connect(self._on_edited)

    def hide_choices(self) -> None:
        """Put away what is offered."""
        self._popup.hide()

    @property
    def _popup(self) -> QAbstractItemView:
        popup = self._completer.popup()
        assert popup is not None
        return popup

    def settle(self) -> None:
        """Take what is typed at once."""
        if self._debounce.isActive():
            self._debounce.stop()
            self._on_typing_paused()

    def offer(self, query: str, completion: Completion) -> None:
        """Show how to go on with a query; ignored once something else was typed."""
        popup = self._popup
        typed = query[completion.start : completion.end]
        choices = [choice for choice in completion.choices if choice.text != typed]
        if query != self.text() or not self.hasFocus() or not choices:
            popup.hide()
            return
        self._completion = completion
        self._choices.clear()
        for choice in choices:
            item = QStandardItem(plain(choice.text[:_MOST_SHOWN]))
            item.setData(choice.text, _TEXT)
            item.setData(plain(choice.note), _NOTE)
            self._choices.appendRow(item)
        at = self.cursorRect()
        at.setWidth(max(_LEAST_WIDTH, min(self.width(), 640)))
        self._completer.complete(QRect(at.x(), at.y(), at.width(), self.height() - at.y() + 2))
        popup.setCurrentIndex(QModelIndex())

    def show_mistake(self, is_wrong: bool) -> None:
        """Colour the line by whether it is wrong."""
        self.setProperty("state", "bad" if is_wrong else "")
        self.style().unpolish(self)
        self.style().polish(self)

    @Slot()
    def _on_typing_paused(self) -> None:
        self.query_changed.emit(self.text())

    @Slot()
    def _on_edited(self) -> None:
        self._popup.hide()
        if self.text():
            self.completion_wanted.emit(self.text(), self.cursorPosition())

    @Slot(QModelIndex)
    def _take(self, index: QModelIndex) -> None:
        if self._completion is None:
            return
        text, query = str(index.data(_TEXT)), self.text()
        start, end = self._completion.start, self._completion.end
        is_open = text[-1:] in ":>.=" or not text
        taken = text if is_open or query[end : end + 1] == " " else f"{text.rstrip()} "
        self.setText(query[:start] + taken + query[end:])
        self.setCursorPosition(start + len(taken))
        if is_open:  # a field alone is no condition yet: offer its values
            self.completion_wanted.emit(self.text(), self.cursorPosition())

    def event(self, event: QEvent) -> bool:
        """Let Tab take the first choice, and Ctrl+Space ask for choices."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            popup = self._popup
            if event.key() == Qt.Key.Key_Tab and popup.isVisible():
                index = popup.currentIndex()
                popup.hide()
                self._take(index if index.isValid() else self._choices.index(0, 0))
                return True
            if event.key() == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.completion_wanted.emit(self.text(), self.cursorPosition())
                return True
        return super().event(event)


class _ChoiceDelegate(QStyledItemDelegate):
    """Paints a choice and, dimmed at the right, what it means."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        note = index.data(_NOTE)
        if not note:
            return
        font = option.font
        rect: QRect = option.rect
        metrics = option.fontMetrics
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        widget = self.parent()
        assert isinstance(widget, QWidget)
        colors = colors_of(widget)
        left = metrics.horizontalAdvance(str(index.data())) + _GAP
        room = rect.adjusted(left, 0, -8, 0)
        painter.save()
        painter.setFont(font)
        painter.setPen(colors.selection_text if is_chosen else colors.dim_text)
        shown = metrics.elidedText(note, Qt.TextElideMode.ElideRight, max(room.width(), 0))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Give rows some air."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), size.height() + 4)


def mistake_html(query: str, error: QueryError, color: str) -> str:
    """Give the query with the wrong part marked, as harmless rich text."""
    from html import escape

    start, end = error.start, max(error.end, error.start + 1)
    wrong = escape(plain(query[start:end])) or "&nbsp;…&nbsp;"
    before, after = escape(plain(query[max(0, start - 40) : start])), escape(plain(query[end : end + 40]))
    marked = f"<span style='color: {color}; text-decoration: underline'>{wrong}</span>"
    return f"{escape(plain(error.message))} &nbsp; <span style='white-space: pre'>{before}{marked}{after}</span>"
