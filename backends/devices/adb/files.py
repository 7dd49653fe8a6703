"""The file service of a device: looking, pushing and pulling, with progress and cancel."""

import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from backends.devices.adb.connection import ClosedError, Connection
from backends.devices.adb.failures import device_error
from backends.devices.adb.server import AdbServer
from backends.devices.device import RemoteFile
from backends.errors import DeviceError
from backends.progress import Progress
from backends.units import format_bytes

_CHUNK_BYTES = 64 * 1024
"""The protocol allows no more."""
_LONGEST_NAME_BYTES = 1024
_REPORT_BYTES = 1024 * 1024
_STAT_1 = struct.Struct("<III")
_STAT_2 = struct.Struct("<IQQIIIIQqqq")


class FileService:
    """Moves files to and from one device.

    Args:
        server: the adb server.
        serial: the device's serial number.
    """

    def __init__(self, server: AdbServer, serial: str) -> None:
        self._server = server
        self._serial = serial

    def stat(self, remote: str, *, knows_large: bool) -> RemoteFile | None:
        """Describe a file, following links; ``None`` when there is none.

        Args:
            remote: the path on the device.
            knows_large: whether server and device tell sizes from 4 GiB on.

        Raises:
            DeviceError: the device cannot be reached.
        """
        with self._service(f"cannot look at {remote}") as connection:
            connection.send(_request(b"STA2" if knows_large else b"STAT", remote))
            connection.read_exactly(4)
            if knows_large:
                fields = _STAT_2.unpack(connection.read_exactly(_STAT_2.size))
                error, mode, size, modified = fields[0], fields[3], fields[7], fields[9]
            else:
                error, (mode, size, modified) = 0, _STAT_1.unpack(connection.read_exactly(_STAT_1.size))
        if error or not mode:
            return None
        return RemoteFile(path=remote, size_bytes=size, mode=mode, modified_s=modified, is_folder=stat.S_ISDIR(mode))

    def push(self, local: Path, remote: str, *, mode: int, progress: Progress) -> None:
        """Copy a file to the device.

        Raises:
            Cancelled: the user cancelled; what the device keeps then is a part of the file, or nothing.
            DeviceError: the file cannot be read, the device does not take it, or went away.
        """
        try:
            file = local.open("rb")
        except OSError as error:
            raise DeviceError(f"cannot read {local.name}: {error.strerror or error}") from error
        with file, self._service(f"cannot push {local.name}", progress) as connection:
            connection.send(_request(b"SEND", f"{remote},{stat.S_IFREG | mode}"))
            self._send_content(connection, file, local, progress)
            modified = int(local.stat().st_mtime)
            connection.send(struct.pack("<4sI", b"DONE", modified & 0xFFFFFFFF))
            self._expect_okay(connection, f"cannot push {local.name}")

    def pull(self, remote: str, local: Path, *, progress: Progress) -> None:
        """Copy a file from the device; a copy that fails leaves no file here.

        Raises:
            Cancelled: the user cancelled.
            DeviceError: there is no such file, it cannot be written here, or the device went away.
        """
        what = f"cannot pull {remote}"
        try:
            with local.open("wb") as file, self._service(what, progress) as connection:
                connection.send(_request(b"RECV", remote))
                self._receive_content(connection, file, what, progress)
        except OSError as error:
            local.unlink(missing_ok=True)
            raise DeviceError(f"{what}: {local.name} cannot be written ({error.strerror or error})") from error
        except BaseException:
            local.unlink(missing_ok=True)
            raise

    def _send_content(self, connection: Connection, file: BinaryIO, local: Path, progress: Progress) -> None:
        total, sent, reported = local.stat().st_size, 0, -_REPORT_BYTES
        while chunk := file.read(_CHUNK_BYTES):
            connection.send(struct.pack("<4sI", b"DATA", len(chunk)) + chunk)
            sent += len(chunk)
            if sent - reported >= _REPORT_BYTES or sent == total:
                reported = sent
                progress.step(f"Pushing {local.name} ({format_bytes(total)})", done=sent, total=total)
            if connection.has_answer():
                # The device only answers before the end when it has given up.
                self._expect_okay(connection, f"cannot push {local.name}")
                raise ClosedError

    def _receive_content(self, connection: Connection, file: BinaryIO, what: str, progress: Progress) -> None:
        received = 0
        while True:
            kind, number = struct.unpack("<4sI", connection.read_exactly(8))
            if kind == b"DONE":
                return
            if kind == b"FAIL":
                raise self._refusal(connection, number, what)
            if kind != b"DATA" or number > _CHUNK_BYTES:
                raise DeviceError(f"{what}: the device gave an answer that cannot be understood", detail=repr(kind))
            file.write(connection.read_exactly(number))
            if received // _REPORT_BYTES != (received + number) // _REPORT_BYTES or not received:
                progress.step("Pulling a file", done=received + number)
            received += number

    def _expect_okay(self, connection: Connection, what: str) -> None:
        kind, number = struct.unpack("<4sI", connection.read_exactly(8, timeout_s=120))
        if kind == b"FAIL":
            raise self._refusal(connection, number, what)
        if kind != b"OKAY":
            raise DeviceError(f"{what}: the device gave an answer that cannot be understood", detail=repr(kind))

    def _refusal(self, connection: Connection, length: int, what: str) -> DeviceError:
        text = connection.read_exactly(min(length, _CHUNK_BYTES)).decode(errors="replace")
        return device_error(text, self._serial, what=what)

    @contextmanager
    def _service(self, what: str, progress: Progress | None = None) -> Iterator[Connection]:
        """Open the service; a connection that breaks becomes a sentence, or the user's cancel."""
        progress = progress or Progress()
        with self._server.opened(self._serial, "sync:") as connection:
            try:
                with progress.closing(connection.wake):
                    yield connection
            except ClosedError as error:
                progress.check()
                raise self._server.lost_error(self._serial, f"({what})") from error
            except TimeoutError as error:
                raise DeviceError(
                    f"{what}: {self._serial} did not answer in time", hint="Plug the device in again, or restart it."
                ) from error


def _request(kind: bytes, path: str) -> bytes:
    """Make a request; paths are bytes of their own here and never pass a shell.

    Raises:
        DeviceError: the path is longer than devices accept, or holds a zero byte.
    """
    name = path.encode(errors="surrogateescape")
    if len(name) > _LONGEST_NAME_BYTES or b"\0" in name:
        raise DeviceError("a path on the device is too long, or holds a zero byte", detail=path[:200])
    return struct.pack("<4sI", kind, len(name)) + name
