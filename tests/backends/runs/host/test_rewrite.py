"""Rewritten models keep everything but what the rewrite is for."""

import pytest

from backends.errors import ModelFileError, RunError
from backends.model.model import Model
from backends.model.reader import read_model, read_model_bytes
from backends.runs.host.hidden import hidden_ranges
from backends.runs.host.rewrite import Rewrite, prefix_of
from tests.support.model_builder import StoredSubgraph, a_model, a_stored_tensor, an_operator
from tests.support.shared import MODEL_FILES

ISOLATED = Rewrite(isolates=True)


def a_small_model() -> bytes:
    x, y, z = a_stored_tensor(name="x"), a_stored_tensor(name="y"), a_stored_tensor(name="z")
    weights = a_stored_tensor(data=0.5, name="w")
    body = StoredSubgraph(operators=[an_operator("NEG")], name="body")
    return a_model(
        [an_operator("ADD", [x, weights], [y]), an_operator("SOFTMAX", [y], [z], options={"beta": 1.0})],
        more_subgraphs=[body],
        metadata={"note": b"text"},
        signatures={"main": ({"in": x}, {"out": z})},
    )


def rewritten(data: bytes, rewrite: Rewrite) -> Model:
    return read_model_bytes(prefix_of(memoryview(data), rewrite) + data)


def assert_same_but_markers(old: Model, new: Model) -> None:
    assert len(new.subgraphs) == len(old.subgraphs)
    for before, after in zip(old.subgraphs, new.subgraphs, strict=True):
        assert [operator.kind for operator in after.operators[::2]] == ["SHAPE"] * len(before.operators)
        kept = after.operators[1::2]
        assert [(o.kind, o.inputs, o.outputs, dict(o.options)) for o in kept] == [
            (o.kind, o.inputs, o.outputs, dict(o.options)) for o in before.operators
        ]
        assert [t.name for t in after.tensors[: len(before.tensors)]] == [t.name for t in before.tensors]
        assert (after.inputs, after.outputs, after.name) == (before.inputs, before.outputs, before.name)
    assert new.signatures == old.signatures
    assert new.metadata == old.metadata
    old_data = [bytes(old.data[start : start + size]) for start, size in old.buffers]
    assert [bytes(new.data[start : start + size]) for start, size in new.buffers][: len(old_data)] == old_data


def test_isolating_puts_a_marker_before_each_operator_of_every_subgraph() -> None:
    data = a_small_model()

    assert_same_but_markers(read_model_bytes(data), rewritten(data, ISOLATED))


def test_markers_read_a_constant_and_write_tensors_of_their_own() -> None:
    model = rewritten(a_small_model(), ISOLATED)

    for graph in model.subgraphs:
        outputs = [operator.outputs for operator in graph.operators[::2]]
        assert len(set(outputs)) == len(outputs)
        for marker in graph.operators[::2]:
            assert graph.tensors[marker.inputs[0]].is_constant
            assert marker.options["out_type"] == "INT32"


def test_the_length_put_in_front_keeps_constants_aligned() -> None:
    assert len(prefix_of(memoryview(a_small_model()), ISOLATED)) % 64 == 0


def test_shaped_outputs_have_a_fixed_size_and_keep_their_names_in_the_signature() -> None:
    data = a_small_model()

    model = rewritten(data, Rewrite(shaped_subgraph=0))

    graph = model.subgraphs[0]
    assert [operator.kind for operator in graph.operators] == ["ADD", "SOFTMAX", "SHAPE", "ZEROS_LIKE"]
    (output,) = graph.outputs
    assert (graph.tensors[output].dtype, graph.tensors[output].shape) == ("int32", (4,))
    assert model.signatures[0].outputs == (("out", output),)
    assert model.signatures[0].inputs == read_model_bytes(data).signatures[0].inputs
    assert [operator.kind for operator in model.subgraphs[1].operators] == ["NEG"]


def test_both_rewrites_go_together() -> None:
    graph = rewritten(a_small_model(), Rewrite(isolates=True, shaped_subgraph=0)).subgraphs[0]

    assert [o.kind for o in graph.operators] == ["SHAPE", "ADD", "SHAPE", "SOFTMAX", "SHAPE", "ZEROS_LIKE"]


@pytest.mark.parametrize("length", [0, 3, 8, 40, 200])
def test_a_file_that_is_cut_off_is_an_error(length: int) -> None:
    with pytest.raises(RunError, match="cannot be rewritten"):
        prefix_of(memoryview(a_small_model()[:length]), ISOLATED)


def test_nothing_of_an_ordinary_model_is_hidden() -> None:
    assert hidden_ranges(memoryview(a_small_model())) == ()


def test_variable_and_intermediate_tensors_are_hidden() -> None:
    x, state = a_stored_tensor(), a_stored_tensor(is_variable=True)
    scratch = a_stored_tensor((1,))
    data = a_model([an_operator("SVDF", [x, state], [a_stored_tensor()], intermediates=[scratch])])
    hidden = hidden_ranges(memoryview(data))

    changed = bytearray(data)
    for start, size in hidden:
        changed[start : start + size] = bytes(size)
    graph = read_model_bytes(bytes(changed)).subgraphs[0]

    assert hidden
    assert not any(tensor.is_variable for tensor in graph.tensors)
    assert graph.operators[0].intermediates == ()


def test_a_metadata_entry_of_a_missing_buffer_is_hidden() -> None:
    data = a_model([an_operator("NEG")], metadata={"a": b"x"}, buffers=[{}])

    assert len(hidden_ranges(memoryview(data))) == 1


@pytest.mark.skipif(not MODEL_FILES, reason="the reference models are not beside this checkout")
def test_every_reference_model_can_be_isolated() -> None:
    checked = 0
    for file in MODEL_FILES:
        if file.stat().st_size > 1_000_000 or "quant_nan" in file.name:
            continue
        try:
            old = read_model(file)
        except ModelFileError:
            continue
        if bytes(old.data[4:8]) == b"TFL3":
            assert_same_but_markers(old, read_model_bytes(prefix_of(old.data, ISOLATED) + bytes(old.data)))
            checked += 1
    assert checked > 50
