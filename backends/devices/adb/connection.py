"""One connection to an adb server, with time-outs and a way to wake it from another thread."""

import socket
import time
from contextlib import suppress
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Self

from backends.devices.adb.address import ServerAddress
from backends.errors import DeviceError

if TYPE_CHECKING:
    from adbutils import AdbConnection

_ANSWER_S = 15.0
_CONNECT_S = 3.0


class RefusedError(Exception):
    """The server refuses a request; the text holds its words."""


class ClosedError(Exception):
    """The connection has ended, or was closed, before the answer came."""


class Connection:
    """A connection on which the server answers requests; closed when the ``with`` block ends.

    Args:
        address: the server's.

    Raises:
        DeviceError: nothing answers there.
    """

    def __init__(self, address: ServerAddress) -> None:
        try:
            self._connection: AdbConnection = _connection_type()(address.host, address.port)
        except OSError as error:
            raise DeviceError(
                f"no adb server answers at {address}",
                hint="Start it (tflite-profiler devices --start-adb, or: adb start-server)."
                if address.is_local
                else "Check the address, and that the server listens to other computers (adb -a nodaemon server).",
                detail=str(error),
            ) from error
        self._socket: socket.socket = self._connection.conn

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def request(self, service: str, *, timeout_s: float = _ANSWER_S) -> None:
        """Ask for a service and wait for the server's consent.

        Raises:
            RefusedError: the server refuses.
            ClosedError: the connection ended.
            TimeoutError: no answer in time.
        """
        payload = service.encode(errors="surrogateescape")
        self.send(b"%04x" % len(payload) + payload)
        self.consent(timeout_s=timeout_s)

    def consent(self, *, timeout_s: float = _ANSWER_S) -> None:
        """Wait for the server's consent; raises as ``request`` does."""
        answer = self.read_exactly(4, timeout_s=timeout_s)
        if answer == b"FAIL":
            raise RefusedError(self.read_block(timeout_s=timeout_s))
        if answer != b"OKAY":
            raise RefusedError(f"unknown data {answer!r}")

    def read_block(self, *, timeout_s: float | None = _ANSWER_S) -> str:
        """Give a text that is preceded by its length; raises as ``request`` does."""
        length = self.read_exactly(4, timeout_s=timeout_s)
        if length in (b"OKAY", b"FAIL"):
            # Pairing says a second time whether it succeeded; so do its words.
            length = self.read_exactly(4, timeout_s=timeout_s)
        try:
            count = int(length, 16)
        except ValueError:
            raise RefusedError(f"unknown data {length!r}") from None
        return self.read_exactly(count, timeout_s=timeout_s).decode(errors="replace")

    def send(self, data: bytes) -> None:
        """Send all bytes.

        Raises:
            ClosedError: the connection ended.
        """
        self._socket.settimeout(None)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise ClosedError(str(error)) from error

    def receive(self, *, timeout_s: float | None) -> bytes:
        """Give what has come; empty at the end of the connection.

        Raises:
            TimeoutError: nothing came in time.
        """
        self._socket.settimeout(timeout_s)
        try:
            return self._socket.recv(64 * 1024)
        except TimeoutError:
            raise
        except OSError:
            return b""

    def read_exactly(self, count: int, *, timeout_s: float | None = _ANSWER_S) -> bytes:
        """Give exactly so many bytes.

        Raises:
            ClosedError: the connection ended before.
            TimeoutError: they did not come in time.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        kept = bytearray()
        while len(kept) < count:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            try:
                chunk = self._socket.recv(min(count - len(kept), 1024 * 1024))
            except TimeoutError:
                raise
            except OSError as error:
                raise ClosedError(str(error)) from error
            if not chunk:
                raise ClosedError
            kept += chunk
        return bytes(kept)

    def has_answer(self) -> bool:
        """Whether something has come that was not read yet."""
        self._socket.settimeout(0)
        try:
            return bool(self._socket.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def wake(self) -> None:
        """End the connection at once; callable from any thread, whoever reads sees its end."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


@cache
def _connection_type() -> "type[AdbConnection]":
    """Give adbutils' connection without its habit to start an adb server where none answers."""
    from adbutils import AdbConnection

    class PlainConnection(AdbConnection):  # type: ignore[misc]  # the package is not typed
        def __init__(self, host: str, port: int) -> None:
            self._address = (host, port)
            super().__init__(host, port)

        def _safe_connect(self) -> socket.socket:
            return socket.create_connection(self._address, timeout=_CONNECT_S)

    return PlainConnection
