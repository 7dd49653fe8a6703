"""One program on a device from its start to its end: time-out, stop, cancel, and a connection that breaks."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from backends.devices.adb.connection import Connection
from backends.devices.adb.script import make_kill, make_script
from backends.devices.adb.server import AdbServer
from backends.devices.adb.shell_output import LineSplitter, OutputParser, PacketParser, Piece, TextParser
from backends.devices.device import DeviceLostError, LineListener, StreamName
from backends.devices.shell import Outcome
from backends.errors import DeviceError
from backends.progress import Progress

_POLL_S = 0.2
_KILL_S = 5.0
_KEPT_BYTES = 16 * 1024 * 1024
_LOST_CODE = -1


class RemoteProgram:
    """Runs one program once.

    Args:
        server: the adb server.
        serial: the device's serial number.
        argv: program and arguments.
        has_packets: whether server and device know shell protocol 2.
        on_line: listens to the output.
    """

    def __init__(
        self, server: AdbServer, serial: str, argv: Sequence[str], *, has_packets: bool, on_line: LineListener | None
    ) -> None:
        self._server = server
        self._serial = serial
        self._argv = tuple(argv)
        self._script = make_script(argv, reports_end=not has_packets)
        self._service = f"shell,v2,raw:{self._script.text}" if has_packets else f"shell:{self._script.text}"
        self._parser: OutputParser = PacketParser() if has_packets else TextParser(self._script.end)
        self._on_line = on_line
        self._splitters: dict[StreamName, LineSplitter] = {
            "stdout": LineSplitter(_KEPT_BYTES),
            "stderr": LineSplitter(_KEPT_BYTES),
        }
        self._head: bytes | None = b""
        self._group = 0
        self._code: int | None = None

    def run(self, *, timeout_s: float, progress: Progress, ends_on_stop: bool) -> Outcome:
        """Run it; see ``RemoteShell.run``."""
        deadline = time.monotonic() + timeout_s
        with self._server.opened(self._serial, self._service) as connection:
            try:
                with progress.closing(connection.wake):
                    ending = self._follow(connection, deadline, progress if ends_on_stop else Progress(), progress)
                progress.check()
                if ending and self._kill():
                    self._drain(connection)
            except BaseException:
                # Also for a cancel: the watcher on the device would do it, but a moment later.
                self._kill()
                raise
        for stream, splitter in self._splitters.items():
            self._tell(stream, splitter.end())
        if self._code is None and not ending:
            what = f"while {_name(self._argv)} ran"
            error = self._server.lost_error(self._serial, what)
            raise DeviceLostError(error.message, hint=error.hint, outcome=self._outcome(_LOST_CODE))
        code = -9 if self._code is None else self._code
        return self._outcome(code, timed_out=ending == "timed out", stopped=ending == "stopped")

    def _follow(self, connection: Connection, deadline: float, stopper: Progress, progress: Progress) -> str:
        """Read until the end, and give why it is to be ended; empty when it ended by itself."""
        while self._code is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return "timed out"
            if stopper.is_stopping:
                return "stopped"
            try:
                data = connection.receive(timeout_s=min(_POLL_S, left))
            except TimeoutError:
                continue
            progress.check()
            if not data:
                self._take(Piece("stdout", self._parser.rest()))
                return ""
            for piece in self._parser.feed(data):
                self._take(piece)
        return ""

    def _drain(self, connection: Connection) -> None:
        """Read what was printed before the end."""
        deadline = time.monotonic() + _KILL_S
        with suppress(TimeoutError):
            while self._code is None and (left := deadline - time.monotonic()) > 0:
                data = connection.receive(timeout_s=left)
                if not data:
                    break
                for piece in self._parser.feed(data):
                    self._take(piece)

    def _take(self, piece: Piece) -> None:
        if piece.code is not None:
            # As in subprocess: a signal is a negative code.
            self._code = 128 - piece.code if 128 < piece.code < 128 + 65 else piece.code
            self._use(piece.stream, self._head or b"")
            self._head = None
            return
        data = piece.data
        if piece.stream == "stdout" and self._head is not None:
            self._head += data
            line, end, data = self._head.partition(b"\n")
            if not end:
                return
            marker, _, number = line.strip().decode(errors="replace").partition(" ")
            if marker == self._script.begin and number.isdigit():
                self._group = int(number)
            else:
                data = self._head
            self._head = None
        self._use(piece.stream, data)

    def _use(self, stream: StreamName, data: bytes) -> None:
        self._tell(stream, self._splitters[stream].feed(data))

    def _tell(self, stream: StreamName, lines: Iterator[str]) -> None:
        for line in lines:
            if self._on_line is not None:
                self._on_line(stream, line)

    def _kill(self) -> bool:
        """End the process group, and say whether it was told; else the watcher on the device does it."""
        if self._group <= 1:
            return False
        service = f"shell:{make_kill(self._group)}"
        try:
            with self._server.opened(self._serial, service, timeout_s=_KILL_S) as connection:
                while connection.receive(timeout_s=_KILL_S):
                    pass
        except (DeviceError, TimeoutError):
            return False
        return True

    def _outcome(self, code: int, *, timed_out: bool = False, stopped: bool = False) -> Outcome:
        return Outcome(
            argv=self._argv,
            code=code,
            stdout=self._splitters["stdout"].text,
            stderr=self._splitters["stderr"].text,
            timed_out=timed_out,
            stopped=stopped,
        )


def _name(argv: Sequence[str]) -> str:
    """Give the program's name; ``env`` and its like only prepare."""
    words = [word for word in argv if "=" not in word and word not in ("env", "taskset")] or list(argv)
    return words[0].rsplit("/", 1)[-1]
