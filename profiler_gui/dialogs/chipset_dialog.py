"""Which phone: from a chipset to its accelerators, the ways to them, and the targets that judge these."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backends.published.network import simplify
from backends.reports.chipset_content import CHIPSET_COLUMNS, NOT_LISTED, chipset_names, find_by_name
from backends.reports.columns import default_columns
from backends.targets.chipsets import Accelerator
from backends.targets.target import Target
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import escape_mnemonic, plain_label
from profiler_gui.widgets.section import FactGrid, shown_texts

_MOST_PUBLISHED = 4
"""Buttons that fit into the dialog."""
_ASK = (
    "Type the chipset as settings or data sheets name it (Snapdragon 855, Kirin 990), "
    "by its part number or code name (SM8150, msmnile), or a vendor or an accelerator."
)


class ChipsetDialog(QDialog):
    """Searches the table of chipsets.

    Signals:
        target_wanted: id of the target to go to.
        published_wanted: name of the chipset whose published numbers shall be shown.

    Args:
        accelerators: the rows.
        targets: those that can be gone to.
        published: names of chipsets that there are published numbers of.
        parent: what the dialog belongs to.
    """

    target_wanted = Signal(str)
    published_wanted = Signal(str)

    def __init__(
        self,
        accelerators: Sequence[Accelerator],
        targets: Sequence[Target],
        published: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Which phone?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(940, 560)
        self._accelerators = tuple(accelerators)
        self._published = tuple(published)
        self._names = {target.id: target.name for target in targets}
        self._search = QLineEdit()
        self._search.setPlaceholderText("Chipset, vendor or accelerator")
        self._search.setClearButtonEnabled(True)
        self._table = RecordView(RecordTable(default_columns(CHIPSET_COLUMNS)))
        self._table.setAccessibleName("Chipsets")
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._nothing = plain_label(NOT_LISTED)
        self._name = plain_label("")
        self._details = QWidget()
        self._details_column = QVBoxLayout(self._details)
        self._details_column.setContentsMargins(0, 0, 0, 0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(plain_label(_ASK, role="dim"))
        column.addWidget(self._search)
        column.addWidget(self._name)
        column.addWidget(self._nothing)
        column.addWidget(self._table, 1)
        column.addWidget(self._details)
        column.addWidget(buttons)
        self._search.textChanged.connect(self._fill)
        self._table.rows_selected.connect(self._on_row_selected)
        self._fill()

    @property
    def search(self) -> QLineEdit:
        """The line to type in."""
        return self._search

    @property
    def table(self) -> RecordView:
        """The accelerators that fit."""
        return self._table

    @property
    def text(self) -> str:
        """What is said below the table, and that nothing was found where that is so."""
        nothing = NOT_LISTED if self._nothing.isVisible() else ""
        return "\n".join(filter(None, (self._name.plain_text, nothing, shown_texts(self._details))))

    def target_buttons(self) -> list[QPushButton]:
        """Give the buttons that lead to targets."""
        return self._details.findChildren(QPushButton, "target")

    def published_buttons(self) -> list[QPushButton]:
        """Give the buttons that lead to published numbers."""
        return self._details.findChildren(QPushButton, "published")

    @Slot()
    def _fill(self) -> None:
        name, found = find_by_name(self._search.text(), self._accelerators)
        self._name.set_text(f"{self._search.text()} is the {name}." if name != self._search.text() else "")
        self._name.setVisible(name != self._search.text())
        self._table.table.set_rows(found)
        self._table.fit_columns()
        self._nothing.setVisible(not found)
        if found:
            self._table.select_rows(lambda row: row is found[0])
        self._show_details(found[0] if found else None)

    def _show_details(self, row: Accelerator | None) -> None:
        while (item := self._details_column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        if row is None:
            return
        facts = (
            ("Accelerator", f"{row.vendor} {row.name}"),
            ("Precisions", ", ".join(row.precisions)),
            ("Reached through", ", ".join(row.routes)),
            ("Chipsets", chipset_names(row)),
            ("Note", row.note),
            ("Source", row.source),
        )
        self._details_column.addWidget(FactGrid(fact for fact in facts if fact[1]))
        self._details_column.addWidget(self._target_row(row))
        chipsets = self._published_of(row)
        if chipsets:
            self._details_column.addWidget(self._published_row(chipsets))

    def _target_row(self, accelerator: Accelerator) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        known = [id_ for id_ in accelerator.targets if id_ in self._names]
        hint = "Go to target" if known else "No target judges these ways: measure on the phone."
        label = plain_label(hint, role="dim", is_selectable=False)
        label.setWordWrap(False)
        row.addWidget(label)
        for id_ in known:
            button = QPushButton(escape_mnemonic(self._names[id_]))
            button.setObjectName("target")
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._go_to, id_))
            row.addWidget(button)
        row.addStretch(1)
        return line

    def _published_of(self, accelerator: Accelerator) -> tuple[str, ...]:
        """Give the chipset that was asked for, or all that have the accelerator, as far as numbers were published."""
        having = tuple(name for name in self._published if accelerator.is_in(name))
        asked, _ = find_by_name(self._search.text(), self._accelerators)
        wanted = simplify(asked)
        return tuple(name for name in having if simplify(name) == wanted) or having

    def _published_row(self, chipsets: Sequence[str]) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        label = plain_label("Published numbers of", role="dim", is_selectable=False)
        label.setWordWrap(False)
        row.addWidget(label)
        for name in chipsets[:_MOST_PUBLISHED]:
            button = QPushButton(escape_mnemonic(name))
            button.setObjectName("published")
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._show_published, name))
            row.addWidget(button)
        if len(chipsets) > _MOST_PUBLISHED:
            more = plain_label(f"and {len(chipsets) - _MOST_PUBLISHED} more by name", role="dim", is_selectable=False)
            more.setWordWrap(False)
            row.addWidget(more)
        row.addStretch(1)
        return line

    def _show_published(self, chipset: str, *_: object) -> None:
        self.published_wanted.emit(chipset)
        self.close()

    def _go_to(self, target_id: str, *_: object) -> None:
        self.target_wanted.emit(target_id)
        self.close()

    @Slot(object)
    def _on_row_selected(self, rows: tuple[Accelerator, ...]) -> None:
        if rows:
            self._show_details(rows[0])
