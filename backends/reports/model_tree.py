"""A model as the tree of its JSON report: everything but the constants' values."""

from collections.abc import Mapping, Sequence

from backends.model.cost import OperatorCost
from backends.model.model import Model, Operator, OperatorId, OptionValue, Quantization, Subgraph, Tensor
from backends.model.summary import ModelEnd, ModelSummary
from backends.reports.advice_content import advice_tree
from backends.reports.content import Tree
from backends.targets.lint import LintFinding

_MOST_SCALES = 16
"""Per-channel scales beyond this many are left out; the count stays."""

Costs = Mapping[OperatorId, OperatorCost]


def model_tree(model: Model, costs: Costs, summary: ModelSummary, lint: Sequence[LintFinding]) -> Mapping[str, Tree]:
    """Give model, summary, lint and subgraphs."""
    return {
        "model": _file_tree(model),
        "summary": _summary_tree(summary),
        "lint": advice_tree(lint),
        "subgraphs": [_subgraph_tree(subgraph, costs) for subgraph in model.subgraphs],
    }


def _file_tree(model: Model) -> Tree:
    return {
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


def _subgraph_tree(subgraph: Subgraph, costs: Costs) -> Tree:
    return {
        "index": subgraph.index,
        "name": subgraph.name,
        "inputs": list(subgraph.inputs),
        "outputs": list(subgraph.outputs),
        "operators": [_operator_tree(operator, costs.get(operator.id)) for operator in subgraph.operators],
        "tensors": [_tensor_tree(tensor) for tensor in subgraph.tensors],
    }


def _operator_tree(operator: Operator, cost: OperatorCost | None) -> Tree:
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
