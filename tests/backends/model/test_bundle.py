import io
import zipfile
from pathlib import Path

import pytest

from backends.errors import ModelFileError
from backends.model import bundle
from backends.model.bundle import FileKind, file_kind, is_bundle, list_members, read_member
from backends.model.packed_file import read_packed_file
from backends.model.reader import read_model, read_model_bytes
from tests.support.model_builder import a_model, an_operator

MODEL = a_model([an_operator("RELU")])
OTHER = a_model([an_operator("TANH"), an_operator("ABS")])


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def write(folder: Path, content: bytes, name: str = "bundle.task") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_models_are_recognised_by_content_and_read(tmp_path: Path, compression: int) -> None:
    content = zipped({"a.tflite": MODEL, "notes.tflite": b"no model", "folder/b.bin": OTHER}, compression)
    path = write(tmp_path, content)

    members = list_members(path)
    model = read_member(path, "folder/b.bin")

    assert is_bundle(path)
    assert [(member.name, member.size_bytes) for member in members] == [
        ("a.tflite", len(MODEL)),
        ("folder/b.bin", len(OTHER)),
    ]
    assert [operator.kind for operator in model.subgraphs[0].operators] == ["TANH", "ABS"]
    assert model.name == "bundle.task:folder/b.bin"


def test_an_archive_with_something_in_front_is_a_bundle(tmp_path: Path) -> None:
    path = write(tmp_path, b"\0\0" + zipped({"a.tflite": MODEL}))

    assert file_kind(path) is FileKind.BUNDLE
    assert read_member(path, "a.tflite").subgraphs


def test_models_in_an_archive_within_the_archive_are_found(tmp_path: Path) -> None:
    path = write(tmp_path, zipped({"inner.task": zipped({"a.tflite": MODEL}), "b.tflite": OTHER}))

    assert [member.name for member in list_members(path)] == ["inner.task!/a.tflite", "b.tflite"]
    assert read_member(path, "inner.task!/a.tflite").subgraphs[0].operators[0].kind == "RELU"


def test_nesting_has_an_end(tmp_path: Path) -> None:
    content = MODEL
    for _ in range(6):
        content = zipped({"x": content})

    with pytest.raises(ModelFileError, match="without any TFLite model"):
        list_members(write(tmp_path, content))
    with pytest.raises(ModelFileError, match="too deeply"):
        read_member(write(tmp_path, content), "!/".join("xxxxxx"))


def test_a_model_with_an_appended_archive_is_a_model(tmp_path: Path) -> None:
    path = write(tmp_path, MODEL + zipped({"labels.txt": b"cat\ndog\n"}), "labelled.tflite")

    model = read_model(path)

    assert file_kind(path) is FileKind.MODEL
    assert not is_bundle(path)
    assert [(file.name, file.size_bytes) for file in model.packed_files] == [("labels.txt", 8)]
    assert read_packed_file(model, "labels.txt") == b"cat\ndog\n"


def test_a_packed_file_that_is_missing_or_too_large_is_an_error() -> None:
    bomb = zipped({"big.txt": bytes(40 << 20)}, zipfile.ZIP_DEFLATED)
    model = read_model_bytes(MODEL + bomb)

    with pytest.raises(ModelFileError, match="no packed file"):
        read_packed_file(model, "other.txt")
    with pytest.raises(ModelFileError, match="more than 32 MiB"):
        read_packed_file(model, "big.txt")


def test_a_damaged_packed_file_is_an_error_and_a_damaged_archive_a_warning() -> None:
    archive = zipped({"labels.txt": b"cat" * 100}, zipfile.ZIP_DEFLATED)
    damaged = bytearray(MODEL + archive)
    damaged[len(MODEL) + 42] ^= 0xFF
    model = read_model_bytes(bytes(damaged))

    with pytest.raises(ModelFileError, match="cannot be read"):
        read_packed_file(model, "labels.txt")

    cut = bytearray(MODEL + archive)
    cut[-12:-8] = b"\xff\xff\xff\x7f"
    assert any("archive" in warning for warning in read_model_bytes(bytes(cut)).warnings)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "is empty"), (b"hello, this is text", "text file"), (b"PK\x03\x04" + bytes(50), "zip archive")],
)
def test_what_is_neither_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = write(tmp_path, content)

    with pytest.raises(ModelFileError, match=sentence):
        file_kind(path)
    assert not is_bundle(path)


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="There is no file"):
        file_kind(tmp_path / "none.task")
    with pytest.raises(ModelFileError, match="is a folder"):
        file_kind(tmp_path)
    with pytest.raises(ModelFileError, match="There is no file"):
        list_members(tmp_path / "none.task")


def test_a_missing_entry_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no entry 'other'"):
        read_member(write(tmp_path, zipped({"a.tflite": MODEL})), "other")


def test_an_archive_of_other_things_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="without any TFLite model"):
        list_members(write(tmp_path, zipped({"readme.txt": b"hello"})))


def test_an_entry_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = write(tmp_path, zipped({"a.tflite": MODEL}, zipfile.ZIP_DEFLATED))
    nested = zipped({"inner.zip": zipped({"a.tflite": MODEL})}, zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(bundle, "MAX_UNPACKED_BYTES", 100)

    with pytest.raises(ModelFileError, match="unpacks to more than"):
        read_member(packed, "a.tflite")
    with pytest.raises(ModelFileError, match="unpacks to more than"):
        list_members(write(tmp_path, nested))


def test_a_stored_model_is_read_in_place_whatever_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, zipped({"a.tflite": MODEL}))
    monkeypatch.setattr(bundle, "MAX_UNPACKED_BYTES", 100)

    assert read_member(path, "a.tflite").size_bytes == len(MODEL)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_flipped_anywhere_gives_models_or_one_sentence(tmp_path: Path, compression: int) -> None:
    content = zipped({"a.tflite": MODEL}, compression)
    outcomes = set()
    for place in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[place] ^= 0x55
        path = write(tmp_path, bytes(damaged))
        try:
            outcomes.update(read_member(path, member.name).name for member in list_members(path))
        except ModelFileError:
            outcomes.add("refused")

    assert {"bundle.task:a.tflite", "refused"} <= outcomes
