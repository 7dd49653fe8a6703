"""The content of a file that is packed behind a model: labels, vocabularies."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from backends.model.model import Model
from backends.model.packed_file import read_packed_file
from backends.progress import Progress
from backends.reports.plain_text import plain
from profiler_gui.jobs import JobRunner
from profiler_gui.widgets.label import plain_label

_SHOWN_CHARACTERS = 2_000_000


class PackedFileDialog(QDialog):
    """Shows a packed file as plain text, or its first bytes where it is none."""

    def __init__(self, name: str, content: bytes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(plain(name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 520)
        edit = QPlainTextEdit(content_text(content))
        edit.setReadOnly(True)
        edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(plain_label(plain(name), role="title"))
        column.addWidget(edit, 1)
        column.addWidget(buttons)


def show_packed_file(parent: QWidget, jobs: JobRunner, model: Model, name: str) -> None:
    """Read a packed file in the background and show it."""

    def work(progress: Progress) -> bytes:
        progress.step(f"Reading {plain(name)}")
        return read_packed_file(model, name)

    jobs.start(work, title="Reading a packed file", replaces="packed-file", on_success=partial(_open, parent, name))


def content_text(content: bytes) -> str:
    """Give text as it is, line by line, and anything else as hexadecimal numbers."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content[:4096].hex(" ", 1)
    if "\0" in text:
        return content[:4096].hex(" ", 1)
    return "\n".join(plain(line.replace("\t", "    ")) for line in text[:_SHOWN_CHARACTERS].splitlines())


def _open(parent: QWidget, name: str, content: bytes) -> None:
    PackedFileDialog(name, content, parent.window()).open()
