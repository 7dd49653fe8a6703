import json
from pathlib import Path

import pytest

from backends.cli import main
from backends.model.reader import read_model
from backends.runs.store import write_run
from tests.support.builders import a_run


def test_a_card_without_a_run_gives_the_requirements_only(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["score", str(model_file), "--challenge", "mai21-super-resolution"]
    assert main([*arguments, "--format", "json"]) == 0

    tree = json.loads(capsys.readouterr().out)
    assert tree["schema"] == "tflite-profiler/score/1"
    assert {one["check"]: one["is_met"] for one in tree["requirements"]}["input_shape"] is False
    assert tree["score"] is None
    assert main([*arguments, "--fail-on-unmet"]) == 1


def test_the_runtime_comes_from_a_run_of_this_model(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run.json"
    write_run(a_run(read_model(model_file), latencies_ns=(44_850_000,)), run)
    arguments = ["score", str(model_file), "--challenge", "mai21-super-resolution", "--psnr", "29.58"]
    assert main([*arguments, "--run", str(run)]) == 0

    text = capsys.readouterr().out
    assert "Score    51.02" in text
    assert "your model" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["--challenge", "none"],
        ["--challenge", "mai21-super-resolution", "--psnr", "400", "--runtime-ms", "3"],
        ["--challenge", "mai21-super-resolution", "--psnr", "30", "--runtime-ms", "-3"],
    ],
)
def test_wrong_use_is_told(arguments: list[str], model_file: Path) -> None:
    assert main(["score", str(model_file), *arguments]) == 2


def _accuracy(path: Path, **output: float) -> Path:
    tree = {"schema": "tflite-profiler/accuracy/1", "model": "net.tflite", "outputs": [output]}
    path.write_text(json.dumps(tree))
    return path


def test_the_psnr_comes_from_a_comparison_with_reference_pictures(
    tmp_path: Path, model_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = model_file.rename(tmp_path / "net.tflite")
    file = _accuracy(tmp_path / "accuracy.json", psnr_db=50.0, actual_truth_psnr_db=29.58)
    arguments = ["score", str(model), "--challenge", "mai21-super-resolution", "--runtime-ms", "44.85"]
    assert main([*arguments, "--accuracy", str(file)]) == 0

    assert "Score    51.02" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("nonsense", 4, "is damaged"),
        ("[" * 100_000, 4, "is damaged"),
        ("{}", 4, "is not what the verb accuracy wrote"),
        ('{"schema": "tflite-profiler/accuracy/1", "outputs": [7]}', 4, "is not what the verb accuracy wrote"),
        ('{"schema": "tflite-profiler/accuracy/1", "model": "x", "outputs": [{}]}', 2, "another model"),
        (
            '{"schema": "tflite-profiler/accuracy/1", "model": "net.tflite", '
            '"outputs": [{"actual_truth_psnr_db": NaN}]}',
            2,
            "with the original only",
        ),
    ],
)
def test_a_file_that_holds_no_metrics_is_refused(
    text: str, code: int, message: str, tmp_path: Path, model_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = model_file.rename(tmp_path / "net.tflite")
    file = tmp_path / "accuracy.json"
    file.write_text(text)
    found = main(["score", str(model), "--challenge", "mai21-super-resolution", "--accuracy", str(file)])

    assert message in capsys.readouterr().err
    assert found == code


def test_published_numbers_are_searched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["published", "kirin", "9000", "--format", "json"]) == 0

    tree = json.loads(capsys.readouterr().out)
    assert [(table["id"], len(table["rows"])) for table in tree["tables"]] == [
        ("ai-benchmark-fp16", 1),
        ("ai-benchmark-int8", 1),
    ]


def test_a_run_without_a_model_is_wrong_usage() -> None:
    assert main(["published", "--chipset", "VS680"]) == 2
