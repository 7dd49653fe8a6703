import pytest

from backends.model.model import Model
from backends.model.reader import read_model_bytes
from backends.targets.check import check_model
from backends.targets.dynamic_sizes import open_operators
from backends.targets.loader import load_targets
from tests.support.model_builder import StoredOperator, StoredSubgraph, a_model, a_stored_tensor, an_operator

TARGETS = {target.id: target for target in load_targets()}


def a_reshape(shape_data: int | None) -> StoredOperator:
    shape = a_stored_tensor((2,), "int32", data=shape_data)
    return an_operator("RESHAPE", [a_stored_tensor((1, 8)), shape], [a_stored_tensor((1, 8))])


def read(*operators: StoredOperator, **more: object) -> Model:
    return read_model_bytes(a_model(list(operators), **more))


def test_a_shape_computed_at_run_time_leaves_the_size_open() -> None:
    assert open_operators(read(a_reshape(1))) == ()
    assert [operator.kind for operator in open_operators(read(a_reshape(None)))] == ["RESHAPE"]


def test_a_shape_worked_out_from_a_known_one_is_known() -> None:
    data, shape, part = a_stored_tensor((2, 4)), a_stored_tensor((2,), "int32"), a_stored_tensor((2,), "int32")
    begin, step = a_stored_tensor((1,), "int32", data=0), a_stored_tensor((1,), "int32", data=1)
    model = read(
        an_operator("SHAPE", [data], [shape]),
        an_operator("STRIDED_SLICE", [shape, begin, step, step], [part]),
        an_operator("RESHAPE", [data, part], [a_stored_tensor((8, 1))]),
    )

    assert open_operators(model) == ()


@pytest.mark.parametrize(
    ("operator", "is_open"),
    [
        (an_operator("CUSTOM", custom_code="Fancy"), True),
        (an_operator("CUSTOM", custom_code="TFLite_Detection_PostProcess"), False),
        (an_operator("RELU", outputs=[a_stored_tensor((2,), "string")]), True),
        (an_operator("READ_VARIABLE", [a_stored_tensor((1,), "resource")], [a_stored_tensor(())]), True),
        (an_operator("READ_VARIABLE", [a_stored_tensor((1,), "resource")], [a_stored_tensor((2,))]), False),
        (an_operator("UNIQUE"), True),
        (an_operator("RELU"), False),
    ],
    ids=["custom", "known custom", "strings", "variable", "shaped variable", "unique", "relu"],
)
def test_some_operators_leave_the_size_open_by_themselves(operator: StoredOperator, is_open: bool) -> None:
    assert bool(open_operators(read(operator))) is is_open


def a_loop(body_output: tuple[int, ...]) -> Model:
    step = an_operator("RELU", [a_stored_tensor((1, 8))], [a_stored_tensor(body_output)])
    test = an_operator("LESS", [a_stored_tensor((1, 8))] * 2, [a_stored_tensor((), "bool")])
    condition, body = StoredSubgraph(operators=[test]), StoredSubgraph(operators=[step])
    options = {"cond_subgraph_index": 1, "body_subgraph_index": 2}
    loop = an_operator("WHILE", [a_stored_tensor((1, 8))], [a_stored_tensor((1, 8))], options=options)
    return read(loop, more_subgraphs=[condition, body])


def test_a_loop_that_grows_its_tensor_leaves_the_size_open() -> None:
    assert open_operators(a_loop((1, 8))) == ()
    assert [operator.kind for operator in open_operators(a_loop((1, 9)))] == ["WHILE"]


def test_a_subgraph_that_calls_itself_ends_the_search() -> None:
    options = {"cond_subgraph_index": 0, "body_subgraph_index": 0}

    assert open_operators(read(an_operator("WHILE", options=options))) == ()


def test_a_verdict_notes_that_the_runtime_delegates_nothing() -> None:
    (note,) = check_model(read(a_reshape(None)), TARGETS["hexagon"]).notes

    assert "from RESHAPE (operator 0 of subgraph 0) on" in note
    assert check_model(read(a_reshape(1)), TARGETS["hexagon"]).notes == ()
