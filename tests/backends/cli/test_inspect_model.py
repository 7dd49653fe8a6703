import csv
import io
import json
from pathlib import Path

import pytest

from backends.cli import main


def test_json_holds_operators_tensors_and_costs(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(model_file), "--format", "json"]) == 0

    tree = json.loads(capsys.readouterr().out)
    assert tree["schema"] == "tflite-profiler/inspect/1"
    assert tree["model"]["size_bytes"] == model_file.stat().st_size
    assert tree["summary"]["operators_by_type"] == {"ADD": 1, "LOGISTIC": 1}
    operators = tree["subgraphs"][0]["operators"]
    assert [operator["kind"] for operator in operators] == ["ADD", "LOGISTIC"]
    assert operators[0]["bytes_moved"] == 2 * 4 * 8 * 8 * 4
    assert [tensor["name"] for tensor in tree["subgraphs"][0]["tensors"]] == ["x", "y", "z"]


def test_csv_has_a_line_for_each_operator(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(model_file), "--format", "csv"]) == 0

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["subgraph"], row["index"], row["kind"]) for row in rows] == [("0", "0", "ADD"), ("0", "1", "LOGISTIC")]


def test_text_shows_summary_ends_and_operators(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(model_file)]) == 0

    text = capsys.readouterr().out
    assert "2 of 2 types" in text
    assert "1x8x8x4" in text


@pytest.mark.parametrize("content", [b"", b"TFL3", b"<html>", b"\x00" * 200])
def test_a_file_that_is_no_model_ends_with_3_and_one_sentence(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.tflite"
    path.write_bytes(content)

    assert main(["inspect", str(path)]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "bad.tflite" in captured.err.splitlines()[0]


def test_a_folder_is_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(tmp_path)]) == 3
    assert "folder" in capsys.readouterr().err


def test_output_writes_a_file_beside_the_text(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "report.json"

    assert main(["inspect", str(model_file), "--output", str(output)]) == 0
    assert json.loads(output.read_text())["schema"] == "tflite-profiler/inspect/1"
    assert capsys.readouterr().out.startswith("small.tflite\n")
    assert main(["inspect", str(model_file), "--output", str(output)]) == 2
    assert main(["inspect", str(model_file), "--output", str(model_file), "--force"]) == 2
