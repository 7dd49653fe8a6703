import json
from pathlib import Path
from typing import Any

import pytest

from backends.cli import main
from tests.support.model_builder import a_model, an_operator
from tests.support.shared import MODEL_FILES


@pytest.fixture
def refused_file(tmp_path: Path) -> Path:
    """A file with an operator that no NNAPI accelerator takes."""
    path = tmp_path / "refused.tflite"
    path.write_bytes(a_model([an_operator("ADD"), an_operator("CUSTOM", custom_code="Mine")]))
    return path


def _checked(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    main(["check", *map(str, arguments), "--format", "json"])
    tree: dict[str, Any] = json.loads(capsys.readouterr().out)
    return tree


def test_all_targets_of_the_main_job_are_checked(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = [target["id"] for target in _checked(capsys, model_file)["targets"]]

    assert {"nnapi-1.0", "nnapi-1.1", "nnapi-1.2", "nnapi-1.3", "hexagon", "vs680"} <= set(ids)


def test_targets_are_checked_in_the_order_asked_for(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = _checked(capsys, model_file, "--target", "hexagon", "--target", "nnapi-1.1", "--target", "hexagon")

    assert [target["id"] for target in tree["targets"]] == ["hexagon", "nnapi-1.1"]


def test_every_operator_has_a_placement_and_belongs_to_one_partition(
    refused_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = _checked(capsys, refused_file, "--target", "nnapi-1.2")["targets"][0]

    assert [(row["index"], row["kind"]) for row in target["operators"]] == [(0, "ADD"), (1, "CUSTOM")]
    assert target["operators"][1]["placement"] == "fallback"
    assert target["operators"][1]["custom_code"] == "Mine"
    assert sorted(i for partition in target["partitions"] for i in partition["operators"]) == [0, 1]
    assert {"rule", "reason", "message", "source", "found", "allowed", "remedy"} <= set(
        target["operators"][1]["findings"][0]
    )


def test_fail_on_fallback_ends_with_1_and_still_reports(
    refused_file: Path, model_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--target", "nnapi-1.2", "--fail-on", "fallback"]

    assert main(["check", str(refused_file), *asked]) == 1
    captured = capsys.readouterr()
    assert "Mine" in captured.out
    assert "NNAPI 1.2" in captured.err
    assert main(["check", str(model_file), *asked]) == 0
    assert main(["check", str(refused_file), "--target", "nnapi-1.2", "--fail-on", "unknown"]) == 0


def test_an_unknown_target_is_wrong_usage_and_the_known_ones_are_named(
    model_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(model_file), "--target", "nnapi-9"]) == 2
    assert "nnapi-1.0" in capsys.readouterr().err


def test_a_wrong_target_file_of_the_user_is_named_and_left_out(
    model_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from backends.targets.user_folder import user_target_folder

    folder = user_target_folder()
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("id = ")

    assert main(["check", str(model_file), "--format", "json"]) == 0
    captured = capsys.readouterr()
    assert "mine.toml" in captured.err
    json.loads(captured.out)


@pytest.mark.skipif(not MODEL_FILES, reason="the reference models are not on this machine")
def test_every_reference_model_is_checked_or_refused_with_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for path in MODEL_FILES:
        code = main(["check", str(path), "--target", "nnapi-1.2"])
        captured = capsys.readouterr()

        assert code in (0, 3), (path.name, captured.err)
        assert bool(captured.out) is (code == 0)
        assert "internal error" not in captured.err
