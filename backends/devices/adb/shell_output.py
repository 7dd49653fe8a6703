"""What a device's shell sends: its two protocols, and bytes to lines."""

import re
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
        marker: what the last line begins with; it may stand right behind an output whose last line has no end.
    """

    def __init__(self, marker: str) -> None:
        self._marker = marker.encode()
        self._end = re.compile(re.escape(self._marker) + rb" (\d+)\n")
        self._kept = b""

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take bytes and give what cannot be a part of the last line."""
        self._kept = (self._kept + data).replace(b"\r\n", b"\n")
        end = self._end.search(self._kept)
        if end is not None:
            yield Piece("stdout", self._kept[: end.start()])
            yield Piece("stdout", b"", int(end[1]))
            self._kept = b""
            return
        cut = self._possible_end()
        if cut:
            piece, self._kept = self._kept[:cut], self._kept[cut:]
            yield Piece("stdout", piece)

    def rest(self) -> bytes:
        """Give what was held back in case it was the last line."""
        return self._kept

    def _possible_end(self) -> int:
        """Give where the last line, or half of a terminal's line end, may have begun."""
        longest = len(self._marker) + 6
        start = self._kept.rfind(self._marker[:1], max(0, len(self._kept) - longest))
        if start >= 0 and self._marker.startswith(self._kept[start:][: len(self._marker)]):
            return start
        return len(self._kept) - self._kept.endswith(b"\r")


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
