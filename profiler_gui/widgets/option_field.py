"""One setting of a delegate, in the widget that its type asks for."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from backends.errors import RunError
from backends.runs.benchmark.delegates import DelegateOption
from profiler_gui.widgets.label import plain_label

_LEFT_OUT = "Left out"
_LEAST_WIDTH = 60
_INTEGER_LIMIT = 2**31 - 1


class OptionField(QWidget):
    """The widget and what the setting means below it; what is left as it is, is not passed on.

    Signals:
        changed: the value is another one.
    """

    changed = Signal()

    def __init__(self, option: DelegateOption, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.option = option
        self._is_known = True
        self.editor = self._make_editor()
        self._help = plain_label(option.help, role="dim", is_selectable=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        if isinstance(self.editor, QCheckBox):
            column.addWidget(self.editor)
        else:
            row = QHBoxLayout()
            title = plain_label(self.title, is_selectable=False)
            title.setWordWrap(False)
            row.addWidget(title, 1)
            row.addWidget(self.editor, 1)
            column.addLayout(row)
        column.addWidget(self._help)
        self.editor.setAccessibleName(self.title)
        self.set_value(value)

    @property
    def title(self) -> str:
        """Name of the setting in words."""
        words = self.option.id.replace("_", " ")
        return words[:1].upper() + words[1:]

    @property
    def value(self) -> str:
        """The value to pass on, or empty to leave the setting out."""
        editor = self.editor
        if not self._is_known:
            return ""
        if isinstance(editor, QCheckBox):
            text = "true" if editor.isChecked() else "false"
        elif isinstance(editor, QComboBox):
            text = str(editor.currentData())
        else:
            text = editor.text().strip()
        return "" if text == self.option.default else text

    @property
    def problem(self) -> str:
        """What is wrong with the value, or empty."""
        if not self.value:
            return f"{self.title} is needed: {self.option.help}" if self.option.is_required and self._is_known else ""
        try:
            self.option.checked(self.value)
        except RunError as error:
            return f"{error.message}. {error.hint}"
        return ""

    def set_value(self, value: str) -> None:
        """Show a value; an empty one is the default."""
        text = value or self.option.default
        editor = self.editor
        if isinstance(editor, QCheckBox):
            editor.setChecked(text == "true")
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(text)))
        else:
            editor.setText(value)

    def set_known(self, is_known: bool) -> None:
        """Allow the setting only where the benchmark tool knows it."""
        self._is_known = is_known
        self.setEnabled(is_known)
        name = self.option.flag or "external_delegate_options"
        self._help.set_text(self.option.help if is_known else f"The runner on this device does not know --{name}.")

    def _make_editor(self) -> QCheckBox | QComboBox | QLineEdit:
        if self.option.type == "bool":
            check = QCheckBox(self.title)
            check.toggled.connect(self._on_edited)
            return check
        if self.option.type == "choice":
            combo = QComboBox()
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(6)
            combo.addItem(_LEFT_OUT, self.option.default)
            for choice in self.option.choices:
                combo.addItem(choice.replace("_", " "), choice)
            combo.currentIndexChanged.connect(self._on_edited)
            return combo
        line = QLineEdit()
        line.setMinimumWidth(_LEAST_WIDTH)
        line.setPlaceholderText(self.option.default)
        if self.option.type == "integer":
            line.setValidator(QIntValidator(-_INTEGER_LIMIT, _INTEGER_LIMIT, line))
        line.textChanged.connect(self._on_edited)
        return line

    @Slot()
    def _on_edited(self) -> None:
        self.changed.emit()
