"""The verbs ``import`` and ``export``."""

import json
from pathlib import Path

import pytest

from backends.cli import main

NODE_DATA = {"main": {"name": "Latency (ms)", "results": {"y": {"value": 3.5}, "z": {"value": 1.5}}}}
DETAILS = [
    {"name": "y", "type": "ADD", "compute_unit": "NPU", "execution_time": 100},
    {"name": "z", "type": "LOGISTIC", "compute_unit": "CPU", "execution_time": 50},
]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "hub.json"
    path.write_text(json.dumps({"execution_summary": {"all_inference_times": [160]}, "execution_detail": DETAILS}))
    return path


def test_import_says_what_fits_and_saves_a_run(
    model_file: Path, profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "run.json"

    assert main(["import", str(model_file), str(profile), "--output", str(saved)]) == 0
    assert "2 of 2 entries fit" in capsys.readouterr().out
    assert main(["import", str(model_file), str(saved), "--format", "json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["schema"] == "tflite-profiler/profile/1"
    assert [operator["time_us"] for operator in tree["operators"]] == [100.0, 50.0]


def test_columns_stand_beside_the_operators(
    model_file: Path, profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data.json").write_text(json.dumps(NODE_DATA))

    assert main(["import", str(model_file), str(profile), str(tmp_path / "data.json"), "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(",latency_ms")
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["3.5", "1.5", ""]


@pytest.mark.parametrize("kind", ["node-data", "netron", "trace", "graph", "csv", "json"])
def test_export_writes_every_kind(
    model_file: Path, profile: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out"

    assert main(["export", str(model_file), str(profile), "--to", kind, "--output", str(path)]) == 0
    assert main(["export", str(model_file), str(profile), "--to", kind]) == 0
    assert capsys.readouterr().out == path.read_text(encoding="utf-8")
    assert main(["export", str(model_file), str(profile), "--to", kind, "--output", str(path)]) == 2


def test_a_mapping_pairs_the_operators_of_two_models(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(model_file), "--to", "mapping", "--with", str(model_file)]) == 0

    tree = json.loads(capsys.readouterr().out)
    assert tree["type"] == "sync_navigation"
    assert tree["mappingEntries"] == [{"leftNodeIds": [i], "rightNodeIds": [i]} for i in ("0", "1")]
    assert main(["export", str(model_file), "--to", "mapping"]) == 2


def test_wrong_use_and_wrong_files_end_with_a_sentence(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "odd.txt").write_text("hello")

    assert main(["export", str(model_file), "--to", "trace"]) == 2
    assert "needs a RUN" in capsys.readouterr().err
    assert main(["import", str(model_file), str(tmp_path / "odd.txt")]) == 4
    assert "odd.txt is of no kind that can be imported." in capsys.readouterr().err
    assert main(["import", str(model_file), str(tmp_path / "missing")]) == 4
