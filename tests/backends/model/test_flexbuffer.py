import random
from collections.abc import Mapping

import pytest

from backends.model.flexbuffer import custom_attributes, parse_flexbuffer
from backends.model.model import Operator, OperatorId
from backends.model.reader import read_model
from tests.support.shared import SHARED


def build(value: object) -> bytes:
    return bytes(pytest.importorskip("flatbuffers.flexbuffers").Dumps(value))


def plain(value: object) -> object:
    """With lists and dictionaries, as the reference decoder gives them."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    "value",
    [
        {"max_detections": 10, "scale": 0.25, "name": "boxes", "fast": True, "none": None},
        {"big": 1 << 40, "negative": -5, "sizes": [1, 2, 3], "mixed": [1, "a", 2.5], "deep": {"a": {"b": [1]}}},
        {"text": "grün " * 100, "blob": b"\x00\x01"},
        {},
        [],
        [1.5, 2.5],
        ["a", "b"],
        7,
        "text",
    ],
)
def test_values_come_back_as_they_were(value: object) -> None:
    assert plain(parse_flexbuffer(build(value))) == value


@pytest.mark.parametrize("data", [b"", b"ab", b"\xff" * 40, b"not a flexbuffer", bytes(8)])
def test_other_bytes_are_nothing(data: bytes) -> None:
    assert parse_flexbuffer(data) is None


def test_damaged_bytes_never_raise() -> None:
    data = build({"a": [1, 2, {"b": "text"}], "c": [1.5, 2.5], "d": {"e": b"blob"}})
    rng = random.Random(7)
    for _ in range(3000):
        damaged = bytearray(data)
        damaged[rng.randrange(len(data))] = rng.randrange(256)
        parse_flexbuffer(bytes(damaged))
        parse_flexbuffer(bytes(damaged[: rng.randrange(len(data))]))


def test_attributes_of_operators_are_named_values() -> None:
    custom = Operator(id=OperatorId(0, 0), kind="CUSTOM", custom_options=build({"stride": 2}))
    composite = Operator(
        id=OperatorId(0, 0), kind="STABLEHLO_COMPOSITE", options={"composite_attributes": build({"epsilon": 0.5})}
    )

    assert dict(custom_attributes(custom)) == {"stride": 2}
    assert dict(custom_attributes(composite)) == {"epsilon": 0.5}
    assert dict(custom_attributes(Operator(id=OperatorId(0, 0), kind="ADD"))) == {}


@pytest.mark.skipif(SHARED is None, reason="the reference models are not on this machine")
def test_attributes_of_a_real_detector_are_read() -> None:
    assert SHARED is not None
    model = read_model(SHARED / "models" / "files" / "ssd_mnv1_coco_postprocess_meta.tflite")

    found = custom_attributes(model.subgraphs[0].operators[-1])

    assert found["max_detections"] == 10
    assert found["num_classes"] == 90
