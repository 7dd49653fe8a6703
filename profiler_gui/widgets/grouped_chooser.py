"""Choosing one of many things: a button that opens a list in groups, which can be searched."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from profiler_gui.widgets.label import escape_mnemonic

_WIDTH = 320
_MOST_HEIGHT = 460
_LONGEST = 26
_ROW_MARGIN = 8
_DATA = Qt.ItemDataRole.UserRole
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to choose."""

    group: str
    title: str
    tip: str
    data: object
    is_enabled: bool = True
    is_chosen: bool = False


class GroupedChooser(QToolButton):
    """A button that names what is chosen; it opens a list in groups with a line to search in.

    Signals:
        about_to_open: the list is wanted; fill it with ``set_items`` now.
        chosen: the ``data`` of the item that the user took.
    """

    about_to_open = Signal()
    chosen = Signal(object)

    def __init__(self, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip = tip
        self._items: tuple[Item, ...] = ()
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setProperty("role", "toggle")
        self.popup = _Popup(self)
        self.clicked.connect(self.open_list)
        self.popup.taken.connect(self.chosen)
        self.show_chosen("")

    def set_items(self, items: Iterable[Item]) -> None:
        """Offer these; items of one group stand together."""
        self.popup.set_items(tuple(items))

    def show_chosen(self, title: str) -> None:
        """Name what is chosen."""
        shown = title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…"
        self.setText(f"{escape_mnemonic(shown)} ▾" if shown else "▾")
        self.setToolTip(f"{self._tip}: {title}" if title else self._tip)
        self.setAccessibleDescription(title)

    @Slot()
    def open_list(self) -> None:
        """Show the list below the button."""
        self.about_to_open.emit()
        self.popup.open_at(self.mapToGlobal(QPoint(0, self.height() + 2)))


class _Popup(QFrame):
    """The list with its search line.

    Signals:
        taken: the ``data`` of an item.
    """

    taken = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._items: tuple[Item, ...] = ()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Search…")
        self.line.setAccessibleName("Search in the list")
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._show_items)
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(parent.accessibleName())
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._take)
        self.list.itemActivated.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addWidget(self.line)
        column.addWidget(self.list)

    def set_items(self, items: tuple[Item, ...]) -> None:
        """Show other items, all of them."""
        self._items = items
        self.line.clear()
        self._show_items()

    def open_at(self, corner: QPoint) -> None:
        """Open below a point, as large as the items need and the screen allows."""
        room = self.screen().availableGeometry()
        rows = sum(self.list.sizeHintForRow(row) for row in range(self.list.count()))
        height = min(rows + self.line.sizeHint().height() + 28, _MOST_HEIGHT, room.height() - 40)
        self.resize(_WIDTH, height)
        x = min(corner.x(), room.right() - _WIDTH)
        y = corner.y() if corner.y() + height <= room.bottom() else max(room.top(), corner.y() - height - 40)
        self.move(max(x, room.left()), y)
        self.show()
        self.line.setFocus()

    @Slot()
    def _show_items(self) -> None:
        words = self.line.text().casefold().split()
        self.list.clear()
        group = None
        for item in self._items:
            text = f"{item.group} {item.title} {item.tip}".casefold()
            if not all(word in text for word in words):
                continue
            if item.group != group:
                group = item.group
                self._add_heading(group)
            self._add(item)
        if not any(self._is_takable(row) for row in range(self.list.count())):
            return
        marked = next((row for row in range(self.list.count()) if self._data(row) and self._data(row).is_chosen), -1)
        self.list.setCurrentRow(marked if marked >= 0 else self._next(-1, 1))

    def _add_heading(self, text: str) -> None:
        row = QListWidgetItem(text)
        font = QFont(self.font())
        font.setBold(True)
        row.setFont(font)
        row.setFlags(Qt.ItemFlag.NoItemFlags)
        row.setSizeHint(QSize(0, self.fontMetrics().height() + _ROW_MARGIN))
        self.list.addItem(row)

    def _add(self, item: Item) -> None:
        row = QListWidgetItem(f"{'✓' if item.is_chosen else '   '} {item.title}")
        row.setData(_DATA, item)
        row.setToolTip(f"<p style='white-space: pre-wrap'>{escape(item.tip)}</p>" if item.tip else "")
        if not item.is_enabled:
            row.setFlags(Qt.ItemFlag.NoItemFlags)
        row.setSizeHint(QSize(0, self.fontMetrics().height() + _ROW_MARGIN))
        self.list.addItem(row)

    def _data(self, row: int) -> "Item":
        return self.list.item(row).data(_DATA)  # type: ignore[no-any-return]

    def _is_takable(self, row: int) -> bool:
        return bool(self.list.item(row).flags() & Qt.ItemFlag.ItemIsEnabled)

    def _next(self, row: int, step: int) -> int:
        place = row + step
        while 0 <= place < self.list.count() and not self._is_takable(place):
            place += step
        return place if 0 <= place < self.list.count() else row

    @Slot(object)
    def _take(self, row: QListWidgetItem) -> None:
        item = row.data(_DATA)
        if item is not None and item.is_enabled:
            self.hide()
            self.taken.emit(item.data)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move and take with the keys while typing."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in _MOVING:
                step = -1 if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp) else 1
                self.list.setCurrentRow(self._next(self.list.currentRow(), step))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                row = self.list.currentItem()
                if row is not None:
                    self._take(row)
                return True
        return super().eventFilter(watched, event)
