import json
from pathlib import Path

import pytest

from backends.cli import main
from backends.model.reader import read_model
from backends.runs.store import write_run
from tests.support.builders import a_run


def test_suggestions_of_a_target_come_with_gain_and_source(
    model_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["advise", str(model_file), "--target", "hexagon", "--format", "json"]) == 0

    tree = json.loads(capsys.readouterr().out)
    assert tree["schema"] == "tflite-profiler/advise/1"
    blocked = [one for one in tree["suggestions"] if one["what_if"]]
    assert blocked
    assert all(one["source"] and one["remedy"] for one in tree["suggestions"])


def test_a_run_ranks_by_time(model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run.json"
    write_run(a_run(read_model(model_file)), run)
    assert main(["advise", str(model_file), "--target", "hexagon", "--run", str(run), "--format", "json"]) == 0

    bases = {one["gain"]["basis"] for one in json.loads(capsys.readouterr().out)["suggestions"] if one["operators"]}
    assert bases == {"time"}


@pytest.mark.parametrize("arguments", [["--target", "none"], ["--run", "missing.json"]])
def test_wrong_use_is_told(arguments: list[str], model_file: Path) -> None:
    assert main(["advise", str(model_file), *arguments]) in {2, 4}
