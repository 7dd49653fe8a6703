"""All keys and gestures on one sheet."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from profiler_gui.actions import ACTIONS, GRAPH_KEYS, Menu
from profiler_gui.widgets.label import plain_label


class ShortcutsDialog(QDialog):
    """The keyboard shortcuts, by menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        groups = [(str(menu), _rows_of(menu)) for menu in Menu]
        groups = [(title, rows) for title, rows in groups if rows]
        left = _column([group for group in groups if group[0] in {Menu.FILE, Menu.EDIT, Menu.PROFILE, Menu.HELP}])
        right = _column([group for group in groups if group[0] == Menu.VIEW] + [("Graph", list(GRAPH_KEYS))])
        columns = QHBoxLayout()
        columns.setSpacing(48)
        columns.addLayout(left)
        columns.addLayout(right)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(24)
        outer.addLayout(columns)
        outer.addWidget(buttons)


def _rows_of(menu: Menu) -> list[tuple[str, str]]:
    rows = []
    for spec in ACTIONS.values():
        if spec.menu is menu and spec.shortcuts:
            native = (QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) for keys in spec.shortcuts)
            rows.append((", ".join(native), spec.text.rstrip("…")))
    return rows


def _column(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(6)
    for title, rows in groups:
        column.addWidget(plain_label(title, role="section", is_selectable=False))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        for number, (keys, text) in enumerate(rows):
            for place, (value, role) in enumerate(((text, ""), (keys, "dim"))):
                label = plain_label(value, role=role, is_selectable=False)
                label.setWordWrap(False)
                grid.addWidget(label, number, place)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)
        column.addSpacing(12)
    column.addStretch(1)
    return column
