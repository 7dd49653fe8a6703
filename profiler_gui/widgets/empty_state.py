"""What the window shows while no model is open."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from profiler_gui.theme import make_icon
from profiler_gui.widgets.label import escape_mnemonic, plain_label

_SHOWN_RECENT = 5


class EmptyState(QWidget):
    """Says what to drop, and offers what was open last.

    Signals:
        open_wanted: choose files.
        sample_wanted: open the bundled sample.
        file_wanted: path of a recent file.
    """

    open_wanted = Signal()
    sample_wanted = Signal()
    file_wanted = Signal(str)

    def __init__(self, *, has_sample: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setPixmap(make_icon("app", "#ffffff").pixmap(64, 64))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        self._recent_title = _centred("Opened last", role="section")
        self._arrange(has_sample=has_sample)
        self.show_recent(())

    def show_recent(self, paths: tuple[str, ...]) -> None:
        """Offer these paths, newest first."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for path in paths[:_SHOWN_RECENT]:
            self._recent.addWidget(self._recent_button(path), 0, Qt.AlignmentFlag.AlignHCenter)
        self._recent_title.setVisible(bool(paths))

    def _arrange(self, *, has_sample: bool) -> None:
        open_button = QPushButton("Open…")
        open_button.setProperty("primary", True)
        open_button.clicked.connect(self.open_wanted)
        sample_button = QPushButton("Open the sample")
        sample_button.clicked.connect(self.sample_wanted)
        sample_button.setVisible(has_sample)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(open_button)
        buttons.addWidget(sample_button)
        buttons.addStretch(1)

        well = QFrame()
        well.setObjectName("well")
        well.setMaximumWidth(560)
        column = QVBoxLayout(well)
        column.setContentsMargins(48, 40, 48, 40)
        column.setSpacing(8)
        column.addWidget(self._picture)
        column.addSpacing(8)
        column.addWidget(_centred("Drop a model here", role="headline"))
        column.addWidget(
            _centred(
                "A .tflite file, or a .task or .zip bundle that holds some. "
                "See its graph, where each operator would run and why, and how long each takes. "
                "A Keras, SavedModel, ONNX or PyTorch network is converted first.",
                role="dim",
            )
        )
        column.addSpacing(8)
        column.addLayout(buttons)
        column.addSpacing(8)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)

        outer = QVBoxLayout(self)
        outer.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(well, 4)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)

    def _recent_button(self, path: str) -> QPushButton:
        button = QPushButton(escape_mnemonic(Path(path).name))
        button.setProperty("role", "link")
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setToolTip(path)
        button.clicked.connect(lambda: self.file_wanted.emit(path))
        return button


def _centred(text: str, *, role: str) -> QLabel:
    label = plain_label(text, role=role, is_selectable=False)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
