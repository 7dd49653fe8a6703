import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.cli import main
from backends.model.reader import read_model
from backends.runs.store import write_run
from tests.support.builders import a_run
from tests.support.model_builder import a_model, an_operator


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two models (B has one operator more), and runs of both: B is 20 % slower."""
    for name, kinds in (("a", ("ADD", "MUL")), ("b", ("ADD", "MUL", "ABS"))):
        (tmp_path / f"{name}.tflite").write_bytes(a_model([an_operator(kind) for kind in kinds]))
    rng = np.random.default_rng(1)
    for name, factor in (("a", 1.0), ("b", 1.2)):
        model = read_model(tmp_path / f"{name}.tflite")
        latencies = tuple(int(x) for x in factor * 1e6 * np.exp(rng.normal(0, 0.02, 50)))
        write_run(a_run(model, latencies_ns=latencies), tmp_path / f"{name}.json")
    return tmp_path


def test_models_are_compared(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(files / "a.tflite"), str(files / "b.tflite"), "--format", "json"]) == 0
    tree = json.loads(capsys.readouterr().out)

    assert tree["schema"] == "tflite-profiler/compare/1"
    assert tree["model"]["counts"] == {"same": 2, "changed": 0, "added": 1, "removed": 0}
    assert tree["latency"] is None
    assert [row["status"] for row in tree["layers"]] == ["same", "same", "added"]
    assert len(tree["targets"]) > 10


def test_runs_are_compared_with_the_models_beside_them(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["compare", str(files / "a.json"), str(files / "b.json")]

    assert main([*asked, "--fail-if", "p50>5%", "--fail-if", "memory>1MiB"]) == 1
    captured = capsys.readouterr()
    assert "B is 2" in captured.out
    assert "slower (95 %" in captured.out
    assert "1 operator was added (only in B): 1 ABS." in captured.out
    assert "--fail-if p50>5% is met" in captured.err
    assert "memory" not in captured.err
    assert main([*asked, "--fail-if", "p50>50%"]) == 0


@pytest.mark.parametrize("name", ["text", "csv", "markdown", "html", "json", "latex"])
def test_every_format_is_written(files: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["compare", str(files / "a.json"), str(files / "b.json"), "--format", name]) == 0

    assert "ABS" in capsys.readouterr().out


def test_verdicts_can_fail_a_build(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = str(files / "a.tflite"), str(files / "b.tflite")

    assert main(["compare", a, b, "--fail-if", "verdict:nnapi-1.0"]) == 1
    assert "NNAPI 1.0" in capsys.readouterr().err
    assert main(["compare", b, a, "--fail-if", "verdict:nnapi-1.0"]) == 0


def test_a_further_run_makes_processes_of_them(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for side in "ab":
        write_run(replace(a_run(read_model(files / f"{side}.tflite")), id="second"), files / f"{side}2.json")
    code = main(
        ["compare", *(str(files / f"{side}.json") for side in "ab"), "--run-a", str(files / "a2.json"),
         "--run-b", str(files / "b2.json")]
    )  # fmt: skip

    assert code == 0
    assert "2 and 2 processes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["a.tflite", "b.tflite", "--fail-if", "p50>5%"], 2, "needs a run of each side"),
        (["a.tflite", "b.tflite", "--fail-if", "p50!5"], 2, "is no condition"),
        (["a.tflite", "b.tflite", "--target", "none"], 2, "There is no target 'none'"),
        (["a.tflite", "b.tflite", "--run-a", "b.json"], 2, "is of"),
        (["a.tflite", "b.tflite", "--model-a", "a.tflite"], 2, "is a model already"),
        (["a.tflite", "missing.tflite"], 3, "missing.tflite"),
        (["a.tflite"], 2, "required"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, sentence: str
) -> None:
    typed = [str(files / word) if word.endswith((".tflite", ".json")) else word for word in arguments]

    assert main(["compare", *typed]) == code
    assert sentence in capsys.readouterr().err


def test_a_broken_run_is_told_in_a_sentence(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "a.json").write_text('{"schema": "else"}')

    assert main(["compare", str(files / "a.json"), str(files / "b.json")]) == 4
    assert "a.json" in capsys.readouterr().err
