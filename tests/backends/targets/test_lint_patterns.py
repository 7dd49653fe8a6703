"""Patterns of networks from image to image, each on one that has it and on one that does not."""

from backends.model.model import Model, OperatorId
from backends.model.reader import read_model_bytes
from backends.targets.lint import LintFinding, check_lint, load_lint_rules
from tests.support.model_builder import StoredOperator, StoredTensor, a_model, a_stored_tensor, an_operator

RULES = load_lint_rules()


def _find(model: Model, rule: str) -> list[LintFinding]:
    return [found for found in check_lint(model, RULES) if found.rule == rule]


def _tensor(height: int, channels: int) -> StoredTensor:
    return a_stored_tensor((1, height, height, channels), "int8", scale=0.5)


def _convolution(source: StoredTensor, channels: int) -> StoredOperator:
    weights = a_stored_tensor((channels, 3, 3, source.shape[3]), "int8", data=1, scale=0.5)
    options = {"padding": "SAME", "stride_w": 1, "stride_h": 1}
    return an_operator("CONV_2D", [source, weights], [_tensor(source.shape[1], channels)], options=options)


def _upscaler(*, interpolates: bool, works_large: bool, height: int = 128) -> Model:
    """Three times larger: by depth-to-space, with the input resized beside it, or with a convolution at the end."""
    image = _tensor(height, 3)
    deep = _convolution(image, 27)
    large = an_operator("DEPTH_TO_SPACE", [deep.outputs[0]], [_tensor(3 * height, 3)], options={"block_size": 3})
    operators = [deep, large]
    if interpolates:
        resized = an_operator("RESIZE_BILINEAR", [image, _size(3 * height)], [_tensor(3 * height, 3)])
        total = an_operator("ADD", [large.outputs[0], resized.outputs[0]], [_tensor(3 * height, 3)])
        operators += [resized, total]
    if works_large:
        operators.append(_convolution(operators[-1].outputs[0], 3))
    return read_model_bytes(a_model(operators))


def _size(side: int) -> StoredTensor:
    return a_stored_tensor((2,), "int32", data=[side, side])


def test_an_input_that_is_interpolated_and_added_is_found() -> None:
    found = _find(_upscaler(interpolates=True, works_large=False), "interpolated-skip")

    assert [one.operators for one in found] == [(OperatorId(0, 2),)]
    assert not _find(_upscaler(interpolates=False, works_large=False), "interpolated-skip")


def test_convolutions_after_enlarging_are_found() -> None:
    found = _find(_upscaler(interpolates=False, works_large=True), "work-after-enlarging")

    assert [one.operators for one in found] == [(OperatorId(0, 2),)]
    assert "384x384" in found[0].detail
    assert not _find(_upscaler(interpolates=True, works_large=False), "work-after-enlarging")


def test_deep_convolutions_at_the_inputs_size_are_found_in_large_images_only() -> None:
    large = _find(_upscaler(interpolates=False, works_large=False), "work-at-full-size")
    small = _find(_upscaler(interpolates=False, works_large=False, height=64), "work-at-full-size")

    assert [one.operators for one in large] == [(OperatorId(0, 0),)]
    assert small == []


def test_an_image_that_minimum_clips_is_found_with_its_relu() -> None:
    image = _tensor(128, 3)
    limit = a_stored_tensor((), "int8", data=[127], scale=0.5)
    least = an_operator("MINIMUM", [image, limit], [_tensor(128, 3)])
    rectified = an_operator("RELU", [least.outputs[0]], [_tensor(128, 3)])
    found = _find(read_model_bytes(a_model([least, rectified])), "unfused-clip")

    assert [one.operators for one in found] == [(OperatorId(0, 0), OperatorId(0, 1))]
    assert found[0].detail == "MINIMUM and RELU clip 1x128x128x3 values after the input."
    other = an_operator("MINIMUM", [image, _tensor(128, 3)], [_tensor(128, 3)])
    assert not _find(read_model_bytes(a_model([other])), "unfused-clip")
    assert not _find(read_model_bytes(a_model([an_operator("RELU6", [image], [_tensor(128, 3)])])), "unfused-clip")
