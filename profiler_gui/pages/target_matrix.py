"""The matrix operator x target: grouped by type, worst first, or flat."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTreeView, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from backends.reports.columns import Column, engine_text, format_operator, matrix_columns, speed_word
from backends.reports.rows import OperatorRow
from backends.targets.verdict import ModelVerdict, Placement, Verdict
from profiler_gui.tables.group_tree import Group, GroupTree
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.theme import colors_of
from profiler_gui.widgets.placement_mark import PLACEMENT_WORDS, placement_color, placement_icon

_WORST_FIRST = (Placement.FALLBACK, Placement.UNKNOWN, Placement.ACCELERATED)
_OPERATOR_WIDTH = 190
_COLUMN_WIDTHS = (72, 130)
_MOST_EXPANDED = 2000

_SLOWEST_FIRST = ("slow", "measure", "fast")

Counts = dict[tuple[str, str], Counter[Placement]]
"""Placements by type and target id."""

Speeds = dict[tuple[str, str], Counter[str]]
"""Engine and speed by type and target id, for targets that tell them."""


class TargetMatrix(QWidget):
    """Shows where each operator would run on each target.

    Signals:
        cell_chosen: the operators of the chosen cell (tuple of ``OperatorId``) and the target's id; the id is empty
            for the column of operators.
    """

    cell_chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdicts: Mapping[str, ModelVerdict] = {}
        self._rows: Sequence[OperatorRow] = ()
        self._counts: Counts = {}
        self._speeds: Speeds = {}
        self._chosen = ""
        self._is_telling = True
        self._tree_model = GroupTree((), self._look)
        self._tree = _make_tree(self._tree_model)
        self._flat = RecordView(RecordTable((), self._look))
        self._flat.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._tree)
        self._stack.addWidget(self._flat)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._tree.selectionModel().currentChanged.connect(self._on_tree_current_changed)
        self._flat.rows_selected.connect(self._on_flat_selected)

    @property
    def tree(self) -> QTreeView:
        """The grouped view."""
        return self._tree

    @property
    def flat(self) -> RecordView:
        """The flat view."""
        return self._flat

    def show_flat(self, is_flat: bool) -> None:
        """Show one row for each operator instead of types to expand."""
        self._stack.setCurrentIndex(int(is_flat))
        if is_flat:
            self._flat.fit_columns()

    def show_verdicts(self, rows: Sequence[OperatorRow], verdicts: Mapping[str, ModelVerdict], chosen: str) -> None:
        """Replace everything.

        Args:
            rows: the operators to list.
            verdicts: answers by target id.
            chosen: id of the target whose refusals come first.
        """
        targets = tuple(verdicts.values())
        if rows is not self._rows or verdicts is not self._verdicts:
            self._counts, self._speeds = count_placements(rows, targets)
        self._rows, self._verdicts, self._chosen = rows, verdicts, chosen
        groups = _groups(rows, self._counts, self._speeds, chosen)
        self._is_telling = False
        try:
            self._tree_model.set_groups(groups, (_OPERATOR, *(_short_column(target) for target in targets)))
            self._flat.table.set_rows(rows, matrix_columns(targets))
        finally:
            self._is_telling = True
        self._fit()

    def take_counts(
        self, rows: Sequence[OperatorRow], verdicts: Mapping[str, ModelVerdict], counted: tuple[Counts, Speeds]
    ) -> None:
        """Take what ``count_placements`` gave for rows that will be shown next; counting many takes long."""
        self._rows, self._verdicts = rows, verdicts
        self._counts, self._speeds = counted

    def select(self, operators: frozenset[OperatorId]) -> None:
        """Select these operators without telling anybody; a single one is made visible in its type."""
        self._is_telling = False
        try:
            self._flat.select_rows(lambda row: row.id in operators)
            current = self._tree_model.record(self._tree.currentIndex())
            if current is not None and frozenset(_ids(current)) == operators:
                return
            self._tree.selectionModel().clear()
            if len(operators) == 1:
                for index in self._tree_model.indexes(lambda row: row.id in operators):
                    self._select_in_tree(index)
        finally:
            self._is_telling = True

    def _select_in_tree(self, index: QModelIndex) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        group = index.parent()
        if not self._tree.isExpanded(group) and self._tree_model.rowCount(group) > _MOST_EXPANDED:
            # Opening a group of thousands takes long, and its one row is seen in the list of operators too.
            self._tree.selectionModel().select(index, flags)
            self._tree.scrollTo(group)
            return
        self._tree.selectionModel().setCurrentIndex(index, flags)

    def refresh_look(self) -> None:
        """Draw the marks again in the colours of the theme."""
        self._flat.table.refresh_look()
        self._tree.viewport().update()

    def _fit(self) -> None:
        header = self._tree.header()
        metrics = self._tree.fontMetrics()
        self._tree.setColumnWidth(0, _OPERATOR_WIDTH)
        for number, column in enumerate(self._tree_model.columns[1:], start=1):
            wanted = metrics.horizontalAdvance(column.title) + 26
            self._tree.setColumnWidth(number, min(max(_COLUMN_WIDTHS[0], wanted), _COLUMN_WIDTHS[1]))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        if self._stack.currentWidget() is self._flat:
            self._flat.fit_columns()

    def _look(self, record: Any, column: str) -> Look | None:
        target = self._verdicts.get(column)
        if target is None:
            return Look(tooltip=record.name) if isinstance(record, OperatorRow) and record.name else None
        if isinstance(record, Group):
            counts = self._counts[record.rows[0].kind, column]
            worst = next((place for place in _WORST_FIRST if counts[place]), None)
            if worst is None:
                return None
            words = ", ".join(f"{counts[place]} {PLACEMENT_WORDS[place]}" for place in Placement if counts[place])
            engines = self._speeds.get((record.rows[0].kind, column), Counter())
            told = [f"{count} on {name}" for name, count in engines.most_common()]
            return self._mark(worst, column, "\n".join([f"{record.title} on {target.target_name}: {words}", *told]))
        verdict = target.verdicts.get(record.id)
        if verdict is None:
            return None
        head = f"{format_operator(record.id)} {record.kind} on {target.target_name}: {_words(verdict)}"
        return self._mark(verdict.placement, column, "\n".join([head, *(f.message for f in verdict.findings)]))

    def _mark(self, placement: Placement, target_id: str, tooltip: str) -> Look:
        return Look(
            icon=placement_icon(placement, self),
            color=placement_color(placement, self),
            background=QColor(colors_of(self).accent_soft) if target_id == self._chosen else None,
            tooltip=tooltip,
        )

    @Slot(QModelIndex, QModelIndex)
    def _on_tree_current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        record = self._tree_model.record(index)
        if self._is_telling and record is not None:
            self.cell_chosen.emit(_ids(record), self._target_at(index.column() - 1))

    @Slot(object)
    def _on_flat_selected(self, rows: tuple[OperatorRow, ...]) -> None:
        if self._is_telling:
            column = self._flat.table.columns[max(0, self._flat.currentIndex().column())]
            target_id = column.id if column.id in self._verdicts else ""
            self.cell_chosen.emit(tuple(row.id for row in rows if row.id is not None), target_id)

    def _target_at(self, place: int) -> str:
        ids = list(self._verdicts)
        return ids[place] if 0 <= place < len(ids) else ""


def count_placements(rows: Sequence[OperatorRow], targets: Sequence[ModelVerdict]) -> tuple[Counts, Speeds]:
    """Count placements, engines and speeds by type and target in one pass."""
    counts: Counts = defaultdict(Counter)
    speeds: Speeds = defaultdict(Counter)
    for target in targets:
        get = target.verdicts.get
        answers = ((row.kind, get(row.id)) for row in rows if row.id is not None)
        found = Counter(
            (kind, verdict.placement, verdict.engine, speed_word(verdict))
            for kind, verdict in answers
            if verdict is not None
        )
        for (kind, placement, *engine), count in found.items():
            counts[kind, target.target_id][placement] += count
            if any(engine):
                speeds[kind, target.target_id][" ".join(filter(None, engine))] += count
    return counts, speeds


def _row_title(row: OperatorRow) -> str:
    return f"{format_operator(row.id)}  {row.name}" if row.id is not None else row.name


_OPERATOR: Column[OperatorRow] = Column(id="operator", title="Operator", value=_row_title)


def _short_column(target: ModelVerdict) -> Column[OperatorRow]:
    """Give a narrow column: the mark tells the placement, the text engine and fast path where there are several."""

    def engine(row: OperatorRow) -> str:
        verdict = None if row.id is None else target.verdicts.get(row.id)
        return engine_text(verdict) if verdict else ""

    return Column(id=target.target_id, title=target.target_name, value=engine)


def _groups(rows: Sequence[OperatorRow], counts: Counts, speeds: Speeds, chosen: str) -> list[Group]:
    by_kind: dict[str, list[OperatorRow]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    refusals: Counter[str] = Counter()
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for (kind, target_id), found in counts.items():
        accelerated = found[Placement.ACCELERATED]
        words = {name.split()[-1] for name in speeds.get((kind, target_id), ())}
        slowest = next((word for word in _SLOWEST_FIRST if word in words), "")
        texts[kind][target_id] = f"{accelerated}/{found.total()} {slowest}".rstrip()
        # The chosen target's refusals weigh more than those of all others together.
        refusals[kind] += (found.total() - accelerated) * (1000 if target_id == chosen else 1)
    kinds = sorted(by_kind, key=lambda kind: (-refusals[kind], -len(by_kind[kind]), kind))
    return [
        Group(title=f"{kind} ({len(by_kind[kind])})", cells=texts[kind], rows=tuple(by_kind[kind])) for kind in kinds
    ]


def _words(verdict: Verdict) -> str:
    engine = engine_text(verdict)
    return PLACEMENT_WORDS[verdict.placement] + (f" ({engine})" if engine else "")


def _ids(record: Any) -> tuple[OperatorId, ...]:
    rows = record.rows if isinstance(record, Group) else (record,)
    return tuple(row.id for row in rows if row.id is not None)


def _make_tree(model: GroupTree) -> QTreeView:
    tree = QTreeView()
    tree.setModel(model)
    tree.setUniformRowHeights(True)
    tree.setAlternatingRowColors(True)
    tree.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
    tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    tree.header().setTextElideMode(Qt.TextElideMode.ElideMiddle)
    tree.header().setStretchLastSection(False)
    tree.header().setSectionsMovable(False)
    return tree
