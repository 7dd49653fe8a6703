"""All keys and gestures on one sheet."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from profiler_gui.actions import ACTIONS, GRAPH_KEYS, RUNS_KEYS, Menu
from profiler_gui.widgets.label import plain_label

_LEFT_GROUPS = {Menu.FILE, Menu.EDIT, Menu.TARGETS, Menu.PROFILE, "Panels"}
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight

_MOST_OF_SCREEN = 0.85


class ShortcutsDialog(QDialog):
    """The keyboard shortcuts, by menu."""

    def __init__(self, panels: Sequence[QAction], parent: QWidget | None = None) -> None:
        """Take the actions that show the panels, which are not in the table."""
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        groups = [(str(menu), _rows_of(menu)) for menu in Menu]
        groups.append(("Panels", [(_native(action.shortcut()), action.text()) for action in panels]))
        groups.append(("Graph", list(GRAPH_KEYS)))
        groups.append(("List of runs", list(RUNS_KEYS)))
        groups = [(title, rows) for title, rows in groups if rows]
        left = _column([group for group in groups if group[0] in _LEFT_GROUPS])
        right = _column([group for group in groups if group[0] not in _LEFT_GROUPS])
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(0, 0, 16, 0)
        columns.setSpacing(48)
        columns.addLayout(left)
        columns.addLayout(right)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(24)
        area = QScrollArea()
        area.setAccessibleName("Keyboard shortcuts")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(sheet)
        outer.addWidget(area, 1)
        outer.addWidget(buttons)
        wanted, room = sheet.sizeHint(), self.screen().availableSize() * _MOST_OF_SCREEN
        self.resize(min(wanted.width() + 80, room.width()), min(wanted.height() + 110, room.height()))


def _rows_of(menu: Menu) -> list[tuple[str, str]]:
    rows = []
    for spec in ACTIONS.values():
        if spec.menu is menu and spec.shortcuts and not spec.submenu:
            rows.append((", ".join(_native(QKeySequence(keys)) for keys in spec.shortcuts), spec.text.rstrip("…")))
    return rows


def _native(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


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
                grid.addWidget(label, number, place, _RIGHT if place else _LEFT)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)
        column.addSpacing(12)
    column.addStretch(1)
    return column
