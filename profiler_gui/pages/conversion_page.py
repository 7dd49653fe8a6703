"""The tab of one network that is converted: options, progress, log, and which kind runs where, how fast, how well."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QMessageBox,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from backends.conversion.kinds import KINDS
from backends.conversion.siblings import Evaluation, Sibling
from backends.conversion.source import Source, SourceFacts, check_source
from backends.errors import ProfilerError
from backends.progress import Step
from backends.reports.conversion_content import ConversionContent, kind_columns
from backends.reports.plain_text import plain
from profiler_gui.jobs import Job
from profiler_gui.pages.conversion_tables import KindLook, TargetLook, target_columns
from profiler_gui.pages.conversion_work import ConversionWork, Converted, Tidings, find_devices
from profiler_gui.pages.export import TableExport, export_tables_button
from profiler_gui.pages.page import Page
from profiler_gui.services import Services
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.conversion_form import ConversionForm
from profiler_gui.widgets.label import plain_label

_LANE = "conversion"
_LOG_LINES = 5000
_FORM_WIDTH = 370
_HOW_TO = "Choose the kinds and give representative samples, then convert. All results appear here, side by side."


class ConversionPage(Page):
    """Converts one network; what came out can be opened, saved and compared.

    Args:
        services: what the window shares.
        source: what is converted.
        folder: where the models are put.

    Signals:
        open_wanted: a tuple of paths of models.
        save_wanted: a tuple of paths of models.
        measured: the tuple of ``Sibling`` that came out.
        accuracy_wanted: the float32 ``Model``, the ``Sibling``, and the ``DataChoice``.
    """

    open_wanted = Signal(object)
    save_wanted = Signal(object)
    measured = Signal(object)
    accuracy_wanted = Signal(object, object, object)

    def __init__(self, services: Services, source: Source, folder: Path) -> None:
        super().__init__(services.session, services.notices)
        self._services = services
        self._source = source
        self._folder = folder
        self._facts = SourceFacts()
        self._job: Job | None = None
        self._tidings = Tidings()
        self.converted: Converted | None = None
        self.form = ConversionForm()
        self.kinds = RecordView(RecordTable(kind_columns(), KindLook(self)))
        self._target_look = TargetLook(self)
        self.targets = RecordView(RecordTable((), self._target_look))
        self.remarks = plain_label("")
        self.log = QPlainTextEdit()
        self.start_button = QPushButton("Convert")
        self.stop_button = QPushButton("Stop")
        self.cancel_button = QPushButton("Cancel")
        self.open_button = QPushButton("Open")
        self.save_button = QPushButton("Save…")
        self.accuracy_button = QPushButton("Where does the error enter?")
        self.bar = QProgressBar()
        self.said = plain_label(_HOW_TO, role="dim")
        self._tabs = QTabWidget()
        self._arrange()
        self._connect_parts()
        self._look_at_source()
        self._show_state()

    @property
    def source(self) -> Source:
        """What is converted."""
        return self._source

    @property
    def is_running(self) -> bool:
        """Whether a conversion is under way."""
        return self._job is not None

    def refresh(self) -> None:
        """Nothing here follows the model in front."""

    def finish(self) -> None:
        """End the work; the tab is about to go."""
        if self._job is not None:
            self._job.cancel()

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        title = plain_label(f"Convert {self._source.path.name}", role="headline")
        subtitle = plain_label(f"{self._source.format} · {self._source.path}", role="dim")
        self.start_button.setProperty("primary", True)
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        self.log.setPlaceholderText("What TensorFlow prints appears here.")
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(6)
        self.kinds.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.remarks.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.remarks.setContentsMargins(12, 8, 12, 8)
        left = QWidget()
        column = _column(left, 0)
        column.addWidget(self.form, 1)
        column.addLayout(_row(self.start_button, self.stop_button, self.cancel_button))
        self._tabs.addTab(self.targets, "Targets")
        self._tabs.addTab(_scrolled(self.remarks), "Remarks")
        self._tabs.addTab(self.log, "Log")
        results = QSplitter(Qt.Orientation.Vertical)
        results.addWidget(self.kinds)
        results.addWidget(self._tabs)
        results.setStretchFactor(1, 1)
        results.setSizes([250, 300])
        results.setChildrenCollapsible(False)
        right = QWidget()
        column = _column(right, 0)
        column.addWidget(title)
        column.addWidget(subtitle)
        column.addWidget(self.said)
        column.addWidget(self.bar)
        column.addWidget(results, 1)
        export = export_tables_button(self, TableExport(title="", content=self._content, stem=self._stem))
        column.addLayout(_row(self.open_button, self.save_button, self.accuracy_button, export, is_left=True))
        column.setContentsMargins(12, 12, 12, 8)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([_FORM_WIDTH, 900])
        split.setChildrenCollapsible(False)
        _column(self, 0).addWidget(split)

    def _connect_parts(self) -> None:
        self.start_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(self._stop)
        self.cancel_button.clicked.connect(self._cancel)
        self.open_button.clicked.connect(lambda: self.open_wanted.emit(self._chosen_paths()))
        self.save_button.clicked.connect(lambda: self.save_wanted.emit(self._chosen_paths()))
        self.accuracy_button.clicked.connect(self._ask_for_accuracy)
        self.kinds.rows_selected.connect(self._show_state)
        self.kinds.row_opened.connect(self._on_row_opened)
        self.form.changed.connect(self._show_state)
        self.session.targets_changed.connect(self._on_targets_changed)
        board = self._services.devices
        board.devices_changed.connect(self._on_devices_changed)
        self._on_devices_changed()

    def _look_at_source(self) -> None:
        source = self._source
        self._services.jobs.start(
            lambda _progress: check_source(source),
            title=f"Looking at {plain(source.path.name)}",
            on_success=self._on_looked,
            on_failure=self._on_failed,
        )

    @Slot(object)
    def _on_looked(self, facts: SourceFacts) -> None:
        self._facts = facts
        self.form.set_facts(facts)

    @Slot()
    def _on_devices_changed(self) -> None:
        self.form.set_devices(self._services.devices.devices)

    @Slot(object)
    def _on_targets_changed(self, *_: object) -> None:
        self._show_rows(self.kinds.table.all_rows)

    # Work -------------------------------------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Convert as the form says; asks first where the file holds code."""
        if self._job is not None or self.form.problem:
            return
        if self._facts.code and not self.form.code.isChecked() and not self._ask_about_code(self._facts.code):
            return
        self.log.clear()
        self.converted = None
        self._tidings = Tidings()
        self._show_rows(())
        work = ConversionWork(
            request=self.form.request(self._source),
            evaluation=Evaluation(
                targets=self._services.session.targets,
                plan=self.form.plan(),
                find_devices=partial(find_devices, self._services.devices.address),
                compares=self.form.compares.isChecked(),
                data=self.form.samples.choice,
            ),
            labels=self.form.samples.labels.path,
            pictures=self.form.samples.pictures.path,
            folder=self._folder,
            tidings=self._tidings,
        )
        self._job = self._services.jobs.start(
            work,
            title=f"Converting {plain(self._source.path.name)}",
            lane=_LANE,
            on_success=self._on_converted,
            on_failure=self._on_failed,
        )
        self._job.stepped.connect(self._on_stepped)
        self._job.logged.connect(self._on_logged)
        self._job.finished.connect(self._on_finished)
        self.said.set_text("Waiting for another conversion to end" if not self._is_alone() else "Starting TensorFlow")
        self._show_state()

    def _is_alone(self) -> bool:
        return sum(job.lane == _LANE for job in self._services.jobs.jobs) == 1

    def _ask_about_code(self, code: Sequence[str]) -> bool:
        """Ask whether the code in the file may run; no is the default."""
        names = ", ".join(code)
        answer = QMessageBox.question(
            self,
            "Run code in the file?",
            plain(
                f"{self._source.path.name} holds code ({names}). It would run with your rights, as a program "
                "does. Run it only if you trust where the file comes from."
            ),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        is_allowed = answer == QMessageBox.StandardButton.Yes
        self.form.code.setChecked(is_allowed)
        return is_allowed

    @Slot()
    def _stop(self) -> None:
        if self._job is not None:
            self._job.stop()
            self.said.set_text("Ending after the kind in work")

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _on_stepped(self, step: Step) -> None:
        self.said.set_text(f"{step.text} {step.done}/{step.total}" if step.total else step.text)
        self.bar.setRange(0, step.total)
        self.bar.setValue(step.done)
        rows = self._tidings.take()
        if rows is not None:
            self._show_rows(rows)

    @Slot(object)
    def _on_logged(self, lines: Sequence[str]) -> None:
        self.log.appendPlainText("\n".join(map(plain, lines)))

    @Slot(object)
    def _on_converted(self, converted: Converted) -> None:
        self.converted = converted
        self._show_rows(converted.siblings)
        self.measured.emit(converted.siblings)
        made = len(converted.conversion.made)
        total = len(converted.siblings)
        self.said.set_text(
            f"{made} of {total} kinds made. Double-click one to open it beside the others; they are gone with the "
            "program unless you save them."
        )

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        is_code = isinstance(error, ProfilerError) and "holds code that would run" in error.message
        if is_code and not self.form.code.isChecked() and self._ask_about_code(("Lambda",)):
            # The job is still about to finish: what it holds must go first.
            self._job = None
            self.start()
            return
        self.said.set_text(error.message if isinstance(error, ProfilerError) else "The conversion failed.")
        self.notices.report(error)

    @Slot()
    def _on_finished(self) -> None:
        job = self.sender()
        if job is not self._job:
            return
        if self._job is not None and self._job.state == "cancelled":
            rows = self._tidings.take()
            self._show_rows(rows if rows is not None else self.kinds.table.all_rows)
            self.said.set_text("Cancelled.")
        self._job = None
        self._show_state()

    # Results ----------------------------------------------------------------------------------------------------------

    def _show_rows(self, rows: Sequence[Sibling]) -> None:
        chosen = {row.result.kind for row in self.kinds.selected_rows()}
        self.kinds.table.set_rows(rows, kind_columns())
        self.kinds.show_columns([column.id for column in kind_columns()])
        self.kinds.hide_empty_columns(("size_bytes", "state"))
        self.kinds.fit_columns()
        self.kinds.select_rows(lambda row: row.result.kind in chosen)
        self._target_look.siblings = rows
        self.targets.table.set_rows(self._services.session.targets if rows else (), target_columns(rows))
        self.targets.fit_columns()
        sections = self._content_of(rows).sections() if rows else ()
        sentences = [text for section in sections if section.title == "Remarks" for text in section.sentences]
        notes = self.converted.conversion.notes if self.converted is not None else ()
        self.remarks.set_text("\n\n".join((*notes, *sentences)))
        self._tabs.setTabText(1, f"Remarks ({len(sentences)})" if sentences else "Remarks")
        self._show_state()

    def _content(self) -> ConversionContent:
        return self._content_of(self.kinds.table.all_rows)

    def _content_of(self, rows: Sequence[Sibling]) -> ConversionContent:
        from backends.conversion.conversion import Conversion

        found = self.converted
        conversion = (
            found.conversion
            if found is not None
            else Conversion(
                request=self.form.request(self._source), results=tuple(row.result for row in rows), notes=()
            )
        )
        return ConversionContent(conversion, rows, self._services.session.targets)

    def _stem(self) -> str:
        return f"{self._source.stem}-kinds"

    def _chosen_rows(self) -> tuple[Sibling, ...]:
        rows: tuple[Any, ...] = self.kinds.selected_rows() or self.kinds.table.all_rows
        return tuple(row for row in rows if row.result.path is not None)

    def _chosen_paths(self) -> tuple[Path, ...]:
        return tuple(row.result.path for row in self._chosen_rows() if row.result.path is not None)

    @Slot(object)
    def _on_row_opened(self, row: Sibling) -> None:
        if row.result.path is not None:
            self.open_wanted.emit((row.result.path,))

    @Slot()
    def _ask_for_accuracy(self) -> None:
        rows = [row for row in self._chosen_rows() if row.comparison is not None]
        if self.converted is not None and rows and self.converted.conversion.original is not None:
            self.accuracy_wanted.emit(self.converted.conversion.original, rows[-1], self.form.samples.choice)

    @Slot()
    def _show_state(self, *_: object) -> None:
        is_running = self._job is not None
        self.start_button.setEnabled(not is_running and not self.form.problem)
        self.stop_button.setVisible(is_running)
        self.cancel_button.setVisible(is_running)
        self.form.setEnabled(not is_running)
        self.bar.setVisible(is_running)
        rows = self._chosen_rows()
        count = len(self.kinds.selected_rows())
        what = "" if not count else f" {KINDS[rows[0].result.kind].title}" if len(rows) == 1 else f" {len(rows)}"
        self.open_button.setText(f"Open{what or ' all'}")
        self.save_button.setText(f"Save{what or ' all'}…")
        for button in (self.open_button, self.save_button):
            button.setEnabled(bool(rows) and self.converted is not None)
        self.accuracy_button.setEnabled(self.converted is not None and any(row.comparison is not None for row in rows))


def _column(widget: QWidget, margin: int) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(margin, margin, margin, margin)
    column.setSpacing(6)
    return column


def _row(*widgets: QWidget, is_left: bool = False) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(12 if not is_left else 0, 4, 12 if not is_left else 0, 8 if not is_left else 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def _scrolled(widget: QWidget) -> QWidget:
    from PySide6.QtWidgets import QScrollArea

    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(widget)
    return area
