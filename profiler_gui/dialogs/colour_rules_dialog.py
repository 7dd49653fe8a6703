"""Colour rules: which queries colour the graph, in which colours and order."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backends.errors import StoreError
from backends.query.colour_rule import MOST_RULES, ColourRule, Tinted, rules_from_json, rules_to_json
from profiler_gui.colour_rules import ColourRules, RulePainting
from profiler_gui.naming import name_parts
from profiler_gui.services import Services
from profiler_gui.session import OpenModel
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import plain_label

_SIZE = (760, 360)
_FILES = "Colour rules (*.json);;All files (*)"
_MOST_BYTES = 1 << 20
_EXPLAINED = (
    "Each rule colours the operators that its query finds, over whatever else the colours mean; the first rule that "
    "fits counts. The legend on the graph lists them."
)


class RuleRow(QWidget):
    """One rule to edit.

    Signals:
        changed: something of it is other than before.
        moved: it shall go up (-1) or down (1).
        removed: it shall go.
    """

    changed = Signal()
    moved = Signal(int)
    removed = Signal()

    def __init__(self, rule: ColourRule) -> None:
        super().__init__()
        self._colour = rule.colour
        self.is_on = QCheckBox()
        self.is_on.setChecked(rule.is_on)
        self.is_on.setToolTip("Whether the rule is used")
        self.is_on.setAccessibleName("Use the rule")
        self.colour = QToolButton()
        self.colour.setToolTip("Colour")
        self.colour.setAccessibleName("Colour")
        self.name = QLineEdit(rule.name)
        self.name.setPlaceholderText("Name")
        self.name.setAccessibleName("Name of the rule")
        self.query = QLineEdit(rule.query)
        self.query.setPlaceholderText("Query, as in Find")
        self.query.setAccessibleName("Query of the rule")
        self.count = plain_label("", role="dim", is_selectable=False)
        self.count.setMinimumWidth(70)
        self.up, self.down, self.remove = (_icon_button(tip) for tip in ("Earlier", "Later", "Remove the rule"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.is_on)
        row.addWidget(self.colour)
        row.addWidget(self.name, 2)
        row.addWidget(self.query, 3)
        for widget in (self.count, self.up, self.down, self.remove):
            row.addWidget(widget)
        for line in (self.name, self.query):
            line.setCursorPosition(0)  # the beginning tells more than the end
        self._paint()
        self.is_on.toggled.connect(self.changed)
        self.name.editingFinished.connect(self.changed)
        self.query.editingFinished.connect(self.changed)
        self.colour.clicked.connect(self._choose_colour)
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.remove.clicked.connect(self.removed)

    @property
    def rule(self) -> ColourRule:
        """The rule as it stands in the row."""
        return ColourRule(
            name=self.name.text().strip(),
            query=self.query.text().strip(),
            colour=self._colour,
            is_on=self.is_on.isChecked(),
        )

    def show_result(self, text: str, mistake: str = "") -> None:
        """Say how many operators of the model in front the rule picks out, or what is wrong with it."""
        self.count.set_text(text)
        self.query.setProperty("state", "bad" if mistake else "")
        self.query.setToolTip(mistake)
        self.query.style().unpolish(self.query)
        self.query.style().polish(self.query)

    def set_colour(self, colour: str) -> None:
        """Take another colour."""
        self._colour = colour
        self._paint()
        self.changed.emit()

    @Slot()
    def _choose_colour(self) -> None:
        dialog = QColorDialog(QColor(self._colour), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self.set_colour(colour.name()))
        dialog.open()

    def _paint(self) -> None:
        swatch = QPixmap(16, 16)
        swatch.fill(QColor(self._colour))
        self.colour.setIcon(QIcon(swatch))
        colors = colors_of(self)
        for button, name in ((self.up, "up"), (self.down, "down"), (self.remove, "close")):
            button.setIcon(make_icon(name, colors.text, colors.disabled_text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "remove"):
            self._paint()


class ColourRulesDialog(QDialog):
    """All rules, applied as they are edited; stays open beside the window.

    Args:
        rules: the rules.
        painting: tells what they pick out.
        services: where failures are told, and what is open.
        parent: the window.
    """

    def __init__(self, rules: ColourRules, painting: RulePainting, services: Services, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Colour rules")
        self._rules = rules
        self._painting = painting
        self._services = services
        self.rows: list[RuleRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self._empty = plain_label("No rules yet. Add one here, or with Rule… in the find bar.", role="dim")
        self._arrange()
        name_parts(self, "Colour rules")
        self.resize(*_SIZE)
        rules.changed.connect(self._show_rules)
        painting.applied.connect(self._on_applied)
        services.session.current_changed.connect(self._show_counts)
        self._show_rules()

    def _arrange(self) -> None:
        explained = QLabel(_EXPLAINED)
        explained.setWordWrap(True)
        explained.setProperty("role", "dim")
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.addWidget(self._empty)
        column.addLayout(self._list)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inside)
        buttons = QHBoxLayout()
        for text, act in (
            ("Add", self._add), ("Import…", self._ask_import), ("Export…", self._ask_export),
        ):  # fmt: skip
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(act)
            buttons.addWidget(button)
        buttons.addStretch(1)
        close = QPushButton("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(explained)
        layout.addWidget(area, 1)
        layout.addLayout(buttons)

    @Slot()
    def _show_rules(self) -> None:
        """Show the rules as they are; rows that already show them stay, with the cursor in them."""
        rules = self._rules.rules
        if tuple(row.rule for row in self.rows) != rules:
            for row in self.rows:
                row.blockSignals(True)  # a line that loses the cursor on its way out would bring the old rules back
                self._list.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.rows = [self._make_row(rule) for rule in rules]
        for place, row in enumerate(self.rows):
            row.up.setEnabled(place > 0)
            row.down.setEnabled(place < len(self.rows) - 1)
        self._empty.setVisible(not self.rows)
        self._show_counts()

    def _make_row(self, rule: ColourRule) -> RuleRow:
        row = RuleRow(rule)
        row.changed.connect(self._on_edited)
        row.moved.connect(partial(self._move, row))
        row.removed.connect(partial(self._remove, row))
        self._list.addWidget(row)
        return row

    @Slot()
    def _on_edited(self) -> None:
        self._rules.set_rules([row.rule for row in self.rows])

    def _move(self, row: RuleRow, step: int) -> None:
        rules = [other.rule for other in self.rows]
        place = self.rows.index(row)
        if 0 <= place + step < len(rules):
            rules.insert(place + step, rules.pop(place))
            self._rules.set_rules(rules)

    def _remove(self, row: RuleRow) -> None:
        self._rules.set_rules([other.rule for other in self.rows if other is not row])

    @Slot()
    def _add(self) -> None:
        if len(self.rows) >= MOST_RULES:
            return
        self._rules.add_rule("")
        self.rows[-1].name.setFocus()

    @Slot(object, object)
    def _on_applied(self, record: OpenModel, _answer: Tinted) -> None:
        if record is self._services.session.current:
            self._show_counts()

    @Slot()
    def _show_counts(self) -> None:
        answer = self._painting.answer_of(self._services.session.current)
        mistakes = dict(answer.mistakes) if answer is not None else {}
        tints = iter(answer.tints if answer is not None else ())
        for place, row in enumerate(self.rows):
            if place in mistakes:
                row.show_result("wrong", mistakes[place])
                continue
            tint = next(tints, None) if row.rule.is_on else None
            row.show_result("" if tint is None else f"{len(tint.operators)} found")

    # Files ------------------------------------------------------------------------------------------------------------

    @Slot()
    def _ask_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Import colour rules", self._services.settings.last_folder, _FILES)
        if path:
            self.import_rules(Path(path))

    @Slot()
    def _ask_export(self) -> None:
        folder = Path(self._services.settings.last_folder or ".")
        path, _ = QFileDialog.getSaveFileName(self, "Export colour rules", str(folder / "colour-rules.json"), _FILES)
        if path:
            self.export_rules(Path(path))

    def import_rules(self, path: Path) -> None:
        """Add the rules of a file behind those that there are; ones that are there already are left out."""
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise StoreError(f"{path.name} is too large for colour rules.")
            found = rules_from_json(path.read_text("utf-8"))
        except StoreError as error:
            self._services.notices.report(error)
            return
        except (OSError, UnicodeDecodeError) as error:
            self._services.notices.report(StoreError(f"{path.name} cannot be read.", detail=str(error)))
            return
        known = {(rule.query, rule.colour) for rule in self._rules.rules}
        new = [replace(rule) for rule in found if (rule.query, rule.colour) not in known]
        self._rules.set_rules([*self._rules.rules, *new][:MOST_RULES])

    def export_rules(self, path: Path) -> None:
        """Write the rules to a file."""
        try:
            path.write_text(rules_to_json(self._rules.rules), "utf-8")
        except OSError as error:
            self._services.notices.report(StoreError(f"{path.name} cannot be written.", detail=str(error)))


def _icon_button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button
