import json
from pathlib import Path

import pytest

from backends.cli import main
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


@pytest.fixture
def float_ends_file(tmp_path: Path) -> Path:
    """An int8 operator between float inputs and outputs."""
    shape = (1, 8, 8, 4)
    x, y = (a_stored_tensor(shape=shape, name=name) for name in "xy")
    q, r = (a_stored_tensor(shape, "int8", scale=0.5, zero_point=0, name=name) for name in "qr")
    operators = [an_operator("QUANTIZE", [x], [q]), an_operator("RELU", [q], [r]), an_operator("DEQUANTIZE", [r], [y])]
    path = tmp_path / "ends.tflite"
    path.write_bytes(a_model(operators))
    return path


@pytest.mark.parametrize("verb", [["inspect"], ["check", "--target", "vs680"]])
def test_advice_is_in_text_and_json(float_ends_file: Path, verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb[0], str(float_ends_file), *verb[1:], "--format", "json"]) == 0
    findings = json.loads(capsys.readouterr().out)["lint"]
    assert main([verb[0], str(float_ends_file), *verb[1:]]) == 0
    text = capsys.readouterr().out

    assert findings
    assert all(finding["why"] and finding["remedy"] and finding["source"] for finding in findings)
    assert [finding["title"] for finding in findings if finding["title"] not in text] == []


def test_advice_for_other_targets_is_left_out_of_a_check(
    float_ends_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(float_ends_file), "--target", "coreml-2", "--format", "json"]) == 0
    findings = json.loads(capsys.readouterr().out)["lint"]

    assert all("coreml-2" in finding["targets"] for finding in findings)
