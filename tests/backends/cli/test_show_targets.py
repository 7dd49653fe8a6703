import json

import pytest

from backends.cli import main


def test_the_list_names_every_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "--format", "json"]) == 0

    tree = json.loads(capsys.readouterr().out)
    assert tree["schema"] == "tflite-profiler/targets/1"
    assert {"nnapi-1.0", "hexagon", "vs680"} <= {target["id"] for target in tree["targets"]}


def test_the_page_of_a_target_gives_every_rule_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "show", "hexagon", "--format", "json"]) == 0

    target = json.loads(capsys.readouterr().out)["targets"][0]
    assert target["accepts"]
    assert all(rule["demand"] and rule["source"] for rule in target["rules"])


@pytest.mark.parametrize("format_", ["text", "markdown", "csv"])
def test_the_page_names_every_accepted_type(format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["targets", "show", "nnapi-1.2", "--format", "json"])
    accepted = json.loads(capsys.readouterr().out)["targets"][0]["accepts"]

    assert main(["targets", "show", "nnapi-1.2", "--format", format_]) == 0
    text = capsys.readouterr().out.replace("\\_", "_")
    assert [kind for kind in accepted if kind not in text] == []


@pytest.mark.parametrize("arguments", [["show"], ["show", "nnapi-9"], ["hide"]])
def test_a_page_that_does_not_exist_is_wrong_usage(arguments: list[str]) -> None:
    assert main(["targets", *arguments]) == 2
