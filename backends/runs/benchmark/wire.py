"""Reads protocol buffers' wire format (https://protobuf.dev/programming-guides/encoding/), without schema compilers.

A message becomes its fields by number; who asks states the type. Unknown fields are skipped, as the format demands.
"""

import struct
from collections.abc import Iterator

from backends.errors import RunError

MAX_BYTES = 64 << 20
_MAX_FIELDS = 4_000_000
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10


class Message:
    """One message; every access checks type and bounds.

    Args:
        data: its bytes.
        what: what it is, for messages.

    Raises:
        RunError: the bytes are no message, or too many; likewise for all methods.
    """

    def __init__(self, data: bytes, what: str) -> None:
        if len(data) > MAX_BYTES:
            raise RunError(f"the {what} is too large ({len(data) >> 20} MiB)", hint="Profile fewer operators at once.")
        self._what = what
        self._fields: dict[int, list[int | bytes]] = {}
        for count, (number, value) in enumerate(_split(data, what)):
            if count >= _MAX_FIELDS:
                raise _damaged(what)
            self._fields.setdefault(number, []).append(value)

    def has(self, number: int) -> bool:
        """Whether the field is present."""
        return number in self._fields

    def integer(self, number: int, default: int = 0) -> int:
        """Give a signed whole number; the last one counts."""
        values = self._fields.get(number)
        if not values:
            return default
        value = values[-1]
        if not isinstance(value, int):
            raise _damaged(self._what)
        return _signed(value)

    def integers(self, number: int) -> tuple[int, ...]:
        """Give a repeated whole number, packed or not."""
        found: list[int] = []
        for value in self._fields.get(number, ()):
            if isinstance(value, int):
                found.append(_signed(value))
                continue
            position = 0
            while position < len(value):
                one, position = _read_varint(value, position, self._what)
                found.append(_signed(one))
        return tuple(found)

    def real(self, number: int) -> float | None:
        """Give a ``float``, or ``None`` where it is absent or not finite."""
        values = self._fields.get(number)
        if not values:
            return None
        value = values[-1]
        if not isinstance(value, bytes) or len(value) != 4:
            raise _damaged(self._what)
        (result,) = struct.unpack("<f", value)
        return float(result) if abs(result) < float("inf") else None

    def text(self, number: int) -> str:
        """Give a text; undecodable bytes are replaced."""
        values = self._fields.get(number)
        if not values:
            return ""
        value = values[-1]
        if not isinstance(value, bytes):
            raise _damaged(self._what)
        return value.decode("utf-8", errors="replace")

    def message(self, number: int) -> "Message | None":
        """Give a message, or ``None`` where it is absent."""
        found = tuple(self.messages(number))
        return found[-1] if found else None

    def messages(self, number: int) -> Iterator["Message"]:
        """Give a repeated message."""
        for value in self._fields.get(number, ()):
            if not isinstance(value, bytes):
                raise _damaged(self._what)
            yield Message(value, self._what)


def _split(data: bytes, what: str) -> Iterator[tuple[int, int | bytes]]:
    """Give number and value of each field; fixed-size values as their bytes."""
    position = 0
    while position < len(data):
        key, position = _read_varint(data, position, what)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, position = _read_varint(data, position, what)
            yield number, value
            continue
        if kind == _BYTES:
            size, position = _read_varint(data, position, what)
        elif kind in (_FIXED32, _FIXED64):
            size = 4 if kind == _FIXED32 else 8
        else:
            raise _damaged(what)
        if number == 0 or position + size > len(data):
            raise _damaged(what)
        yield number, data[position : position + size]
        position += size


def _read_varint(data: bytes, position: int, what: str) -> tuple[int, int]:
    value = 0
    for step in range(_MAX_VARINT_BYTES):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position
    raise _damaged(what)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _damaged(what: str) -> RunError:
    return RunError(
        f"the {what} that the device wrote is damaged",
        hint="Free some space on the device and profile again; it was probably cut off.",
    )
