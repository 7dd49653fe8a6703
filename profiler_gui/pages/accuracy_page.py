"""The tab that compares two models: their outputs, where the error enters, channels and histograms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from backends.accuracy.child import KERNELS
from backends.accuracy.comparison import Comparison, compare_models, read_truth
from backends.accuracy.dataset import DataChoice
from backends.accuracy.layers import LayerError, LayerReport, find_layer_errors
from backends.accuracy.operator_errors import ERROR, error_columns
from backends.accuracy.weights import read_weights
from backends.errors import ProfilerError
from backends.model.model import Model
from backends.progress import Progress, Step
from backends.reports.conversion_content import format_decibels
from backends.reports.model_accuracy_content import ModelAccuracyContent, layer_columns, output_columns
from backends.reports.plain_text import plain
from backends.units import format_share
from profiler_gui.jobs import Job
from profiler_gui.pages.export import TableExport, export_tables_button
from profiler_gui.pages.layer_detail import LayerDetail
from profiler_gui.pages.page import Page
from profiler_gui.services import Services
from profiler_gui.session import OpenModel, Overlay, OverlayChoice
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.sample_form import SampleForm, make_form

_LANE = "conversion"
"""Both take the processor for themselves."""
_SAMPLES = 32
_LAYER_SAMPLES = 4
_FORM_WIDTH = 340
_OUTPUTS_TAB, _TRAPS_TAB = 1, 2
_NO_TRAPS = "None of the known mistakes of quantised super-resolution networks was found."
_KERNEL_NAMES = {"xnnpack": "XNNPACK", "builtin": "Built-in kernels", "reference": "Reference kernels"}
_HOW_TO = "Compare a quantised model with its original, or one model on two sorts of kernels, on the same samples."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What the job does."""

    reference: Model
    actual: Model
    data: DataChoice
    kernels: tuple[str, str]
    labels: str
    pictures: str
    layer_samples: int

    def __call__(self, progress: Progress) -> tuple[Comparison, LayerReport | None]:
        truth = read_truth(self.labels, self.pictures)
        found = compare_models(self.reference, self.actual, self.data, progress, kernels=self.kernels, truth=truth)
        if not self.layer_samples:
            return found, None
        few = replace(self.data, count=min(self.data.count, self.layer_samples))
        try:
            return found, find_layer_errors(self.reference, self.actual, few, progress)
        except ProfilerError as error:
            # What XNNPACK runs, TFLite's own kernels may refuse: the outputs are known all the same.
            return replace(found, notes=(*found.notes, f"The layers are not known: {error.message}.")), None


class AccuracyPage(Page):
    """Compares two of the models that are open, or that a conversion made."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.session, services.notices)
        self._services = services
        self._models: dict[str, Model] = {}
        self._job: Job | None = None
        self._work: _Work | None = None
        self._result: tuple[Comparison, LayerReport | None] | None = None
        self._wanted_in_graph = ""
        self.actual, self.reference = QComboBox(), QComboBox()
        self.actual_kernels, self.reference_kernels = _kernels(), _kernels()
        self.looks_at_layers = QCheckBox("Find where the error enters, on")
        self.layer_samples = QSpinBox()
        self.start_button = QPushButton("Compare")
        self.cancel_button = QPushButton("Cancel")
        self.graph_button = QPushButton("Show in the graph")
        self.bar = QProgressBar()
        self.said = plain_label(_HOW_TO, role="dim")
        self.traps = plain_label("")
        self.tabs = QTabWidget()
        self.outputs = RecordView(RecordTable(output_columns()))
        self.layers = RecordView(RecordTable(layer_columns()))
        self.detail = LayerDetail()
        self._arrange()
        self._connect_parts()
        self._on_models_changed()

    def compare(self, reference: Model, actual: Model, data: DataChoice) -> None:
        """Compare two models at once."""
        for model in (reference, actual):
            self._models[model.sha256] = model
        self._on_models_changed()
        self.reference.setCurrentIndex(self.reference.findData(reference.sha256))
        self.actual.setCurrentIndex(self.actual.findData(actual.sha256))
        self.samples.source.line.setText("" if data.is_random else data.source)
        self.samples.range.setCurrentIndex(max(0, self.samples.range.findData(data.value_range)))
        self.start()

    def refresh(self) -> None:
        """Nothing here follows the model in front."""

    def finish(self) -> None:
        """End the work; the tab is about to go."""
        if self._job is not None:
            self._job.cancel()

    @property
    def is_running(self) -> bool:
        """Whether a comparison is under way."""
        return self._job is not None

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 12, 12, 12)
        form = make_form()
        for combo in (self.actual, self.reference):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(12)
        form.addRow("Model", self.actual)
        form.addRow("runs on", self.actual_kernels)
        form.addRow("Original", self.reference)
        form.addRow("runs on", self.reference_kernels)
        self.samples = SampleForm(form, count=_SAMPLES, parent=self)
        self.layer_samples.setRange(1, 1000)
        self.layer_samples.setValue(_LAYER_SAMPLES)
        self.layer_samples.setSuffix(" samples")
        self.looks_at_layers.setChecked(True)
        column.addLayout(form)
        column.addWidget(self.looks_at_layers)
        column.addWidget(self.layer_samples)
        column.addStretch(1)
        body.setAutoFillBackground(True)
        body.setBackgroundRole(QPalette.ColorRole.Base)
        area = QScrollArea()
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidgetResizable(True)
        area.setWidget(body)
        self.start_button.setProperty("primary", True)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(area, 1)
        column.addLayout(_row(self.start_button, self.cancel_button, margin=12))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self._results())
        split.setStretchFactor(1, 1)
        split.setSizes([_FORM_WIDTH, 900])
        split.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)

    def _results(self) -> QWidget:
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(6)
        for view in (self.outputs, self.layers):
            view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.addWidget(self.layers)
        lower.addWidget(self.detail)
        lower.setStretchFactor(0, 3)
        lower.setStretchFactor(1, 2)
        lower.setSizes([560, 320])
        self.traps.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.traps.setContentsMargins(12, 8, 12, 8)
        self.tabs.addTab(lower, "Layers")
        self.tabs.addTab(self.outputs, "Outputs")
        self.tabs.addTab(self.traps, "Traps")
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self.said)
        column.addWidget(self.bar)
        column.addWidget(self.tabs, 1)
        export = export_tables_button(self, TableExport(title="", content=self._content, stem=lambda: "accuracy"))
        column.addLayout(_row(self.graph_button, export, margin=0))
        return right

    def _connect_parts(self) -> None:
        self.start_button.clicked.connect(self.start)
        self.cancel_button.clicked.connect(self._cancel)
        self.graph_button.clicked.connect(self._show_in_graph)
        self.layers.rows_selected.connect(self._on_layer_selected)
        self.layers.row_opened.connect(self._on_layer_opened)
        self.session.model_opened.connect(self._on_model_opened)
        self.session.model_closed.connect(self._on_models_changed)
        for combo in (self.actual, self.reference, self.actual_kernels, self.reference_kernels):
            combo.currentIndexChanged.connect(self._show_state)

    # Work -------------------------------------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Compare as the form says."""
        reference, actual = self._chosen(self.reference), self._chosen(self.actual)
        if self._job is not None or reference is None or actual is None or self._problem():
            return
        is_same = reference.sha256 == actual.sha256
        self._work = _Work(
            reference=reference,
            actual=actual,
            data=self.samples.choice,
            kernels=(self.reference_kernels.currentData(), self.actual_kernels.currentData()),
            labels=self.samples.labels.path,
            pictures=self.samples.pictures.path,
            layer_samples=self.layer_samples.value() if self.looks_at_layers.isChecked() and not is_same else 0,
        )
        self._show(None)
        self._job = self._services.jobs.start(
            self._work,
            title=f"Comparing {plain(actual.name)}",
            lane=_LANE,
            on_success=self._show,
            on_failure=self._on_failed,
        )
        self._job.stepped.connect(self._on_stepped)
        self._job.finished.connect(self._on_finished)
        self.said.set_text("Starting")
        self._show_state()

    def _chosen(self, combo: QComboBox) -> Model | None:
        return self._models.get(combo.currentData() or "")

    def _problem(self) -> str:
        if not self._models:
            return "Open a model and its original first."
        is_same = self.reference.currentData() == self.actual.currentData()
        if is_same and self.reference_kernels.currentData() == self.actual_kernels.currentData():
            return "Choose two models, or two sorts of kernels."
        return ""

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _on_stepped(self, step: Step) -> None:
        self.said.set_text(f"{step.text} {step.done}/{step.total}" if step.total else step.text)
        self.bar.setRange(0, step.total)
        self.bar.setValue(step.done)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.said.set_text(error.message if isinstance(error, ProfilerError) else "The comparison failed.")
        self.notices.report(error)

    @Slot()
    def _on_finished(self) -> None:
        self._job = None
        if self._result is None and self.said.plain_text.endswith(tuple("0123456789")):
            self.said.set_text("Cancelled.")
        self._show_state()

    # Results ----------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _show(self, result: tuple[Comparison, LayerReport | None] | None) -> None:
        self._result = result
        comparison, report = result if result is not None else (None, None)
        self.outputs.table.set_rows(comparison.outputs if comparison else ())
        self.outputs.show_columns([column.id for column in output_columns()])
        self.outputs.hide_empty_columns(("psnr_db", "max_abs"))
        self.outputs.fit_columns()
        self.layers.table.set_rows(report.layers if report else ())
        self.layers.show_columns([column.id for column in layer_columns() if column.is_default])
        self.layers.fit_columns()
        self.detail.show_layer(None)
        if report is not None and report.entries:
            # What was asked for: where it enters, with its channels and histograms.
            self._on_layer_selected(report.entries[:1])
            self.layers.select_rows(lambda row: row is report.entries[0])
        traps = comparison.traps if comparison else ()
        texts = [f"{trap.title}: {trap.message} {trap.remedy} [{trap.source}]" for trap in traps]
        self.traps.set_text("\n\n".join(texts) or (_NO_TRAPS if comparison else ""))
        self.tabs.setTabText(_TRAPS_TAB, f"Traps ({len(traps)})" if traps else "Traps")
        if comparison is not None:
            self.said.set_text(_summary(comparison, report))
            if report is None:
                self.tabs.setCurrentIndex(_OUTPUTS_TAB)
        if report is not None and self._work is not None:
            self._add_columns(self._work.actual, report)
        if comparison is not None and self._work is not None:
            self.session.accuracies.add(self._work.actual.sha256, comparison)
        self._show_state()

    def _content(self) -> ModelAccuracyContent:
        assert self._result is not None
        return ModelAccuracyContent(*self._result)

    def _add_columns(self, model: Model, report: LayerReport) -> None:
        for record in self.session.models:
            if record.model.sha256 == model.sha256:
                for column in error_columns(report):
                    record.add_column(column)

    @Slot(object)
    def _on_layer_selected(self, rows: Sequence[LayerError]) -> None:
        layer = rows[0] if rows else None
        self.detail.show_layer(layer)
        if layer is None or self._work is None:
            return
        model, operator = self._work.actual, layer.operator
        self._services.jobs.start(
            lambda progress: read_weights(model, operator, progress),
            title="Reading weights",
            replaces="accuracy weights",
            on_success=self.detail.show_weights,
        )

    @Slot(object)
    def _on_layer_opened(self, layer: LayerError) -> None:
        self._show_in_graph()
        record = self.session.current
        if record is not None and self._work is not None and record.model.sha256 == self._work.actual.sha256:
            record.reveal(layer.operator)

    @Slot()
    def _show_in_graph(self) -> None:
        """Colour the graph of the model by its error; opens it where it is not."""
        if self._work is None or self._result is None or self._result[1] is None:
            return
        model = self._work.actual
        record = next((one for one in self.session.models if one.model.sha256 == model.sha256), None)
        if record is not None:
            self._colour(record)
            self.session.set_current(record)
        elif model.path:
            self._wanted_in_graph = model.sha256
            self._services.opener.open_paths([model.path])

    def _colour(self, record: OpenModel) -> None:
        if self._result is not None and self._result[1] is not None:
            self._add_columns(record.model, self._result[1])
            record.choose_overlay(OverlayChoice(overlay=Overlay.COLUMN, column=ERROR))

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        self._on_models_changed()
        if record.model.sha256 == self._wanted_in_graph:
            self._wanted_in_graph = ""
            self._colour(record)

    @Slot()
    def _on_models_changed(self, *_: object) -> None:
        """Offer what is open, and what a conversion handed over."""
        for record in self.session.models:
            self._models[record.model.sha256] = record.model
        for combo in (self.actual, self.reference):
            chosen = combo.currentData()
            combo.blockSignals(True)
            combo.clear()
            for sha, model in self._models.items():
                combo.addItem(plain(model.name), sha)
            combo.setCurrentIndex(max(0, combo.findData(chosen)))
            combo.blockSignals(False)
        if self.reference.currentIndex() == self.actual.currentIndex() and self._job is None and not self._result:
            self._guess()
        self._show_state()

    def _guess(self) -> None:
        """Take the float model among two for the original, and the one in front for the other."""
        current = self.session.current
        front = [current.model.sha256] if current is not None else []
        integers = [sha for sha, model in self._models.items() if _is_integer(model)]
        actual = next((sha for sha in (*front, *integers) if sha in integers), front[0] if front else "")
        originals = [sha for sha in self._models if sha not in integers and sha != actual]
        for combo, sha in ((self.actual, actual), (self.reference, originals[0] if originals else actual)):
            combo.setCurrentIndex(max(0, combo.findData(sha)))

    @Slot()
    def _show_state(self, *_: object) -> None:
        is_running = self._job is not None
        problem = self._problem()
        self.start_button.setEnabled(not is_running and not problem)
        self.start_button.setToolTip(problem)
        self.cancel_button.setVisible(is_running)
        self.bar.setVisible(is_running)
        self.graph_button.setEnabled(self._result is not None and self._result[1] is not None)
        if not is_running and self._result is None and self.said.plain_text.startswith(_HOW_TO):
            self.said.set_text(f"{_HOW_TO} {problem}".rstrip())


def _is_integer(model: Model) -> bool:
    graph = model.subgraphs[0]
    return any(tensor.quantization and tensor.quantization.scale and not tensor.is_constant for tensor in graph.tensors)


def _summary(comparison: Comparison, report: LayerReport | None) -> str:
    parts = [f"{comparison.actual} against {comparison.reference}, {comparison.samples} samples."]
    main = comparison.main
    if main.psnr_db is not None:
        ssim = f", SSIM {main.ssim:.4f}" if main.ssim is not None else ""
        parts.append(f"PSNR {format_decibels(main.psnr_db)}{ssim}.")
    if 1 in main.top:
        parts.append(f"The best class agrees in {format_share(main.top[1])}.")
    if comparison.is_random:
        parts.append("The values were random: give real samples for figures that mean something.")
    parts += [note for note in comparison.notes if note.startswith("The layers")]
    if report is not None:
        entries = report.entries[:3]
        if entries:
            places = ", ".join(f"{layer.operator.index} {layer.kind} ({layer.added_db:.1f} dB)" for layer in entries)
            parts.append(f"Most error enters at {places}.")
        parts.append(f"{report.compared} of {report.total} operators could be compared.")
    return " ".join(parts)


def _kernels() -> QComboBox:
    combo = QComboBox()
    for kernels in KERNELS:
        combo.addItem(_KERNEL_NAMES[kernels], kernels)
    return combo


def _row(*widgets: QWidget, margin: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(margin, 4, margin, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
