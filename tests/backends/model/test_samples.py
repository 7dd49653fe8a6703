"""The bundled sample models: sound, small, and showing what they are meant to show."""

from pathlib import Path

import pytest

from backends.model.cost import estimate_model
from backends.model.reader import read_model
from tests.support.sample_models import build_network

SAMPLES = sorted((Path(__file__).resolve().parents[3] / "resources" / "samples").glob("*.tflite"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_is_small_and_sound(path: Path) -> None:
    model = read_model(path)

    assert path.stat().st_size <= 200 << 10
    assert model.warnings == ()
    assert model.signatures[0].key == "serving_default"
    assert {"HARD_SWISH", "RESIZE_BILINEAR"} <= {operator.kind for operator in model.subgraphs[0].operators}
    assert all("tensor_" not in tensor.name for tensor in model.subgraphs[0].tensors)


def test_the_samples_are_the_network_of_the_script() -> None:
    net, _, _ = build_network()
    kinds = [operator.kind for operator in net.operators]
    by_name = {path.stem: read_model(path) for path in SAMPLES}

    assert [op.kind for op in by_name["segmenter_float32"].subgraphs[0].operators] == kinds
    assert [op.kind for op in by_name["segmenter_int8"].subgraphs[0].operators] == ["QUANTIZE", *kinds, "QUANTIZE"]


def test_the_samples_are_float_and_full_integer() -> None:
    texts = {path.stem: estimate_model(read_model(path))[1].quantization.text for path in SAMPLES}

    assert texts == {
        "segmenter_float32": "float32",
        "segmenter_int8": "full integer int8, per-channel, integer input/output",
    }
