"""Zip bundles that hold one or more models, such as MediaPipe's ``.task`` files."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backends.errors import ModelFileError
from backends.model.archive import BROKEN, entry_bytes, is_archive, open_archive
from backends.model.file_content import ZIP_MAGIC, check_content, is_model
from backends.model.model import Model
from backends.model.reader import load_file, read_model_bytes

MAX_MEMBERS = 5000
"""Entries of an archive that are looked at."""
MAX_UNPACKED_BYTES = 256 << 20
"""Size to which a compressed model, or all compressed archives within the archive, may unpack. Entries that are
stored as they are may have any size: they are looked at in place."""
MAX_DEPTH = 2
"""Archives within the archive that are opened."""
NESTING = "!/"
"""Separates the names of an inner archive and of the model in it."""
_HEAD_BYTES = 4096


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
    data = load_file(path)
    head = bytes(data[:_HEAD_BYTES])
    if is_model(head):
        return FileKind.MODEL
    if is_archive(data):
        return FileKind.BUNDLE
    check_content(head, len(data), path.name)
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
    data = load_file(path)
    try:
        members = tuple(_Finder().find(data, "", 0))
    except BROKEN as error:
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
    return read_model_bytes(member_bytes(path, name), name=f"{path.name}:{name}", path=str(path))


def member_bytes(path: Path, name: str) -> memoryview:
    """Give the bytes of one of the models in a bundle.

    Raises:
        ModelFileError: the bundle cannot be read, or there is no such model.
    """
    data = load_file(path)
    parts = name.split(NESTING)
    if len(parts) > MAX_DEPTH + 1:
        raise ModelFileError(f"{path.name} nests archives too deeply.", hint="Unpack it first.")
    try:
        for part in parts:
            with open_archive(data) as archive:
                data = _unpacked(entry_bytes(data, archive, part, MAX_UNPACKED_BYTES), part)
    except KeyError:
        raise ModelFileError(f"{path.name} holds no entry {name!r}.", hint="List its models first.") from None
    except BROKEN as error:
        raise _unreadable(path, error) from error
    return data


class _Finder:
    """Finds models in an archive and in the archives within it, unpacking no more than allowed in total."""

    def __init__(self) -> None:
        self._allowed = MAX_UNPACKED_BYTES

    def find(self, data: memoryview, prefix: str, depth: int) -> Iterator[BundleMember]:
        """Find the models in the archive at the end of ``data``."""
        with open_archive(data) as archive:
            for info in archive.infolist()[:MAX_MEMBERS]:
                if info.is_dir() or info.flag_bits & 1:
                    continue
                with archive.open(info) as member:
                    head = member.read(_HEAD_BYTES)
                if is_model(head):
                    yield BundleMember(name=prefix + info.filename, size_bytes=info.file_size)
                elif head.startswith(ZIP_MAGIC) and depth < MAX_DEPTH:
                    inner = _unpacked(entry_bytes(data, archive, info.filename, self._allowed), info.filename)
                    if info.compress_type != zipfile.ZIP_STORED:
                        self._allowed -= len(inner)
                    yield from self.find(inner, f"{prefix}{info.filename}{NESTING}", depth + 1)


def _unpacked(content: memoryview | None, name: str) -> memoryview:
    """Refuse an entry that was too large to unpack."""
    if content is None:
        raise ModelFileError(
            f"{name} unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB.", hint="Unpack it first, then open it."
        )
    return content


def _unreadable(path: Path, error: BaseException) -> ModelFileError:
    """The error for an archive that cannot be read."""
    return ModelFileError(
        f"{path.name} cannot be read as an archive: {error}.", hint="Download it again, or unpack it first."
    )
