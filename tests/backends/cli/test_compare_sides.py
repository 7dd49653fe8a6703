import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.cli import main
from backends.model.reader import read_model
from backends.runs.store import write_run
from tests.support.builders import a_run
from tests.support.foreign_files import benchmark_csv, benchmark_output
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


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A model of two operators, and what ``benchmark_model`` wrote of it before and after the second one got slower."""
    (tmp_path / "chain.tflite").write_bytes(a_model([an_operator("ADD"), an_operator("MUL")]))
    for name, times, mean in (("old", (1.0, 2.0), 3000.0), ("new", (1.0, 3.0), 4000.0)):
        (tmp_path / f"{name}.csv").write_text(benchmark_csv(("ADD", "MUL"), times))
        (tmp_path / f"{name}.txt").write_text(benchmark_output(mean))
    return tmp_path


def test_tables_of_benchmark_model_are_compared_as_they_are(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["compare", str(foreign / "old.csv"), str(foreign / "new.csv"), "--model-b", str(foreign / "chain.tflite")]

    assert main([*asked, "--fail-if", "layer:MUL>20%", "--format", "json"]) == 1
    layers = json.loads(capsys.readouterr().out)["layers"]
    assert [(row["kind"], row["a_us"], row["b_us"]) for row in layers] == [("ADD", 1000, 1000), ("MUL", 2000, 3000)]
    assert main([*asked, "--fail-if", "layer:ADD>20%"]) == 0


def test_output_and_table_of_a_measurement_are_one_run(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["compare", str(foreign / "old.txt"), str(foreign / "new.txt"), "--run-a", str(foreign / "old.csv"),
         "--run-b", str(foreign / "new.csv"), "--model-a", str(foreign / "chain.tflite"), "--format", "json",
         "--fail-if", "mean>20%", "--ignore-noise"]
    )  # fmt: skip
    tree = json.loads(capsys.readouterr().out)

    assert code == 1
    assert [len(tree[side]["runs"]) for side in "ab"] == [1, 1]
    assert tree["latency"]["metrics"][0]["relative"] == pytest.approx(1 / 3)
    assert all(row["a_us"] is not None for row in tree["layers"])


def test_a_table_is_compared_with_a_run_and_finds_the_model_beside_it(
    foreign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (foreign / "old.csv").rename(foreign / "chain.old.csv")
    write_run(a_run(read_model(foreign / "chain.tflite")), foreign / "run.json")

    assert main(["compare", str(foreign / "run.json"), str(foreign / "chain.old.csv"), "--format", "json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["model"]["counts"]["same"] == 2
    assert [row["b_us"] for row in tree["layers"]] == [1000, 2000]


def test_a_table_without_its_model_is_told_in_a_sentence(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(foreign / "old.csv"), str(foreign / "new.csv")]) == 2
    assert "name it with --model-a" in capsys.readouterr().err


def test_a_table_of_another_model_is_told_in_a_sentence(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (foreign / "else.csv").write_text(benchmark_csv(["ABS"], [1.0]).replace("tensor_1", "another"))

    asked = ["compare", str(foreign / "old.csv"), str(foreign / "else.csv"), "--model-a", str(foreign / "chain.tflite")]
    assert main(asked) == 4
    assert "was not measured with" in capsys.readouterr().err
