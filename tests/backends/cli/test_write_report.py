"""The verb ``report``."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from backends.cli import main
from backends.model.reader import read_model
from backends.runs.store import write_run
from tests.support.builders import a_run
from tests.support.model_builder import a_model, an_operator


@pytest.mark.parametrize("suffix", ["html", "pdf", "md", "tex", "json", "csv", "txt"])
def test_a_file_is_written_in_the_format_of_its_ending(model_file: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"report.{suffix}"

    assert main(["report", str(model_file), "--output", str(path), "--note", "After pruning."]) == 0
    assert path.stat().st_size > 150
    assert main(["report", str(model_file), "--output", str(path)]) == 2
    assert main(["report", str(model_file), "--output", str(path), "--force"]) == 0


def test_runs_of_other_tools_are_part_of_it(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    details = [{"name": "y", "type": "ADD", "compute_unit": "NPU", "execution_time": 100}]
    (tmp_path / "hub.json").write_text(json.dumps({"execution_summary": {}, "execution_detail": details}))

    code = main(["report", str(model_file), str(tmp_path / "hub.json"), "--format", "markdown", "--target", "hexagon"])

    text = capsys.readouterr().out
    assert code == 0
    assert "## Run, hub.json" in text
    assert "100 µs" in text
    assert "Hexagon" in text


def test_wrong_use_ends_with_2(model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(model_file), "--output", str(tmp_path / "report.docx")]) == 2
    assert "end the name in .html" in capsys.readouterr().err
    assert main(["report", str(model_file), "--target", "nobody"]) == 2
    assert main(["report", str(model_file), str(tmp_path / "missing.json")]) == 4


def test_runs_are_compared_with_a_baseline_of_another_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, kinds, ns in (("now", ("ADD", "MUL"), 1_200_000), ("before", ("ADD", "MUL", "ABS"), 1_000_000)):
        path = tmp_path / f"{name}.tflite"
        path.write_bytes(a_model([an_operator(kind) for kind in kinds]))
        latencies = tuple(ns + number for number in range(20))
        write_run(replace(a_run(read_model(path)), id=name, latencies_ns=latencies), tmp_path / f"{name}.json")
    asked = ["report", str(tmp_path / "now.tflite"), str(tmp_path / "now.json"), "--target", "vs680"]

    assert main([*asked, "--baseline", str(tmp_path / "before.json"), "--full"]) == 0
    text = capsys.readouterr().out
    assert "+20 % against the baseline" in text
    assert "The run (B) against the baseline, before.tflite (A)" in text
    assert "1 operator was removed (only in A): 1 ABS." in text
    assert main([*asked, "--baseline", str(tmp_path / "before.tflite")]) == 2
    assert "is no run" in capsys.readouterr().err
