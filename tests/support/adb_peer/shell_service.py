"""Runs the commands of ``shell:``, ``shell,v2:`` and ``exec:`` as processes of this computer."""

import os
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
    """

    def __init__(self, files: DeviceFiles, faults: Faults, shell: list[str], unplug: Callable[[], None]) -> None:
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
        # Without packets a real device offers a terminal, whose lines end so.
        line_end = b"\r\n" if kind == b"shell" else b"\n"
        process = self._start(command, separates_errors=has_packets)
        talk = _Talk(stream, process, self, has_packets=has_packets, line_end=line_end)
        talk.run()

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

    def _start(self, command: bytes, *, separates_errors: bool) -> subprocess.Popen[bytes]:
        root = self._files.root
        for tool in self._faults.missing_tools:
            self._files.write(
                f"/bin/{tool}", f"#!/bin/sh\necho '{tool}: inaccessible or not found' >&2; exit 127\n",
                is_executable=True,
            )  # fmt: skip
        process = subprocess.Popen(
            [*self._shell, "-c", self._files.map_command(command)],
            cwd=root,
            env={"PATH": f"{root / 'bin'}:{os.environ['PATH']}", "PEER_ROOT": str(root), "HOME": str(root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if separates_errors else subprocess.STDOUT,
            start_new_session=True,
        )
        self._processes.append(process)
        return process


class _Talk:
    """Carries one process's streams."""

    def __init__(
        self,
        stream: Stream,
        process: subprocess.Popen[bytes],
        service: ShellService,
        *,
        has_packets: bool,
        line_end: bytes,
    ) -> None:
        self._stream = stream
        self._process = process
        self._files = service._files
        self._faults = service._faults
        self._unplug = service._unplug
        self._has_packets = has_packets
        self._line_end = line_end
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
            while chunk := os.read(pipe.fileno(), 65536):
                chunk = self._keep(self._files.unmap_output(chunk).replace(b"\n", self._line_end))
                if chunk:
                    self._write(kind, chunk)
                if self._has_reached(self._faults.unplug_after_output_bytes):
                    self._unplug()
                if self._has_reached(self._faults.cut_output_after_bytes):
                    self._stream.close()
        pipe.close()

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
