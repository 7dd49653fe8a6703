"""What this program is, and which versions are in use."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from profiler_gui.theme import make_icon
from profiler_gui.versions import version_lines
from profiler_gui.widgets.label import plain_label

_LICENCES = (
    "Apache License 2.0. Uses Qt and PySide6 under the LGPL 3, the Inter font under the SIL Open Font License 1.1, "
    "and the packages listed in resources/third_party.md under their own licences.\n"
    "Works offline; nothing is sent anywhere."
)


class AboutDialog(QDialog):
    """Names versions and licences, and copies them for a report."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About TFLite Profiler")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        picture = QLabel()
        picture.setPixmap(make_icon("app", "#ffffff").pixmap(48, 48))
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addStretch(1)
        names.addWidget(plain_label("TFLite Profiler", role="headline"))
        names.addWidget(plain_label("What runs where, and how long it takes.", role="dim"))
        names.addStretch(1)
        head.addLayout(names, 1)
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(4)
        for name, text in version_lines():
            form.addRow(plain_label(name, role="dim"), plain_label(text))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy versions", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        copy.clicked.connect(self.copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addLayout(head)
        column.addLayout(form)
        column.addWidget(plain_label(_LICENCES, role="dim"))
        column.addWidget(buttons)

    def copy(self) -> None:
        """Put the versions on the clipboard."""
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {text}" for name, text in version_lines()))
