"""Runs the commands of ``shell:``, ``shell,v2:`` and ``exec:`` as processes of this computer."""

import os
import select
import shutil
import signal
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from tests.support.adb_peer.device_files import DeviceFiles
from tests.support.adb_peer.faults import Faults
from tests.support.adb_peer.streams import Stream

_STDIN, _STDOUT, _STDERR, _EXIT, _CLOSE_STDIN = 0, 1, 2, 3, 4


def find_shells() -> dict[str, list[str]]:
    """Give the shells of this computer that devices have too, by name; Android's own is mksh."""
    found = {name: shutil.which(name) for name in ("mksh", "dash", "busybox", "sh")}
    return {name: [path, "sh"] if name == "busybox" else [path] for name, path in found.items() if path}


class ShellService:
    """Starts commands as a device's daemon does: in a session of their own, and not ended with their stream.

    Args:
        files: where the device's paths are.
        faults: switches.
        shell: the program that interprets commands.
        unplug: breaks the connection.
        has_terminals: commands without packets get a terminal, as before Android 7.
    """

    def __init__(
        self,
        files: DeviceFiles,
        faults: Faults,
        shell: list[str],
        unplug: Callable[[], None],
        *,
        has_terminals: bool,
    ) -> None:
        self._has_terminals = has_terminals
        self._files = files
        self._faults = faults
        self._shell = shell
        self._unplug = unplug
        self._processes: list[subprocess.Popen[bytes]] = []
        self.commands: list[str] = []

    def serve(self, stream: Stream, service: bytes) -> None:
        """Run the command that the service's name holds; returns when it has ended."""
        kind, _, command = service.partition(b":")
        has_packets = kind.startswith(b"shell,v2")
        self.commands.append(command.decode(errors="replace"))
        if self._faults.hang_on and self._faults.hang_on.encode() in command:
            while stream.read_some():
                pass
            return
        is_terminal = self._has_terminals and kind == b"shell"
        process = self._start_in_terminal(command) if is_terminal else self._start(command, splits=has_packets)
        self._processes.append(process)
        _Talk(stream, process, self, has_packets=has_packets).run()

    def running_groups(self) -> list[int]:
        """Give the process groups of commands that still have a process."""
        for process in self._processes:
            process.poll()
        alive = {group for group, state in _groups_and_states() if state not in "ZX"}
        return [process.pid for process in self._processes if process.pid in alive]

    def kill_all(self) -> None:
        """End what still runs, as a reboot does."""
        for process in self._processes:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def _start(self, command: bytes, *, splits: bool) -> subprocess.Popen[bytes]:
        self._hide_tools()
        return subprocess.Popen(
            [*self._shell, "-c", self._files.map_command(command)],
            cwd=self._files.root,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if splits else subprocess.STDOUT,
            start_new_session=True,
        )

    def _start_in_terminal(self, command: bytes) -> subprocess.Popen[bytes]:
        self._hide_tools()
        own, other = os.openpty()
        process = subprocess.Popen(
            # Makes the terminal that of the new session, so that a hang-up reaches it.
            ["setsid", "-c", *self._shell, "-c", self._files.map_command(command)],
            cwd=self._files.root,
            env=self._environment(),
            stdin=other,
            stdout=other,
            stderr=other,
        )
        os.close(other)
        process.stdin = os.fdopen(os.dup(own), "wb", buffering=0)
        process.stdout = os.fdopen(own, "rb", buffering=0)
        return process

    def _environment(self) -> dict[str, str]:
        root = self._files.root
        return {"PATH": f"{root / 'bin'}:{os.environ['PATH']}", "PEER_ROOT": str(root), "HOME": str(root)}

    def _hide_tools(self) -> None:
        for tool in self._faults.missing_tools:
            self._files.write(
                f"/bin/{tool}", f"#!/bin/sh\necho '{tool}: inaccessible or not found' >&2; exit 127\n",
                is_executable=True,
            )  # fmt: skip


class _Talk:
    """Carries one process's streams."""

    def __init__(
        self,
        stream: Stream,
        process: subprocess.Popen[bytes],
        service: ShellService,
        *,
        has_packets: bool,
    ) -> None:
        self._stream = stream
        self._process = process
        self._files = service._files
        self._faults = service._faults
        self._unplug = service._unplug
        self._has_packets = has_packets
        self._sent = 0
        self._lock = threading.Lock()

    def run(self) -> None:
        assert self._process.stdin is not None
        feeder = threading.Thread(target=self._feed, daemon=True)
        feeder.start()
        outputs = [(_STDOUT, self._process.stdout), (_STDERR, self._process.stderr)]
        readers = [threading.Thread(target=self._carry, args=pair, daemon=True) for pair in outputs if pair[1]]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        if self._stream.is_closed:
            return
        code = self._process.wait()
        if self._has_packets:
            with suppress(BrokenPipeError):
                self._write(_EXIT, bytes([code if code >= 0 else 128 - code]))
        self._stream.close()
        feeder.join()

    def _feed(self) -> None:
        """Bring the server's bytes to the process, and close its input when the stream ends."""
        assert self._process.stdin is not None
        with suppress(EOFError, OSError, ValueError):
            while True:
                if not self._has_packets:
                    data = self._stream.read_some()
                    if not data:
                        break
                    self._process.stdin.write(data)
                else:
                    kind, length = struct.unpack("<BI", self._stream.read(5))
                    data = self._stream.read(length)
                    if kind == _CLOSE_STDIN:
                        break
                    if kind == _STDIN:
                        self._process.stdin.write(data)
                self._process.stdin.flush()
        with suppress(OSError, ValueError):
            self._process.stdin.close()

    def _carry(self, kind: int, pipe: IO[bytes]) -> None:
        """Bring the process's output to the server; a closed stream leaves a pipe that nobody reads."""
        with suppress(BrokenPipeError, ValueError):
            while chunk := self._read(pipe):
                chunk = self._keep(self._files.unmap_output(chunk))
                if chunk:
                    self._write(kind, chunk)
                if self._has_reached(self._faults.unplug_after_output_bytes):
                    self._unplug()
                if self._has_reached(self._faults.cut_output_after_bytes):
                    self._stream.close()
        pipe.close()

    def _read(self, pipe: IO[bytes]) -> bytes:
        """Wait for output; a terminal is hung up with its stream, and says that its program ended in its own way."""
        with suppress(OSError):
            while not (os.isatty(pipe.fileno()) and self._stream.is_closed):
                if select.select([pipe], [], [], 0.1)[0]:
                    return os.read(pipe.fileno(), 65536)
        return b""

    def _keep(self, chunk: bytes) -> bytes:
        """Shorten the output to what arrives before the fault."""
        limits = (self._faults.cut_output_after_bytes, self._faults.unplug_after_output_bytes)
        for limit in limits:
            if limit is not None:
                chunk = chunk[: max(0, limit - self._sent)]
        self._sent += len(chunk)
        return chunk

    def _has_reached(self, limit: int | None) -> bool:
        return limit is not None and self._sent >= limit

    def _write(self, kind: int, data: bytes) -> None:
        with self._lock:
            if self._has_packets:
                self._stream.write(struct.pack("<BI", kind, len(data)) + data)
            else:
                self._stream.write(data)


def _groups_and_states() -> Iterator[tuple[int, str]]:
    """Give the group and the state of each process; ended ones whose parent has not looked yet are "Z"."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in parentheses may hold anything.
            state, _parent, group = path.read_text(errors="replace").rpartition(")")[2].split()[:3]
            yield int(group), state
