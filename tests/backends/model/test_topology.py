from backends.model.model import Subgraph
from backends.model.reader import read_model_bytes
from backends.model.topology import NO_OPERATOR, Topology, called_subgraphs, subgraph_callers
from tests.support.flatbuffer_writer import write_flatbuffer
from tests.support.model_builder import StoredSubgraph, a_model, a_stored_tensor, an_operator


def a_diamond() -> Subgraph:
    """x -> 0 -> (1, 2) -> 3, where 3 reads the output of 1 twice and a constant."""
    x, a, b, c, d = (a_stored_tensor(name=name) for name in "xabcd")
    constant = a_stored_tensor((1,), data=1.0)
    operators = [
        an_operator("RELU", [x], [a]),
        an_operator("TANH", [a], [b]),
        an_operator("NEG", [a, None], [c]),
        an_operator("ADD_N", [b, b, c, constant], [d]),
    ]
    return read_model_bytes(a_model(operators)).subgraphs[0]


def test_edges_join_writers_and_readers_without_constants_and_inputs() -> None:
    edges = Topology(a_diamond()).edges

    pairs = list(zip(edges.source.tolist(), edges.target.tolist(), edges.tensor.tolist(), strict=True))
    assert pairs == [(0, 1, 1), (0, 2, 1), (1, 3, 2), (1, 3, 2), (2, 3, 3)]


def test_each_tensor_knows_who_writes_and_who_reads_it() -> None:
    topology = Topology(a_diamond())

    assert topology.producer.tolist() == [NO_OPERATOR, 0, 1, 2, NO_OPERATOR, 3]
    assert topology.consumers == ((0,), (1, 2), (3,), (3,), (3,), ())
    assert topology.first_write.tolist() == [4, 0, 1, 2, 4, 3]
    assert topology.last_read.tolist() == [0, 2, 3, 3, 3, NO_OPERATOR]


def test_neighbours_are_sorted_and_listed_once() -> None:
    topology = Topology(a_diamond())

    assert topology.predecessors(3) == (1, 2)
    assert topology.predecessors(0) == ()
    assert topology.successors(0) == (1, 2)
    assert topology.successors(3) == ()


def test_a_cycle_is_kept_as_it_is() -> None:
    root = {
        "operator_codes": [{"builtin_code": 0}],
        "buffers": [{}],
        "subgraphs": [
            {
                "tensors": [{"shape": [1]}, {"shape": [1]}],
                "operators": [{"inputs": [1], "outputs": [0]}, {"inputs": [0], "outputs": [1]}],
            }
        ],
    }
    topology = Topology(read_model_bytes(write_flatbuffer(root)).subgraphs[0])

    assert topology.edges.source.tolist() == [1, 0]
    assert topology.edges.target.tolist() == [0, 1]


def test_the_first_of_several_writers_counts() -> None:
    x, y = a_stored_tensor(), a_stored_tensor()
    model = read_model_bytes(a_model([an_operator("RELU", [x], [y]), an_operator("NEG", [x], [y])]))

    assert Topology(model.subgraphs[0]).producer.tolist() == [NO_OPERATOR, 0]


def test_an_empty_subgraph_has_no_edges() -> None:
    empty = Subgraph(index=0, name="", tensors=(), inputs=(), outputs=(), operators=())

    assert Topology(empty).edges.source.tolist() == []


def test_called_subgraphs_come_with_their_role() -> None:
    body = StoredSubgraph(operators=[an_operator("RELU")])
    operators = [
        an_operator("WHILE", options={"cond_subgraph_index": 1, "body_subgraph_index": 2}),
        an_operator("IF", options={"then_subgraph_index": 1, "else_subgraph_index": 2}),
        an_operator("CALL", options={"subgraph": 1}),
        an_operator("CALL_ONCE", options={"init_subgraph_index": 9}),
        an_operator("STABLEHLO_CASE", options={"branch_subgraph_indices": [1, 2]}),
        an_operator("STABLEHLO_COMPOSITE", options={"decomposition_subgraph_index": 1}),
        an_operator("RELU"),
    ]
    model = read_model_bytes(a_model(operators, more_subgraphs=[body, body]))

    assert [called_subgraphs(operator) for operator in model.subgraphs[0].operators] == [
        (("cond", 1), ("body", 2)),
        (("then", 1), ("else", 2)),
        (("callee", 1),),
        (("init", 9),),
        (("branch 0", 1), ("branch 1", 2)),
        (("decomposition", 1),),
        (),
    ]
    assert set(subgraph_callers(model)) == {1, 2}, "a subgraph that does not exist has no callers"
    assert [(id_.index, role) for id_, role in subgraph_callers(model)[2]] == [
        (0, "body"),
        (1, "else"),
        (4, "branch 1"),
    ]
