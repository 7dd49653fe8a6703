"""The most expensive operators and types as bars."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from backends.reports.columns import format_operator
from backends.reports.rows import KindRow, OperatorRow, kind_rows
from backends.units import format_bytes, format_count, format_latency, format_share
from profiler_gui.widgets.bar_list import Bar, BarList
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.turning_splitter import TurningSplitter

_MAX_BARS = 100
_FIGURE_SPACE = "\u2007"
"""As wide as a digit, so that numbers of different length stand under each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What bars can be as long as."""

    title: str
    value: Callable[[Any], float | None]
    format: Callable[[float], str]


MEASURES = (
    Measure(title="Time", value=lambda row: row.time_ns, format=format_latency),
    Measure(title="MACs", value=lambda row: row.macs, format=format_count),
    Measure(title="Bytes", value=lambda row: row.bytes_moved, format=format_bytes),
    Measure(title="Parameters", value=lambda row: row.parameters, format=format_count),
)


class Ranking(QWidget):
    """Two lists of bars, operators and types, ranked by a measure to choose.

    Signals:
        operators_chosen: the operators of the bars that the user selected.
        operator_opened: the operator of a bar that was double-clicked.
    """

    operators_chosen = Signal(object)
    operator_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[OperatorRow, ...] = ()
        self._members: dict[str, tuple[OperatorId, ...]] = {}
        self._measure = QComboBox()
        self._measure.setToolTip("What the bars show")
        for measure in MEASURES:
            self._measure.addItem(measure.title)
        self._note = plain_label("", role="dim", is_selectable=False)
        self.operators = BarList()
        self.kinds = BarList()
        self.operators.setAccessibleName("Operators by the chosen measure")
        self.kinds.setAccessibleName("Types of operators by the chosen measure")
        self._splitter = TurningSplitter((3, 2))
        for title, bars in (("Most expensive operators", self.operators), ("By type", self.kinds)):
            self._splitter.addWidget(_titled(title, bars))
        top = QHBoxLayout()
        top.setContentsMargins(8, 4, 8, 0)
        top.addWidget(QLabel("Rank by"))
        top.addWidget(self._measure)
        top.addWidget(self._note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self._splitter, 1)
        self._measure.currentIndexChanged.connect(self._show)
        self.operators.keys_selected.connect(self.operators_chosen)
        self.operators.key_opened.connect(self.operator_opened)
        self.kinds.keys_selected.connect(self._on_kinds_selected)

    def show_rows(self, rows: tuple[OperatorRow, ...], *, has_times: bool) -> None:
        """Show other operators; without times they are ranked by their work."""
        self._rows = rows
        self._measure.blockSignals(True)
        if self._measure.currentIndex() <= 1:
            self._measure.setCurrentIndex(0 if has_times else 1)
        self._measure.blockSignals(False)
        self._note.set_text("" if has_times else "Press Profile to measure times.")
        self._show()

    def rank_by(self, title: str) -> None:
        """Choose the measure."""
        self._measure.setCurrentText(title)

    def select(self, operators: frozenset[OperatorId]) -> None:
        """Mark the bars of these operators."""
        self.operators.select_keys(operators.__contains__)
        self.kinds.select_keys(lambda kind: bool(operators) and operators.issuperset(self._members.get(kind, ())))

    @Slot()
    def _show(self) -> None:
        measure = MEASURES[max(0, self._measure.currentIndex())]
        kinds = kind_rows(self._rows)
        self._members = {row.kind: row.operators for row in kinds}
        self.operators.set_bars(_bars(self._rows, measure, _operator_label))
        self.kinds.set_bars(_bars(kinds, measure, _kind_label))

    @Slot(object)
    def _on_kinds_selected(self, kinds: tuple[str, ...]) -> None:
        self.operators_chosen.emit(tuple(id_ for kind in kinds for id_ in self._members.get(kind, ())))


def _bars(rows: Any, measure: Measure, label: Callable[[Any], str]) -> list[Bar]:
    known = [(value, row) for row in rows if (value := measure.value(row))]
    known.sort(key=lambda pair: -pair[0])
    total = sum(value for value, _ in known)
    return [
        Bar(
            key=row.kind if isinstance(row, KindRow) else row.id,
            label=label(row),
            value=value,
            text=f"{measure.format(value)}   {format_share(value / total).rjust(7, _FIGURE_SPACE)}",
        )
        for value, row in known[:_MAX_BARS]
    ]


def _operator_label(row: OperatorRow) -> str:
    return f"{format_operator(row.id) if row.id is not None else ''}  {row.kind}"


def _kind_label(row: KindRow) -> str:
    return f"{row.kind} ({row.count})"


def _titled(title: str, widget: QWidget) -> QWidget:
    result = QWidget()
    layout = QVBoxLayout(result)
    layout.setContentsMargins(8, 4, 8, 4)
    layout.setSpacing(2)
    layout.addWidget(plain_label(title, role="section", is_selectable=False))
    layout.addWidget(widget, 1)
    return result
