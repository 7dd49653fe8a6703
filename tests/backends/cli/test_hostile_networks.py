"""Files from elsewhere given to ``convert``, ``accuracy``, ``advise``, ``score``, ``published``: a sentence each."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from backends.cli.command_line import main
from tests.support.quantised_pair import SHAPE, write_pair


def _archive(path: Path, config: str, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def _said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a verb that has to fail; what it says holds no control characters and no trace."""
    assert main(arguments) != 0

    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "\x1b" not in said
    return said


def test_an_archive_that_would_fill_the_disk_is_not_unpacked(tmp_path: Path, capsys) -> None:
    path = _archive(tmp_path / "net.keras", "{}", weights=bytes(64 << 20))

    assert "out of nearly nothing" in _said(["convert", str(path), "--folder", str(tmp_path)], capsys)


def test_an_archive_that_points_out_of_its_folder_is_not_unpacked(tmp_path: Path, capsys) -> None:
    path = _archive(tmp_path / "net.keras", "{}", **{"../../evil": b"x"})

    assert "points out of its folder" in _said(["convert", str(path), "--folder", str(tmp_path)], capsys)


def test_a_configuration_that_is_nested_too_deeply_is_refused(tmp_path: Path, capsys) -> None:
    path = _archive(tmp_path / "net.keras", "[" * 200_000)

    assert "cannot be read" in _said(["convert", str(path), "--folder", str(tmp_path)], capsys)


def test_code_does_not_run_and_its_name_does_not_colour_the_terminal(tmp_path: Path, capsys) -> None:
    layer = {"class_name": "Lambda", "config": {"name": "<img src=x>\x1b[31m"}}
    path = _archive(tmp_path / "\x1b[31mred.keras", json.dumps({"config": {"layers": [layer]}}))
    said = _said(["convert", str(path), "--folder", str(tmp_path)], capsys)

    assert "holds code that would run" in said
    assert "add --allow-code" in said


@pytest.mark.parametrize("shape", ["1xx", "1x0x0x3", "a=", "-1x2", "input=1xx"])
def test_shapes_that_are_none_are_told_as_they_were_typed(shape: str, capsys) -> None:
    assert main(["convert", "net.keras", f"--shape={shape}"]) == 2

    assert f"'{shape}' does not read 1x224x224x3" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["advise", "published --model", "score --challenge mai21-super-resolution"])
def test_what_is_no_model_is_refused(verb: str, tmp_path: Path, capsys) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(bytes(range(256)) * 8)

    assert "is not a TFLite model" in _said([*verb.split(), str(path)], capsys)


def _write_pickle(path: Path) -> None:
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        ("a.npy", _write_pickle, "cannot be read as a NumPy array"),
        ("a.npz", lambda path: path.write_bytes(b"PK\x03\x04junk"), "cannot be read as a NumPy array"),
        ("a.png", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99)), "cannot be read as an image"),
        ("a.npy", lambda path: np.save(path, np.zeros((2, 7), "f4")), "but input"),
    ],
)
def test_samples_that_are_none_are_refused(name: str, write, message: str, tmp_path: Path, capsys) -> None:
    original, quantised = write_pair(tmp_path)
    folder = tmp_path / "samples"
    folder.mkdir()
    write(folder / name)
    said = _said(["accuracy", str(quantised), "--against", str(original), "--data", str(folder / name)], capsys)

    assert message in said


def test_samples_without_numbers_are_said_to_be_so(tmp_path: Path, capsys) -> None:
    original, quantised = write_pair(tmp_path)
    np.save(tmp_path / "a.npy", np.full((2, *SHAPE[1:]), np.nan, "f4"))
    main(["accuracy", str(quantised), "--against", str(original), "--data", str(tmp_path / "a.npy")])

    assert "is not a number" in capsys.readouterr().out
