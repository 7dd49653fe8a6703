"""What every device can say about itself; how it measures is known to ``backends.runs``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from backends.devices.shell import Outcome
from backends.errors import DeviceError
from backends.progress import Progress

StreamName = Literal["stdout", "stderr"]
LineListener = Callable[[StreamName, str], None]
"""Gets the stream's name and one line without its end, while the command runs, in the caller's thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A preflight answer. A failed check warns; it stops a measurement only where nothing could be measured."""

    name: str
    is_ok: bool
    message: str
    """What was found, in one sentence."""
    remedy: str = ""
    """What to do about it; empty when all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """A device as a list shows it."""

    id: str
    """Stable, saved in plans: ``host``, or transport and serial number."""
    name: str
    kind: str
    """``host``, ``android`` or ``linux``."""
    state: str = "ready"
    """``ready``, or why it cannot be used now."""


class Device(Protocol):
    """A reachable thing that can run a model."""

    @property
    def info(self) -> DeviceInfo:
        """Give identity and name."""
        ...

    def environment(self) -> Mapping[str, str]:
        """Read what may influence a measurement: processor, memory, governor, system, runtime version."""
        ...

    def checks(self) -> Sequence[Check]:
        """Answer what should be looked at before measuring."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """What a device says about one of its files."""

    path: str
    size_bytes: int
    mode: int
    """As in ``os.stat_result.st_mode``."""
    modified_s: int
    """Seconds since 1970 by the device's clock."""
    is_folder: bool


class DeviceLostError(DeviceError):
    """The device went away while a command ran there; ``outcome`` holds what had arrived until then."""

    def __init__(self, message: str, *, outcome: Outcome, hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint=hint, detail=detail or outcome.stdout + outcome.stderr)
        self.outcome = outcome


class RemoteShell(Protocol):
    """Runs programs on a device and moves files; one call at a time for each object.

    Programs are argument lists: what the device's shell would interpret is quoted by the transport. Every method
    raises ``DeviceError`` (``DeviceLostError`` from ``run``) for what the device or the connection refuses, and
    ``Cancelled`` when the user cancelled.
    """

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout_s: float,
        progress: Progress | None = None,
        on_line: LineListener | None = None,
        ends_on_stop: bool = False,
    ) -> Outcome:
        """Run a program to its end; nothing of it remains on the device, whichever way this returns.

        A program that cannot be started is an outcome with code 126 or 127, as the shell says it. A signal gives a
        negative code. A time-out gives an outcome with ``timed_out``, and what was printed until then.

        Args:
            argv: program and arguments; start with ``env NAME=VALUE`` to set variables.
            timeout_s: from the start to the end of the program.
            progress: cancelling it ends the program, and all that it started.
            on_line: listens to the output while it comes.
            ends_on_stop: end the program also when the user asks to stop; the outcome has ``stopped`` then.
        """
        ...

    def push(self, local: Path, remote: str, *, is_executable: bool = False, progress: Progress | None = None) -> None:
        """Copy a file to the device, replacing what is there."""
        ...

    def push_once(self, local: Path, *, is_executable: bool = False, progress: Progress | None = None) -> str:
        """Copy a file to the device unless the same content is there already, and give its path there.

        The file keeps its name, in a folder named by the content, so that two models of one name do not meet.
        """
        ...

    def pull(self, remote: str, local: Path, *, progress: Progress | None = None) -> None:
        """Copy a file from the device."""
        ...

    def stat(self, remote: str) -> RemoteFile | None:
        """Describe a file or folder; ``None`` when there is none, or none that may be seen."""
        ...

    def read_text(self, remote: str) -> str:
        """Give a small text file's content; empty when it cannot be read."""
        ...

    def make_folder(self, remote: str) -> None:
        """Make a folder, and those above it; it may exist."""
        ...

    def remove(self, remote: str) -> None:
        """Remove a file, or a folder with all in it; it may be missing."""
        ...

    def free_bytes(self, remote: str) -> int | None:
        """Give the free space of the file system that holds the path; ``None`` when the device does not tell."""
        ...


class RemoteDevice(Device, Protocol):
    """A device that is reached over a transport."""

    @property
    def shell(self) -> RemoteShell:
        """Give the way to run programs and move files."""
        ...

    @property
    def work_folder(self) -> str:
        """Give the folder for files of ours: writable, and programs may run there."""
        ...


class DeviceProvider(Protocol):
    """Finds devices over one transport."""

    def list_devices(self) -> Sequence[Device]:
        """Give what is reachable now; never raises for a missing transport."""
        ...
