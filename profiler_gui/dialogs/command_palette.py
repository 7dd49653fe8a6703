"""Every action by typing a part of its name."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

_SHOWN = 14


class CommandPalette(QDialog):
    """A line to type in, and the enabled actions that fit."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(480)
        self._actions = [action for action in actions if action.isEnabled()]
        self._edit = QLineEdit()
        self._edit.setPlaceholderText("Type a command…")
        self._edit.textChanged.connect(self._show_fitting)
        self._edit.installEventFilter(self)
        self._list = QListWidget()
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.itemClicked.connect(self._on_item_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._edit)
        column.addWidget(self._list)
        self._show_fitting("")

    @property
    def shown(self) -> tuple[str, ...]:
        """The texts of the actions that fit."""
        return tuple(self._list.item(row).text() for row in range(self._list.count()))

    @Slot(str)
    def _show_fitting(self, text: str) -> None:
        words = text.casefold().split()
        self._list.clear()
        for action in self._actions:
            name = action.text().replace("&", "").rstrip("…")
            if all(word in name.casefold() for word in words):
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                item = QListWidgetItem(f"{name}    {keys}".rstrip())
                item.setIcon(action.icon())
                item.setData(Qt.ItemDataRole.UserRole, action)
                self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.setFixedHeight(max(1, min(_SHOWN, self._list.count())) * max(24, self._list.sizeHintForRow(0)) + 4)
        self.adjustSize()

    def _run_current(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            action = item.data(Qt.ItemDataRole.UserRole)
            self.close()
            action.trigger()

    @Slot(QListWidgetItem)
    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        self._list.setCurrentItem(item)
        self._run_current()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the list and run from the line."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run_current()
                return True
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._list.setCurrentRow(max(0, min(self._list.count() - 1, self._list.currentRow() + step)))
                return True
        return super().eventFilter(watched, event)
