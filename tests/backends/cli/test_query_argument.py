import json
from pathlib import Path

import pytest

from backends.cli import main


def test_inspect_lists_only_what_the_query_finds(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(model_file), "--query", "type:ADD", "--format", "json"]) == 0

    tree = json.loads(capsys.readouterr().out)
    assert tree["schema"] == "tflite-profiler/query/1"
    assert tree["query"] == "type:ADD"
    assert (tree["found_count"], tree["operator_count"]) == (1, 2)
    assert [(row["subgraph"], row["index"], row["kind"]) for row in tree["operators"]] == [(0, 0, "ADD")]


def test_targets_are_checked_when_the_query_asks_for_them(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(model_file), "--query", "accelerated:xnnpack type:ADD"]) == 0

    assert "1 of 2 operators" in capsys.readouterr().out


def test_check_tells_the_answer_of_each_target_beside_the_hits(
    model_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(model_file), "--target", "xnnpack", "--query", "verdict:accelerated"]) == 0

    text = capsys.readouterr().out
    assert "2 of 2 operators" in text
    assert "accelerated" in text.splitlines()[-1]


def test_a_mistake_is_wrong_usage_and_points_at_the_place(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(model_file), "--query", "relu tpye:ADD"]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "tflite-profiler: --query: There is no field 'tpye'.",
        "  Did you mean: relu type:ADD",
        "  | relu tpye:ADD",
        "  |      ^^^^",
    ]


def test_what_is_not_known_is_said(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(model_file), "--query", "time>1ms"]) == 0

    assert "Note: The model was not measured yet" in capsys.readouterr().out
