"""Small models and box graphs for tests of the layout and of the canvas."""

from collections.abc import Sequence

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
