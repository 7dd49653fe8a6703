"""Files that are cut, flipped, hostile or something else: one clear sentence, never another exception."""

import random
from pathlib import Path
from typing import Any

import pytest

from backends.errors import ModelFileError
from backends.model.cost import estimate_model
from backends.model.flatbuffer import MAX_ELEMENTS, MAX_TABLES
from backends.model.operators import attribute_line
from backends.model.reader import MAX_SUBGRAPHS, MAX_WARNINGS, read_model, read_model_bytes
from backends.model.topology import Topology
from tests.support.flatbuffer_writer import Same, write_flatbuffer
from tests.support.model_builder import StoredSubgraph, a_model, a_stored_tensor, an_operator
from tests.support.shared import MODEL_FILES


def a_rich_model() -> bytes:
    """A small model with something of everything."""
    x = a_stored_tensor((1, 4, 4, 2), "int8", name="image", scale=0.5, zero_point=3)
    weights = a_stored_tensor((2, 1, 1, 2), "int8", data=1, scale=(0.5, 0.25), name="weights")
    y = a_stored_tensor((1, 4, 4, 2), "int8", scale=0.5)
    then = StoredSubgraph(operators=[an_operator("RELU")], name="then")
    return a_model(
        [
            an_operator("CONV_2D", [x, weights, None], [y], options={"stride_w": 1, "stride_h": 1}, version=3),
            an_operator("IF", [y], options={"then_subgraph_index": 1, "else_subgraph_index": 1}),
            an_operator("CUSTOM", custom_code="Mine", custom_options=b"12345"),
            an_operator("RESHAPE", options={"new_shape": (1, 32)}),
        ],
        more_subgraphs=[then],
        signatures={"serve": ({"a": x}, {"b": y})},
        metadata={"min_runtime_version": b"1.5.0"},
    )


def use(data: bytes) -> bool:
    """Read a model and look at all of it; returns whether it could be read. Any other exception fails the test."""
    try:
        model = read_model_bytes(data, name="cut.tflite")
    except ModelFileError:
        return False
    estimate_model(model)
    for graph in model.subgraphs:
        assert Topology(graph).edges.source.size >= 0
        for operator in graph.operators:
            attribute_line(operator, model)
    return True


def test_a_model_cut_at_any_byte_gives_one_sentence() -> None:
    data = a_rich_model()

    assert use(data)
    assert not any(use(data[:length]) for length in range(len(data) // 2))
    for length in range(len(data) // 2, len(data)):
        use(data[:length])


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bits_give_a_model_or_one_sentence(seed: int) -> None:
    data = a_rich_model()
    rng = random.Random(seed)

    outcomes = set()
    for _ in range(500):
        damaged = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        outcomes.add(use(bytes(damaged)))

    assert outcomes == {True, False}


@pytest.mark.skipif(not MODEL_FILES, reason="the reference models are not on this machine")
def test_flipped_bits_of_real_models_give_a_model_or_one_sentence() -> None:
    small = [path.read_bytes() for path in MODEL_FILES if 300 < path.stat().st_size < 10_000]
    rng = random.Random(5)

    for _ in range(500):
        damaged = bytearray(rng.choice(small))
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        use(bytes(damaged))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "Git LFS pointer"),
        (b"\n<!DOCTYPE html><html><body>404</body></html>", "web page"),
        (b"PK\x03\x04" + bytes(100), "zip archive"),
        (b"\x1f\x8b" + bytes(100), "gzip"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
        (b"a short note about the model\n", "text file"),
        (b"abc", "too short"),
        (bytes(64), "is not a TFLite model"),
        (b"\x1c\x00\x00\x00TFL3", "cut off"),
        (b"\xff\xff\xff\x7fTFL3" + bytes(40), "is damaged: a Model should lie at byte 2147483647"),
    ],
)
def test_what_is_no_model_is_named(content: bytes, sentence: str) -> None:
    with pytest.raises(ModelFileError, match=sentence) as caught:
        read_model_bytes(content, name="x.tflite")

    assert "x.tflite" in caught.value.message
    assert caught.value.hint


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="is a folder"):
        read_model(tmp_path)
    with pytest.raises(ModelFileError, match="There is no file"):
        read_model(tmp_path / "none.tflite")


def a_root(**fields: Any) -> dict[str, Any]:
    subgraph = {
        "tensors": [{"shape": [1]}, {"shape": [1]}],
        "inputs": [0],
        "outputs": [1],
        "operators": [{"inputs": [0], "outputs": [1]}],
    }
    return {"operator_codes": [{"builtin_code": 0}], "buffers": [{}], "subgraphs": [{**subgraph, **fields}]}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"operators": [{"inputs": [7], "outputs": [1]}]}, r"operator 0 \(ADD\) of subgraph 0 reads tensor 7"),
        ({"operators": [{"inputs": [0], "outputs": [-2]}]}, "writes tensor -2"),
        ({"operators": [{"opcode_index": 5}]}, "has type number 5"),
        ({"inputs": [2]}, "has tensor 2 as input"),
    ],
)
def test_a_graph_that_names_what_does_not_exist_is_refused(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ModelFileError, match=sentence):
        read_model_bytes(write_flatbuffer(a_root(**fields)))


def test_a_model_without_subgraphs_is_refused() -> None:
    with pytest.raises(ModelFileError, match="no subgraph"):
        read_model_bytes(write_flatbuffer({"subgraphs": [], "buffers": [{}]}))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"operators": [{"inputs": [1], "outputs": [1]}]}, "cycle"),
        ({"inputs": []}, "which nothing writes"),
        ({"operators": [{"inputs": [0], "outputs": [1, 1]}]}, "written more than once"),
        ({"tensors": [{"shape": [1], "buffer": 9}, {"shape": [1]}]}, "a buffer does not exist"),
        ({"inputs": [0, -1]}, "absent tensor"),
        ({"tensors": [{"quantization": {"scale": [0.0]}}, {}]}, "not a positive number"),
        ({"tensors": [{"quantization": {"scale": [float("nan")]}}, {}]}, "not a positive number"),
        ({"tensors": [{"quantization": {"scale": [1.0, 2.0], "zero_point": [0]}}, {}]}, "differ in number"),
        ({"tensors": [{"shape": [3], "quantization": {"scale": [1.0, 2.0]}}, {}]}, "2 scales for 3 slices"),
        (
            {"tensors": [{"shape": [3], "quantization": {"scale": [1.0, 2.0], "quantized_dimension": 4}}, {}]},
            "dimension",
        ),
    ],
)
def test_oddities_that_can_be_shown_are_warnings(fields: dict[str, Any], sentence: str) -> None:
    model = read_model_bytes(write_flatbuffer(a_root(**fields)))

    assert any(sentence in warning for warning in model.warnings)


def test_a_constant_of_the_wrong_size_is_a_warning() -> None:
    model = read_model_bytes(a_model([an_operator("ADD", [a_stored_tensor(), a_stored_tensor((100,), data=b"12")])]))

    assert any("needs 400 bytes, has 2" in warning for warning in model.warnings)


def test_a_call_of_a_missing_subgraph_is_a_warning() -> None:
    model = read_model_bytes(a_model([an_operator("CALL_ONCE", options={"init_subgraph_index": 3})]))

    assert any("calls subgraph 3" in warning for warning in model.warnings)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"signature_defs": [{"signature_key": "s", "subgraph_index": 4}]}, "names subgraph 4"),
        ({"signature_defs": [{"signature_key": "s", "inputs": [{"name": "a", "tensor_index": 9}]}]}, "names a tensor"),
        ({"metadata": [{"name": "m", "buffer": 9}]}, "names buffer 9"),
    ],
)
def test_a_broken_signature_or_metadata_entry_is_left_out(fields: dict[str, Any], sentence: str) -> None:
    model = read_model_bytes(write_flatbuffer(a_root() | fields))

    assert model.signatures == ()
    assert model.metadata == ()
    assert any(sentence in warning for warning in model.warnings)


@pytest.mark.parametrize(
    ("field", "count", "sentence"),
    [
        ("operators", MAX_TABLES + 1, "tables"),
        ("operators", 500_000, "operators"),
        ("subgraphs", MAX_SUBGRAPHS + 1, "subgraphs"),
    ],
)
def test_absurd_counts_are_refused_before_they_cost_memory(field: str, count: int, sentence: str) -> None:
    item: dict[str, Any] = {"inputs": [0], "outputs": [1]} if field == "operators" else {"tensors": [{"shape": [1]}]}
    same = Same(item, count)
    root = a_root(operators=same) if field == "operators" else {**a_root(), "subgraphs": same}

    with pytest.raises(ModelFileError, match=f"claims .* {sentence}"):
        read_model_bytes(write_flatbuffer(root))


def test_vectors_that_overlap_cannot_exhaust_memory() -> None:
    item = {"inputs": [0] * 100_000, "outputs": [1]}

    with pytest.raises(ModelFileError, match="list elements"):
        read_model_bytes(write_flatbuffer(a_root(operators=Same(item, MAX_ELEMENTS // 100_000 + 1))))


def test_custom_options_that_overlap_are_not_copied_again_and_again() -> None:
    item = {"custom_options": b"x" * 100_000}

    model = read_model_bytes(write_flatbuffer(a_root(operators=Same(item, 1000))))

    copied = sum(len(operator.custom_options) for operator in model.subgraphs[0].operators)
    assert copied <= model.size_bytes


def test_warnings_are_limited() -> None:
    signature = {"signature_key": "s", "subgraph_index": 4}

    model = read_model_bytes(write_flatbuffer(a_root() | {"signature_defs": Same(signature, 1000)}))

    assert len(model.warnings) == MAX_WARNINGS + 1
