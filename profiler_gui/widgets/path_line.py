"""A line for the path of a file or folder, with buttons to choose one."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget


class PathLine(QWidget):
    """Takes a typed, chosen or dropped path.

    Args:
        title: heading of the dialogs.
        kinds: filter for files; empty where only folders are meant.
        takes_folders: whether folders can be chosen.

    Signals:
        changed: the path is another one.
    """

    changed = Signal()

    def __init__(
        self, title: str, *, kinds: str = "", takes_folders: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._title = title
        self._kinds = kinds
        self.line = QLineEdit()
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        if takes_folders:
            row.addWidget(_button("Folder…", self._choose_folder))
        if kinds:
            row.addWidget(_button("File…", self._choose_file))
        self.setFocusProxy(self.line)

    @property
    def path(self) -> str:
        """The path, or empty."""
        return self.line.text().strip()

    @Slot()
    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self._title, self.path)
        if path:
            self.line.setText(path)

    @Slot()
    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self._title, self.path, self._kinds)
        if path:
            self.line.setText(path)


def _button(text: str, choose: object) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.clicked.connect(choose)
    return button
