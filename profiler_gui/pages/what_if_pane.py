"""What if: choosing what shall be supposed about the targets, and the numbers before and after."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from backends.model.model import Model, OperatorId
from backends.reports.columns import format_operator
from backends.reports.plain_text import plain
from backends.reports.what_if import changes, outcome_of
from backends.targets.facts import kind_of
from backends.targets.supposition import Supposition
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict, Placement
from profiler_gui.session import OpenModel
from profiler_gui.tables.look import plain_tooltip
from profiler_gui.widgets.label import plain_label

_MOST_PARTITIONS = 10
_EXCLUDE = "Keep on CPU"
_KEY = Qt.ItemDataRole.UserRole
_Member = TypeVar("_Member")
_TYPES, _RULES, _EXCLUDED = "kind", "rule", "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What a target refuses in a model: types and rules with how many operators each concerns."""

    kinds: Mapping[str, int]
    rules: Mapping[str, int]
    sentences: Mapping[str, str]
    """The first finding of each rule."""


class WhatIfPane(QScrollArea):
    """Edits the supposition of the model in front; a checked line is supposed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: OpenModel | None = None
        self._target: Target | None = None
        self._limit = QComboBox()
        self._limit.setToolTip("How many partitions the delegate keeps")
        self._limit.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._limit.setMinimumContentsLength(8)
        self._exclude = QPushButton(_EXCLUDE)
        self._exclude.setToolTip("Suppose that the selected operators stay on the CPU")
        self._reset = QPushButton("Reset")
        self._list = QTreeWidget()
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setMinimumHeight(96)
        self._shown: list[tuple[str, str, str]] = []
        self._numbers = QWidget()
        self._numbers_grid = QGridLayout(self._numbers)
        self._numbers_grid.setContentsMargins(0, 4, 0, 4)
        self._numbers_grid.setHorizontalSpacing(12)
        self._numbers_grid.setVerticalSpacing(2)
        self._numbers_grid.setColumnStretch(0, 1)
        self._arrange()
        self._limit.activated.connect(self._on_limit_chosen)
        self._exclude.clicked.connect(self._on_exclude_clicked)
        self._reset.clicked.connect(self._on_reset_clicked)
        self._list.itemChanged.connect(self._on_item_changed)

    @property
    def limit(self) -> QComboBox:
        """The chooser of how many partitions the delegate keeps."""
        return self._limit

    @property
    def exclude_button(self) -> QPushButton:
        """The button that keeps the selected operators on the CPU."""
        return self._exclude

    @property
    def list(self) -> QTreeWidget:
        """Types, rules and operators that can be supposed about."""
        return self._list

    def numbers_text(self) -> str:
        """Give the numbers as they are shown, a line each."""
        return "\n".join(" | ".join(row) for row in self._shown)

    def show_record(self, record: OpenModel | None, target: Target | None) -> None:
        """Offer what the chosen target refuses, and show what the what-if changes."""
        self._record, self._target = record, target
        if record is None or record.verdict_before is None:
            return
        self._show_limits(record.supposition)
        self._show_list(record)
        self._show_numbers(record)
        self.show_selection()

    def show_selection(self) -> None:
        """Follow the selected operators."""
        record = self._record
        count = len(record.selection - record.supposition.excluded) if record else 0
        self._exclude.setEnabled(count > 0)
        self._exclude.setText(f"{_EXCLUDE} ({count})" if count else _EXCLUDE)
        self._reset.setEnabled(record is not None and not record.supposition.is_empty)

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._exclude, 3)
        buttons.addWidget(self._reset, 2)
        for widget in (self._limit, self._exclude, self._reset):
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column.addWidget(self._limit)
        column.addLayout(buttons)
        column.addWidget(self._list, 1)
        column.addWidget(self._numbers)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(body)

    def _show_limits(self, supposition: Supposition) -> None:
        own = self._target.partitioning.max_partitions if self._target else 0
        self._limit.clear()
        self._limit.addItem(f"own limit: {own} partitions" if own else "own limit: none", None)
        self._limit.addItem("any number of partitions", 0)
        for count in range(1, _MOST_PARTITIONS + 1):
            self._limit.addItem(f"at most {count} partition{'s' if count > 1 else ''}", count)
        most = supposition.max_partitions
        self._limit.setCurrentIndex(0 if most is None else min(1 + most, self._limit.count() - 1))

    def _show_list(self, record: OpenModel) -> None:
        assert record.verdict_before is not None
        found = find_refusals(record.model, record.verdict_before, self._target)
        supposed = record.supposition
        tree = self._list
        place = tree.verticalScrollBar().value()
        tree.blockSignals(True)
        tree.clear()
        self._add_group(
            "Suppose supported",
            [
                (_TYPES, kind, f"{plain(kind)} ({found.kinds.get(kind, 0)} refused)", "")
                for kind in _ordered(found.kinds, supposed.accepted_kinds)
            ],
            supposed.accepted_kinds,
        )
        self._add_group(
            "Suppose these hold",
            [
                (_RULES, rule, f"{rule} ({found.rules.get(rule, 0)})", found.sentences.get(rule, ""))
                for rule in _ordered(found.rules, supposed.holding_rules)
            ],
            supposed.holding_rules,
        )
        self._add_group(
            "Kept on the CPU",
            [
                (_EXCLUDED, id_, f"{format_operator(id_)} {plain(record.model.operator(id_).label)}", "")
                for id_ in sorted(supposed.excluded)
            ],
            supposed.excluded,
        )
        if not tree.topLevelItemCount():
            item = QTreeWidgetItem(["This target refuses nothing of this model."])
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            tree.addTopLevelItem(item)
        tree.expandAll()
        tree.verticalScrollBar().setValue(place)
        tree.blockSignals(False)

    def _add_group(self, title: str, rows: Iterable[tuple[str, object, str, str]], checked: Iterable[object]) -> None:
        wanted = set(checked)
        items = []
        for sort, key, text, sentence in rows:
            item = QTreeWidgetItem([text])
            item.setData(0, _KEY, (sort, key))
            item.setToolTip(0, plain_tooltip("\n".join(filter(None, (text, sentence)))))
            item.setCheckState(0, Qt.CheckState.Checked if key in wanted else Qt.CheckState.Unchecked)
            items.append(item)
        if items:
            head = QTreeWidgetItem([title])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            head.addChildren(items)
            self._list.addTopLevelItem(head)

    def _show_numbers(self, record: OpenModel) -> None:
        grid = self._numbers_grid
        while (taken := grid.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.deleteLater()
        self._shown = []
        before, after = record.verdict_before, record.verdict
        if before is None or after is None:
            return
        rows = changes(outcome_of(record.model, before, record.costs), outcome_of(record.model, after, record.costs))
        for place, text in enumerate(("", "now", "what if")):
            self._put(text, 0, place, role="dim")
        for number, row in enumerate(rows, 1):
            self._shown.append((row.name, row.before, row.after))
            self._put(row.name, number, 0, role="dim")
            self._put(row.before, number, 1)
            self._put(row.after, number, 2, is_bold=row.after != row.before)

    def _put(self, text: str, row: int, column: int, *, role: str = "", is_bold: bool = False) -> None:
        label = plain_label(text, role=role, is_selectable=False)
        label.setWordWrap(False)
        if column == 0:
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setToolTip(text)
        else:
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if is_bold:
            font = label.font()
            font.setBold(True)
            label.setFont(font)
        self._numbers_grid.addWidget(label, row, column)

    # What the user chooses --------------------------------------------------------------------------------------------

    @Slot()
    def _on_limit_chosen(self) -> None:
        if self._record is not None:
            self._record.suppose(replace(self._record.supposition, max_partitions=self._limit.currentData()))

    @Slot()
    def _on_exclude_clicked(self) -> None:
        record = self._record
        if record is not None:
            excluded = record.supposition.excluded | record.selection
            record.suppose(replace(record.supposition, excluded=excluded))

    @Slot()
    def _on_reset_clicked(self) -> None:
        if self._record is not None:
            self._record.suppose(Supposition())

    @Slot(QTreeWidgetItem, int)
    def _on_item_changed(self, item: QTreeWidgetItem, _column: int) -> None:
        record = self._record
        data = item.data(0, _KEY)
        if record is None or data is None:
            return
        sort, key = data
        is_on = item.checkState(0) is Qt.CheckState.Checked
        supposed = record.supposition
        if sort == _TYPES:
            record.suppose(replace(supposed, accepted_kinds=_switched(supposed.accepted_kinds, key, is_on)))
        elif sort == _RULES:
            record.suppose(replace(supposed, holding_rules=_switched(supposed.holding_rules, key, is_on)))
        else:
            excluded = _switched(supposed.excluded, OperatorId(*key), is_on)
            record.suppose(replace(supposed, excluded=excluded))


def find_refusals(model: Model, verdict: ModelVerdict, target: Target | None) -> Refusals:
    """Count what a verdict refuses by type and by rule; rules that no supposition can wave through are left out."""
    known = {rule.id for rule in target.rules} if target else set()
    kinds: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    sentences: dict[str, str] = {}
    for id_, answer in verdict.verdicts.items():
        if answer.placement is Placement.ACCELERATED:
            continue
        kinds[kind_of(model.operator(id_))] += 1
        for finding in answer.findings:
            if finding.rule in known and finding.effect is not Placement.ACCELERATED:
                rules[finding.rule] += 1
                sentences.setdefault(finding.rule, finding.message)
    return Refusals(kinds=kinds, rules=rules, sentences=sentences)


def _ordered(counts: Mapping[str, int], supposed: Iterable[str]) -> list[str]:
    """Put what is supposed in front, then what concerns most operators."""
    chosen = set(supposed)
    return sorted({*counts, *chosen}, key=lambda name: (name not in chosen, -counts.get(name, 0), name))


def _switched(members: frozenset[_Member], member: _Member, is_on: bool) -> frozenset[_Member]:
    return members | {member} if is_on else members - {member}
