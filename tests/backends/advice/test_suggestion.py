import pytest

from backends.advice.gain import Basis
from backends.advice.suggestion import mattering_on, suggest, with_what_ifs
from backends.model.cost import estimate_model
from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from backends.targets.check import check_model
from backends.targets.lint import check_lint, load_lint_rules
from backends.targets.loader import load_targets
from tests.support.builders import a_run
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

TARGETS = {target.id: target for target in load_targets()}
RULES = load_lint_rules()


def quantised(shape):
    return a_stored_tensor(shape, "uint8", scale=0.5)


def convolution(source, side, channels=16, *, scale=1):
    _, height, width, depth = source.shape
    weights = a_stored_tensor((channels, side, side, depth), "uint8", data=1, scale=0.5)
    bias = a_stored_tensor((channels,), "int32", data=0, scale=0.25)
    result = quantised((1, height // scale, width // scale, channels))
    options = {"padding": "SAME", "stride_w": scale, "stride_h": scale, "fused_activation_function": "RELU6"}
    return an_operator("CONV_2D", [source, weights, bias], [result], options=options)


def suggestions(operators, *, target="", run_times=None):
    model = read_model_bytes(a_model(operators))
    costs, _ = estimate_model(model)
    verdict = check_model(model, TARGETS[target]) if target else None
    run = a_run(model, run_times) if run_times is not None else None
    lint = check_lint(model, RULES)
    found = suggest(model, costs, mattering_on(lint, target) if target else lint, verdict=verdict, run=run)
    return with_what_ifs(found, model, TARGETS[target], verdict) if target else found


def test_large_kernels_save_what_stacked_small_ones_do_not_need() -> None:
    large = convolution(quantised((1, 32, 32, 16)), 5)
    found = {one.id: one for one in suggestions([large])}["large-kernel"]

    assert found.gain.saving == pytest.approx(1 - 2 * 9 / 25)
    assert found.macs_before == 32 * 32 * 16 * 16 * 25
    assert found.macs_after == 32 * 32 * 16 * 16 * 18


def test_times_of_a_run_rank_instead_of_macs() -> None:
    large = convolution(quantised((1, 32, 32, 16)), 5)
    small = convolution(large.outputs[0], 3)
    by_macs = {one.id: one for one in suggestions([large, small])}["large-kernel"].gain
    by_time = {one.id: one for one in suggestions([large, small], run_times=[1e6, 9e6])}["large-kernel"].gain

    assert (by_macs.basis, by_macs.share) == (Basis.MACS, pytest.approx(25 / 34))
    assert (by_time.basis, by_time.share) == (Basis.TIME, pytest.approx(0.1))


def test_a_type_that_the_target_does_not_accept_comes_with_what_would_follow() -> None:
    first = convolution(quantised((1, 32, 32, 16)), 3)
    middle = an_operator("GELU", [first.outputs[0]], [quantised(first.outputs[0].shape)])
    last = convolution(middle.outputs[0], 3)
    found = {one.id: one for one in suggestions([first, middle, last], target="nnapi-1.1")}
    one = found["nnapi-1.1:unlisted:GELU"]

    assert one.title == "1 operator falls back on NNAPI 1.1: GELU"
    assert one.operators == (OperatorId(0, 1),)
    assert one.what_if is not None
    assert (one.what_if.accelerated_before, one.what_if.accelerated_after) == (2, 3)
    assert (one.what_if.partitions_before, one.what_if.partitions_after) == (2, 1)


def test_lint_that_does_not_matter_on_the_chosen_target_is_left_out() -> None:
    large = convolution(quantised((1, 32, 32, 16)), 5)

    assert "large-kernel" in {one.id for one in suggestions([large], target="vs680")}
    assert "large-kernel" not in {one.id for one in suggestions([large], target="nnapi-1.0")}


def test_the_largest_known_saving_stands_first() -> None:
    image = quantised((1, 128, 128, 3))
    full = convolution(image, 3, 32)
    small = convolution(full.outputs[0], 5, 8, scale=2)
    found = [one for one in suggestions([full, small]) if one.gain.saving]

    assert [one.id for one in found] == sorted((one.id for one in found), key=[one.id for one in found].index)
    assert [one.gain.saving for one in found] == sorted((one.gain.saving for one in found), reverse=True)
    assert {"work-at-full-size", "large-kernel"} <= {one.id for one in found}


def test_a_float_output_of_a_quantised_upscaler_is_named() -> None:
    first = convolution(quantised((1, 64, 64, 3)), 3, 12)
    enlarged = an_operator(
        "DEPTH_TO_SPACE", [first.outputs[0]], [quantised((1, 128, 128, 3))], options={"block_size": 2}
    )
    last = an_operator("DEQUANTIZE", [enlarged.outputs[0]], [a_stored_tensor((1, 128, 128, 3))])

    found = {one.id: one for one in suggestions([first, enlarged, last])}["float-dequantised-output"]

    assert found.operators == (OperatorId(0, 2),)
