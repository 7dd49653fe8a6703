"""What a model holds, with estimates of its work, as a report."""

from collections.abc import Mapping, Sequence

from backends.model.attribute import attribute_line
from backends.model.cost import OperatorCost
from backends.model.model import Model, Operator, OperatorId, OptionValue, Quantization, Subgraph, Tensor
from backends.model.summary import ModelEnd, ModelSummary
from backends.reports.columns import KIND_COLUMNS, OPERATOR_COLUMNS
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.rows import OperatorRow, kind_rows, operator_rows
from backends.reports.tabulation import table_of
from backends.targets.lint import LintFinding
from backends.units import format_bytes, format_count, format_shape

_MOST_SCALES = 16
"""Per-channel scales beyond this many are left out of the tree; the count stays."""


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
            *_lint_sections(self._lint),
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
        model = self._model
        return {
            "model": {
                "name": model.name,
                "path": model.path,
                "sha256": model.sha256,
                "size_bytes": model.size_bytes,
                "schema_version": model.schema_version,
                "description": model.description,
                "signatures": [
                    {"key": s.key, "subgraph": s.subgraph, "inputs": dict(s.inputs), "outputs": dict(s.outputs)}
                    for s in model.signatures
                ],
                "metadata": [{"name": entry.name, "size_bytes": entry.size_bytes} for entry in model.metadata],
                "packed_files": [{"name": file.name, "size_bytes": file.size_bytes} for file in model.packed_files],
                "warnings": list(model.warnings),
            },
            "summary": _summary_tree(self._summary),
            "lint": [_lint_tree(finding) for finding in self._lint],
            "subgraphs": [self._subgraph_tree(subgraph) for subgraph in model.subgraphs],
        }

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

    def _subgraph_tree(self, subgraph: Subgraph) -> Tree:
        return {
            "index": subgraph.index,
            "name": subgraph.name,
            "inputs": list(subgraph.inputs),
            "outputs": list(subgraph.outputs),
            "operators": [self._operator_tree(operator) for operator in subgraph.operators],
            "tensors": [_tensor_tree(tensor) for tensor in subgraph.tensors],
        }

    def _operator_tree(self, operator: Operator) -> Tree:
        cost = self._costs.get(operator.id)
        return {
            "subgraph": operator.id.subgraph,
            "index": operator.id.index,
            "kind": operator.kind,
            "custom_code": operator.custom_code,
            "version": operator.version,
            "inputs": list(operator.inputs),
            "outputs": list(operator.outputs),
            "intermediates": list(operator.intermediates),
            "options": {name: _option_tree(value) for name, value in operator.options.items()},
            "macs": cost.macs if cost else None,
            "parameters": cost.parameter_count if cost else None,
            "bytes_moved": cost.bytes_moved if cost else None,
        }


def _summary_tree(summary: ModelSummary) -> Tree:
    return {
        "subgraphs": summary.subgraph_count,
        "operators": summary.operator_count,
        "tensors": summary.tensor_count,
        "operators_by_type": dict(summary.operators_by_type),
        "custom_operators": list(summary.custom_operators),
        "parameters": summary.parameter_count,
        "weight_bytes": summary.weight_bytes,
        "macs": summary.macs,
        "macs_unknown_for": summary.uncounted_macs,
        "peak_activation_bytes": summary.peak_activation_bytes,
        "quantization": str(summary.quantization.kind),
        "quantization_text": summary.quantization.text,
        "inputs": [_end_tree(end) for end in summary.inputs],
        "outputs": [_end_tree(end) for end in summary.outputs],
        "runtime_version": summary.runtime.version,
        "runtime_unknown": list(summary.runtime.unknown),
    }


def _end_tree(end: ModelEnd) -> Tree:
    return {
        "name": end.name,
        "dtype": end.dtype,
        "shape": list(end.shape),
        "quantization": _quantization_tree(end.quantization),
    }


def _tensor_tree(tensor: Tensor) -> Tree:
    return {
        "index": tensor.index,
        "name": tensor.name,
        "dtype": tensor.dtype,
        "shape": list(tensor.shape),
        "shape_signature": list(tensor.shape_signature),
        "buffer": tensor.buffer,
        "constant": tensor.is_constant,
        "variable": tensor.is_variable,
        "sparse": tensor.is_sparse,
        "quantization": _quantization_tree(tensor.quantization),
    }


def _quantization_tree(quantization: Quantization | None) -> Tree:
    if quantization is None:
        return None
    return {
        "count": len(quantization.scale),
        "scale": list(quantization.scale[:_MOST_SCALES]),
        "zero_point": list(quantization.zero_point[:_MOST_SCALES]),
        "dimension": quantization.dimension,
        "block_size": quantization.block_size,
    }


def _option_tree(value: OptionValue) -> Tree:
    if isinstance(value, bytes):
        return value.hex()
    return list(value) if isinstance(value, tuple) else value


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


def _lint_sections(findings: Sequence[LintFinding]) -> list[Section]:
    rows = tuple((f.title, " ".join((f.detail, f.why, f.remedy)).strip()) for f in findings)
    table = Table(headings=("What", "Finding"), rows=rows)
    return [Section(title="Fit for integer accelerators", table=table)] if rows else []


def _lint_tree(finding: LintFinding) -> Tree:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "detail": finding.detail,
        "why": finding.why,
        "remedy": finding.remedy,
        "targets": list(finding.targets),
        "source": finding.source,
        "operators": [list(id_) for id_ in finding.operators],
    }


def _with_attributes(model: Model, table: Table, rows: Sequence[OperatorRow]) -> Table:
    """Add the line of attributes as the last column, which text reports do not cut."""
    lines = [attribute_line(model.operator(row.id), model) for row in rows if row.id is not None]
    return Table(
        headings=(*table.headings, "Attributes"),
        rows=tuple((*row, line) for row, line in zip(table.rows, lines, strict=True)),
        right_aligned=table.right_aligned,
    )
