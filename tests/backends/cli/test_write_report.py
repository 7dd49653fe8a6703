"""The verb ``report``."""

import json
from pathlib import Path

import pytest

from backends.cli import main


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
