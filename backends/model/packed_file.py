"""The zip archive that TFLite metadata appends to a model: labels and vocabularies."""

import io
import lzma
import zipfile
import zlib

from backends.errors import ModelFileError
from backends.model.model import Model, PackedFile

MAX_FILES = 1000
MAX_PACKED_BYTES = 32 << 20
"""Unpacked size of one file that is read; label lists are a few KiB."""
_TAIL_BYTES = (1 << 16) + 22
"""The end record of a zip archive lies this close to the end of the file."""
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, OSError, EOFError, RuntimeError)
"""What the zip module raises on damaged, encrypted or exotic archives."""
_END_MAGIC = b"PK\x05\x06"


def list_packed_files(data: memoryview, warnings: list[str]) -> tuple[PackedFile, ...]:
    """List the files packed behind a model; adds a sentence to ``warnings`` where the archive is broken."""
    if _END_MAGIC not in bytes(data[-_TAIL_BYTES:]):
        return ()
    try:
        with _open(data) as archive:
            infos = archive.infolist()
    except _BROKEN as error:
        # Bytes that merely look like an archive's end are common in weights; a real archive names its files.
        if b"PK\x01\x02" in bytes(data[-_TAIL_BYTES:]):
            warnings.append(f"The archive of packed files behind the model cannot be read: {error}.")
        return ()
    files = [PackedFile(name=info.filename, size_bytes=info.file_size) for info in infos if not info.is_dir()]
    if len(files) > MAX_FILES:
        warnings.append(f"{len(files)} files are packed behind the model; the first {MAX_FILES} are listed.")
    return tuple(files[:MAX_FILES])


def read_packed_file(model: Model, name: str) -> bytes:
    """Unpack one of ``model.packed_files``.

    Raises:
        ModelFileError: there is none of this name, it is too large, or it is damaged.
    """
    try:
        with _open(model.data) as archive, archive.open(name) as file:
            content = file.read(MAX_PACKED_BYTES + 1)
    except KeyError:
        raise ModelFileError(f"{model.name} has no packed file {name!r}.") from None
    except _BROKEN as error:
        raise ModelFileError(f"The file {name!r} packed in {model.name} cannot be read: {error}.") from error
    if len(content) > MAX_PACKED_BYTES:
        raise ModelFileError(f"The file {name!r} packed in {model.name} has more than {MAX_PACKED_BYTES >> 20} MiB.")
    return content


def _open(data: memoryview) -> zipfile.ZipFile:
    """Open the archive without copying the model in front of it."""
    return zipfile.ZipFile(io.BufferedReader(_Window(data)))


class _Window(io.RawIOBase):
    """A file over a view, read without copying the whole."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._data)}[whence]
        if start + offset < 0:
            raise ValueError("the archive points before the start of the file")
        self._position = start + offset
        return self._position

    def readinto(self, target: object) -> int:
        view = memoryview(target).cast("B")  # type: ignore[arg-type]  # any writable buffer
        chunk = self._data[self._position : self._position + len(view)]
        view[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)
