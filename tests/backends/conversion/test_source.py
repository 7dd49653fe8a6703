import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from backends.conversion.source import SourceFormat, check_source, find_source, read_source
from backends.errors import ModelFileError


def _keras(path: Path, config: Any, extra: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(config))
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return path


def test_formats_are_told_from_names(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"x")
    saved = find_source(tmp_path / "saved")

    assert saved is not None
    assert saved.format is SourceFormat.SAVED_MODEL
    assert find_source(tmp_path / "saved" / "saved_model.pb") == saved
    assert saved.stem == "saved"
    assert find_source(tmp_path) is None
    assert find_source(tmp_path / "x.tflite") is None
    assert [find_source(Path(f"a{s}")).format for s in (".keras", ".H5", ".pb", ".onnx", ".pt2")] == [  # type: ignore[union-attr]
        SourceFormat.KERAS,
        SourceFormat.HDF5,
        SourceFormat.FROZEN_GRAPH,
        SourceFormat.ONNX,
        SourceFormat.TORCH,
    ]


def test_what_cannot_be_converted_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="There is no file"):
        read_source(tmp_path / "x.keras")
    with pytest.raises(ModelFileError, match=r"is a folder without a saved_model\.pb"):
        read_source(tmp_path)


def test_inputs_and_code_are_read_from_the_configuration(tmp_path: Path) -> None:
    layers = [
        {"class_name": "InputLayer", "config": {"name": "image", "batch_shape": [None, 32, None, 3]}},
        {"class_name": "Lambda", "config": {"name": "shuffle", "function": {"class_name": "__lambda__", "config": {}}}},
    ]
    path = _keras(tmp_path / "a.keras", {"class_name": "Functional", "config": {"layers": layers}})
    facts = check_source(read_source(path))

    assert facts.inputs == {"image": (-1, 32, -1, 3)}
    assert facts.code == ("Lambda 'shuffle'",)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:\\evil", "..\\evil"])
def test_entries_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    path = _keras(tmp_path / "a.keras", {}, {name: b"x"})
    with pytest.raises(ModelFileError, match="points out of its folder"):
        check_source(read_source(path))


def test_bombs_are_refused(tmp_path: Path) -> None:
    path = _keras(tmp_path / "a.keras", {}, {"model.weights.h5": bytes(50_000_000)})
    with pytest.raises(ModelFileError, match="unpacks to 47"):
        check_source(read_source(path))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04nonsense", b"nonsense", b"\x89HDF\r\n\x1a\n"])
def test_damaged_keras_files_give_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.keras").write_bytes(data)
    with pytest.raises(ModelFileError):
        check_source(read_source(tmp_path / "a.keras"))


@pytest.mark.parametrize("config", ["[" * 100_000, "{", "\ud800"])
def test_hostile_configurations_give_a_sentence(tmp_path: Path, config: str) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", config.encode("utf-8", "surrogatepass"))
    with pytest.raises(ModelFileError, match="cannot be read"):
        check_source(read_source(path))


def test_what_is_no_hdf5_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_bytes(b"nonsense" * 1000)
    with pytest.raises(ModelFileError, match="no HDF5"):
        check_source(read_source(tmp_path / "a.h5"))


def test_graphs_that_touch_files_need_a_yes(tmp_path: Path) -> None:
    (tmp_path / "a.pb").write_bytes(b"\n\x10\n\x01x\x12\x09WriteFile")
    (tmp_path / "b.pb").write_bytes(b"\n\x10\n\x01x\x12\x06Conv2D a node called my_WriteFile_node")

    assert check_source(read_source(tmp_path / "a.pb")).code == ("operator WriteFile",)
    assert check_source(read_source(tmp_path / "b.pb")).code == ()


def test_pickles_need_a_yes(tmp_path: Path) -> None:
    (tmp_path / "a.pt2").write_bytes(b"PK")

    assert check_source(read_source(tmp_path / "a.pt2")).code
