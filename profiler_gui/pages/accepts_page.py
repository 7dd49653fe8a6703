"""What a target accepts: every operator type with its conditions, in a table to search and in sentences."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from backends.reports.columns import default_columns
from backends.reports.demand_columns import DEMAND_COLUMNS, DemandRow, demand_rows, demand_sentences
from backends.reports.target_content import TargetContent
from backends.targets.target import Target
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.export import TableExport, export_tables_button
from profiler_gui.pages.page import Page
from profiler_gui.session import Session
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.section import FactGrid, Section, shown_texts

_WIDTHS = {"kind": 190, "demand": 420, "applies": 240, "otherwise": 150, "reason": 170}


class AcceptsPage(Page):
    """Shows one target, chosen here; the model in front does not matter."""

    def __init__(self, session: Session, notices: NoticeBoard | None = None) -> None:
        super().__init__(session, notices)
        self._target: Target | None = None
        self._chooser = QComboBox()
        self._chooser.setAccessibleName("Target")
        self._search = QLineEdit()
        self._search.setPlaceholderText("Search: type, condition, reason or source")
        self._search.setClearButtonEnabled(True)
        self._count = plain_label("", role="dim", is_selectable=False)
        self._count.setWordWrap(False)
        self._table = RecordView(RecordTable(default_columns(DEMAND_COLUMNS)))
        self._table.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._sentences = _scroll()
        self._about = _scroll()
        self._tabs = QTabWidget()
        self._arrange()
        self._fill_chooser()
        self._chooser.activated.connect(self._on_chosen)
        self._search.textChanged.connect(self._on_search_changed)
        self._table.rows_selected.connect(self._on_row_selected)
        session.targets_changed.connect(self._on_targets_changed)

    @property
    def target(self) -> Target | None:
        """The target that is shown."""
        return self._target

    @property
    def chooser(self) -> QComboBox:
        """Chooses the target."""
        return self._chooser

    @property
    def search(self) -> QLineEdit:
        """Narrows the table."""
        return self._search

    @property
    def table(self) -> RecordView:
        """The demands by type."""
        return self._table

    @property
    def about_text(self) -> str:
        """What is said of the target as a whole."""
        return shown_texts(self._about)

    @property
    def sentences_text(self) -> str:
        """What is said of the selected row."""
        return shown_texts(self._sentences)

    def show_target(self, target_id: str) -> None:
        """Show another target; the first one where there is none of this id."""
        targets = {target.id: target for target in self.session.targets}
        self._target = targets.get(target_id) or next(iter(targets.values()), None)
        self._chooser.setCurrentIndex(self._chooser.findData(self._target.id) if self._target else -1)
        self.refresh()

    def refresh(self) -> None:
        """Show the chosen target."""
        target = self._target
        if target is None:
            return
        self._table.table.set_rows(demand_rows(target))
        for place, column in enumerate(self._table.table.columns):
            if column.id in _WIDTHS:
                self._table.setColumnWidth(place, _WIDTHS[column.id])
        has_engines = bool(target.engines)
        places = [column.id for column in self._table.table.columns]
        self._table.setColumnHidden(places.index("engines"), not has_engines)
        self._show_about(target)
        self._show_sentences(None)
        self._show_count()

    def content(self) -> TargetContent:
        """Give the whole page for a file."""
        if self._target is None:
            raise RuntimeError("there is no target to export")
        return TargetContent(self._target)

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(12, 8, 12, 8)
        tools.setSpacing(8)
        tools.addWidget(self._chooser)
        tools.addWidget(self._search, 1)
        tools.addWidget(self._count)
        tools.addWidget(export_tables_button(self, TableExport(title="", content=self.content, stem=self._stem)))
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._table.horizontalHeader().setStretchLastSection(True)
        types = QSplitter(Qt.Orientation.Vertical)
        types.addWidget(self._table)
        types.addWidget(self._sentences)
        types.setChildrenCollapsible(False)
        types.setSizes([420, 190])
        types.setStretchFactor(0, 3)
        types.setStretchFactor(1, 1)
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(types, "Operator types")
        self._tabs.addTab(self._about, "About and sources")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self._tabs, 1)

    def _fill_chooser(self) -> None:
        self._chooser.clear()
        for target in self.session.targets:
            self._chooser.addItem(target.name, target.id)
            self._chooser.setItemData(self._chooser.count() - 1, target.description, Qt.ItemDataRole.ToolTipRole)

    def _show_about(self, target: Target) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 8, 0, 12)
        column.setSpacing(0)
        for section in TargetContent(target).sections():
            if section.title == "Operator types":
                continue
            part = Section(section.title or target.name)
            for sentence in section.sentences:
                part.add(plain_label(sentence))
            facts = list(section.facts)
            if section.table is not None:
                facts += [(row[0], "\n".join(filter(None, row[1:]))) for row in section.table.rows]
            if facts:
                part.add(FactGrid(facts))
            column.addWidget(part)
        column.addStretch(1)
        self._about.setWidget(body)

    def _show_sentences(self, row: DemandRow | None) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 10, 16, 10)
        if row is None:
            column.addWidget(plain_label("Select a row to read it in full.", role="dim"))
        else:
            column.addWidget(plain_label(row.kind, role="title"))
            column.addWidget(FactGrid(demand_sentences(row)))
        column.addStretch(1)
        self._sentences.setWidget(body)

    def _show_count(self) -> None:
        rows = self._table.table.visible_rows
        kinds = {row.kind: row.is_available for row in rows}
        self._count.set_text(f"{sum(kinds.values())} of {len(kinds)} types, {len(rows)} conditions")

    def _stem(self) -> str:
        return f"{self._target.id if self._target else 'target'}-accepts"

    @Slot(int)
    def _on_chosen(self, row: int) -> None:
        self.show_target(self._chooser.itemData(row))

    @Slot(str)
    def _on_search_changed(self, text: str) -> None:
        self._table.table.set_filter(text)
        self._show_sentences(None)
        self._show_count()

    @Slot(object)
    def _on_row_selected(self, rows: tuple[DemandRow, ...]) -> None:
        self._show_sentences(rows[0] if rows else None)

    @Slot()
    def _on_targets_changed(self) -> None:
        self._fill_chooser()
        self.show_target(self._target.id if self._target else "")


def _scroll() -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
