"""Reading sound models: every kind of value arrives as it was written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backends.model import reader
from backends.model.model import NO_TENSOR, Model, OperatorId
from backends.model.reader import read_model, read_model_bytes
from tests.support.flatbuffer_writer import write_flatbuffer
from tests.support.model_builder import StoredSubgraph, a_model, a_stored_tensor, an_operator


def read(*operators: Any, **fields: Any) -> Model:
    return read_model_bytes(a_model(operators, **fields))


def raw_model(**fields: Any) -> Mapping[str, Any]:
    """The smallest root: one ADD that reads tensor 0 twice and writes tensor 1."""
    return {
        "version": 3,
        "operator_codes": [{"builtin_code": 0}],
        "buffers": [{}],
        "subgraphs": [
            {
                "tensors": [{"shape": [2], "name": "a"}, {"shape": [2], "name": "b"}],
                "inputs": [0],
                "outputs": [1],
                "operators": [{"inputs": [0, 0], "outputs": [1]}],
            }
        ],
        **fields,
    }


def test_operators_come_with_kind_version_tensors_and_options() -> None:
    x = a_stored_tensor((1, 8, 8, 3), name="image")
    weights = a_stored_tensor((4, 3, 3, 3), data=0.5, name="conv/weights")
    y = a_stored_tensor((1, 4, 4, 4), name="conv")
    options = {"stride_w": 2, "stride_h": 2, "padding": "VALID", "fused_activation_function": "RELU6"}

    model = read(an_operator("CONV_2D", [x, weights, None], [y], options=options, version=3))
    conv = model.operator(OperatorId(0, 0))

    assert (conv.kind, conv.version, conv.inputs, conv.outputs) == ("CONV_2D", 3, (0, 1, NO_TENSOR), (2,))
    assert conv.options["stride_w"] == 2
    assert conv.options["padding"] == "VALID"
    assert conv.options["fused_activation_function"] == "RELU6"
    assert conv.options["dilation_w_factor"] == 1, "an absent field has the schema's default"
    assert model.subgraphs[0].inputs == (0,)
    assert model.subgraphs[0].outputs == (2,)
    assert [tensor.is_constant for tensor in model.subgraphs[0].tensors] == [False, True, False]
    assert model.warnings == ()


def test_operators_with_equal_options_share_one_mapping() -> None:
    model = read(*(an_operator("SOFTMAX", options={"beta": 1.0}) for _ in range(3)))

    assert len({id(operator.options) for operator in model.subgraphs[0].operators}) == 1


def test_operators_without_an_options_table_have_none() -> None:
    model = read(an_operator("RELU"))

    assert dict(model.subgraphs[0].operators[0].options) == {}


def test_codes_beyond_the_old_field_and_options_of_the_second_union_are_read() -> None:
    options = {"name": "odml.rms_norm", "decomposition_subgraph_index": 1, "composite_attributes": b"\x01\x02"}
    body = StoredSubgraph(operators=[an_operator("RSQRT")], name="body")

    model = read(an_operator("STABLEHLO_COMPOSITE", options=options), more_subgraphs=[body])
    composite = model.subgraphs[0].operators[0]

    assert composite.kind == "STABLEHLO_COMPOSITE"
    assert composite.options["name"] == "odml.rms_norm"
    assert composite.options["composite_attributes"] == b"\x01\x02"
    assert [graph.name for graph in model.subgraphs] == ["main", "body"]


def test_custom_operators_come_with_code_and_options() -> None:
    model = read(an_operator("CUSTOM", custom_code="MyOp", custom_options=b"abc"))
    operator = model.subgraphs[0].operators[0]

    assert (operator.kind, operator.custom_code, operator.label) == ("CUSTOM", "MyOp", "MyOp")
    assert operator.custom_options == b"abc"


def test_quantisation_per_tensor_and_per_channel() -> None:
    x = a_stored_tensor((1, 4), "int8", scale=0.5, zero_point=-3)
    weights = a_stored_tensor((2, 4), "int8", data=1, scale=(0.25, 0.125), dimension=0)

    tensors = read(an_operator("FULLY_CONNECTED", [x, weights], [a_stored_tensor((1, 2))])).subgraphs[0].tensors

    assert tensors[0].quantization is not None
    assert tensors[0].quantization.scale == (0.5,)
    assert tensors[0].quantization.zero_point == (-3,)
    assert not tensors[0].quantization.is_per_channel
    assert tensors[1].quantization is not None
    assert tensors[1].quantization.scale == (0.25, 0.125)
    assert tensors[1].quantization.is_per_channel
    assert tensors[2].quantization is None


def test_block_scales_name_their_tensor() -> None:
    scales = a_stored_tensor((2, 1), "float16", data=0.5)
    details = ("BlockwiseQuantization", {"scales": 1, "zero_points": -1, "block_size": 32})
    weights = a_stored_tensor((2, 32), "int4", data=1, fields={"quantization": {"details": details}})

    tensors = read(an_operator("ADD", [weights, scales], [a_stored_tensor((2, 32))])).subgraphs[0].tensors

    assert tensors[0].quantization is not None
    assert tensors[0].quantization.block_size == 32
    assert tensors[0].quantization.scale_tensor == 1
    assert tensors[0].quantization.zero_point_tensor == NO_TENSOR


def test_sizes_that_may_vary_are_kept_beside_the_stated_shape() -> None:
    model = read(an_operator("RELU", [a_stored_tensor((1, 8), signature=(-1, 8))]))

    assert model.subgraphs[0].tensors[0].shape == (1, 8)
    assert model.subgraphs[0].tensors[0].display_shape == (-1, 8)


def test_a_rank_is_proved_by_a_shape_or_a_value() -> None:
    tensors = [{"shape": []}, {"shape": [], "buffer": 1}, {"shape": [1]}, {"shape": [], "has_rank": True}]
    root = raw_model(subgraphs=[{"tensors": tensors}], buffers=[{}, {"data": b"1234"}])

    model = read_model_bytes(write_flatbuffer(root))

    assert [tensor.has_rank for tensor in model.subgraphs[0].tensors] == [False, True, True, True]


def test_signatures_and_metadata_are_listed() -> None:
    x, y = a_stored_tensor(name="x"), a_stored_tensor(name="y")
    model = read(
        an_operator("RELU", [x], [y]),
        signatures={"serve": ({"image": x}, {"result": y})},
        metadata={"min_runtime_version": b"1.5.0"},
    )

    assert model.signatures[0].key == "serve"
    assert model.signatures[0].inputs == (("image", 0),)
    assert model.signatures[0].outputs == (("result", 1),)
    assert [(entry.name, entry.size_bytes) for entry in model.metadata] == [("min_runtime_version", 5)]


def test_names_that_are_not_utf8_are_shown_with_replacements() -> None:
    model = read(an_operator("RELU", [a_stored_tensor(name=b"\xff\xfename")]))

    assert model.subgraphs[0].tensors[0].name == "\ufffd\ufffdname"


def test_buffers_behind_the_flatbuffer_are_found() -> None:
    def build(offset: int) -> bytes:
        root = raw_model(buffers=[{}, {"offset": offset, "size": 8}])
        root["subgraphs"][0]["tensors"][0]["buffer"] = 1
        return write_flatbuffer(root)

    start = len(build(2))
    data = build(start) + np.array([1, 2], "<f4").tobytes()

    model = read_model_bytes(data)

    assert model.buffers[1] == (start, 8)
    assert model.subgraphs[0].tensors[0].is_constant


def test_a_buffer_behind_the_end_of_the_file_is_a_warning() -> None:
    root = raw_model(buffers=[{}, {"offset": 5_000_000_000, "size": 8}])
    root["subgraphs"][0]["tensors"][0]["buffer"] = 1

    model = read_model_bytes(write_flatbuffer(root))

    assert model.subgraphs[0].tensors[0].is_constant
    assert any("behind the end" in warning for warning in model.warnings)


def test_custom_options_behind_the_flatbuffer_are_found() -> None:
    def build(offset: int) -> bytes:
        root = raw_model()
        root["subgraphs"][0]["operators"][0].update(large_custom_options_offset=offset, large_custom_options_size=3)
        return write_flatbuffer(root)

    data = build(len(build(2))) + b"xyz"

    assert read_model_bytes(data).subgraphs[0].operators[0].custom_options == b"xyz"


def test_a_code_newer_than_the_schema_keeps_its_number() -> None:
    model = read_model_bytes(write_flatbuffer(raw_model(operator_codes=[{"builtin_code": 999}])))

    assert model.subgraphs[0].operators[0].kind == "UNKNOWN_999"
    assert any("UNKNOWN_999" in warning for warning in model.warnings)


def test_a_file_is_read_with_its_name_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "small.tflite"
    path.write_bytes(a_model([an_operator("RELU")]))

    model = read_model(path)

    assert (model.name, model.path) == ("small.tflite", str(path))
    assert model.size_bytes == path.stat().st_size
    assert len(model.sha256) == 64


def test_a_large_file_is_mapped_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "small.tflite"
    path.write_bytes(a_model([an_operator("RELU")]))
    copied = read_model(path)
    monkeypatch.setattr(reader, "COPIED_BYTES", 10)

    assert read_model(path) == copied
