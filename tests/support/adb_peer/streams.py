"""One stream of a connection: bytes both ways with adb's flow control."""

import queue
import threading
from collections.abc import Callable

from tests.support.adb_peer.wire import CLSE, LARGEST_PAYLOAD, OKAY, WRTE, Message


class Stream:
    """A service's side of a stream that the adb server opened.

    Args:
        own: the device's number of the stream.
        other: the server's number.
        send: sends a message over the connection.
    """

    def __init__(self, own: int, other: int, send: Callable[[Message], None]) -> None:
        self.own = own
        self._other = other
        self._send = send
        self._inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._rest = b""
        self._may_send = threading.Semaphore(1)
        self._is_closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        return self._is_closed.is_set()

    def accept(self) -> None:
        """Tell the server that the service is there."""
        self._send(Message(OKAY, self.own, self._other))

    def write(self, data: bytes) -> None:
        """Send bytes; waits until the server has taken those before.

        Raises:
            BrokenPipeError: the stream is closed.
        """
        for start in range(0, len(data), LARGEST_PAYLOAD):
            while not self._may_send.acquire(timeout=0.1):
                if self.is_closed:
                    raise BrokenPipeError
            if self.is_closed:
                raise BrokenPipeError
            self._send(Message(WRTE, self.own, self._other, data[start : start + LARGEST_PAYLOAD]))

    def read(self, count: int) -> bytes:
        """Give exactly so many bytes.

        Raises:
            EOFError: the server closed the stream before.
        """
        while len(self._rest) < count:
            self._rest += self._next()
        data, self._rest = self._rest[:count], self._rest[count:]
        return data

    def read_some(self) -> bytes:
        """Give what comes next; empty at the end."""
        try:
            return self._next()
        except EOFError:
            return b""

    def close(self) -> None:
        """End the stream from the device's side."""
        if not self.is_closed:
            self._send(Message(CLSE, self.own, self._other))
        self.closed_by_server()

    def received(self, data: bytes) -> None:
        """Take bytes of the server."""
        self._inbox.put(data)
        self._send(Message(OKAY, self.own, self._other))

    def acknowledged(self) -> None:
        """Learn that the server took what was sent."""
        self._may_send.release()

    def closed_by_server(self) -> None:
        """Learn that the stream, or the connection, has ended."""
        self._is_closed.set()
        self._inbox.put(None)

    def _next(self) -> bytes:
        data = self._inbox.get()
        if data is None:
            self._inbox.put(None)
            raise EOFError
        return data
