import json

import pytest

from backends.cli import main
from tests.support.user_target import drop_target_file


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


def test_published_numbers_stand_beside_ours_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets"]) == 0
    text = capsys.readouterr().out

    for numbers in ("28 (28)", "(37)", "(94)", "(101)"):
        assert numbers in text
    assert "highest operation code" in text


def test_the_page_can_be_had_as_html(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "show", "vs680", "--format", "html"]) == 0
    text = capsys.readouterr().out

    assert text.startswith("<!doctype html>")
    assert "CONV_2D" in text


def test_chipsets_are_listed_and_found_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "--chipsets", "--format", "json"]) == 0
    everything = json.loads(capsys.readouterr().out)["accelerators"]
    assert main(["targets", "--chipsets", "snapdragon 855", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["accelerators"]

    assert len(everything) > len(found) > 0
    assert {row["vendor"] for row in found} == {"Qualcomm"}
    assert any("hexagon" in row["targets"] for row in found)


def test_a_chipset_that_is_not_listed_gets_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "--chipsets", "Nonesuch 1"]) == 0
    assert "check the NNAPI and GPU targets" in capsys.readouterr().out


def test_the_page_of_one_target_and_the_chipsets_are_not_asked_for_together() -> None:
    assert main(["targets", "show", "vs680", "--chipsets"]) == 2


def test_a_target_file_of_the_user_is_listed_and_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    drop_target_file()

    assert main(["targets", "--format", "json"]) == 0
    assert "my-npu" in {target["id"] for target in json.loads(capsys.readouterr().out)["targets"]}
    assert main(["targets", "show", "my-npu"]) == 0
    assert "Example NPU of mine" in capsys.readouterr().out


def test_the_help_names_the_folder_for_own_target_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "--help"]) == 0
    assert "tflite-profiler/targets" in "".join(capsys.readouterr().out.split())


def test_a_chipset_is_found_by_the_number_that_phones_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "--chipsets", "SM8150", "--format", "json"]) == 0
    tree = json.loads(capsys.readouterr().out)

    assert tree["chipset"].startswith("Snapdragon 855")
    assert any("hexagon" in row["targets"] for row in tree["accelerators"])
