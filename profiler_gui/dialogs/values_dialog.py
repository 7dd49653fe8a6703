"""All values of a constant: a grid to browse, how they spread, copying and saving."""

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QItemSelectionModel, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from backends.model.constant_values import ConstantValues, ValueHistogram, count_values, read_values
from backends.model.model import Model
from backends.progress import Progress
from backends.reports.plain_text import plain
from backends.reports.values_file import write_values
from backends.units import format_count
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.tables.value_table import MOST_SECTIONS, ValueTable, Window, find_element, grid_of
from profiler_gui.widgets.bar_strip import BarStrip
from profiler_gui.widgets.index_row import IndexRow
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.tensor_card import quantization_text, tensor_text

_LANE = "values"
_MOST_COPIED = 200_000
_COLUMN_WIDTHS = (56, 320)
_SAMPLED_CELLS = 40
_MARGIN = 18


class ValuesDialog(QDialog):
    """Reads the values in a job, then shows them; failures become notices.

    Args:
        model: holds the constant.
        subgraph: index of the subgraph.
        tensor: index of the constant in it.
        jobs: where reading, counting and saving happen.
        notices: where failures are told.
        parent: the window; the dialog does not block it.
    """

    def __init__(
        self, model: Model, subgraph: int, tensor: int, jobs: JobRunner, notices: NoticeBoard, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._tensor = model.subgraphs[subgraph].tensors[tensor]
        self._jobs = jobs
        self._notices = notices
        self._values: ConstantValues | None = None
        self._running: list[Job] = []
        self._name = plain(self._tensor.name) or f"tensor {tensor}"
        self.table = ValueTable(self)
        self.grid = _make_grid(self.table)
        self.indexes = IndexRow()
        self.histogram = BarStrip()
        self.face = QComboBox()
        self.go_to = QLineEdit()
        self.message = plain_label("Reading values…", role="dim")
        self._range = QLabel()
        self.setWindowTitle(f"Values of {self._name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        self.resize(860, 600)
        self._arrange()
        self._connect()
        self._start(lambda _progress: read_values(model, subgraph, tensor), "Reading values", self._on_read)

    def copy(self) -> None:
        """Put the selected cells on the clipboard, tab-separated, in full precision."""
        ranges: Any = self.grid.selectionModel().selection()  # a list of ranges, which the stubs do not say
        blocks = [
            (range(part.top(), part.bottom() + 1), range(part.left(), part.right() + 1))
            for part in sorted(ranges, key=lambda part: (part.top(), part.left()))
        ]
        count = sum(len(rows) * len(columns) for rows, columns in blocks)
        if count > _MOST_COPIED:
            self.message.set_text(f"{format_count(count)} cells are too many to copy; save them instead.")
            return
        lines = [line for rows, columns in blocks for line in self.table.block(rows, columns)]
        if lines:
            QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines) + "\n")
            self.message.set_text(f"{format_count(count)} value{'s' if count != 1 else ''} copied.")

    def save(self) -> None:
        """Ask where to, and write all values there in a job."""
        values = self._values
        if values is None:
            return
        kinds = ["Comma-separated values (*.csv)"]
        if not values.is_text:
            kinds.insert(0, "NumPy array (*.npy)")
        stem = "".join(letter if letter.isalnum() else "_" for letter in self._name).strip("_")[-60:] or "values"
        chosen, kind = QFileDialog.getSaveFileName(self, "Save values", stem, ";;".join(kinds))
        if not chosen:
            return
        path = Path(chosen)
        if not path.suffix:
            path = path.with_suffix(".csv" if "csv" in kind else ".npy")
        self.message.set_text(f"Saving {plain(path.name)}…")
        self._start(
            partial(_save, path, values, self._is_real),
            f"Saving {plain(path.name)}",
            lambda _: self.message.set_text(f"Saved as {plain(path.name)}."),
        )

    @property
    def _is_real(self) -> bool:
        return self.face.currentIndex() == 1

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.face.addItems(["Stored values", "Real values"])
        self.face.setEnabled(False)
        self.go_to.setPlaceholderText("Go to, e.g. 0, 2, 1")
        self.go_to.setToolTip("An index in each dimension, or one position in the order of the file; then Enter")
        self.go_to.setMaximumWidth(220)
        tools = QHBoxLayout()
        tools.addWidget(self.face)
        tools.addWidget(self.indexes)
        tools.addStretch(1)
        tools.addWidget(self.go_to)
        self._range.setProperty("role", "dim")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for text, act in (("Copy", self.copy), ("Save…", self.save)):
            button = self._buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
            button.setAutoDefault(False)
            button.clicked.connect(act)
        self._buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(plain_label(self._name, role="title"))
        facts = [tensor_text(self._tensor)]
        if self._tensor.quantization is not None:
            facts.append(quantization_text(self._tensor.quantization))
        column.addWidget(plain_label("\n".join(facts), role="dim"))
        column.addLayout(tools)
        column.addWidget(self.grid, 1)
        column.addWidget(self.histogram)
        column.addWidget(self._range)
        column.addWidget(self.message)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self._buttons.rejected.connect(self.reject)
        self.face.currentIndexChanged.connect(self._on_face_changed)
        self.go_to.returnPressed.connect(self._on_go_to)
        self.indexes.changed.connect(self._on_indexes_changed)
        copy = QAction("Copy", self.grid)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.grid.addAction(copy)

    # Jobs -------------------------------------------------------------------------------------------------------------

    def _start(self, work: Any, title: str, on_success: Any, replaces: str = "") -> None:
        on_failure = partial(self._on_failed, self._values)
        job = self._jobs.start(
            work, title=title, lane=_LANE, replaces=replaces, on_success=on_success, on_failure=on_failure
        )
        self._running.append(job)
        job.finished.connect(partial(self._running.remove, job))

    def _on_read(self, values: ConstantValues) -> None:
        self._values = values
        self.message.set_text("")
        self.face.setEnabled(values.has_real)
        if not values.has_real:
            self.face.setToolTip("There are no other values behind the stored ones, or the scales do not tell them.")
        self.indexes.show_shape(values.shape, MOST_SECTIONS, grid_of(values.shape))
        self._show_window(Window(leading=(0,) * max(0, len(values.shape) - 2)))
        self._count()

    def _on_failed(self, values: ConstantValues | None, error: Exception) -> None:
        self._notices.report(error)
        if values is None:
            self.reject()
        else:
            self.message.set_text("")

    def _count(self) -> None:
        values, is_real = self._values, self._is_real
        if values is not None:
            work = partial(count_values, values, is_real=is_real)
            self._start(work, "Counting values", self._on_counted, f"count:{id(self)}")

    def _on_counted(self, found: ValueHistogram | None) -> None:
        self.histogram.setVisible(found is not None)
        self._range.setVisible(found is not None)
        if found is None:
            return
        bins = list(zip(pairwise(found.edges), found.counts, strict=True))
        self.histogram.set_bars(
            np.asarray(found.counts, np.float64),
            lambda at: f"{bins[at][0][0]:.5g} … {bins[at][0][1]:.5g}: {format_count(bins[at][1])}",
        )
        counted = f", every {found.every}th value counted" if found.every > 1 else ""
        self._range.setText(f"How values spread: {found.edges[0]:.5g} … {found.edges[-1]:.5g}{counted}")

    # What is in sight -------------------------------------------------------------------------------------------------

    def _show_window(self, window: Window) -> None:
        if self._values is None or 0 in self._values.shape:
            self.message.set_text("" if self._values is None else "There are no values: one of the lengths is 0.")
            return
        self.table.show_values(self._values, window, is_real=self._is_real)
        self.indexes.show_window(window.leading, window.first_row, window.first_column)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Make all columns as wide as some cells need."""
        rows = min(self.table.rowCount(), _SAMPLED_CELLS)
        columns = min(self.table.columnCount(), _SAMPLED_CELLS)
        metrics = self.grid.fontMetrics()
        texts = {str(self.table.index(r, c).data() or "") for r in range(rows) for c in range(columns)}
        wanted = max((metrics.horizontalAdvance(text) for text in texts), default=0) + _MARGIN
        self.grid.horizontalHeader().setDefaultSectionSize(min(max(wanted, _COLUMN_WIDTHS[0]), _COLUMN_WIDTHS[1]))

    @Slot()
    def _on_face_changed(self) -> None:
        current = self.grid.currentIndex()
        self._show_window(self.table.window)
        if current.isValid():
            self.grid.setCurrentIndex(self.table.index(current.row(), current.column()))
        self._count()

    @Slot()
    def _on_indexes_changed(self) -> None:
        leading, row, column = self.indexes.chosen
        self._show_window(Window(leading=leading, first_row=row, first_column=column))

    @Slot()
    def _on_go_to(self) -> None:
        if self._values is None:
            return
        element = find_element(self.go_to.text(), self._values.shape)
        if element is None:
            self.message.set_text(f"There is no such element in a shape of {list(self._values.shape)}.")
            return
        self.message.set_text("")
        row, column = self.table.place_of(element)
        window = Window(
            leading=element[:-2],
            first_row=row // MOST_SECTIONS * MOST_SECTIONS,
            first_column=column // MOST_SECTIONS * MOST_SECTIONS,
        )
        if window != self.table.window:
            self._show_window(window)
        index = self.table.index(row - window.first_row, column - window.first_column)
        self.grid.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.grid.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def done(self, result: int) -> None:
        """Give up what is still being read."""
        for job in self._running:
            job.cancel()
        super().done(result)


def _save(path: Path, values: ConstantValues, is_real: bool, progress: Progress) -> None:
    progress.step(f"Saving {plain(path.name)}")
    write_values(path, values, progress, is_real=is_real)


def _make_grid(table: ValueTable) -> QTableView:
    grid = QTableView()
    grid.setModel(table)
    grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    grid.setAlternatingRowColors(True)
    grid.setShowGrid(False)
    grid.setWordWrap(False)
    grid.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    grid.verticalHeader().setDefaultSectionSize(grid.fontMetrics().height() + 8)
    grid.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    for header in (grid.horizontalHeader(), grid.verticalHeader()):
        # An empty selection of its own: to paint a section as selected, Qt would ask for every cell of it.
        header.setSelectionModel(QItemSelectionModel(table, header))
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
    return grid
