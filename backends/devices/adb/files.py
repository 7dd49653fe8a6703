"""The file service of a device: looking, pushing and pulling, with progress and cancel.

Large files are compressed on their way where the device can take that (feature ``sendrecv_v2_zstd``, from Android 12
on); the protocol is that of adb (packages/modules/adb, file_sync_protocol.h and SYNC.TXT).
"""

import stat
import struct
from collections.abc import Callable, Iterator
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
_ZSTD_FLAG, _ZSTD_LEVEL = 4, 1
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

    def push(self, local: Path, remote: str, *, mode: int, progress: Progress, is_compressed: bool = False) -> None:
        """Copy a file to the device.

        Args:
            local: the file.
            remote: the path on the device.
            mode: permissions there.
            progress: reports and cancels.
            is_compressed: send it compressed; the device must know ``sendrecv_v2_zstd``.

        Raises:
            Cancelled: the user cancelled; what the device keeps then is a part of the file, or nothing.
            DeviceError: the file cannot be read, the device does not take it, or went away.
        """
        try:
            file = local.open("rb")
        except OSError as error:
            raise DeviceError(f"cannot read {local.name}: {error.strerror or error}") from error
        with file, self._service(f"cannot push {local.name}", progress) as connection:
            if is_compressed:
                setup = struct.pack("<4sII", b"SND2", stat.S_IFREG | mode, _ZSTD_FLAG)
                connection.send(_request(b"SND2", remote) + setup)
            else:
                connection.send(_request(b"SEND", f"{remote},{stat.S_IFREG | mode}"))
            self._send_content(connection, file, local, progress, *_squeezers(is_compressed))
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

    def _send_content(
        self,
        connection: Connection,
        file: BinaryIO,
        local: Path,
        progress: Progress,
        squeeze: Callable[[bytes], bytes],
        finish: Callable[[], bytes],
    ) -> None:
        total, sent, reported = local.stat().st_size, 0, -_REPORT_BYTES
        while chunk := file.read(_CHUNK_BYTES):
            _send_data(connection, squeeze(chunk))
            sent += len(chunk)
            if sent - reported >= _REPORT_BYTES or sent == total:
                reported = sent
                progress.step(f"Pushing {local.name} ({format_bytes(total)})", done=sent, total=total)
            if connection.has_answer():
                # The device only answers before the end when it has given up.
                self._expect_okay(connection, f"cannot push {local.name}")
                raise ClosedError
        _send_data(connection, finish())

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


def _squeezers(is_compressed: bool) -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    """Give what compresses the next bytes, and what gives the rest at the end."""
    if not is_compressed:
        return (lambda chunk: chunk), bytes
    import zstandard

    stream = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
    return stream.compress, stream.flush


def _send_data(connection: Connection, data: bytes) -> None:
    for start in range(0, len(data), _CHUNK_BYTES):
        piece = data[start : start + _CHUNK_BYTES]
        connection.send(struct.pack("<4sI", b"DATA", len(piece)) + piece)


def _request(kind: bytes, path: str) -> bytes:
    """Make a request; paths are bytes of their own here and never pass a shell.

    Raises:
        DeviceError: the path is longer than devices accept, or holds a zero byte.
    """
    name = path.encode(errors="surrogateescape")
    if len(name) > _LONGEST_NAME_BYTES or b"\0" in name:
        raise DeviceError("a path on the device is too long, or holds a zero byte", detail=path[:200])
    return struct.pack("<4sI", kind, len(name)) + name
