"""What can be converted, told from names and a few bytes, and what is checked before TensorFlow sees it."""

import json
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from backends.errors import ModelFileError
from backends.units import format_bytes

_MOST_BYTES = 8 << 30
_MOST_CONFIG_BYTES = 64 << 20
_MOST_ENTRIES = 100_000
_MOST_RATIO = 1000
"""An entry that unpacks to more than so many times its size is no network: deflate's own limit is 1032."""
_HARMFUL = ("ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "PyFuncStateless", "EagerPyFunc")
_LONGEST_NAME = 32
_CHUNK_BYTES = 16 << 20
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_HDF5_OFFSETS = (0, 512, 1024, 2048)
"""Where the format's specification lets a file begin (powers of two from 512 on)."""
CODE_HINT = "Allow it only if you trust where the file comes from: it then runs with your rights."
"""What to do about a file that holds code; window and command line add how it is allowed there."""


class SourceFormat(StrEnum):
    """What a network was saved as."""

    KERAS = "Keras"
    HDF5 = "Keras HDF5"
    SAVED_MODEL = "SavedModel"
    FROZEN_GRAPH = "frozen graph"
    ONNX = "ONNX"
    TORCH = "PyTorch export"


_SUFFIXES = {
    ".keras": SourceFormat.KERAS,
    ".h5": SourceFormat.HDF5,
    ".hdf5": SourceFormat.HDF5,
    ".pb": SourceFormat.FROZEN_GRAPH,
    ".onnx": SourceFormat.ONNX,
    ".pt2": SourceFormat.TORCH,
}
SUFFIXES = tuple(_SUFFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A network to convert: a file, or a SavedModel's folder."""

    path: Path
    format: SourceFormat

    @property
    def stem(self) -> str:
        """Name for the files made from it."""
        return self.path.name if self.format is SourceFormat.SAVED_MODEL else self.path.stem


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What can be said about a source without TensorFlow."""

    code: tuple[str, ...] = ()
    """What would run when the file is loaded: layers that hold Python code, operators that touch files."""
    inputs: Mapping[str, tuple[int, ...]] | None = None
    """Shape of each input with -1 for free sizes, where the file says so plainly."""


def find_source(path: Path) -> Source | None:
    """Tell whether a path can be converted; looks at its name and a file or two in a folder, and never raises."""
    try:
        if path.is_dir():
            is_saved = (path / "saved_model.pb").is_file() or (path / "saved_model.pbtxt").is_file()
            return Source(path=path, format=SourceFormat.SAVED_MODEL) if is_saved else None
        if path.name in ("saved_model.pb", "saved_model.pbtxt"):
            return Source(path=path.parent, format=SourceFormat.SAVED_MODEL)
    except OSError:
        return None
    found = _SUFFIXES.get(path.suffix.lower())
    return Source(path=path, format=found) if found is not None else None


def read_source(path: Path) -> Source:
    """Give the source at a path.

    Raises:
        ModelFileError: there is nothing, or nothing that can be converted.
    """
    if not path.exists():
        raise ModelFileError(f"There is no file or folder {path}.", hint="Check the path.")
    source = find_source(path)
    if source is None:
        what = "is a folder without a saved_model.pb" if path.is_dir() else "is nothing that can be converted"
        raise ModelFileError(
            f"{path.name} {what}.",
            hint=f"Convertible are SavedModel folders and files that end in {', '.join(SUFFIXES)}.",
        )
    return source


def check_source(source: Source) -> SourceFacts:
    """Look at a source before TensorFlow does.

    Raises:
        ModelFileError: it is empty, too large, not what its name says, or made to do harm.
    """
    path = source.path
    try:
        if source.format is SourceFormat.SAVED_MODEL:
            _check_size(path.name, sum(file.stat().st_size for file in path.rglob("*") if file.is_file()))
            return SourceFacts(code=_harmful_operators(path / "saved_model.pb"))
        _check_size(path.name, path.stat().st_size)
        if source.format is SourceFormat.KERAS:
            return _check_keras(path)
        if source.format is SourceFormat.HDF5:
            _check_hdf5(path)
        if source.format is SourceFormat.FROZEN_GRAPH:
            return SourceFacts(code=_harmful_operators(path))
        if source.format is SourceFormat.TORCH:
            return SourceFacts(code=("pickled objects",))
    except OSError as error:
        raise ModelFileError(f"{path.name} cannot be read: {error.strerror}.", hint="Check its rights.") from error
    return SourceFacts()


def _check_size(name: str, size: int) -> None:
    if not size:
        raise ModelFileError(f"{name} is empty.", hint="Save the network again.")
    if size > _MOST_BYTES:
        raise ModelFileError(
            f"{name} has {format_bytes(size)}; networks of more than {format_bytes(_MOST_BYTES)} are not converted."
        )


def _harmful_operators(path: Path) -> tuple[str, ...]:
    """Name operators in a graph that read or write files, or call Python: TensorFlow runs some while it loads."""
    if not path.is_file():
        return ()
    found = set()
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(_CHUNK_BYTES):
            text = tail + chunk
            # The name of an operator is a string of a protocol buffer: its length stands before it.
            found |= {name for name in _HARMFUL if bytes([len(name)]) + name.encode() in text}
            tail = text[-_LONGEST_NAME:]
    return tuple(f"operator {name}" for name in sorted(found))


def _check_hdf5(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_HDF5_OFFSETS[-1] + len(_HDF5_MAGIC))
    if not any(head[offset : offset + len(_HDF5_MAGIC)] == _HDF5_MAGIC for offset in _HDF5_OFFSETS):
        raise ModelFileError(f"{path.name} is no HDF5 file.", hint="Save the network again with model.save().")


def _check_keras(path: Path) -> SourceFacts:
    """Check the archive of a Keras 3 file, and read its configuration."""
    if path.read_bytes()[: len(_HDF5_MAGIC)] == _HDF5_MAGIC:
        raise ModelFileError(f"{path.name} is an HDF5 file.", hint="Rename it so that it ends in .h5.")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(path.name, entries)
            by_name = {entry.filename: entry for entry in entries}
            if "config.json" not in by_name:
                raise ModelFileError(
                    f"{path.name} has no config.json, so it is no Keras 3 file.",
                    hint="Save the network with model.save('name.keras').",
                )
            if by_name["config.json"].file_size > _MOST_CONFIG_BYTES:
                raise ModelFileError(f"The configuration in {path.name} is larger than 64 MiB: that is no network.")
            config = json.loads(archive.read("config.json"))
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"The configuration in {path.name} cannot be read.", detail=str(error)) from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise ModelFileError(
            f"{path.name} is no sound .keras archive.", hint="Save or copy it again.", detail=str(error)
        ) from error
    return SourceFacts(code=tuple(sorted(set(code_in(config)))), inputs=_inputs_of(config))


def _check_entries(name: str, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_ENTRIES:
        raise ModelFileError(f"{name} holds {len(entries)} entries: that is no network.")
    total = sum(entry.file_size for entry in entries)
    if total > _MOST_BYTES:
        raise ModelFileError(f"{name} unpacks to {format_bytes(total)}: it was not unpacked.")
    for entry in entries:
        if entry.file_size > (1 << 20) and entry.file_size > _MOST_RATIO * max(1, entry.compress_size):
            raise ModelFileError(
                f"An entry of {name} unpacks to {format_bytes(entry.file_size)} out of nearly nothing."
            )
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        is_absolute = entry.filename.startswith(("/", "\\")) or PureWindowsPath(entry.filename).drive
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if ".." in parts or is_absolute or is_link:
            raise ModelFileError(f"{name} holds an entry that points out of its folder: it was not unpacked.")


def code_in(config: Any) -> Iterator[str]:
    """Name the layers whose configuration holds code that would run."""
    waiting = [config]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            kind = found.get("class_name")
            if kind in ("Lambda", "__lambda__"):
                inner = found.get("config")
                name = inner.get("name") if isinstance(inner, dict) else None
                if kind == "Lambda" or name is None:
                    yield f"Lambda {name!r}" if isinstance(name, str) else "Lambda"
                if kind == "Lambda":
                    continue
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def _inputs_of(config: Any) -> Mapping[str, tuple[int, ...]] | None:
    """Read the shapes of the input layers, where the file lists them."""
    inner: Any = config.get("config") if isinstance(config, dict) else None
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(layers, list):
        return None
    shapes = {}
    for layer in layers:
        if not isinstance(layer, dict) or layer.get("class_name") != "InputLayer":
            continue
        fields: Any = layer.get("config")
        shape = fields.get("batch_shape", fields.get("batch_input_shape")) if isinstance(fields, dict) else None
        if isinstance(shape, list) and all(size is None or isinstance(size, int) for size in shape):
            shapes[str(fields.get("name"))] = tuple(-1 if size is None else size for size in shape)
    return shapes or None
