"""Child processes: the only place that starts them. Never through a shell, always with a time-out."""

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from backends.errors import DeviceError
from backends.progress import Progress

_LOG_BYTES = 64 * 1024
_LINE_BYTES = 256 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a child process ended. ``code`` is negative for a signal, as in ``subprocess``."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str
    timed_out: bool = False
    stopped: bool = False
    """Ended early because the user asked to stop and keep what was measured."""

    @property
    def is_success(self) -> bool:
        """Whether it ended by itself with code 0."""
        return self.code == 0 and not self.timed_out and not self.stopped

    @property
    def signal_name(self) -> str:
        """Name of the signal that ended it (``SIGSEGV``), or an empty string."""
        return name_of_signal(self.code)

    def describe(self) -> str:
        """Phrase the end: what happened to which program."""
        program = os.path.basename(self.argv[0]) if self.argv else "the program"  # noqa: PTH119 - may be a remote path
        if self.stopped:
            return f"{program} was stopped"
        if self.timed_out:
            return f"{program} did not end in time and was stopped"
        if self.signal_name:
            return f"{program} crashed ({self.signal_name})"
        return f"{program} ended with code {self.code}"


def name_of_signal(code: int) -> str:
    """Give the signal's name for an exit code, also for Windows' exception codes; empty for an ordinary end."""
    windows = {0xC0000005: "SIGSEGV", 0xC00000FD: "stack overflow", 0xC0000409: "SIGABRT", 0xC000001D: "SIGILL"}
    if code & 0xFFFFFFFF in windows:
        return windows[code & 0xFFFFFFFF]
    if code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
        return f"signal {-code}"
    return ""


def run_command(
    argv: Sequence[str],
    *,
    timeout_s: float,
    progress: Progress | None = None,
    environment: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a program to its end and give what it printed (the last part of it when that is long).

    Raises:
        Cancelled: the user cancelled; the program was killed.
        DeviceError: the program cannot be started.
    """
    progress = progress or Progress()
    with Child(argv, environment=environment, keep_output=True) as child, progress.closing(child.kill):
        child.close_input()
        timed_out = not child.wait(timeout_s)
        if timed_out:
            child.kill()
            child.wait(timeout_s)
        progress.check()
        return child.outcome(timed_out=timed_out)


class Child:
    """A running program one talks to in lines; killed when the ``with`` block ends.

    Args:
        argv: program and arguments.
        environment: variables to add to the own ones.
        keep_output: collect standard output for ``outcome`` instead of offering lines to ``receive``.
        listen: called in a thread of its own with each line of standard error.

    Raises:
        DeviceError: the program cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        keep_output: bool = False,
        listen: Callable[[str], None] | None = None,
    ) -> None:
        self._argv = tuple(argv)
        self._listen = listen
        self._unfinished = b""
        try:
            self._process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **(environment or {})},
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            raise DeviceError(f"cannot start {self._argv[0]}: {error.strerror or error}") from error
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._output = bytearray()
        self._log = bytearray()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        read_output = self._collect if keep_output else self._split
        self._readers = (
            threading.Thread(target=read_output, args=(self._process.stdout, self._output), daemon=True),
            threading.Thread(target=self._collect, args=(self._process.stderr, self._log, self._tell), daemon=True),
        )
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def send(self, line: str) -> None:
        """Write a line to the program; nothing happens when it has ended."""
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()

    def close_input(self) -> None:
        """Tell the program that no input follows."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def receive(self, timeout_s: float) -> str | None:
        """Give the program's next line, or ``None`` when it has ended.

        Raises:
            TimeoutError: nothing came in time.
        """
        try:
            return self._lines.get(timeout=timeout_s)
        except queue.Empty:
            raise TimeoutError from None

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end; says whether it came in time."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the program, and what it started, at once; callable from any thread, also after its end."""
        if self._process.poll() is not None:
            return
        with suppress(OSError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def outcome(self, *, timed_out: bool = False) -> Outcome:
        """Give how it ended; waits for the end."""
        code = self._process.wait()
        for reader in self._readers:
            reader.join()
        return Outcome(
            argv=self._argv,
            code=code,
            stdout=bytes(self._output).decode(errors="replace"),
            stderr=bytes(self._log).decode(errors="replace"),
            timed_out=timed_out,
        )

    def _split(self, stream: IO[bytes], _kept: bytearray) -> None:
        while line := stream.readline(_LINE_BYTES):
            self._lines.put(line.decode(errors="replace"))
        self._lines.put(None)

    def _tell(self, chunk: bytes) -> None:
        """Hand on the lines that are complete; what has no end is cut."""
        if self._listen is None:
            return
        *lines, self._unfinished = (self._unfinished + chunk).split(b"\n")
        for line in lines:
            self._listen(line.decode(errors="replace").rstrip("\r"))
        self._unfinished = self._unfinished[-_LOG_BYTES:]

    @staticmethod
    def _collect(stream: IO[bytes], kept: bytearray, tell: Callable[[bytes], None] | None = None) -> None:
        """Keep the last part: a program that prints without end must not fill our memory."""
        while chunk := os.read(stream.fileno(), _CHUNK_BYTES):
            if tell is not None:
                tell(chunk)
            kept += chunk
            if len(kept) > 2 * _LOG_BYTES:
                del kept[:-_LOG_BYTES]
