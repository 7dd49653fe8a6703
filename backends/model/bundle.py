"""Zip bundles that hold one or more models, such as MediaPipe's ``.task`` files."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from backends.errors import ModelFileError
from backends.model.file_content import ZIP_MAGIC, check_content, is_model
from backends.model.model import Model
from backends.model.reader import read_model_bytes

MAX_MEMBERS = 5000
"""Entries of an archive that are looked at."""
MAX_MEMBER_BYTES = 768 << 20
"""Unpacked size of a model that is read; larger ones must be unpacked by the user."""
MAX_NESTED_BYTES = 256 << 20
"""Size of an archive within the archive; such archives must fit into memory."""
MAX_DEPTH = 2
"""Archives within the archive that are opened."""
NESTING = "!/"
"""Separates the names of an inner archive and of the model in it."""
_HEAD_BYTES = 4096
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, OSError, EOFError, RuntimeError)
"""What the zip module raises on damaged, encrypted or exotic archives."""


class FileKind(StrEnum):
    """What a file turned out to be."""

    MODEL = "model"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleMember:
    """A model within a bundle; ``name`` contains ``!/`` where it lies in an archive within the archive."""

    name: str
    size_bytes: int


def file_kind(path: str | Path) -> FileKind:
    """Tell by its content whether a file is a model or a bundle; a model with an appended archive is a model.

    Raises:
        ModelFileError: it is neither, or cannot be read.
    """
    path = Path(path)
    head, size = _read_head(path)
    if is_model(head):
        return FileKind.MODEL
    if zipfile.is_zipfile(path):
        return FileKind.BUNDLE
    check_content(head, size, path.name)
    return FileKind.MODEL


def is_bundle(path: str | Path) -> bool:
    """Whether a file is a zip bundle; ``False`` for anything else, also for what cannot be read."""
    try:
        return file_kind(path) is FileKind.BUNDLE
    except ModelFileError:
        return False


def list_members(path: str | Path) -> tuple[BundleMember, ...]:
    """List the models in a bundle, recognised by their content, in the order of the archive.

    Raises:
        ModelFileError: the bundle cannot be read, or holds no model.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            members = tuple(_find_models(file, "", 0))
    except _BROKEN as error:
        raise _unreadable(path, error) from error
    if not members:
        raise ModelFileError(f"{path.name} is an archive without any TFLite model.", hint="Open a .tflite file.")
    return members


def read_member(path: str | Path, name: str) -> Model:
    """Read one of the models in a bundle.

    Raises:
        ModelFileError: the bundle or the model cannot be read, or there is no such model.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = _read_nested(file, name.split(NESTING), path.name)
    except KeyError:
        raise ModelFileError(f"{path.name} holds no entry {name!r}.", hint="List its models first.") from None
    except _BROKEN as error:
        raise _unreadable(path, error) from error
    return read_model_bytes(data, name=f"{path.name}:{name}", path=str(path))


def _read_head(path: Path) -> tuple[bytes, int]:
    """The first bytes of a file, and its size."""
    try:
        if path.is_dir():
            raise ModelFileError(f"{path.name} is a folder, not a model file.", hint="Choose the .tflite file in it.")
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES), path.stat().st_size
    except FileNotFoundError as error:
        raise ModelFileError(f"There is no file {path}.", hint="Check the path.") from error
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{path.name} cannot be read: {error}.", hint="Check the path and its rights.") from error


def _find_models(file: IO[bytes], prefix: str, depth: int) -> Iterator[BundleMember]:
    """The models in an archive and in the archives within it."""
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist()[:MAX_MEMBERS]:
            if info.is_dir() or info.flag_bits & 1:
                continue
            with archive.open(info) as member:
                head = member.read(_HEAD_BYTES)
            if is_model(head):
                yield BundleMember(name=prefix + info.filename, size_bytes=info.file_size)
            elif head.startswith(ZIP_MAGIC) and depth < MAX_DEPTH and info.file_size <= MAX_NESTED_BYTES:
                inner = _read_entry(archive, info.filename, MAX_NESTED_BYTES)
                yield from _find_models(io.BytesIO(inner), prefix + info.filename + NESTING, depth + 1)


def _read_nested(file: IO[bytes], names: list[str], bundle: str) -> bytes:
    """The bytes of a model, through the archives that it lies in."""
    with zipfile.ZipFile(file) as archive:
        if len(names) == 1:
            return _read_entry(archive, names[0], MAX_MEMBER_BYTES)
        inner = _read_entry(archive, names[0], MAX_NESTED_BYTES)
    if len(names) > MAX_DEPTH + 1:
        raise ModelFileError(f"{bundle} nests archives too deeply.", hint="Unpack it first.")
    return _read_nested(io.BytesIO(inner), names[1:], bundle)


def _read_entry(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Unpack an entry, but never more than ``limit`` bytes, whatever the archive claims."""
    with archive.open(name) as member:
        data = member.read(limit + 1)
    if len(data) > limit:
        raise ModelFileError(f"{name} unpacks to more than {limit >> 20} MiB.", hint="Unpack it first, then open it.")
    return data


def _unreadable(path: Path, error: BaseException) -> ModelFileError:
    """The error for an archive that cannot be read."""
    return ModelFileError(
        f"{path.name} cannot be read as an archive: {error}.", hint="Download it again, or unpack it first."
    )
