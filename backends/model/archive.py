"""Zip archives in memory or in a mapped file, opened without copying what lies in front of them."""

import io
import lzma
import struct
import zipfile
import zlib

BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, OSError, EOFError, RuntimeError)
"""What the zip module raises on damaged, encrypted or exotic archives."""

_LOCAL_HEADER = struct.Struct("<4s22xHH")
"""Magic, and the lengths of name and extra field, which the entry's data follows."""


def open_archive(data: memoryview) -> zipfile.ZipFile:
    """Open the archive at the end of ``data``.

    Raises:
        BadZipFile: there is none; others of ``BROKEN`` where it is damaged.
    """
    return zipfile.ZipFile(io.BufferedReader(_Window(data)))


def is_archive(data: memoryview) -> bool:
    """Whether an archive lies at the end of ``data``."""
    try:
        return zipfile.is_zipfile(io.BufferedReader(_Window(data)))
    except BROKEN:
        return False


def entry_bytes(data: memoryview, archive: zipfile.ZipFile, name: str, limit: int) -> memoryview | None:
    """Give the content of an entry; a view of ``data`` where it is stored as it is.

    Args:
        data: what the archive was opened on.
        archive: the archive.
        name: the entry.
        limit: most bytes to unpack; stored entries may be larger.

    Returns:
        ``None`` where the entry unpacks to more than ``limit``, whatever the archive claims.

    Raises:
        KeyError: there is no such entry; one of ``BROKEN`` where it is damaged.
    """
    info = archive.getinfo(name)
    is_plain = info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1
    if is_plain and info.header_offset >= 0 and info.header_offset + _LOCAL_HEADER.size <= len(data):
        magic, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, info.header_offset)
        start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        if magic != b"PK\x03\x04" or start + info.file_size > len(data):
            raise zipfile.BadZipFile(f"the entry {name!r} does not lie where the archive says")
        return data[start : start + info.file_size]
    with archive.open(info) as member:
        content = member.read(limit + 1)
    return memoryview(content) if len(content) <= limit else None


class _Window(io.RawIOBase):
    """A file over a view."""

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
