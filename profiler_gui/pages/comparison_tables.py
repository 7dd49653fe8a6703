"""The tables below the graphs of a comparison."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from backends.compare.alignment import Correction
from backends.compare.layer_difference import LayerRow
from backends.compare.model_difference import FactDifference, Status
from backends.compare.verdict_difference import TargetDifference
from backends.model.model import OperatorId
from backends.reports.columns import Column, format_operator
from backends.reports.comparison_columns import FACT_COLUMNS, LAYER_DIFFERENCE_COLUMNS, TARGET_DIFFERENCE_COLUMNS
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.theme import colors_of
from profiler_gui.widgets.filter_bar import FilterBar
from profiler_gui.widgets.label import PlainLabel, plain_label
from profiler_gui.widgets.turning_splitter import TurningSplitter

_NOTABLE = 0.005
_TIMES = ("a_time", "b_time", "difference_ns", "relative", "a_place", "b_place")


class LayerDifferences(QWidget):
    """Every pair of operators with times and changes; sorted, filtered and copied like any table.

    Signals:
        selected: the operators of A and of B in the selected rows.
        opened: the same for a row that was double-clicked.
        correction_wanted: a ``Correction`` of the alignment.
    """

    selected = Signal(object, object)
    opened = Signal(object, object)
    correction_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = RecordView(RecordTable(LAYER_DIFFERENCE_COLUMNS, self._look))
        self._filter = FilterBar("Filter: every word must match")
        self._only_different = QToolButton()
        self._only_different.setText("Only differences")
        self._only_different.setCheckable(True)
        self._only_different.setProperty("role", "toggle")
        self._count = QLabel()
        self._count.setProperty("role", "dim")
        self._match = QAction("Match the selected rows", self.view)
        self._unmatch = QAction("Unmatch", self.view)
        self.view.addActions([self._match, self._unmatch])
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.addWidget(self._filter, 1)
        bar.addWidget(self._only_different)
        bar.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        self._filter.changed.connect(self._apply_filter)
        self._only_different.toggled.connect(self._apply_filter)
        self.view.rows_selected.connect(self._on_rows_selected)
        self.view.row_opened.connect(self._on_row_opened)
        self._match.triggered.connect(self._on_match)
        self._unmatch.triggered.connect(self._on_unmatch)

    def show_rows(self, rows: Sequence[LayerRow]) -> None:
        """Show other rows."""
        kinds: dict[str, int] = {}
        for row in rows:
            kinds[row.kind] = kinds.get(row.kind, 0) + 1
        self._filter.set_kinds(kinds)
        self.view.table.set_rows(rows)
        self.view.show_columns([column.id for column in LAYER_DIFFERENCE_COLUMNS if column.is_default])
        if all(row.a_ns is None and row.b_ns is None for row in rows):
            shown = [c.id for c in LAYER_DIFFERENCE_COLUMNS if c.is_default and c.id not in _TIMES]
            self.view.show_columns(shown)
        self.view.fit_columns()
        self._apply_filter()

    def select(self, a: frozenset[OperatorId], b: frozenset[OperatorId]) -> None:
        """Select the rows of some operators."""
        self.view.select_rows(lambda row: not a.isdisjoint(row.a) or not b.isdisjoint(row.b))

    @Slot()
    def _apply_filter(self) -> None:
        kinds, only = self._filter.kinds, self._only_different.isChecked()

        def accepts(row: LayerRow) -> bool:
            is_different = row.status is not Status.SAME or abs(row.relative or 0.0) >= _NOTABLE
            return (not kinds or row.kind in kinds) and (not only or is_different)

        self.view.table.set_filter(self._filter.text, accepts if kinds or only else None)
        shown, total = len(self.view.table.visible_rows), len(self.view.table.all_rows)
        self._count.setText(f"{shown} of {total}" if shown != total else f"{total} rows")

    def _look(self, row: LayerRow, column: str) -> Look | None:
        if column == "changes" and row.changes:
            return Look(tooltip="\n".join(change.text for change in row.changes))
        if column in ("relative", "difference_ns"):
            difference, relative = row.difference_ns, row.relative
            if difference and (relative is None or abs(relative) >= _NOTABLE):
                colors = colors_of(self)
                return Look(color=QColor(colors.error if difference > 0 else colors.success))
        if column == "status" and row.status is not Status.SAME:
            return Look(tooltip=str(row.status), is_bold=True)
        return None

    @Slot(object)
    def _on_rows_selected(self, rows: tuple[LayerRow, ...]) -> None:
        a, b = _ids(rows)
        self._unmatch.setEnabled(any(row.a and row.b for row in rows))
        self._match.setEnabled(len(rows) > 1 and bool(a) and bool(b))
        self.selected.emit(a, b)

    @Slot(object)
    def _on_row_opened(self, row: LayerRow) -> None:
        self.opened.emit(*_ids((row,)))

    @Slot()
    def _on_match(self) -> None:
        a, b = _ids(self.view.selected_rows())
        if a and b:
            self.correction_wanted.emit(Correction(a=tuple(sorted(a)), b=tuple(sorted(b))))

    @Slot()
    def _on_unmatch(self) -> None:
        for row in self.view.selected_rows():
            if row.a and row.b:
                self.correction_wanted.emit(Correction(a=row.a))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.view.table.refresh_look()


class FactDifferences(QWidget):
    """Sentences, then facts of both sides in a table."""

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = empty
        self._column = QVBoxLayout()
        self._column.setContentsMargins(12, 8, 12, 8)
        self._column.setSpacing(4)
        inner = QWidget()
        inner.setLayout(self._column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inner)
        self.view = RecordView(RecordTable(FACT_COLUMNS))
        splitter = TurningSplitter((1, 1))
        splitter.addWidget(scroll)
        splitter.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(splitter)
        self._scroll = scroll
        self.labels: list[PlainLabel] = []

    def show_facts(self, sentences: Sequence[str], facts: Sequence[FactDifference]) -> None:
        """Show other sentences and facts."""
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        texts = list(sentences) or ([] if facts else [self._empty])
        self.labels = [plain_label(text) for text in texts]
        for label in self.labels:
            self._column.addWidget(label)
        self._column.addStretch(1)
        self._scroll.setVisible(bool(texts))
        self.view.table.set_rows(facts)
        self.view.fit_columns()
        self.view.setVisible(bool(facts))


class TargetDifferences(QWidget):
    """What each target answers for both models; a selected one lists the operators that are placed otherwise.

    Signals:
        selected: the operators of A and of B that the target places otherwise.
    """

    selected = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = RecordView(RecordTable(TARGET_DIFFERENCE_COLUMNS, self._look))
        self._text = plain_label("", role="dim")
        self._text.setContentsMargins(12, 6, 12, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._text)
        column.addWidget(self.view, 1)
        self.view.rows_selected.connect(self._on_rows_selected)

    def show_targets(self, targets: Sequence[TargetDifference], text: str = "") -> None:
        """Show other answers, those that got worse first; ``text`` where there are none."""
        ordered = sorted(targets, key=lambda target: (-len(target.lost), -len(target.gained)))
        self.view.table.set_rows(ordered)
        self.view.fit_columns()
        self.view.setVisible(bool(targets))
        different = sum(target.is_different for target in targets)
        if targets:
            text = (
                f"{different} of {len(targets)} targets answer otherwise for B. Select one to mark its operators."
                if different
                else f"All {len(targets)} targets answer alike for both models."
            )
        self._text.set_text(text)

    def _look(self, row: TargetDifference, column: str) -> Look | None:
        if column == "change" and (row.is_regression or row.gained):
            colors = colors_of(self)
            return Look(color=QColor(colors.error if row.is_regression else colors.success))
        if column in ("lost", "gained"):
            changes = row.lost if column == "lost" else row.gained
            return Look(tooltip="\n".join(_change_text(change) for change in changes[:20])) if changes else None
        return None

    @Slot(object)
    def _on_rows_selected(self, rows: tuple[TargetDifference, ...]) -> None:
        changes = [change for row in rows for change in (*row.lost, *row.gained)]
        a = frozenset(change.a for change in changes if change.a is not None)
        b = frozenset(change.b for change in changes if change.b is not None)
        self.selected.emit(a, b)


def simple_view(columns: Sequence[Column[Any]]) -> RecordView:
    """Make a table of a few rows."""
    view = RecordView(RecordTable(columns))
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    return view


def _change_text(change: Any) -> str:
    sides = ", ".join(
        f"{letter} {format_operator(id_)}" for letter, id_ in (("A", change.a), ("B", change.b)) if id_ is not None
    )
    return f"{sides}: {change.before or 'absent'} → {change.after or 'absent'}. {change.message}".strip()


def _ids(rows: Sequence[LayerRow]) -> tuple[frozenset[OperatorId], frozenset[OperatorId]]:
    return (
        frozenset(id_ for row in rows for id_ in row.a),
        frozenset(id_ for row in rows for id_ in row.b),
    )
