"""What stands in the place of something that is still being made."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from profiler_gui.widgets.label import plain_label

_PATIENCE_MS = 150
"""What takes less than this shows nothing: a flash would only disturb."""


class Waiting(QWidget):
    """Says what is going on, after a moment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = plain_label("", role="dim", is_selectable=False)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(240)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self._text)
        column.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._appear)
        self.end("")

    def begin(self, text: str) -> None:
        """Start waiting for something."""
        self._text.set_text(text)
        self._text.hide()
        self._bar.hide()
        self._patience.start()

    def show_step(self, text: str) -> None:
        """Say how far it is."""
        self._text.set_text(text)

    def end(self, text: str) -> None:
        """Stop waiting; ``text`` stays."""
        self._patience.stop()
        self._bar.hide()
        self._text.set_text(text)
        self._text.setVisible(bool(text))

    def _appear(self) -> None:
        self._text.show()
        self._bar.show()
