import zipfile
from pathlib import Path

import pytest

from backends.cli import main
from backends.cli.model_argument import ModelPlace, open_model, parse_place
from backends.errors import ModelFileError


def _bundle(path: Path, model: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, model.read_bytes())
        archive.writestr("notes.txt", "no model")
    return path


def test_the_only_model_of_a_bundle_needs_no_name(tmp_path: Path, model_file: Path) -> None:
    path = _bundle(tmp_path / "one.task", model_file, ["detector.tflite"])

    model = open_model(parse_place(str(path)))
    assert len(model.subgraphs[0].operators) == 2


def test_several_models_are_listed(tmp_path: Path, model_file: Path) -> None:
    path = _bundle(tmp_path / "two.task", model_file, ["a.tflite", "b.tflite"])

    with pytest.raises(ModelFileError, match=r"holds 2 models: a\.tflite, b\.tflite") as caught:
        open_model(parse_place(str(path)))
    assert caught.value.hint.endswith("two.task:a.tflite")


def test_one_of_several_is_named_behind_a_colon(tmp_path: Path, model_file: Path) -> None:
    path = _bundle(tmp_path / "two.task", model_file, ["a.tflite", "b.tflite"])

    place = parse_place(f"{path}:b.tflite")
    assert place == ModelPlace(path=path, entry="b.tflite")
    assert len(open_model(place).subgraphs[0].operators) == 2


def test_an_entry_that_is_not_there_is_told(tmp_path: Path, model_file: Path) -> None:
    path = _bundle(tmp_path / "one.task", model_file, ["a.tflite"])

    assert main(["inspect", f"{path}:other.tflite"]) == 3


def test_a_colon_in_the_name_of_a_file_is_no_entry(tmp_path: Path, model_file: Path) -> None:
    path = tmp_path / "odd:name.tflite"
    path.write_bytes(model_file.read_bytes())

    assert parse_place(str(path)) == ModelPlace(path=path)


def test_an_entry_may_hold_colons_itself(tmp_path: Path, model_file: Path) -> None:
    path = _bundle(tmp_path / "one.task", model_file, ["a:b.tflite"])

    assert parse_place(f"{path}:a:b.tflite") == ModelPlace(path=path, entry="a:b.tflite")


def test_a_missing_file_is_told_with_its_whole_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "nowhere/model.tflite:x"]) == 3
    assert "nowhere/model.tflite:x" in capsys.readouterr().err
