"""Node data of Google's Model Explorer: numbers that it colours a graph with, read and written.

A file is a mapping from graph to ``GraphNodeData`` or one ``GraphNodeData`` alone. In its ``results`` a key is the name
of any tensor that the node gives, or the node's id, which for TFLite is the operator's index in its subgraph.
"""

from collections.abc import Iterator, Mapping

from backends.errors import StoreError
from backends.exchange.imported import Imported
from backends.exchange.json_text import Json, number_of, text_of
from backends.exchange.matching import OperatorFinder
from backends.exchange.number_columns import make_column, told_apart
from backends.model.model import NO_TENSOR, Model, OperatorId, Subgraph
from backends.runs.operator_column import OperatorColumn

KIND = "Model Explorer node data"
_RAMP = (("#fde725", 0.0), ("#35b779", 0.33), ("#31688e", 0.66), ("#440154", 1.0))
"""Viridis from light to dark (matplotlib, CC0): the most stands out on Model Explorer's white."""
_DIVERGING = (("#2166ac", 0.0), ("#f7f7f7", 0.5), ("#b2182b", 1.0))


def is_node_data(value: Json) -> bool:
    """Whether JSON is node data, of one graph or of several."""
    return isinstance(value, dict) and any(True for _ in _graphs(value))


def _graphs(value: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    """Give the graphs' names (empty for node data of one graph alone) and data."""
    if isinstance(value.get("results"), dict):
        yield "", value
        return
    for graph, data in value.items():
        if isinstance(data, dict) and isinstance(data.get("results"), dict):
            yield graph, data


def read_node_data(value: Json, name: str, model: Model) -> Imported:
    """Attach node data to a model; graphs that name the same data go together into one column.

    Raises:
        StoreError: none of its nodes is in the model.
    """
    finder = OperatorFinder(model)
    found: dict[str, dict[OperatorId, float]] = {}
    matched = total = texts = 0
    for graph, data in _graphs(value):
        title = text_of(data.get("name")) or graph or "Node data"
        subgraph = _subgraph_of(model, graph)
        for key, result in data["results"].items():
            number = number_of(result.get("value") if isinstance(result, dict) else result)
            total += 1
            if number is None:
                texts += 1
                continue
            operator = finder.named(key, subgraph) or finder.named(key)
            if operator is None and key.isdecimal() and len(key) < 10:
                operator = finder.at(subgraph or 0, int(key))
            if operator is not None:
                matched += 1
                found.setdefault(title, {})[operator] = number
    if not matched:
        raise StoreError(
            f"None of the {total} nodes in {name} is an operator of {model.name}.",
            hint="Open the model that the node data was made for.",
        )
    notes = (f"{texts} values are no numbers and were left out.",) if texts else ()
    columns = [make_column(title, values, source=name) for title, values in found.items()]
    return Imported(kind=KIND, sources=(name,), columns=told_apart(columns), matched=matched, total=total, notes=notes)


def _subgraph_of(model: Model, graph: str) -> int | None:
    """Give the index of the subgraph that a name stands for; ``None`` where it stands for none for certain."""
    found = [subgraph.index for subgraph in model.subgraphs if graph_id(model, subgraph) == graph]
    found = found or [subgraph.index for subgraph in model.subgraphs if subgraph.name == graph]
    found = found or [signature.subgraph for signature in model.signatures if signature.key == graph]
    return found[0] if found else 0 if len(model.subgraphs) == 1 else None


def graph_id(model: Model, subgraph: Subgraph) -> str:
    """Give the name that Model Explorer's TFLite adapter has for a subgraph: its own, its signature's, or a number.

    As seen in its version 0.2.1; the first of all is ``main`` then.
    """
    if subgraph.name:
        return subgraph.name
    keys = [signature.key for signature in model.signatures if signature.subgraph == subgraph.index]
    return keys[0] if keys else f"subgraph_{subgraph.index}" if subgraph.index else "main"


def node_data_of(model: Model, column: OperatorColumn) -> Mapping[str, Json]:
    """Give a column as node data of all subgraphs that have values.

    Nodes go by the name of a tensor where no other operator of the subgraph gives one so named, else by their id.
    """
    stops = _DIVERGING if column.is_diverging else _RAMP
    unit = f" ({column.unit})" if column.unit else ""
    graphs: dict[str, Json] = {}
    for subgraph in model.subgraphs:
        keys = _node_keys(subgraph)
        results = {
            keys[id_.index]: {"value": value} for id_, value in column.values.items() if id_.subgraph == subgraph.index
        }
        if results:
            # Subgraphs of one name are one graph to it; the names of tensors may still tell them apart.
            data = graphs.setdefault(
                graph_id(model, subgraph),
                {
                    "name": f"{column.title}{unit}",
                    "results": {},
                    "gradient": [{"stop": stop, "bgColor": colour} for colour, stop in stops],
                },
            )
            data["results"].update(results)
    return graphs


def _node_keys(subgraph: Subgraph) -> list[str]:
    """Give each operator a key: a name of its own, else its index."""
    givers: dict[str, int] = {}
    for operator in subgraph.operators:
        for tensor in operator.outputs:
            if tensor != NO_TENSOR:
                name = subgraph.tensors[tensor].name
                givers[name] = givers.get(name, 0) + 1
    keys = []
    for operator in subgraph.operators:
        names = (subgraph.tensors[tensor].name for tensor in operator.outputs if tensor != NO_TENSOR)
        own = (name for name in names if name and givers[name] == 1 and not name.isdecimal())
        keys.append(next(own, str(operator.id.index)))
    return keys
