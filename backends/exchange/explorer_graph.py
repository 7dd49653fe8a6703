"""A model as Model Explorer's own graph JSON, for viewers that do not read ``.tflite`` themselves.

Graphs and nodes are named as its TFLite adapter names them, so that the same node data fit both: the id of an operator
is its index, and those of inputs and outputs come after all operators.
"""

from collections.abc import Mapping

from backends.exchange.json_text import Json
from backends.exchange.node_data import graph_id
from backends.model.attribute import attribute_line
from backends.model.model import NO_TENSOR, Model, Operator, Subgraph, Tensor
from backends.units import format_shape


def graph_of(model: Model) -> Mapping[str, Json]:
    """Give all subgraphs with their operators, shapes and layers by name."""
    return {"label": model.name, "graphs": [_graph(model, subgraph) for subgraph in model.subgraphs]}


def _graph(model: Model, subgraph: Subgraph) -> Json:
    first_input = len(subgraph.operators)
    source: dict[int, tuple[str, int]] = {
        tensor: (str(first_input), place) for place, tensor in enumerate(subgraph.inputs) if tensor != NO_TENSOR
    }
    nodes = []
    for operator in subgraph.operators:
        nodes.append(_node(model, subgraph, operator, source))
        for place, tensor in enumerate(operator.outputs):
            if tensor != NO_TENSOR:
                source[tensor] = (str(operator.id.index), place)
    ends = [
        _end(subgraph, str(first_input), "GraphInputs", subgraph.inputs, {}),
        _end(subgraph, str(first_input + 1), "GraphOutputs", subgraph.outputs, source),
    ]
    return {"id": graph_id(model, subgraph), "nodes": [*nodes, *ends]}


def _node(model: Model, subgraph: Subgraph, operator: Operator, source: Mapping[int, tuple[str, int]]) -> Json:
    outputs = [subgraph.tensors[index] for index in operator.outputs if index != NO_TENSOR]
    line = attribute_line(operator, model)
    return {
        "id": str(operator.id.index),
        "label": operator.label.lower(),
        "namespace": _namespace(outputs[0].name) if outputs else "",
        "attrs": [{"key": "options", "value": line}] if line else [],
        "incomingEdges": _edges(operator.inputs, source),
        "outputsMetadata": [_metadata(place, tensor) for place, tensor in enumerate(outputs)],
    }


def _end(
    subgraph: Subgraph, id_: str, label: str, tensors: tuple[int, ...], source: Mapping[int, tuple[str, int]]
) -> Json:
    known = [subgraph.tensors[index] for index in tensors if index != NO_TENSOR]
    return {
        "id": id_,
        "label": label,
        "namespace": label,
        "incomingEdges": _edges(tensors, source),
        "outputsMetadata": [_metadata(place, tensor) for place, tensor in enumerate(known)] if not source else [],
    }


def _edges(tensors: tuple[int, ...], source: Mapping[int, tuple[str, int]]) -> list[Json]:
    return [
        {"sourceNodeId": source[index][0], "sourceNodeOutputId": str(source[index][1]), "targetNodeInputId": str(place)}
        for place, index in enumerate(tensors)
        if index in source
    ]


def _namespace(name: str) -> str:
    """Give the layers that a tensor's name stands for: all of the path but its end."""
    return name.split(";", maxsplit=1)[0].rpartition("/")[0]


def _metadata(place: int, tensor: Tensor) -> Json:
    shape = f"{tensor.dtype}[{format_shape(tensor.display_shape)}]" if tensor.has_rank else tensor.dtype
    attributes = (("tensor_name", tensor.name), ("tensor_index", str(tensor.index)), ("tensor_shape", shape))
    return {"id": str(place), "attrs": [{"key": key, "value": value} for key, value in attributes]}
