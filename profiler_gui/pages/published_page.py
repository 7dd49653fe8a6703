"""Published numbers: searched, plotted, and beside the model in front."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from backends.published.beside import Beside, chipset_name, chipset_of, find_beside
from backends.published.search import PublishedHit, search_published
from backends.published.table import PublishedColumn, PublishedTable, load_tables
from backends.reports.columns import Align, Column
from backends.reports.published_content import BESIDE_COLUMNS, format_published
from profiler_gui.pages.page import Page
from profiler_gui.session import Session
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.theme import colors_of
from profiler_gui.widgets.bar_list import Bar, BarList
from profiler_gui.widgets.label import plain_label

VIEW_KEY = "published"
_OWN = "Your run"
_BESIDE = "Beside your model"
_NO_MODEL = "Open a model to see what was published for its network."
_NO_NETWORK = "No published table names the network of this model."
_CAUTION = "Input sizes, widths and versions of published models may differ from yours."
_MOST_BARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    """What can be plotted: rows with a name and one number."""

    title: str
    unit: str
    bars: tuple[tuple[str, float], ...]


class PublishedPage(Page):
    """Shows published tables, or what stands beside the model in front.

    Args:
        session: what is open.
        chipset: chipset of a connected device, looked at first; empty for none.
    """

    def __init__(self, session: Session, chipset: str = "") -> None:
        super().__init__(session)
        self._tables = load_tables()
        self._chipset = chipset
        self.search = QLineEdit()
        self.search.setPlaceholderText("Chipset, accelerator, model or team")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search published numbers")
        self.choice = QListWidget()
        self.choice.setAccessibleName("Published tables")
        self.column = QComboBox()
        self.column.setAccessibleName("Number to plot")
        self.bars = BarList()
        self.bars.setAccessibleName("Plot of the chosen number")
        self._view = RecordView(RecordTable(()))
        self._about = plain_label("", role="dim")
        self._plotted: tuple[_Numbers, ...] = ()
        self._middle = QVBoxLayout()
        self._arrange()
        self._fill_choice()
        self.search.textChanged.connect(self._on_search_changed)
        self.choice.currentRowChanged.connect(self._show_chosen)
        self.column.currentIndexChanged.connect(self._draw)
        self.follow(model_changed=self.invalidate, run_changed=self.invalidate)

    @property
    def view(self) -> RecordView:
        """The table that is shown."""
        return self._view

    @property
    def about(self) -> str:
        """What is said above the table."""
        return self._about.plain_text

    def refresh(self) -> None:
        """Show what is chosen anew."""
        self._show_chosen()

    def _arrange(self) -> None:
        left, middle, plot = QWidget(), QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 12, 0, 12)
        column.addWidget(self.search)
        column.addWidget(self.choice, 1)
        self.choice.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.choice.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._middle = QVBoxLayout(middle)
        self._middle.setContentsMargins(0, 0, 0, 0)
        self._middle.addWidget(self._view, 1)
        column = QVBoxLayout(plot)
        column.setContentsMargins(8, 8, 8, 0)
        row = QHBoxLayout()
        row.addWidget(plain_label("Number", role="dim", is_selectable=False))
        row.addWidget(self.column)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.bars, 1)
        self.ways = QTabWidget()
        self.ways.setDocumentMode(True)
        self.ways.addTab(middle, "Table")
        self.ways.addTab(plot, "Plot")
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 12, 12, 12)
        column.addWidget(self._about)
        column.addWidget(self.ways, 1)
        splitter = QSplitter()
        for part, stretch in ((left, 0), (right, 1)):
            splitter.addWidget(part)
            splitter.setStretchFactor(splitter.count() - 1, stretch)
        splitter.setSizes([300, 700])
        splitter.setChildrenCollapsible(False)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    @Slot()
    def _on_search_changed(self) -> None:
        self._fill_choice()
        self._show_chosen()

    def _fill_choice(self) -> None:
        """List the tables with rows that fit, and how many; the first that has any comes to the front."""
        chosen = self.choice.currentRow()
        counts = [len(self._hits(table)) for table in self._tables]
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItem(_BESIDE)
        for table, count in zip(self._tables, counts, strict=True):
            self.choice.addItem(f"{table.title} ({count})")
            item = self.choice.item(self.choice.count() - 1)
            item.setToolTip(f"{table.title}\n{table.source}")
            if not count:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        if self.search.text().strip() and (chosen <= 0 or not counts[chosen - 1]):
            chosen = next((number + 1 for number, count in enumerate(counts) if count), 0)
        self.choice.setCurrentRow(max(chosen, 0))
        self.choice.blockSignals(False)

    def _hits(self, table: PublishedTable) -> tuple[PublishedHit, ...]:
        return search_published(self.search.text(), [table])

    @Slot()
    def _show_chosen(self) -> None:
        number = self.choice.currentRow()
        if number <= 0:
            self._show_beside()
        else:
            self._show_table(self._tables[number - 1])

    def _show_beside(self) -> None:
        record = self.record
        if record is None:
            self._show(BESIDE_COLUMNS, (), _NO_MODEL, ())
            return
        chipset = (chipset_of(record.run) if record.run is not None else "") or self._chipset
        everywhere = find_beside(record.model, "", record.run, file_name=record.title)
        here = find_beside(record.model, chipset, record.run, file_name=record.title) if chipset else ()
        rows = here or everywhere
        if not rows:
            self._show(BESIDE_COLUMNS, (), _NO_NETWORK, ())
            return
        about = [f"{record.title} was taken for {rows[0].likeness.text}. {_CAUTION}"]
        if chipset and not here:
            about.append(f"Nothing was published for {chipset_name(chipset)}; these are all chipsets.")
        about += [row.text for row in here if row.own_ms is not None]
        self._show(BESIDE_COLUMNS, rows, "\n".join(about), (_beside_numbers(rows),))

    def _show_table(self, table: PublishedTable) -> None:
        rows = self._hits(table)
        keys = [_key_column(number, key.title) for number, key in enumerate(table.keys)]
        numbers = [_number_column(number, column) for number, column in enumerate(table.columns)]
        plots = tuple(_numbers(table, rows, number) for number in range(len(table.columns)))
        self._show((*keys, *numbers), rows, f"{table.note}\nSource: {table.source}.", plots)

    def _show(
        self, columns: Sequence[Column[Any]], rows: Sequence[object], about: str, plots: tuple[_Numbers, ...]
    ) -> None:
        self._about.set_text(about)
        view = RecordView(RecordTable(tuple(columns)))
        view.setAccessibleName("Published numbers")
        view.table.set_rows(rows)
        view.fit_columns()
        self._middle.replaceWidget(self._view, view)
        self._view.hide()
        self._view.deleteLater()
        self._view = view
        title = self.column.currentText()
        self._plotted = tuple(plot for plot in plots if plot.bars)
        self.column.blockSignals(True)
        self.column.clear()
        self.column.addItems([f"{plot.title} ({plot.unit})" if plot.unit else plot.title for plot in self._plotted])
        self.column.setCurrentIndex(max(self.column.findText(title), 0) if self._plotted else -1)
        self.column.blockSignals(False)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        number = self.column.currentIndex()
        if not 0 <= number < len(self._plotted):
            self.bars.set_bars(())
            return
        plot, own = self._plotted[number], colors_of(self).warning
        self.bars.set_bars(
            Bar(
                key=place,
                label=name,
                value=value,
                text=f"{value:g} {plot.unit}".strip(),
                color=own if name == _OWN else "",
            )
            for place, (name, value) in enumerate(plot.bars[:_MOST_BARS])
        )


def _beside_numbers(rows: Sequence[Beside]) -> _Numbers:
    bars = [(f"{row.chipset}, {row.what or row.table.precision} ({row.table.title})", row.published_ms) for row in rows]
    if rows[0].own_ms is not None:
        bars.append((_OWN, float(f"{rows[0].own_ms:.3g}")))
    return _Numbers(title=f"{rows[0].likeness.network.title}, latency", unit="ms", bars=tuple(sorted(bars, key=_size)))


def _numbers(table: PublishedTable, rows: Sequence[PublishedHit], number: int) -> _Numbers:
    column = table.columns[number]
    names = [" ".join(filter(None, (hit.row.keys[-2:] if len(hit.row.keys) > 1 else hit.row.keys))) for hit in rows]
    if table.kind == "entries":
        names = [hit.row.keys[0] for hit in rows]
    bars = [
        (name, value) for name, hit in zip(names, rows, strict=True) if (value := hit.row.values[number]) is not None
    ]
    is_duration = column.unit == "ms"
    return _Numbers(title=column.title, unit=column.unit, bars=tuple(sorted(bars, key=_size, reverse=not is_duration)))


def _size(bar: tuple[str, float]) -> float:
    return bar[1]


def _key_column(number: int, title: str) -> Column[PublishedHit]:
    return Column(id=f"key-{number}", title=title, value=lambda hit: hit.row.keys[number])


def _number_column(number: int, column: PublishedColumn) -> Column[PublishedHit]:
    return Column(
        id=column.id,
        title=column.heading,
        value=lambda hit: hit.row.values[number],
        format=format_published,
        align=Align.RIGHT,
    )
