import json
from pathlib import Path
from typing import Any

import pytest

from backends.cli import main
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


@pytest.fixture
def islands_file(tmp_path: Path) -> Path:
    """RELU, then ATAN2, which NNAPI refuses, then RELU, and the same again."""
    tensors = [a_stored_tensor(shape=(1, 8, 8, 4), name=f"t{i}") for i in range(6)]
    kinds = ["RELU", "ATAN2", "RELU", "ATAN2", "RELU"]
    operators = [
        an_operator(kind, [tensors[i]] * (2 if kind == "ATAN2" else 1), [tensors[i + 1]])
        for i, kind in enumerate(kinds)
    ]
    path = tmp_path / "islands.tflite"
    path.write_bytes(a_model(operators))
    return path


def checked(capsys: pytest.CaptureFixture[str], path: Path, *arguments: str) -> dict[str, Any]:
    assert main(["check", str(path), "--target", "nnapi-1.3", "--format", "json", *arguments]) == 0
    tree: dict[str, Any] = json.loads(capsys.readouterr().out)
    return tree


def test_pretending_a_type_is_supported_joins_the_partitions(
    islands_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = checked(capsys, islands_file, "--pretend", "atan2")
    target = tree["targets"][0]

    assert tree["supposition"]["accepted_kinds"] == ["ATAN2"]
    assert (target["summary_before"]["partition_count"], target["summary"]["partition_count"]) == (3, 1)


def test_a_rule_can_be_pretended_to_hold(islands_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(islands_file), "--target", "hexagon", "--format", "json"]) == 0
    plain = json.loads(capsys.readouterr().out)["targets"][0]
    rule = next(finding["rule"] for finding in plain["operators"][0]["findings"])
    assert main(["check", str(islands_file), "--target", "hexagon", "--pretend", rule, "--format", "json"]) == 0
    supposed = json.loads(capsys.readouterr().out)

    assert supposed["supposition"]["holding_rules"] == [rule]
    assert rule not in [finding["rule"] for finding in supposed["targets"][0]["operators"][0]["findings"]]


def test_an_excluded_operator_is_a_cpu_island(islands_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = checked(capsys, islands_file, "--pretend", "ATAN2", "--exclude", "0:2", "--exclude", "4")

    assert tree["supposition"]["excluded"] == [[0, 2], [0, 4]]
    assert [row["placement"] for row in tree["targets"][0]["operators"]] == [
        "accelerated",
        "accelerated",
        "fallback",
        "accelerated",
        "fallback",
    ]
    assert tree["targets"][0]["summary"]["island_count"] == 2


def test_the_number_of_partitions_can_be_limited(islands_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = checked(capsys, islands_file, "--max-partitions", "1")["targets"][0]["summary"]

    assert (summary["partition_count"], summary["delegated_partition_count"]) == (3, 1)


def test_without_a_what_if_nothing_is_said_of_one(islands_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = checked(capsys, islands_file)

    assert "supposition" not in tree
    assert "summary_before" not in tree["targets"][0]


def test_the_text_tells_what_is_supposed_and_the_numbers_before_and_after(
    islands_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(islands_file), "--target", "nnapi-1.3", "--pretend", "ATAN2"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]

    assert ["Supposing", "that", "these", "are", "supported:", "ATAN2."] in lines
    assert ["partitions", "3", "1"] in lines
    assert ["CPU", "islands", "2", "0"] in lines


@pytest.mark.parametrize(
    "arguments",
    [["--pretend", "NO_SUCH_THING"], ["--exclude", "0:99"], ["--exclude", "x"], ["--max-partitions", "-1"]],
)
def test_a_what_if_about_nothing_is_wrong_usage(
    islands_file: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(islands_file), *arguments]) == 2
    assert arguments[1] in capsys.readouterr().err


def test_names_alike_are_offered_for_a_wrong_one(islands_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(islands_file), "--pretend", "RELU_OPERATOR"]) == 2
    assert "RELU" in capsys.readouterr().err.split("Perhaps")[1]


def test_the_options_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--help"]) == 0
    text = capsys.readouterr().out

    assert all(option in text for option in ("--max-partitions", "--exclude", "--pretend"))
