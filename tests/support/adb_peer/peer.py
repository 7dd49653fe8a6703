"""The device's side of adb: answers a real adb server over TCP."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.adb_peer.device_files import DeviceFiles
from tests.support.adb_peer.faults import Faults
from tests.support.adb_peer.shell_service import ShellService, find_shells
from tests.support.adb_peer.streams import Stream
from tests.support.adb_peer.sync_service import SyncService
from tests.support.adb_peer.wire import AUTH, CLSE, CNXN, LARGEST_PAYLOAD, OKAY, OPEN, VERSION, WRTE, Message
from tests.support.adb_peer.wire import receive_message as receive

NEW_FEATURES = ("shell_v2", "cmd", "stat_v2", "ls_v2", "fixed_push_mkdir", "sendrecv_v2", "sendrecv_v2_zstd")
"""What a device of today offers."""
OLD_FEATURES = ()
"""A device before Android 7."""
_AUTH_TOKEN = 1


class AdbPeer:
    """A device for the adb server, reached with ``adb connect 127.0.0.1:PORT``.

    Args:
        root: an empty folder for the device's files.
        features: what the device claims to know.
        shell: name of the shell that interprets commands; the nearest to Android's when not given.
    """

    def __init__(self, root: Path, *, features: tuple[str, ...] = NEW_FEATURES, shell: str = "") -> None:
        shells = find_shells()
        self.files = DeviceFiles(root)
        self.faults = Faults()
        self.shell = ShellService(
            self.files,
            self.faults,
            shells[shell or next(iter(shells))],
            self.unplug,
            has_terminals="shell_v2" not in features,
        )
        self.sync = SyncService(self.files, self.faults, self.unplug)
        self._features = features
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.port = 0
        self.plug()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """What to connect to; also the serial number."""
        return f"127.0.0.1:{self.port}"

    def plug(self) -> None:
        """Let the server connect, on the same port as before."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._start(self._accept, listener)

    def unplug(self) -> None:
        """Break the connection and be gone until ``plug``; what runs goes on, as on a real device."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def reboot(self) -> None:
        """Break the connection and end all that runs; gone until ``plug``."""
        self.unplug()
        self.shell.kill_all()

    def close(self) -> None:
        """End everything."""
        self.reboot()
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True, name="adb-peer")
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._connections.add(connection)
                self._start(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        _Conversation(connection, self).run()
        self._connections.discard(connection)
        connection.close()

    def banner(self) -> bytes:
        """Give what the device says about itself when it connects."""
        names = "ro.product.name=peer;ro.product.model=Peer_Phone;ro.product.device=peer;"
        return f"{self.faults.state}::{names}features={','.join(self._features)}".encode()

    def serve(self, stream: Stream, service: bytes) -> None:
        """Answer one stream."""
        if service == b"sync:":
            self.sync.serve(stream)
        else:
            self.shell.serve(stream, service)


class _Conversation:
    """One connection with the adb server."""

    def __init__(self, connection: socket.socket, peer: AdbPeer) -> None:
        self._connection = connection
        self._peer = peer
        self._lock = threading.Lock()
        self._streams: dict[int, Stream] = {}

    def run(self) -> None:
        while message := receive(self._connection):
            if self._peer.faults.is_silent:
                continue
            if message.command in (CNXN, AUTH):
                self._greet()
            elif message.command == OPEN:
                self._open(message)
            elif stream := self._streams.get(message.second):
                self._pass_on(stream, message)
        for stream in self._streams.values():
            stream.closed_by_server()

    def _greet(self) -> None:
        if self._peer.faults.is_unauthorised:
            self._send(Message(AUTH, _AUTH_TOKEN, 0, bytes(20)))
        else:
            self._send(Message(CNXN, VERSION, LARGEST_PAYLOAD, self._peer.banner()))

    def _open(self, message: Message) -> None:
        service = message.payload.rstrip(b"\0")
        if not service.startswith((b"shell", b"exec:", b"sync:")):
            self._send(Message(CLSE, 0, message.first))
            return
        stream = Stream(len(self._streams) + 1, message.first, self._send)
        self._streams[stream.own] = stream
        stream.accept()
        self._peer._start(self._peer.serve, stream, service)

    @staticmethod
    def _pass_on(stream: Stream, message: Message) -> None:
        if message.command == OKAY:
            stream.acknowledged()
        elif message.command == WRTE:
            stream.received(message.payload)
        elif message.command == CLSE:
            stream.closed_by_server()

    def _send(self, message: Message) -> None:
        if self._peer.faults.is_silent:
            return
        with self._lock, suppress(OSError):
            self._connection.sendall(message.pack())
