import pytest

from backends.challenges.challenge import load_challenges
from backends.challenges.requirements import check_requirements
from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from backends.targets.check import check_model
from backends.targets.loader import load_targets
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

CHALLENGES = {one.id: one for one in load_challenges()}
VS680 = next(target for target in load_targets() if target.id == "vs680")


def an_upscaler(*, height: int = 360, dtype: str = "uint8", output_dtype: str | None = None, block: int = 3):
    def tensor(h: int, w: int, channels: int, kind: str):
        return a_stored_tensor((1, h, w, channels), kind, scale=1.0 if kind != "float32" else ())

    x = tensor(height, 640, 3, dtype)
    deep = a_stored_tensor((1, height, 640, 3 * block * block), dtype, scale=1.0 if dtype != "float32" else ())
    big = tensor(height * block, 640 * block, 3, dtype)
    operators = [
        an_operator("CONCATENATION", [x] * block**2, [deep], options={"axis": 3}),
        an_operator("DEPTH_TO_SPACE", [deep], [big], options={"block_size": block}),
    ]
    if output_dtype:
        operators.append(an_operator("DEQUANTIZE", [big], [tensor(height * block, 640 * block, 3, output_dtype)]))
    return read_model_bytes(a_model(operators), name="up.tflite")


def answers(model, id_: str = "mai21-super-resolution", *, is_checked: bool = True):
    verdict = check_model(model, VS680) if is_checked else None
    return {one.requirement.check: one for one in check_requirements(CHALLENGES[id_], model, verdict)}


def test_an_integer_model_of_the_right_size_meets_everything() -> None:
    assert {check: one.is_met for check, one in answers(an_upscaler()).items()} == {
        "input_shape": True,
        "output_scale": True,
        "integer_only": True,
        "accepted": True,
    }


def test_a_dequantised_output_is_named_with_its_operator() -> None:
    found = answers(an_upscaler(output_dtype="float32"))["integer_only"]

    assert found.is_met is False
    assert found.found == "Floating-point output; operators that touch floating-point values: DEQUANTIZE 2."
    assert found.operators == (OperatorId(0, 2),)


@pytest.mark.parametrize(
    ("model", "check"),
    [
        (an_upscaler(height=180), "input_shape"),
        (an_upscaler(block=2), "output_scale"),
        (an_upscaler(dtype="float32"), "integer_only"),
    ],
)
def test_each_requirement_can_fail(model, check: str) -> None:
    assert answers(model)[check].is_met is False


def test_without_a_verdict_the_target_is_not_judged() -> None:
    assert answers(an_upscaler(), is_checked=False)["accepted"].is_met is None


def test_classes_are_the_last_size_of_the_only_output() -> None:
    x, y = a_stored_tensor((1, 384, 576, 3), "uint8", scale=1.0), a_stored_tensor((1, 30), "uint8", scale=1.0)
    found = answers(
        read_model_bytes(a_model([an_operator("RESHAPE", [x], [y])]), name="m.tflite"), "mai21-scene-detection"
    )

    assert found["classes"].is_met is True
    assert found["input_shape"].is_met is True
