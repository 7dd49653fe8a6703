"""This computer through the eyes of a remote device: programs of others are run and watched in the same way."""

import os
import shutil
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from backends.devices.device import Check, DeviceInfo, LineListener, RemoteFile
from backends.devices.local import LocalDevice
from backends.devices.shell import Child, Outcome
from backends.errors import DeviceError
from backends.progress import Progress

_POLL_SECONDS = 0.1
_END_SECONDS = 5.0
_OUTPUT_CHARACTERS = 64 * 1024
_TEXT_BYTES = 64 * 1024
_KEPT_LINES = 20_000
"""The last ones: a program that prints without end must not fill our memory."""
_NOT_EXECUTABLE, _NOT_FOUND = 126, 127


class LocalShell:
    """Runs programs here and copies files within this computer; see ``RemoteShell`` for the promises."""

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout_s: float,
        progress: Progress | None = None,
        on_line: LineListener | None = None,
        ends_on_stop: bool = False,
    ) -> Outcome:
        """Run a program to its end; lines of the error stream are handed out when it has ended.

        Raises:
            Cancelled: the user cancelled; the program was killed.
        """
        progress = progress or Progress()
        progress.check()
        try:
            child = Child(argv)
        except DeviceError as error:
            code = _NOT_EXECUTABLE if _exists(argv[0]) else _NOT_FOUND
            return Outcome(argv=tuple(argv), code=code, stdout="", stderr=f"not executable: {error.message}")
        with child, progress.closing(child.kill):
            child.close_input()
            lines, timed_out, stopped = _follow(child, timeout_s, progress, on_line, ends_on_stop=ends_on_stop)
            child.wait(_END_SECONDS)
            progress.check()
            outcome = child.outcome(timed_out=timed_out)
        if on_line is not None:
            for line in outcome.stderr.splitlines():
                on_line("stderr", line)
        return replace(outcome, stdout="\n".join(lines)[-_OUTPUT_CHARACTERS:], stopped=stopped)

    def push(self, local: Path, remote: str, *, is_executable: bool = False, progress: Progress | None = None) -> None:
        """Copy a file.

        Raises:
            DeviceError: it cannot be read or written; likewise for the other methods.
        """
        with _explained(f"{local.name} cannot be copied"):
            Path(remote).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(local, remote)
            if is_executable:
                Path(remote).chmod(0o755)

    def push_once(self, local: Path, *, is_executable: bool = False, progress: Progress | None = None) -> str:
        """Give the file's own path: it is on this computer already."""
        if is_executable and not os.access(local, os.X_OK):
            raise DeviceError(f"{local.name} is not executable", hint=f"Permit it: chmod +x '{local}'")
        return str(local.resolve())

    def pull(self, remote: str, local: Path, *, progress: Progress | None = None) -> None:
        """Copy a file."""
        self.push(Path(remote), str(local), progress=progress)

    def stat(self, remote: str) -> RemoteFile | None:
        """Describe a file or folder; ``None`` when there is none."""
        try:
            found = Path(remote).stat()
        except OSError:
            return None
        return RemoteFile(
            path=remote,
            size_bytes=found.st_size,
            mode=found.st_mode,
            modified_s=int(found.st_mtime),
            is_folder=Path(remote).is_dir(),
        )

    def read_text(self, remote: str) -> str:
        """Give a small text file's content; empty when it cannot be read."""
        with suppress(OSError), Path(remote).open("rb") as file:
            return file.read(_TEXT_BYTES).decode(errors="replace")
        return ""

    def make_folder(self, remote: str) -> None:
        """Make a folder, and those above it."""
        with _explained(f"the folder {remote} cannot be made"):
            Path(remote).mkdir(parents=True, exist_ok=True)

    def remove(self, remote: str) -> None:
        """Remove a file, or a folder with all in it."""
        path = Path(remote)
        with _explained(f"{remote} cannot be removed"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def free_bytes(self, remote: str) -> int | None:
        """Give the free space of the file system that holds the path."""
        with suppress(OSError):
            return shutil.disk_usage(remote).free
        return None


class LocalToolDevice:
    """This computer as a device that runs a given program, instead of the runtime that is installed here.

    Args:
        folder: for files of ours; the caller removes it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._local = LocalDevice()

    @property
    def info(self) -> DeviceInfo:
        """Give identity and name: those of this computer."""
        return self._local.info

    @property
    def shell(self) -> LocalShell:
        """Give the way to run programs."""
        return LocalShell()

    @property
    def work_folder(self) -> str:
        """Give the folder for files of ours."""
        return str(self._folder)

    def environment(self) -> Mapping[str, str]:
        """Read what may influence a measurement; the runtime is the program's own."""
        return {key: value for key, value in self._local.environment().items() if key not in ("runtime", "python")}

    def checks(self) -> Sequence[Check]:
        """Answer what should be looked at before measuring."""
        return [check for check in self._local.checks() if check.name != "Runtime"]


def _follow(
    child: Child, timeout_s: float, progress: Progress, on_line: LineListener | None, *, ends_on_stop: bool
) -> tuple[list[str], bool, bool]:
    """Read lines until the end; gives them, and whether time was over or the user stopped it."""
    lines: deque[str] = deque(maxlen=_KEPT_LINES)
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            line = child.receive(_POLL_SECONDS)
        except TimeoutError:
            line = ""
        if line is None:
            return list(lines), False, False
        if line:
            lines.append(line.rstrip("\r\n"))
            if on_line is not None:
                on_line("stdout", lines[-1])
        is_late, is_stopped = time.monotonic() >= deadline, ends_on_stop and progress.is_stopping
        if is_late or is_stopped:
            child.kill()
            return list(lines), not is_stopped, is_stopped


def _exists(program: str) -> bool:
    return shutil.which(program) is not None or Path(program).exists()


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DeviceError(f"{what}: {error.strerror or error}") from error
