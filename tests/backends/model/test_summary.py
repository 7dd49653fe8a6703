from typing import Any

import pytest

from backends.model.model import Model
from backends.model.quantization_kind import EndKind, QuantizationKind, quantization_of
from backends.model.reader import read_model_bytes
from backends.model.runtime_version import runtime_need
from backends.model.schema.tables import ENUMS
from backends.model.summary import summarize
from tests.support.model_builder import StoredOperator, StoredTensor, a_model, a_stored_tensor, an_operator


def dense(activation: str, weights: StoredTensor, *before: StoredOperator) -> Model:
    """A model with one FULLY_CONNECTED; ``before`` makes its weights."""
    scale: Any = 0.5 if "int" in activation else ()
    x, y = (a_stored_tensor((1, 4), activation, scale=scale) for _ in range(2))
    return read_model_bytes(a_model([*before, an_operator("FULLY_CONNECTED", [x, weights], [y])], inputs=[x]))


def w(dtype: str, **more: Any) -> StoredTensor:
    return a_stored_tensor((4, 4), dtype, data=1, **more)


@pytest.mark.parametrize(
    ("activation", "weights", "kind", "text"),
    [
        ("float32", w("float32"), QuantizationKind.FLOAT32, "float32"),
        ("float16", w("float16"), QuantizationKind.FLOAT16, "float16, float input/output"),
        ("float32", w("float16"), QuantizationKind.FLOAT16_WEIGHTS, "float16 weights, float input/output"),
        ("float32", w("int8", scale=0.5), QuantizationKind.DYNAMIC_RANGE, "dynamic range, float input/output"),
        (
            "float32",
            w("int4", scale=(0.5,) * 4),
            QuantizationKind.DYNAMIC_RANGE,
            "dynamic range, int4 weights, per-channel, float input/output",
        ),
        ("int8", w("int8", scale=0.5), QuantizationKind.INT8, "full integer int8, integer input/output"),
        ("uint8", w("uint8", scale=0.5), QuantizationKind.UINT8, "full integer uint8, integer input/output"),
        ("int16", w("int8", scale=0.5), QuantizationKind.INT16X8, "int16x8, integer input/output"),
    ],
)
def test_the_kind_follows_activations_and_weights(
    activation: str, weights: StoredTensor, kind: QuantizationKind, text: str
) -> None:
    found = quantization_of(dense(activation, weights))

    assert found.kind is kind
    assert found.text == text


@pytest.mark.parametrize(
    ("stored", "kind"), [("float16", QuantizationKind.FLOAT16_WEIGHTS), ("int8", QuantizationKind.WEIGHT_ONLY)]
)
def test_weights_behind_a_dequantize_are_seen(stored: str, kind: QuantizationKind) -> None:
    unpacked = a_stored_tensor((4, 4))
    weights = w(stored, scale=0.5) if stored == "int8" else w(stored)

    model = dense("float32", unpacked, an_operator("DEQUANTIZE", [weights], [unpacked]))

    assert quantization_of(model).kind is kind


def test_operators_of_different_kinds_make_a_model_mixed() -> None:
    a = a_stored_tensor((1, 4), "int8", scale=0.5)
    b, d = (a_stored_tensor((1, 4)) for _ in range(2))
    operators = [
        an_operator(
            "FULLY_CONNECTED", [a, w("int8", scale=0.5)], [middle := a_stored_tensor((1, 4), "int8", scale=0.5)]
        ),
        an_operator("DEQUANTIZE", [middle], [b]),
        an_operator("FULLY_CONNECTED", [b, w("float32")], [d]),
    ]

    found = quantization_of(read_model_bytes(a_model(operators)))

    assert found.kind is QuantizationKind.MIXED
    assert found.ends is EndKind.MIXED
    assert found.text == "mixed: full integer int8 + float32, mixed input/output"


def test_float_ends_around_an_integer_model_are_told() -> None:
    x, y = a_stored_tensor((1, 4)), a_stored_tensor((1, 4))
    a, b = (a_stored_tensor((1, 4), "int8", scale=0.5) for _ in range(2))
    operators = [
        an_operator("QUANTIZE", [x], [a]),
        an_operator("FULLY_CONNECTED", [a, w("int8", scale=0.5)], [b]),
        an_operator("DEQUANTIZE", [b], [y]),
    ]

    found = quantization_of(read_model_bytes(a_model(operators)))

    assert found.kind is QuantizationKind.INT8
    assert found.ends is EndKind.FLOAT


def test_without_weighted_operators_activations_decide() -> None:
    quantised = a_stored_tensor((1, 4), "uint8", scale=0.5)
    indices = a_stored_tensor((1, 4), "int32")

    assert quantization_of(read_model_bytes(a_model([an_operator("RELU")]))).kind is QuantizationKind.FLOAT32
    assert quantization_of(read_model_bytes(a_model([an_operator("RELU", [quantised])]))).kind is QuantizationKind.UINT8
    assert quantization_of(read_model_bytes(a_model([an_operator("ABS", [indices])]))).kind is QuantizationKind.NONE


def test_a_summary_counts_types_and_lists_the_ends() -> None:
    x = a_stored_tensor((1, 8), name="x", signature=(-1, 8))
    first = an_operator("RELU", [x])
    operators = [first, an_operator("RELU", first.outputs), an_operator("CUSTOM", custom_code="FlexErf")]

    summary = summarize(read_model_bytes(a_model(operators)))

    assert summary.operator_count == 3
    assert summary.operators_by_type == (("RELU", 2), ("FlexErf", 1))
    assert summary.custom_operators == ("FlexErf",)
    assert (summary.inputs[0].name, summary.inputs[0].shape) == ("x", (-1, 8))
    assert len(summary.outputs) == 2


def need(*operators: StoredOperator, **more: Any) -> Any:
    return runtime_need(read_model_bytes(a_model(operators, **more)))


def test_the_newest_operator_version_decides_about_the_runtime() -> None:
    found = need(an_operator("RELU"), an_operator("CONV_2D", version=5), an_operator("GELU"))

    assert (found.version, found.because) == ("2.9.0", "GELU version 1")
    assert found.unknown == ()


def test_versions_are_compared_as_numbers() -> None:
    assert need(an_operator("TILE"), an_operator("ADD", version=2)).version == "1.14.0"
    assert need(an_operator("TILE"), an_operator("ARG_MAX")).version == "1.10.1"


def test_versions_that_no_runtime_states_are_listed() -> None:
    found = need(an_operator("RELU", version=99), an_operator("BROADCAST_TO"), an_operator("CUSTOM", custom_code="X"))

    assert found.version == ""
    assert found.unknown == ("BROADCAST_TO version 1", "RELU version 99")


@pytest.mark.parametrize(("content", "stated"), [(b"2.5.0\0\0\0", "2.5.0"), (b"<b>\xff", ""), (b"", "")])
def test_what_the_file_states_is_read(content: bytes, stated: str) -> None:
    assert need(an_operator("RELU"), metadata={"min_runtime_version": content}).stated == stated


def test_the_table_of_runtimes_names_operators_of_the_schema() -> None:
    from backends.model.runtime_version import _first_runtimes

    assert set(_first_runtimes()) <= set(ENUMS["BuiltinOperator"].values())
