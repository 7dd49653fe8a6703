"""The quantisation lint: each check on a model that it is about and on one that it is not."""

import pytest

from backends.errors import ProfilerError, ResourceError
from backends.model.model import Model
from backends.model.reader import read_model, read_model_bytes
from backends.targets.lint import ALL_CHECKS, LintFinding, check_lint, load_lint_rules
from backends.targets.loader import load_targets
from tests.support.model_builder import StoredOperator, StoredTensor, a_model, a_stored_tensor, an_operator
from tests.support.shared import MODEL_FILES

RULES = load_lint_rules()
SMALL_FILES = tuple(file for file in MODEL_FILES if file.stat().st_size < 2_000_000)
IMAGE = (1, 64, 64, 3)


def _model(*operators: StoredOperator) -> Model:
    return read_model_bytes(a_model(operators))


def _find(model: Model, rule: str) -> list[LintFinding]:
    return [found for found in check_lint(model, RULES) if found.rule == rule]


def _int8(shape: tuple[int, ...] = IMAGE, dtype: str = "int8") -> StoredTensor:
    return a_stored_tensor(shape, dtype, scale=0.5)


def _weights(shape: tuple[int, ...] = (3, 3, 3, 3), *scales: float) -> StoredTensor:
    return a_stored_tensor(shape, "int8", data=1, scale=scales or (0.5,))


def _convolution(
    source: StoredTensor | None = None, weights: StoredTensor | None = None, *, activation: str = "NONE"
) -> StoredOperator:
    source = source or _int8()
    options = {"fused_activation_function": activation}
    result = a_stored_tensor(source.shape, source.dtype, scale=source.scale)
    return an_operator("CONV_2D", [source, weights or _weights()], [result], options=options)


def _convert(kind: str, source: StoredTensor, dtype: str) -> StoredOperator:
    scale = 0.5 if dtype != "float32" else ()
    return an_operator(kind, [source], [a_stored_tensor(source.shape, dtype, scale=scale)])


def test_a_float_model_is_told_to_be_one() -> None:
    assert _find(_model(an_operator("RELU")), "float-model")
    assert not _find(_model(_convolution()), "float-model")


def test_float_inputs_and_outputs_of_a_quantised_model_are_told_apart() -> None:
    first = _convert("QUANTIZE", a_stored_tensor(IMAGE), "int8")
    middle = _convolution(first.outputs[0])
    last = _convert("DEQUANTIZE", middle.outputs[0], "float32")

    found = _find(_model(first, middle, last), "float-io")

    assert [finding.detail for finding in found] == [
        "1 input of 1 holds floats in a quantised model.",
        "1 output of 1 holds floats in a quantised model.",
    ]
    assert [len(finding.tensors) for finding in found] == [1, 1]
    assert not _find(_model(middle), "float-io")
    assert not _find(_model(an_operator("RELU")), "float-io")


def test_a_float_island_names_its_operators_and_place() -> None:
    head = _convolution()
    enter = _convert("DEQUANTIZE", head.outputs[0], "float32")
    square = an_operator("SQUARE", [enter.outputs[0]])
    root = an_operator("SQRT", [square.outputs[0]])
    leave = _convert("QUANTIZE", root.outputs[0], "int8")
    tail = _convolution(leave.outputs[0])

    (found,) = _find(_model(head, enter, square, root, leave, tail), "float-island")

    assert found.detail == "2 float operators between DEQUANTIZE and QUANTIZE (SQRT, SQUARE)."
    assert [id_.index for id_ in found.operators] == [2, 3]


def test_a_round_trip_through_float_is_an_island_without_operators() -> None:
    head = _convolution()
    enter = _convert("DEQUANTIZE", head.outputs[0], "float32")
    leave = _convert("QUANTIZE", enter.outputs[0], "int8")

    (found,) = _find(_model(head, enter, leave), "float-island")

    assert [id_.index for id_ in found.operators] == [1, 2]


def test_float_ends_are_islands_on_one_side_only() -> None:
    first = an_operator("ABS", [a_stored_tensor(IMAGE)])
    quantize = _convert("QUANTIZE", first.outputs[0], "int8")
    middle = _convolution(quantize.outputs[0])
    dequantize = _convert("DEQUANTIZE", middle.outputs[0], "float32")
    last = an_operator("SOFTMAX", [dequantize.outputs[0]])

    found = _find(_model(first, quantize, middle, dequantize, last), "float-island")

    assert [finding.detail for finding in found] == [
        "1 float operator before the first QUANTIZE (ABS).",
        "1 float operator behind the last DEQUANTIZE (SOFTMAX).",
    ]


def test_dequantised_weights_make_no_island() -> None:
    unpack = _convert("DEQUANTIZE", _weights(), "float32")
    float_part = an_operator("CONV_2D", [a_stored_tensor(IMAGE), unpack.outputs[0]], [a_stored_tensor(IMAGE)])

    assert not _find(_model(unpack, float_part, _convolution()), "float-island")


def test_integer_weights_with_float_data_are_hybrid() -> None:
    assert _find(_model(_convolution(a_stored_tensor(IMAGE))), "hybrid-weights")
    assert not _find(_model(_convolution()), "hybrid-weights")
    assert not _find(_model(_convert("DEQUANTIZE", _weights(), "float32")), "hybrid-weights")


def test_int16_activations_are_found() -> None:
    assert _find(_model(_convolution(_int8(dtype="int16"))), "int16x8")
    assert not _find(_model(_convolution()), "int16x8")


def test_per_channel_weights_are_found_with_their_tensors() -> None:
    (found,) = _find(_model(_convolution(weights=_weights((3, 3, 3, 3), 0.5, 0.25, 0.5))), "per-channel-weights")

    assert (len(found.operators), len(found.tensors)) == (1, 1)
    assert not _find(_model(_convolution()), "per-channel-weights")


def test_mixed_8_bit_types_count_where_something_is_computed() -> None:
    first = _convolution()
    second = _convolution(_int8(dtype="uint8"))
    change = _convert("QUANTIZE", _int8(dtype="uint8"), "int8")

    (found,) = _find(_model(first, second), "mixed-8-bit")

    assert found.detail == "Operators compute in both types: 1 in int8, 1 in uint8."
    assert not _find(_model(change, _convolution(change.outputs[0])), "mixed-8-bit")


@pytest.mark.parametrize("activation", ["NONE", "RELU"])
def test_an_image_without_upper_bound_is_found(activation: str) -> None:
    convolution = _convolution(activation=activation)
    moved = an_operator("DEPTH_TO_SPACE", [convolution.outputs[0]], [_int8()])

    assert _find(_model(convolution), "unclipped-output")
    assert _find(_model(convolution, moved), "unclipped-output")


def test_a_clipped_image_or_another_output_is_fine() -> None:
    convolution = _convolution()
    least = an_operator("MINIMUM", [convolution.outputs[0], _weights((1,))], [_int8()])
    clipped = an_operator("RELU", [least.outputs[0]])

    assert not _find(_model(_convolution(activation="RELU6")), "unclipped-output")
    assert not _find(_model(convolution, least, clipped), "unclipped-output")
    assert not _find(_model(_convolution(_int8((1, 64, 64, 32)))), "unclipped-output")
    assert not _find(_model(_convolution(_int8((1, 8, 8, 3)))), "unclipped-output")


def test_layout_operators_at_the_ends_are_found_through_type_conversions() -> None:
    quantize = _convert("QUANTIZE", a_stored_tensor((1, 3, 64, 64)), "int8")
    first = an_operator("TRANSPOSE", [quantize.outputs[0]], [_int8()])
    middle = _convolution(first.outputs[0])
    last = an_operator("RESHAPE", [middle.outputs[0]], [_int8((1, 12288))])

    found = _find(_model(quantize, first, middle, last), "layout-at-ends")

    assert [finding.detail for finding in found] == [
        "The graph begins with TRANSPOSE.",
        "The graph ends with RESHAPE.",
    ]


def test_layout_operators_inside_the_graph_are_fine() -> None:
    first = _convolution()
    between = an_operator("RESHAPE", [first.outputs[0]], [_int8((1, 12288))])

    assert not _find(_model(first, between, an_operator("ABS", [between.outputs[0]])), "layout-at-ends")


def test_kernels_above_three_are_found_with_the_largest() -> None:
    (found,) = _find(_model(_convolution(weights=_weights((3, 5, 7, 3)))), "large-kernel")

    assert found.detail == "1 convolution with larger kernels, up to 5x7."
    assert not _find(_model(_convolution()), "large-kernel")


def test_feature_maps_count_in_bytes() -> None:
    big = _convolution(_int8((1, 1024, 1024, 9)))
    small = _convolution(_int8((1, 1024, 1024, 8)))

    assert _find(_model(big), "large-feature-map")[0].detail.endswith("1x1024x1024x9, takes 9 MiB.")
    assert not _find(_model(small), "large-feature-map")


def test_open_dimensions_of_inputs_are_found() -> None:
    open_input = a_stored_tensor(IMAGE, "int8", scale=0.5, signature=(-1, 64, 64, 3))

    assert _find(_model(_convolution(open_input)), "dynamic-dimensions")
    assert not _find(_model(_convolution()), "dynamic-dimensions")


def test_every_check_has_words_a_source_and_known_targets() -> None:
    known = {target.id for target in load_targets()}

    assert {rule.id for rule in RULES} == set(ALL_CHECKS)
    for rule in RULES:
        assert rule.why, rule.id
        assert rule.remedy, rule.id
        assert rule.source, rule.id
        assert rule.targets, rule.id
        assert set(rule.targets) <= known, rule.id


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("schema_version = 2", "version"),
        ("schema_version =", "TOML"),
        ('schema_version = 1\n[[lint]]\nid = "no-such-check"', "no-such-check"),
        ('schema_version = 1\n[[lint]]\nid = "float-io"\ntitle = "t"', "float-io"),
    ],
)
def test_a_wrong_table_is_refused_with_the_place(text: str, word: str) -> None:
    with pytest.raises(ResourceError, match=word):
        load_lint_rules(text)


@pytest.mark.skipif(not SMALL_FILES, reason="the reference models are not on this machine")
def test_findings_of_real_models_point_at_things_that_exist() -> None:
    count = 0
    for file in SMALL_FILES:
        try:
            model = read_model(file)
        except ProfilerError:
            continue
        for found in check_lint(model, RULES):
            count += 1
            assert found.operators or found.tensors or found.rule == "float-model", (file.name, found)
            for operator in found.operators:
                model.operator(operator)
            for tensor in found.tensors:
                assert model.subgraphs[tensor.subgraph].tensors[tensor.tensor].index == tensor.tensor

    assert count > 100
