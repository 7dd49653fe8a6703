"""The model on one page: what it takes and gives, what it is made of, what it needs."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from backends.model.model import Model
from backends.model.summary import ModelEnd, ModelSummary
from backends.reports.plain_text import plain
from backends.units import format_bytes, format_count, format_shape
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.section import Fact, FactGrid, LinkButton, Section
from profiler_gui.widgets.tensor_card import quantization_text

_SHOWN_ENDS = 40
_SHOWN_WARNINGS = 40


class ModelView(QWidget):
    """Shows the summary of a model.

    Signals:
        kind_chosen: the operator type whose operators shall be selected.
        file_chosen: name of a packed file to look into.
    """

    kind_chosen = Signal(str)
    file_chosen = Signal(str)

    def __init__(self, model: Model, summary: ModelSummary, title: str) -> None:
        super().__init__()
        self._model = model
        self._summary = summary
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 8)
        self._column.setSpacing(0)
        self._add_head(title)
        self._add_facts("Summary", self._size_facts())
        self._add_ends("Inputs", summary.inputs)
        self._add_ends("Outputs", summary.outputs)
        self._add_kinds()
        self._add_signatures()
        self._add_packed_files()
        self._add_facts("Metadata", [(plain(e.name), format_bytes(e.size_bytes)) for e in model.metadata])
        self._add_facts("File", self._file_facts(), is_open=False)
        self._add_warnings()
        self._column.addStretch(1)

    def _add_head(self, title: str) -> None:
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(16, 4, 16, 8)
        column.setSpacing(3)
        column.addWidget(plain_label(plain(title), role="title"))
        column.addWidget(plain_label(self._summary.quantization.text, role="dim"))
        if self._model.description:
            column.addWidget(plain_label(plain(self._model.description), role="dim"))
        self._column.addWidget(head)

    def _size_facts(self) -> list[Fact]:
        summary = self._summary
        macs = format_count(summary.macs)
        if summary.uncounted_macs:
            macs += f" and {summary.uncounted_macs} operators of unknown shape"
        peak = summary.peak_activation_bytes
        runtime = summary.runtime
        facts = [
            ("Operators", str(summary.operator_count)),
            ("Parameters", f"{format_count(summary.parameter_count)} ({format_bytes(summary.weight_bytes)})"),
            ("MACs", macs),
            ("Peak activation", "unknown" if peak is None else f"{format_bytes(peak)} (estimate)"),
        ]
        if summary.subgraph_count > 1:
            facts.append(("Subgraphs", str(summary.subgraph_count)))
        if runtime.version:
            facts.append(("Runtime", f"TFLite {runtime.version} or newer, for {plain(runtime.because)}"))
        if runtime.unknown:
            facts.append(("Unknown to any", ", ".join(map(plain, runtime.unknown))))
        if runtime.stated:
            facts.append(("Stated runtime", plain(runtime.stated)))
        if summary.custom_operators:
            facts.append(("Custom", ", ".join(map(plain, summary.custom_operators))))
        return facts

    def _file_facts(self) -> list[Fact]:
        model = self._model
        return [
            ("Path", plain(model.path)),
            ("Size", format_bytes(model.size_bytes)),
            ("Schema version", str(model.schema_version)),
            ("SHA-256", model.sha256),
        ]

    def _add_facts(self, title: str, facts: Iterable[Fact], *, is_open: bool = True) -> None:
        facts = list(facts)
        if facts:
            section = Section(title, is_open=is_open)
            section.add(FactGrid(facts))
            self._column.addWidget(section)

    def _add_ends(self, title: str, ends: tuple[ModelEnd, ...]) -> None:
        section = Section(f"{title} ({len(ends)})")
        for end in ends[:_SHOWN_ENDS]:
            text = f"{format_shape(end.shape)}  ·  {end.dtype}"
            if end.quantization is not None:
                text += f"\n{quantization_text(end.quantization)}"
            section.add(_titled(plain(end.name) or "without a name", text))
        if len(ends) > _SHOWN_ENDS:
            section.add(plain_label(f"and {len(ends) - _SHOWN_ENDS} more", role="dim"))
        self._column.addWidget(section)

    def _add_kinds(self) -> None:
        section = Section("Operators by type")
        grid = FactGrid()
        for kind, count in self._summary.operators_by_type:
            button = LinkButton(plain(kind))
            button.setToolTip("Select all of this type")
            button.clicked.connect(lambda _=False, chosen=kind: self.kind_chosen.emit(chosen))
            grid.add_pair(button, plain_label(str(count)))
        section.add(grid)
        self._column.addWidget(section)

    def _add_signatures(self) -> None:
        if not self._model.signatures:
            return
        section = Section("Signatures")
        for signature in self._model.signatures:
            inputs = ", ".join(plain(name) for name, _ in signature.inputs)
            outputs = ", ".join(plain(name) for name, _ in signature.outputs)
            section.add(_titled(plain(signature.key), f"({inputs}) → ({outputs})"))
        self._column.addWidget(section)

    def _add_packed_files(self) -> None:
        if not self._model.packed_files:
            return
        section = Section("Packed files")
        grid = FactGrid()
        for file in self._model.packed_files:
            button = LinkButton(plain(file.name))
            button.setToolTip("Show its content")
            button.clicked.connect(lambda _=False, name=file.name: self.file_chosen.emit(name))
            grid.add_pair(button, plain_label(format_bytes(file.size_bytes)))
        section.add(grid)
        self._column.addWidget(section)

    def _add_warnings(self) -> None:
        warnings = self._model.warnings
        if not warnings:
            return
        section = Section(f"Oddities of the file ({len(warnings)})")
        for warning in warnings[:_SHOWN_WARNINGS]:
            label = plain_label(warning, role="warning")
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            section.add(label)
        self._column.addWidget(section)


def _titled(title: str, text: str) -> QWidget:
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    column.addWidget(plain_label(title))
    column.addWidget(plain_label(text, role="dim"))
    return widget
