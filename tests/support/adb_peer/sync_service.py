"""The file service ``sync:``: version 1 and 2 of looking, listing, sending and receiving."""

import os
import stat
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import zstandard

from tests.support.adb_peer.device_files import DeviceFiles
from tests.support.adb_peer.faults import Faults
from tests.support.adb_peer.streams import Stream

_ZSTD_FLAG = 4
_CHUNK = 64 * 1024
_NO_FILE = 2


class SyncService:
    """Answers the requests of one ``sync:`` stream after the other.

    Args:
        files: where the device's paths are.
        faults: switches.
        unplug: breaks the connection.
    """

    def __init__(self, files: DeviceFiles, faults: Faults, unplug: Callable[[], None]) -> None:
        self._files = files
        self._faults = faults
        self._unplug = unplug
        self.pushed: list[str] = []
        self.received_bytes = 0
        """As they came over the wire."""

    def serve(self, stream: Stream) -> None:
        """Answer until the server has enough."""
        answers = {
            b"STAT": self._stat,
            b"STA2": self._stat2,
            b"LST2": self._stat2,
            b"LIST": self._list,
            b"SEND": self._send,
            b"SND2": self._send2,
            b"RECV": self._receive,
            b"RCV2": self._receive2,
        }
        with suppress(EOFError, BrokenPipeError):
            while True:
                request, length = struct.unpack("<4sI", stream.read(8))
                name = stream.read(length).decode()
                if request == b"QUIT":
                    break
                if request not in answers:
                    _fail(stream, f"unknown command {request!r}")
                    break
                answers[request](stream, name, request)
        stream.close()

    def _stat(self, stream: Stream, name: str, _request: bytes) -> None:
        mode = size = modified = 0
        with suppress(OSError):
            found = os.lstat(self._files.path(name))
            mode, size, modified = found.st_mode, found.st_size & 0xFFFFFFFF, int(found.st_mtime)
        stream.write(struct.pack("<4sIII", b"STAT", mode, size, modified))

    def _stat2(self, stream: Stream, name: str, request: bytes) -> None:
        look = os.stat if request == b"STA2" else os.lstat
        try:
            found = look(self._files.path(name))
        except OSError as error:
            stream.write(struct.pack("<4sI", request, error.errno or _NO_FILE) + bytes(64))
            return
        numbers = (found.st_dev, found.st_ino, found.st_mode, found.st_nlink, found.st_uid, found.st_gid, found.st_size)
        times = (int(found.st_atime), int(found.st_mtime), int(found.st_ctime))
        stream.write(struct.pack("<4sIQQIIIIQqqq", request, 0, *numbers, *times))

    def _list(self, stream: Stream, name: str, _request: bytes) -> None:
        with suppress(OSError):
            for path in sorted(self._files.path(name).iterdir()):
                found = path.lstat()
                head = (b"DENT", found.st_mode, found.st_size & 0xFFFFFFFF, int(found.st_mtime), len(path.name))
                stream.write(struct.pack("<4sIIII", *head) + path.name.encode())
        stream.write(b"DONE" + bytes(16))

    def _send(self, stream: Stream, name: str, _request: bytes) -> None:
        name, _, mode = name.rpartition(",")
        self._take(stream, name, int(mode))

    def _send2(self, stream: Stream, name: str, _request: bytes) -> None:
        _id, mode, flags = struct.unpack("<4sII", stream.read(12))
        if flags not in (0, _ZSTD_FLAG):
            _fail(stream, "this device decompresses zstd only")
            return
        self._take(stream, name, mode, is_compressed=bool(flags))

    def _take(self, stream: Stream, name: str, mode: int, *, is_compressed: bool = False) -> None:
        data, modified, error, received = bytearray(), 0, "", 0
        expand = zstandard.ZstdDecompressor().decompressobj().decompress if is_compressed else bytes
        while True:
            kind, number = struct.unpack("<4sI", stream.read(8))
            if kind == b"DONE":
                modified = number
                break
            if kind != b"DATA":
                _fail(stream, "invalid data message")
                return
            data += expand(stream.read(number))
            received += number
            limit = self._faults.unplug_after_pushed_bytes
            if limit is not None and received >= limit:
                self._unplug()
                raise EOFError
            if not error and self._faults.free_bytes is not None and len(data) > self._faults.free_bytes:
                error = "write failed: No space left on device"
                _fail(stream, error)
        self.received_bytes += received
        error = error or self._write(self._files.path(name), bytes(data), mode, modified)
        if error:
            if not error.startswith("write failed"):
                _fail(stream, error)
            return
        self.pushed.append(name)
        stream.write(b"OKAY" + bytes(4))

    def _write(self, path: Path, data: bytes, mode: int, modified: int) -> str:
        if self._faults.is_read_only:
            return "couldn't create file: Read-only file system"
        if self._faults.damages_pushes:
            data = data[:-1]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(stat.S_IMODE(mode))
            os.utime(path, (modified, modified))
        except OSError as error:
            return f"couldn't create file: {error.strerror}"
        return ""

    def _receive(self, stream: Stream, name: str, _request: bytes) -> None:
        self._give(stream, name)

    def _receive2(self, stream: Stream, name: str, _request: bytes) -> None:
        stream.read(8)
        self._give(stream, name)

    def _give(self, stream: Stream, name: str) -> None:
        try:
            with self._files.path(name).open("rb") as file:
                while chunk := file.read(_CHUNK):
                    stream.write(struct.pack("<4sI", b"DATA", len(chunk)) + chunk)
        except OSError as error:
            _fail(stream, f"open failed: {error.strerror}")
            return
        stream.write(b"DONE" + bytes(4))


def _fail(stream: Stream, text: str) -> None:
    stream.write(struct.pack("<4sI", b"FAIL", len(text)) + text.encode())
