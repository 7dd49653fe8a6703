"""Models as another converter, or an engineer, would have made them; each with the truth about who is who."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from backends.model.model import Model, Operator, OperatorId, Subgraph, Tensor

Truth = Mapping[OperatorId, OperatorId]
"""Operator of the original to its counterpart in the variant; what is missing has none."""


def renamed(model: Model) -> tuple[Model, Truth]:
    """Every tensor gets a running number for a name."""
    graphs = tuple(
        replace(graph, tensors=tuple(replace(tensor, name=f"t{tensor.index}") for tensor in graph.tensors))
        for graph in model.subgraphs
    )
    return _variant(model, graphs), {op.id: op.id for graph in graphs for op in graph.operators}


def without(model: Model, removed: set[int]) -> tuple[Model, Truth]:
    """Operators of the primary subgraph are taken out; their readers read their first input instead."""
    graph = model.subgraphs[0]
    instead: dict[int, int] = {}
    kept: list[Operator] = []
    truth = {}
    for operator in graph.operators:
        inputs = tuple(instead.get(tensor, tensor) for tensor in operator.inputs)
        if operator.id.index in removed and operator.inputs and operator.outputs:
            instead[operator.outputs[0]] = inputs[0]
            continue
        id_ = OperatorId(0, len(kept))
        truth[operator.id] = id_
        kept.append(replace(operator, id=id_, inputs=inputs))
    return _variant(model, (replace(graph, operators=tuple(kept)), *model.subgraphs[1:])), truth


def with_inserted(model: Model, after: set[int], kind: str = "HARD_SWISH") -> tuple[Model, Truth]:
    """New operators are put behind some of the primary subgraph."""
    graph = model.subgraphs[0]
    tensors = list(graph.tensors)
    instead: dict[int, int] = {}
    made: list[Operator] = []
    truth = {}
    for operator in graph.operators:
        inputs = tuple(instead.get(tensor, tensor) for tensor in operator.inputs)
        id_ = OperatorId(0, len(made))
        truth[operator.id] = id_
        made.append(replace(operator, id=id_, inputs=inputs))
        if operator.id.index in after and operator.outputs:
            old = operator.outputs[0]
            tensors.append(replace(tensors[old], index=len(tensors), name=f"inserted_{len(tensors)}"))
            instead[old] = tensors[-1].index
            new = Operator(id=OperatorId(0, len(made)), kind=kind, inputs=(old,), outputs=(tensors[-1].index,))
            made.append(new)
    return _variant(model, (replace(graph, tensors=tuple(tensors), operators=tuple(made)),)), truth


def quantised(model: Model) -> tuple[Model, Truth]:
    """All floats become int8, with a QUANTIZE before and a DEQUANTIZE behind; weights are others."""
    graph = model.subgraphs[0]
    tensors = [replace(t, dtype="int8" if t.dtype == "float32" else t.dtype, buffer=0) for t in graph.tensors]
    made: list[Operator] = []
    instead: dict[int, int] = {}
    for index in graph.inputs:
        tensors.append(_float_like(graph.tensors[index], len(tensors)))
        instead[index] = index
        new = Operator(id=OperatorId(0, len(made)), kind="QUANTIZE", inputs=(tensors[-1].index,), outputs=(index,))
        made.append(new)
    truth = {}
    for operator in graph.operators:
        truth[operator.id] = OperatorId(0, len(made))
        made.append(replace(operator, id=truth[operator.id]))
    for index in graph.outputs:
        tensors.append(_float_like(graph.tensors[index], len(tensors)))
        new = Operator(id=OperatorId(0, len(made)), kind="DEQUANTIZE", inputs=(index,), outputs=(tensors[-1].index,))
        made.append(new)
    return _variant(model, (replace(graph, tensors=tuple(tensors), operators=tuple(made)),)), truth


def reordered(model: Model, seed: int = 0) -> tuple[Model, Truth]:
    """Operators stand in another order that is as valid."""
    rng = np.random.default_rng(seed)
    graph = model.subgraphs[0]
    writer = {tensor: op.id.index for op in graph.operators for tensor in op.outputs}
    needs = [{writer[t] for t in op.inputs if t in writer} - {op.id.index} for op in graph.operators]
    waiting = [len(need) for need in needs]
    readers: dict[int, list[int]] = {}
    for index, need in enumerate(needs):
        for source in need:
            readers.setdefault(source, []).append(index)
    ready = [index for index, count in enumerate(waiting) if not count]
    order = []
    while ready:
        index = ready.pop(int(rng.integers(len(ready))))
        order.append(index)
        for reader in readers.get(index, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    truth = {OperatorId(0, index): OperatorId(0, place) for place, index in enumerate(order)}
    operators = tuple(replace(graph.operators[index], id=OperatorId(0, place)) for place, index in enumerate(order))
    return _variant(model, (replace(graph, operators=operators), *model.subgraphs[1:])), truth


def _float_like(tensor: Tensor, index: int) -> Tensor:
    return replace(tensor, index=index, name=f"end_{index}")


def _variant(model: Model, subgraphs: tuple[Subgraph, ...]) -> Model:
    return replace(model, sha256="cd" * 32, subgraphs=subgraphs)
