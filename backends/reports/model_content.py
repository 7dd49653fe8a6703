"""What a model holds, with estimates of its work, as a report."""

from collections.abc import Mapping, Sequence

from backends.model.attribute import attribute_line
from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId, Quantization, Subgraph
from backends.model.summary import ModelSummary
from backends.reports.advice_content import advice_sections
from backends.reports.columns import KIND_COLUMNS, OPERATOR_COLUMNS
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.model_tree import model_tree
from backends.reports.rows import OperatorRow, kind_rows, operator_rows
from backends.reports.tabulation import table_of
from backends.targets.lint import LintFinding
from backends.units import format_bytes, format_count, format_shape


class ModelContent:
    """A model as its file says, with costs as an overlay.

    Args:
        model: the model.
        costs: estimates by operator.
        summary: facts and estimates about the whole.
        lint: what makes it a poor fit for integer accelerators.
    """

    schema = "tflite-profiler/inspect/1"

    def __init__(
        self,
        model: Model,
        costs: Mapping[OperatorId, OperatorCost],
        summary: ModelSummary,
        lint: Sequence[LintFinding] = (),
    ) -> None:
        self._model = model
        self._lint = tuple(lint)
        self._costs = costs
        self._summary = summary
        self._rows = operator_rows(model, costs)

    @property
    def title(self) -> str:
        """Name the model."""
        return self._model.name

    def sections(self) -> Sequence[Section]:
        """Give the summary, the ends, the types, then the operators of each subgraph."""
        model = self._model
        return [
            Section(title="", facts=self._facts(), sentences=tuple(f"Note: {text}" for text in model.warnings)),
            Section(title="Inputs and outputs", table=_ends_table(self._summary)),
            *_signature_sections(model),
            *_file_sections(model),
            *advice_sections(self._lint),
            Section(title="Operators by type", table=table_of(KIND_COLUMNS, kind_rows(self._rows))),
            *(self._subgraph_section(subgraph) for subgraph in model.subgraphs),
        ]

    def records(self) -> Records:
        """Give a record for each operator."""
        columns = [column for column in OPERATOR_COLUMNS if column.id in {"kind", "name", "shape", "dtype", "macs"}]
        columns += [column for column in OPERATOR_COLUMNS if column.id in {"parameters", "moved_bytes"}]
        operators = [operator for subgraph in self._model.subgraphs for operator in subgraph.operators]
        return Records(
            fields=("subgraph", "index", "version", *(column.id for column in columns), "inputs", "outputs"),
            rows=[
                (
                    *operator.id,
                    operator.version,
                    *(column.value(row) for column in columns),
                    " ".join(map(str, operator.inputs)),
                    " ".join(map(str, operator.outputs)),
                )
                for operator, row in zip(operators, self._rows, strict=True)
            ],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give the whole model but for the constants' values."""
        return model_tree(self._model, self._costs, self._summary, self._lint)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        model, summary = self._model, self._summary
        runtime = summary.runtime
        facts = [
            ("File", f"{format_bytes(model.size_bytes)}, sha256 {model.sha256}"),
            ("Description", model.description),
            ("Subgraphs", str(summary.subgraph_count)),
            ("Operators", f"{summary.operator_count} of {len(summary.operators_by_type)} types"),
            ("Tensors", str(summary.tensor_count)),
            ("Parameters", f"{format_count(summary.parameter_count)} in {format_bytes(summary.weight_bytes)}"),
            ("MACs", _macs_text(summary)),
            ("Peak activations", _optional_bytes(summary.peak_activation_bytes)),
            ("Quantisation", summary.quantization.text),
            ("Custom operators", ", ".join(summary.custom_operators)),
            ("TFLite runtime", f"{runtime.version} or newer, for {runtime.because}" if runtime.version else ""),
            ("Newer than known", ", ".join(runtime.unknown)),
        ]
        return tuple((label, text) for label, text in facts if text)

    def _subgraph_section(self, subgraph: Subgraph) -> Section:
        rows = [row for row in self._rows if row.id is not None and row.id.subgraph == subgraph.index]
        shown = {"index", "kind", "shape", "dtype", "macs", "parameters", "moved_bytes"}
        table = table_of([column for column in OPERATOR_COLUMNS if column.id in shown], rows)
        name = f" ({subgraph.name})" if subgraph.name else ""
        return Section(
            title=f"Subgraph {subgraph.index}{name}",
            sentences=() if rows else ("It holds no operators.",),
            table=_with_attributes(self._model, table, rows) if rows else None,
        )


def _macs_text(summary: ModelSummary) -> str:
    text = format_count(summary.macs)
    return f"{text}, without {summary.uncounted_macs} of unknown shape" if summary.uncounted_macs else text


def _optional_bytes(count: int | None) -> str:
    return "unknown, shapes may vary" if count is None else f"about {format_bytes(count)}"


def _ends_table(summary: ModelSummary) -> Table:
    rows = [("input", end) for end in summary.inputs] + [("output", end) for end in summary.outputs]
    return Table(
        headings=("End", "Type", "Shape", "Scale", "Zero point", "Name"),
        rows=tuple(
            (side, end.dtype, format_shape(end.shape), *_scale_texts(end.quantization), end.name) for side, end in rows
        ),
    )


def _scale_texts(quantization: Quantization | None) -> tuple[str, str]:
    if quantization is None or not quantization.scale:
        return "", ""
    if quantization.is_per_channel:
        return f"{len(quantization.scale)} along dimension {quantization.dimension}", ""
    return f"{quantization.scale[0]:.6g}", str(quantization.zero_point[0]) if quantization.zero_point else ""


def _signature_sections(model: Model) -> list[Section]:
    rows = tuple(
        (s.key, str(s.subgraph), ", ".join(name for name, _ in s.inputs), ", ".join(name for name, _ in s.outputs))
        for s in model.signatures
    )
    table = Table(headings=("Key", "Subgraph", "Inputs", "Outputs"), rows=rows)
    return [Section(title="Signatures", table=table)] if rows else []


def _file_sections(model: Model) -> list[Section]:
    rows = [("metadata", format_bytes(entry.size_bytes), entry.name) for entry in model.metadata]
    rows += [("packed file", format_bytes(file.size_bytes), file.name) for file in model.packed_files]
    table = Table(headings=("What", "Size", "Name"), rows=tuple(rows), right_aligned=frozenset({1}))
    return [Section(title="Metadata", table=table)] if rows else []


def _with_attributes(model: Model, table: Table, rows: Sequence[OperatorRow]) -> Table:
    """Add the line of attributes as the last column, which text reports do not cut."""
    lines = [attribute_line(model.operator(row.id), model) for row in rows if row.id is not None]
    return Table(
        headings=(*table.headings, "Attributes"),
        rows=tuple((*row, line) for row, line in zip(table.rows, lines, strict=True)),
        right_aligned=table.right_aligned,
    )
