"""What a device's shell sends: its two protocols, and bytes to lines."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from backends.devices.device import StreamName

_HEADER = struct.Struct("<BI")
_STREAMS: Mapping[int, StreamName] = {1: "stdout", 2: "stderr"}
_EXIT = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a command's output, or its end when ``code`` is not ``None``."""

    stream: StreamName
    data: bytes
    code: int | None = None


class OutputParser(Protocol):
    """Turns what comes over the connection into pieces."""

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take bytes and give what they complete."""
        ...

    def rest(self) -> bytes:
        """Give what was held back, at the end of the connection."""
        ...


class PacketParser:
    """Shell protocol 2: packets with a stream's number each, the last one with the exit code."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take bytes and give the packets they complete."""
        self._kept += data
        while len(self._kept) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._kept)
            end = _HEADER.size + length
            if len(self._kept) < end:
                return
            payload = bytes(self._kept[_HEADER.size : end])
            del self._kept[:end]
            if kind == _EXIT:
                yield Piece("stdout", b"", payload[0] if payload else 0)
            elif kind in _STREAMS:
                yield Piece(_STREAMS[kind], payload)

    def rest(self) -> bytes:
        """Give nothing: a packet that is not complete says too little."""
        return b""


class TextParser:
    """Shell protocol 1: one stream, perhaps with a terminal's line ends; a marked last line tells the exit code.

    Args:
        marker: begins the last line.
    """

    def __init__(self, marker: str) -> None:
        self._marker = b"\n" + marker.encode() + b" "
        self._kept = b""

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take bytes and give what cannot be a part of the last line."""
        self._kept = (self._kept + data).replace(b"\r\n", b"\n")
        start = self._kept.find(self._marker)
        if start >= 0:
            code, end, _ = self._kept[start + len(self._marker) :].partition(b"\n")
            if end and code.isdigit():
                # The script sets an empty line before the marker, so that a last line without end stays whole.
                yield Piece("stdout", self._kept[:start])
                yield Piece("stdout", b"", int(code))
                self._kept = b""
            return
        # A line end may begin the marker; "\r" may be half of a line end.
        hold = self._kept.rfind(b"\n", max(0, len(self._kept) - len(self._marker)))
        cut = hold if hold >= 0 else len(self._kept) - self._kept.endswith(b"\r")
        if cut:
            piece, self._kept = self._kept[:cut], self._kept[cut:]
            yield Piece("stdout", piece)

    def rest(self) -> bytes:
        """Give what was held back in case it was the last line."""
        return self._kept


class LineSplitter:
    """Collects a stream's bytes and gives its lines."""

    def __init__(self, kept_bytes: int) -> None:
        self._kept_bytes = kept_bytes
        self._text = bytearray()
        self._line = bytearray()

    def feed(self, data: bytes) -> Iterator[str]:
        """Take bytes and give the lines they complete, without their ends."""
        self._keep(data)
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._line += line
            yield self._take()
        self._line += rest

    def end(self) -> Iterator[str]:
        """Give the last line if it has no end."""
        if self._line:
            yield self._take()

    @property
    def text(self) -> str:
        """All that came, or the last part of it when that is long."""
        return self._text.decode(errors="replace")

    def _take(self) -> str:
        text = self._line.decode(errors="replace").removesuffix("\r")
        self._line.clear()
        return text

    def _keep(self, data: bytes) -> None:
        """Keep the last part: a program that prints without end must not fill our memory."""
        self._text += data
        if len(self._text) > 2 * self._kept_bytes:
            del self._text[: -self._kept_bytes]
