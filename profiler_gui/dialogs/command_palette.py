"""Every action by typing a part of its name."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

_SIZE = (520, 420)


class CommandPalette(QDialog):
    """A line to type in, and the enabled actions that fit."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self._actions = [action for action in actions if action.isEnabled()]
        self._edit = QLineEdit()
        self._edit.setPlaceholderText("Type a command…")
        self._edit.setAccessibleName("Command")
        self._edit.textChanged.connect(self._show_fitting)
        self._edit.installEventFilter(self)
        self._list = QTreeWidget()
        self._list.setAccessibleName("Commands")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformRowHeights(True)
        self._list.setRootIsDecorated(False)
        self._list.setHeaderHidden(True)
        self._list.setColumnCount(2)
        self._list.header().setStretchLastSection(False)
        self._list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._list.itemClicked.connect(self._run_current)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._edit)
        column.addWidget(self._list)
        self._show_fitting("")

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the actions that fit."""
        items = (self._list.topLevelItem(row) for row in range(self._list.topLevelItemCount()))
        return tuple(item.text(0) for item in items if item is not None)

    @Slot(str)
    def _show_fitting(self, text: str) -> None:
        words = text.casefold().split()
        self._list.clear()
        for action in self._actions:
            name = action.text().replace("&", "").rstrip("…")
            if all(word in name.casefold() for word in words):
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                item = QTreeWidgetItem([name, keys])
                item.setData(0, Qt.ItemDataRole.UserRole, action)
                self._list.addTopLevelItem(item)
        self._go_to(0)

    @Slot()
    def _run_current(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            action = item.data(0, Qt.ItemDataRole.UserRole)
            self.close()
            action.trigger()

    def _go_to(self, row: int) -> None:
        item = self._list.topLevelItem(max(0, min(self._list.topLevelItemCount() - 1, row)))
        if item is not None:
            self._list.setCurrentItem(item)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the keys at once."""
        super().showEvent(event)
        self._edit.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the list and run from the line."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run_current()
                return True
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._go_to(self._list.currentIndex().row() + step)
                return True
        return super().eventFilter(watched, event)
