"""Node indices and partitions are those of the runtime."""

from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from backends.runs.host.nodes import group_nodes, plan_nodes, split_nodes
from backends.runs.host.rewrite import Rewrite
from tests.support.model_builder import StoredSubgraph, a_model, a_stored_tensor, an_operator

PLAIN = Rewrite()


def tensors(count: int) -> list:  # type: ignore[type-arg]  # of stored tensors
    return [a_stored_tensor(name=f"t{i}") for i in range(count)]


def test_nodes_are_numbered_as_in_the_file() -> None:
    a, b, c = tensors(3)
    model = read_model_bytes(a_model([an_operator("NEG", [a], [b]), an_operator("ABS", [b], [c])]))

    plan = plan_nodes(model, 0, PLAIN)

    assert [plan.nodes[i].operator.index for i in plan.order] == [0, 1]


def test_markers_take_the_even_indices() -> None:
    a, b, c = tensors(3)
    model = read_model_bytes(a_model([an_operator("NEG", [a], [b]), an_operator("ABS", [b], [c])]))

    plan = plan_nodes(model, 0, Rewrite(isolates=True))

    assert [node.is_marker for node in plan.nodes] == [True, False, True, False]


def test_a_composite_is_replaced_by_clones_behind_all_other_nodes() -> None:
    a, b, c = tensors(3)
    p, q, r = tensors(3)
    body = StoredSubgraph(operators=[an_operator("NEG", [p], [q]), an_operator("ABS", [q], [r])])
    composite = an_operator("STABLEHLO_COMPOSITE", [a], [b], options={"decomposition_subgraph_index": 1})
    model = read_model_bytes(a_model([composite, an_operator("RELU", [b], [c])], more_subgraphs=[body]))

    plan = plan_nodes(model, 0, PLAIN)

    assert plan.order == (2, 3, 1)
    assert [plan.nodes[i].operator for i in plan.order] == [OperatorId(1, 0), OperatorId(1, 1), OperatorId(0, 1)]
    assert plan.nodes[2].origin == OperatorId(0, 0)
    assert plan.nodes[3].outputs == plan.nodes[1].inputs


def test_a_composite_that_contains_itself_ends() -> None:
    a, b = tensors(2)
    composite = an_operator("STABLEHLO_COMPOSITE", [a], [b], options={"decomposition_subgraph_index": 0})
    model = read_model_bytes(a_model([composite, composite]))

    assert len(plan_nodes(model, 0, PLAIN).nodes) > 2


def test_the_delegate_takes_ready_nodes_past_those_it_refuses() -> None:
    # x -> 0 (taken) -> 1 (refused) -> 2 (taken); x -> 3 (taken), 4 joins 2 and 3 (taken).
    x, a, b, c, d, e = tensors(6)
    operators = [
        an_operator("NEG", [x], [a]),
        an_operator("ABS", [a], [b]),
        an_operator("NEG", [b], [c]),
        an_operator("NEG", [x], [d]),
        an_operator("ADD", [c, d], [e]),
    ]
    plan = plan_nodes(read_model_bytes(a_model(operators)), 0, PLAIN)

    groups = group_nodes(plan, {0, 2, 3, 4})

    assert [(group.is_delegated, group.nodes) for group in groups] == [
        (True, (0, 3)),
        (False, (1,)),
        (True, (2, 4)),
    ]


def test_without_clustering_the_order_is_kept() -> None:
    x, a, b, c = tensors(4)
    operators = [an_operator("NEG", [x], [a]), an_operator("ABS", [x], [b]), an_operator("NEG", [x], [c])]
    plan = plan_nodes(read_model_bytes(a_model(operators)), 0, PLAIN)

    assert [group.nodes for group in split_nodes(plan, {0, 2})] == [(0,), (1,), (2,)]


def test_nodes_in_a_cycle_are_not_lost() -> None:
    a, b = tensors(2)
    operators = [an_operator("NEG", [a], [b]), an_operator("NEG", [b], [a])]
    plan = plan_nodes(read_model_bytes(a_model(operators, inputs=[], outputs=[])), 0, PLAIN)

    groups = group_nodes(plan, {0, 1})

    assert [node for group in groups for node in group.nodes] == [0, 1]


def test_operators_with_side_effects_stay_in_order() -> None:
    x, y, a, b = tensors(4)
    body = StoredSubgraph(operators=[an_operator("NEG")])
    options = {"cond_subgraph_index": 1, "body_subgraph_index": 1}
    operators = [
        an_operator("NEG", [x], [a]),
        an_operator("WHILE", [a], [b], options=options),
        an_operator("WHILE", [y], [a_stored_tensor()], options=options),
    ]
    plan = plan_nodes(read_model_bytes(a_model(operators, more_subgraphs=[body])), 0, PLAIN)

    assert [group.nodes for group in group_nodes(plan, {0})] == [(0,), (1, 2)]
