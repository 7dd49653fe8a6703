"""Which tensor of a quantised model is which of the float one.

Converters keep most names, and fuse or add operators at the seams; what has the same name and shape is the same
tensor. Of the rest, operators that stand in the same order with the same kind and output shape belong together;
QUANTIZE and DEQUANTIZE only exist on one side and are passed over.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from backends.model.model import NO_TENSOR, Model, OperatorId, Subgraph

_SEAMS = frozenset({"QUANTIZE", "DEQUANTIZE", "CAST"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPair:
    """Tensors of two models' first subgraphs that hold the same values but for the error."""

    reference: int
    actual: int
    operator: OperatorId | None
    """What computes it in the second model; ``None`` for an input."""


def align_tensors(reference: Model, actual: Model, inputs: Sequence[tuple[int, int]] = ()) -> tuple[TensorPair, ...]:
    """Pair the computed tensors of two models, in the order in which the second computes them.

    Args:
        reference: the float model.
        actual: the one made from it.
        inputs: tensors of inputs that belong together.
    """
    first, second = reference.subgraphs[0], actual.subgraphs[0]
    pairs = {actual_index: reference_index for reference_index, actual_index in inputs}
    _pair_by_name(first, second, pairs)
    _pair_by_order(first, second, pairs)
    producers = {tensor: operator.id for operator in second.operators for tensor in operator.outputs}
    order = {tensor: place for place, tensor in enumerate(producers)}
    return tuple(
        TensorPair(reference=pairs[index], actual=index, operator=producers.get(index))
        for index in sorted(pairs, key=lambda index: order.get(index, -1))
    )


def _computed(graph: Subgraph) -> list[int]:
    return [tensor for operator in graph.operators for tensor in operator.outputs if tensor != NO_TENSOR]


def _pair_by_name(first: Subgraph, second: Subgraph, pairs: dict[int, int]) -> None:
    names = [Counter(graph.tensors[index].name for index in _computed(graph)) for graph in (first, second)]
    by_name = {first.tensors[index].name: index for index in _computed(first)}
    for index in _computed(second):
        tensor = second.tensors[index]
        other = by_name.get(tensor.name)
        is_unique = names[0][tensor.name] == 1 and names[1][tensor.name] == 1
        if tensor.name and other is not None and is_unique and first.tensors[other].shape == tensor.shape:
            pairs.setdefault(index, other)


def _pair_by_order(first: Subgraph, second: Subgraph, pairs: dict[int, int]) -> None:
    rows = [
        [operator for operator in graph.operators if operator.kind not in _SEAMS and operator.outputs]
        for graph in (first, second)
    ]
    keys = [
        [(operator.label, graph.tensors[operator.outputs[0]].shape) for operator in row]
        for graph, row in zip((first, second), rows, strict=True)
    ]
    taken = set(pairs.values())
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    for start, other, size in matcher.get_matching_blocks():
        for step in range(size):
            outputs = zip(rows[0][start + step].outputs, rows[1][other + step].outputs, strict=False)
            for reference_index, actual_index in outputs:
                shapes = first.tensors[reference_index].shape, second.tensors[actual_index].shape
                if actual_index not in pairs and reference_index not in taken and shapes[0] == shapes[1]:
                    pairs[actual_index] = reference_index
                    taken.add(reference_index)
