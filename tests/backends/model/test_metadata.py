import random
from typing import Any

import pytest

from backends.errors import ModelFileError
from backends.model.metadata import METADATA_SCHEMA, read_metadata
from backends.model.model import Model
from backends.model.reader import read_model_bytes
from tests.support.flatbuffer_writer import write_flatbuffer
from tests.support.model_builder import a_model, an_operator

ROOT: dict[str, Any] = {
    "name": "Classifier",
    "description": "Tells cats from dogs",
    "version": "v1",
    "author": "Somebody",
    "license": "Apache-2.0",
    "subgraph_metadata": [
        {
            "name": "main",
            "input_tensor_metadata": [{"name": "image", "description": "A picture"}],
            "output_tensor_metadata": [{"name": "class", "associated_files": [{"name": "labels.txt"}]}],
        }
    ],
}


def metadata_bytes(root: dict[str, Any]) -> bytes:
    return write_flatbuffer(root, table="ModelMetadata", identifier=b"M001", schema=METADATA_SCHEMA)


def with_metadata(content: bytes) -> Model:
    return read_model_bytes(a_model([an_operator("RELU")], metadata={"TFLITE_METADATA": content}))


def test_what_the_author_says_is_read() -> None:
    found = read_metadata(with_metadata(metadata_bytes(ROOT)))

    assert found is not None
    assert (found.name, found.author, found.version) == ("Classifier", "Somebody", "v1")
    assert [(tensor.name, tensor.description) for tensor in found.inputs] == [("image", "A picture")]
    assert found.inputs[0].mean == ()
    assert found.outputs[0].files == ("labels.txt",)


def test_a_model_without_metadata_has_none() -> None:
    assert read_metadata(read_model_bytes(a_model([an_operator("RELU")]))) is None


def test_metadata_without_subgraphs_has_no_tensors() -> None:
    found = read_metadata(with_metadata(metadata_bytes({"name": "x"})))

    assert found is not None
    assert (found.inputs, found.outputs) == ((), ())


def test_garbage_is_refused_without_touching_the_model() -> None:
    model = with_metadata(b"garbage that is no metadata")

    with pytest.raises(ModelFileError, match="not TFLite metadata"):
        read_metadata(model)
    assert model.warnings == ()


def test_flipped_bits_give_metadata_or_one_sentence() -> None:
    content = metadata_bytes(ROOT)
    rng = random.Random(3)
    outcomes = set()
    for _ in range(300):
        damaged = bytearray(content)
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        try:
            outcomes.add(read_metadata(with_metadata(bytes(damaged))) is not None)
        except ModelFileError:
            outcomes.add(False)

    assert outcomes == {True, False}
