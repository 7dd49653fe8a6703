"""Small models and box graphs for tests of the layout and of the canvas."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from backends.graph.boxes import BoxGraph
from backends.model.model import Model, Operator, OperatorId, Subgraph
from tests.support.builders import a_tensor

Edge = tuple[int, int] | tuple[int, int, int]


def a_box_graph(count: int, edges: Sequence[Edge], *, width: float = 100.0, height: float = 60.0) -> BoxGraph:
    """Boxes of one size; an edge without a tensor carries one of its own per source."""
    rows = np.asarray([edge if len(edge) == 3 else (*edge, edge[0]) for edge in edges], np.int64).reshape(-1, 3)
    return BoxGraph(
        width=np.full(count, width),
        height=np.full(count, height),
        source=rows[:, 0].copy(),
        target=rows[:, 1].copy(),
        tensor=rows[:, 2].copy(),
    )


def a_graph_model(
    operators: Sequence[tuple[str, Sequence[int], Sequence[int]]],
    *,
    inputs: Sequence[int] = (0,),
    outputs: Sequence[int] | None = None,
) -> Model:
    """A model of one subgraph from (kind, input tensors, output tensors); the last output is the graph's."""
    number = 1 + max((tensor for _, read, written in operators for tensor in (*read, *written)), default=0)
    subgraph = Subgraph(
        index=0,
        name="main",
        tensors=tuple(a_tensor(index, name=f"tensor{index}") for index in range(number)),
        inputs=tuple(inputs),
        outputs=tuple(outputs if outputs is not None else operators[-1][2]),
        operators=tuple(
            Operator(id=OperatorId(0, index), kind=kind, inputs=tuple(read), outputs=tuple(written))
            for index, (kind, read, written) in enumerate(operators)
        ),
    )
    return Model(
        name="graph.tflite",
        path="",
        sha256="",
        size_bytes=0,
        schema_version=3,
        description="",
        subgraphs=(subgraph,),
    )


def a_residual_model() -> Model:
    """A convolution, and an addition of its result to its activation."""
    return a_graph_model([("CONV_2D", (0,), (1,)), ("LOGISTIC", (1,), (2,)), ("ADD", (1, 2), (3,))])


def a_named_model(names: Sequence[str], kinds: Sequence[str] | None = None) -> Model:
    """A chain of operators whose outputs have these names."""
    kinds = kinds or ["CONV_2D"] * len(names)
    model = a_graph_model([(kind, (index,), (index + 1,)) for index, kind in enumerate(kinds)])
    tensors = tuple(a_tensor(index, name=name) for index, name in enumerate(("input", *names)))
    return replace(model, subgraphs=(replace(model.subgraphs[0], tensors=tensors),))


def a_layered_model(layers: int, *, with_names: bool = True) -> Model:
    """Layers of three operators that are alike, each with a skip over it, between a first and a last operator."""
    names, operators = ["input", "net/stem/Conv2D"], [("CONV_2D", (0,), (1,))]
    for layer in range(layers):
        start = len(operators)
        for place, kind in enumerate(("FULLY_CONNECTED", "TANH", "ADD")):
            read = (start + place,) if kind != "ADD" else (start + place, start)
            operators.append((kind, read, (start + place + 1,)))
            names.append(f"net/layer_{layer}/{kind.lower()}")
    operators.append(("SOFTMAX", (len(operators),), (len(operators) + 1,)))
    names.append("net/Softmax")
    model = a_graph_model(operators)
    tensors = tuple(a_tensor(index, name=name if with_names else "") for index, name in enumerate(names))
    return replace(model, subgraphs=(replace(model.subgraphs[0], tensors=tensors),))
