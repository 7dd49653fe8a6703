"""The details of a notice, to read and copy."""

import platform

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from profiler_gui.notices import Notice, Severity
from profiler_gui.versions import version_lines
from profiler_gui.widgets.label import plain_label


class DetailsDialog(QDialog):
    """Shows all of a notice as selectable plain text."""

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Details")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 480)
        self._text = report_text(notice)
        edit = QPlainTextEdit(self._text)
        edit.setReadOnly(True)
        edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        copy.clicked.connect(self.copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(plain_label(notice.message, role="title"))
        if notice.hint:
            column.addWidget(plain_label(notice.hint, role="dim"))
        column.addWidget(edit, 1)
        column.addWidget(buttons)

    def copy(self) -> None:
        """Put everything on the clipboard."""
        QGuiApplication.clipboard().setText(self._text)


def report_text(notice: Notice) -> str:
    """Give a notice as text for a bug report; a bug names the versions as well."""
    parts = [notice.message, *filter(None, (notice.hint,)), "", notice.detail]
    if notice.severity is Severity.BUG:
        parts += ["", *(f"{name}: {version}" for name, version in version_lines()), platform.platform()]
    return "\n".join(parts)
