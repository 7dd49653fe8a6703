"""Messages of adb's transport protocol, as they travel between the adb server and a device."""

import socket
import struct
from dataclasses import dataclass

_HEADER = struct.Struct("<6I")
VERSION = 0x01000001
"""From this version on checksums are not looked at."""
LARGEST_PAYLOAD = 256 * 1024

CNXN, AUTH, OPEN, OKAY, WRTE, CLSE = (int.from_bytes(name, "little") for name in (
    b"CNXN", b"AUTH", b"OPEN", b"OKAY", b"WRTE", b"CLSE"
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message; what the two numbers mean depends on the command."""

    command: int
    first: int
    second: int
    payload: bytes = b""

    def pack(self) -> bytes:
        checksum = sum(self.payload) & 0xFFFFFFFF
        head = _HEADER.pack(
            self.command, self.first, self.second, len(self.payload), checksum, self.command ^ 0xFFFFFFFF
        )
        return head + self.payload


def receive_message(connection: socket.socket) -> Message | None:
    """Give the next message, or ``None`` at the end of the connection."""
    head = receive_exactly(connection, _HEADER.size)
    if head is None:
        return None
    command, first, second, length, _checksum, _magic = _HEADER.unpack(head)
    payload = receive_exactly(connection, length)
    return None if payload is None else Message(command, first, second, payload)


def receive_exactly(connection: socket.socket, count: int) -> bytes | None:
    """Give exactly so many bytes, or ``None`` when the connection ends before."""
    kept = bytearray()
    while len(kept) < count:
        try:
            chunk = connection.recv(count - len(kept))
        except OSError:
            return None
        if not chunk:
            return None
        kept += chunk
    return bytes(kept)
