"""Choosing a file for an input."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

_KINDS = "Arrays and images (*.npy *.png *.jpg *.jpeg *.bmp *.webp);;All files (*)"


class FileLine(QWidget):
    """A line for the path of a file with a button to choose it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.line = QLineEdit()
        self.line.setPlaceholderText(".npy or image")
        button = QToolButton()
        button.setText("…")
        button.setToolTip("Choose a file")
        button.clicked.connect(self._choose)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line, 1)
        layout.addWidget(button)

    @property
    def path(self) -> str:
        """The chosen path, or empty."""
        return self.line.text().strip()

    @Slot()
    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, f"Values for {self.name}", "", _KINDS)
        if path:
            self.line.setText(path)
