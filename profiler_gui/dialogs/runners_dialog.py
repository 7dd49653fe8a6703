"""Which build of the benchmark tool is used for which kind of device: chosen here, or downloaded on request."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backends.errors import StoreError
from backends.progress import Progress, Step
from backends.reports.plain_text import plain
from backends.runs.runner_download import DownloadedRunner, download_runner
from backends.runs.runner_settings import (
    RunnerChoice,
    RunnerChoices,
    choose_runner,
    find_runner_source,
    load_runner_sources,
    read_runner_choices,
)
from backends.units import format_bytes
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.naming import name_parts
from profiler_gui.notices import NoticeBoard, notice_of
from profiler_gui.widgets.label import plain_label

_LANE = "download"
_WHAT = (
    "Models are measured on devices with TFLite's benchmark_model. It is looked for on the device; the build that is "
    "chosen here is used instead, and copied there once."
)
_NETWORK = "Nothing is fetched before you press Download."


class RunnersDialog(QDialog):
    """File, address and checksum of the build for one kind of device after the other.

    Args:
        jobs: where downloads run.
        notices: where it is told when choices cannot be kept.
        kind: id of the kind to show first; the first of all when it is not known.

    Signals:
        choices_changed: another build is used for some kind of device.
    """

    choices_changed = Signal()

    def __init__(self, jobs: JobRunner, notices: NoticeBoard, kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Runners")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 380)
        self._jobs = jobs
        self._notices = notices
        self._job: Job | None = None
        self.kind = QComboBox()
        for source in load_runner_sources():
            self.kind.addItem(_kind_title(source.id), source.id)
        self.file = QLineEdit()
        self.browse_button = QPushButton("Choose…")
        self.address = QLineEdit()
        self.checksum = QLineEdit()
        self.download_button = QPushButton("Download")
        self.cancel_button = QPushButton("Cancel")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.answer = plain_label("")
        self._source = plain_label("", role="dim")
        self._arrange()
        name_parts(self, "Runners")
        self.kind.setCurrentIndex(max(0, self.kind.findData(kind)))
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.file.editingFinished.connect(self._on_file_edited)
        self.browse_button.clicked.connect(self._on_browse)
        self.download_button.clicked.connect(self._on_download)
        self.cancel_button.clicked.connect(self._on_cancel)
        self._show_kind()

    def closeEvent(self, event: QCloseEvent) -> None:
        """End a download that is under way: nobody would see its end."""
        self._on_cancel()
        super().closeEvent(event)

    def _arrange(self) -> None:
        self.file.setPlaceholderText("benchmark_model on the device")
        self.file.setToolTip("A build of benchmark_model: a file here, which is copied there, or a path on the device")
        self.checksum.setPlaceholderText("any")
        self.checksum.setToolTip("Refuse a download with another SHA-256 checksum than this")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setVerticalSpacing(8)
        form.addRow("For", self.kind)
        form.addRow("File", _side_by_side(self.file, self.browse_button))
        form.addRow("Address", _side_by_side(self.address, self.download_button))
        form.addRow("SHA-256", self.checksum)
        progress = _side_by_side(self.bar, self.cancel_button)
        form.addRow("", progress)
        self._progress = progress
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(plain_label(_WHAT, role="dim"))
        column.addLayout(form)
        column.addWidget(self._source)
        column.addWidget(self.answer)
        column.addStretch(1)
        column.addWidget(buttons)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        progress.hide()

    @property
    def _kind_id(self) -> str:
        return str(self.kind.currentData())

    def _choices(self) -> RunnerChoices:
        try:
            return read_runner_choices()
        except StoreError as error:
            self._notices.report(error)
            return {}

    @Slot()
    def _show_kind(self) -> None:
        choice = self._choices().get(self._kind_id, RunnerChoice())
        source = find_runner_source(self._kind_id)
        self.file.setText(choice.path)
        self.address.setText(choice.url or source.url)
        self.address.setCursorPosition(0)
        self.checksum.clear()
        self._source.set_text(f"{_NETWORK} The address is from {source.source}.")
        self.answer.set_text(f"SHA-256 of the build in use: {choice.sha256}" if choice.sha256 else "")

    @Slot()
    def _on_file_edited(self) -> None:
        path = self.file.text().strip()
        old = self._choices().get(self._kind_id, RunnerChoice())
        if path == old.path:
            return
        try:
            choose_runner(self._kind_id, RunnerChoice(path=path, url=old.url))
        except StoreError as error:
            self._notices.report(error)
            return
        missing = path and not Path(path).is_file()
        self.answer.set_text(f"There is no file {plain(path)} here; it is looked for on the device." if missing else "")
        self.choices_changed.emit()

    @Slot()
    def _on_browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Choose a build of benchmark_model", self.file.text())
        if path:
            self.file.setText(path)
            self._on_file_edited()

    @Slot()
    def _on_download(self) -> None:
        if self._job is not None:
            return
        self._job = self._jobs.start(
            partial(_download, self._kind_id, self.address.text().strip(), self.checksum.text().strip()),
            title="Downloading benchmark_model",
            lane=_LANE,
            on_success=self._on_downloaded,
            on_failure=self._on_failed,
        )
        self._job.stepped.connect(self._on_stepped)
        self._job.finished.connect(self._on_finished)
        self.answer.set_text("")
        self._show_busy()

    @Slot()
    def _on_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _on_stepped(self, step: Step) -> None:
        self.bar.setRange(0, step.total)
        self.bar.setValue(step.done)
        self.answer.set_text(step.text)

    @Slot(object)
    def _on_downloaded(self, got: DownloadedRunner) -> None:
        self._show_kind()
        self.answer.set_text(f"Fetched {format_bytes(got.size_bytes)}.\nSHA-256: {got.sha256}\nKept as {got.path}")
        self.choices_changed.emit()

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        notice = notice_of(error)
        self.answer.set_text(f"{notice.message} {notice.hint}".strip())

    @Slot()
    def _on_finished(self) -> None:
        job, self._job = self._job, None
        if job is not None and job.step is not None and self.answer.plain_text == job.step.text:
            self.answer.set_text("The download was cancelled; nothing was kept.")
        self._show_busy()

    def _show_busy(self) -> None:
        is_busy = self._job is not None
        self._progress.setVisible(is_busy)
        self.bar.setRange(0, 0)
        for widget in (self.kind, self.file, self.browse_button, self.address, self.checksum, self.download_button):
            widget.setEnabled(not is_busy)


def _download(kind: str, url: str, sha256: str, progress: Progress) -> DownloadedRunner:
    return download_runner(kind, url=url, sha256=sha256, progress=progress)


def _kind_title(id_: str) -> str:
    system, abi = ("Linux", id_.removeprefix("linux-")) if id_.startswith("linux-") else ("Android", id_)
    return f"{system}, {abi}"


def _side_by_side(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for number, widget in enumerate(widgets):
        row.addWidget(widget, 0 if number else 1)
    return holder
