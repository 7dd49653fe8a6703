"""The zip archive that TFLite metadata appends to a model: labels and vocabularies."""

from backends.errors import ModelFileError
from backends.model.archive import BROKEN, entry_bytes, open_archive
from backends.model.model import Model, PackedFile

MAX_FILES = 1000
MAX_PACKED_BYTES = 32 << 20
"""Unpacked size of one file that is read; label lists are a few KiB."""
_TAIL_BYTES = (1 << 16) + 22
"""The end record of a zip archive lies this close to the end of the file."""
_END_MAGIC = b"PK\x05\x06"
_ENTRY_MAGIC = b"PK\x01\x02"


def list_packed_files(data: memoryview, warnings: list[str]) -> tuple[PackedFile, ...]:
    """List the files packed behind a model; adds a sentence to ``warnings`` where the archive is broken."""
    tail = bytes(data[-_TAIL_BYTES:])
    if _END_MAGIC not in tail:
        return ()
    try:
        with open_archive(data) as archive:
            infos = archive.infolist()
    except BROKEN as error:
        # Bytes that merely look like an archive's end are common in weights; a real archive names its files.
        if _ENTRY_MAGIC in tail:
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
        with open_archive(model.data) as archive:
            content = entry_bytes(model.data, archive, name, MAX_PACKED_BYTES)
    except KeyError:
        raise ModelFileError(f"{model.name} has no packed file {name!r}.") from None
    except BROKEN as error:
        raise ModelFileError(f"The file {name!r} packed in {model.name} cannot be read: {error}.") from error
    if content is None or len(content) > MAX_PACKED_BYTES:
        raise ModelFileError(f"The file {name!r} packed in {model.name} has more than {MAX_PACKED_BYTES >> 20} MiB.")
    return bytes(content)
