"""A model on one page: what it holds, computes, needs, takes and gives."""

from collections import Counter
from dataclasses import dataclass

from backends.model.estimate import ModelCost, model_cost
from backends.model.model import Model, Quantization, Subgraph
from backends.model.quantization_kind import ModelQuantization, quantization_of
from backends.model.runtime_version import RuntimeNeed, runtime_need


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEnd:
    """An input or output of a model; ``shape`` has -1 where a size may vary."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    quantization: Quantization | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSummary:
    """Facts and estimates about a whole model."""

    subgraph_count: int
    operator_count: int
    """Operators of all subgraphs."""
    tensor_count: int
    operators_by_type: tuple[tuple[str, int], ...]
    """Label and count over all subgraphs, most frequent first."""
    custom_operators: tuple[str, ...]
    """Custom codes, sorted; ``Flex...`` ones need TensorFlow's operators."""
    inputs: tuple[ModelEnd, ...]
    """Of the primary subgraph."""
    outputs: tuple[ModelEnd, ...]
    quantization: ModelQuantization
    macs: int
    """Of the primary subgraph and what it calls."""
    uncounted_macs: int
    """How many operators are missing in ``macs`` because their shapes are not known."""
    parameter_count: int
    weight_bytes: int
    peak_activation_bytes: int | None
    runtime: RuntimeNeed


def summarize(model: Model, cost: ModelCost | None = None) -> ModelSummary:
    """Summarise a model.

    Args:
        model: the model.
        cost: its cost, if it is known already.

    Raises:
        ResourceError: a table of the program is wrong.
    """
    cost = cost or model_cost(model)
    labels = Counter(operator.label for graph in model.subgraphs for operator in graph.operators)
    custom = {op.custom_code for graph in model.subgraphs for op in graph.operators if op.kind == "CUSTOM"}
    primary = model.subgraphs[0]
    return ModelSummary(
        subgraph_count=len(model.subgraphs),
        operator_count=sum(len(graph.operators) for graph in model.subgraphs),
        tensor_count=sum(len(graph.tensors) for graph in model.subgraphs),
        operators_by_type=tuple(sorted(labels.items(), key=lambda item: (-item[1], item[0]))),
        custom_operators=tuple(sorted(custom)),
        inputs=_ends(primary, primary.inputs),
        outputs=_ends(primary, primary.outputs),
        quantization=quantization_of(model),
        macs=cost.macs,
        uncounted_macs=len(cost.uncounted),
        parameter_count=cost.parameter_count,
        weight_bytes=cost.weight_bytes,
        peak_activation_bytes=cost.peak_activation_bytes,
        runtime=runtime_need(model),
    )


def _ends(graph: Subgraph, indices: tuple[int, ...]) -> tuple[ModelEnd, ...]:
    """Inputs or outputs of a subgraph."""
    return tuple(
        ModelEnd(name=tensor.name, dtype=tensor.dtype, shape=tensor.display_shape, quantization=tensor.quantization)
        for tensor in (graph.tensors[index] for index in indices)
    )
