"""Programs and files of a device over adb."""

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from backends.devices.adb.failures import device_error
from backends.devices.adb.files import FileService
from backends.devices.adb.free_space import parse_free_bytes
from backends.devices.adb.remote_program import RemoteProgram
from backends.devices.adb.server import AdbServer
from backends.devices.device import LineListener, RemoteFile
from backends.devices.shell import Outcome
from backends.errors import DeviceError
from backends.progress import Progress

_SHORT_S = 30.0
_HASH_S = 300.0
_EXECUTABLE, _PLAIN = 0o755, 0o644
_DIGESTS = (("sha256sum", "sha256"), ("md5sum", "md5"))
_LONGEST_NAME = 100
_COMPRESSION = frozenset({"sendrecv_v2", "sendrecv_v2_zstd"})
_LARGE_BYTES = 1 << 20
"""Smaller files are there at once anyway."""


class AdbShell:
    """Runs programs on one device and moves files; see ``RemoteShell`` for the promises.

    Args:
        server: the adb server.
        serial: the device's serial number.
    """

    def __init__(self, server: AdbServer, serial: str) -> None:
        self._server = server
        self._serial = serial
        self._files = FileService(server, serial)

    @cached_property
    def work_folder(self) -> str:
        """The folder for files of ours; Linux boards have no ``/data/local/tmp``."""
        for folder in ("/data/local/tmp", "/var/tmp", "/tmp"):
            found = self.stat(folder)
            if found is not None and found.is_folder:
                return f"{folder}/tflite-profiler"
        raise DeviceError(f"{self._serial} has no folder where programs may be put")

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout_s: float,
        progress: Progress | None = None,
        on_line: LineListener | None = None,
        ends_on_stop: bool = False,
    ) -> Outcome:
        """Run a program to its end.

        Raises:
            Cancelled: the user cancelled; the program was ended.
            DeviceLostError: the connection broke while it ran.
            DeviceError: the device cannot be reached.
        """
        progress = progress or Progress()
        progress.check()
        program = RemoteProgram(
            self._server, self._serial, argv, has_packets="shell_v2" in self._features, on_line=on_line
        )
        return program.run(timeout_s=timeout_s, progress=progress, ends_on_stop=ends_on_stop)

    def push(self, local: Path, remote: str, *, is_executable: bool = False, progress: Progress | None = None) -> None:
        """Copy a file to the device and compare its size there.

        Raises:
            Cancelled: the user cancelled.
            DeviceError: it cannot be read, sent or kept.
        """
        progress = progress or Progress()
        self.make_folder(str(PurePosixPath(remote).parent))
        self._files.push(
            local,
            remote,
            mode=_EXECUTABLE if is_executable else _PLAIN,
            progress=progress,
            is_compressed=self._features >= _COMPRESSION and local.stat().st_size >= _LARGE_BYTES,
        )
        there = self.stat(remote)
        if there is None or there.size_bytes != local.stat().st_size:
            raise DeviceError(
                f"{local.name} did not arrive whole on {self._serial}", hint="Try again; use another cable or port."
            )

    def push_once(self, local: Path, *, is_executable: bool = False, progress: Progress | None = None) -> str:
        """Copy a file to the device unless it is there, compare the content, and give its path there.

        Raises:
            Cancelled: the user cancelled.
            DeviceError: it cannot be read, sent or kept.
        """
        progress = progress or Progress()
        remote = f"{self.work_folder}/{_digest(local, 'sha256', progress)}/{_safe_name(local.name)}"
        if self._is_there(local, remote, is_executable=is_executable, progress=progress):
            return remote
        try:
            self.push(local, remote, is_executable=is_executable, progress=progress)
            if not self._is_same(local, remote, progress):
                raise DeviceError(
                    f"{local.name} was damaged on its way to {self._serial}",
                    hint="Try again; use another cable or port.",
                )
        except BaseException:
            self._forget(str(PurePosixPath(remote).parent))
            raise
        return remote

    def pull(self, remote: str, local: Path, *, progress: Progress | None = None) -> None:
        """Copy a file from the device.

        Raises:
            Cancelled: the user cancelled.
            DeviceError: there is no such file, or it cannot be written here.
        """
        self._files.pull(remote, local, progress=progress or Progress())

    def stat(self, remote: str) -> RemoteFile | None:
        """Describe a file or folder; raises ``DeviceError`` when the device cannot be reached."""
        return self._files.stat(remote, knows_large="stat_v2" in self._features)

    def read_text(self, remote: str) -> str:
        """Give a small text file's content; raises ``DeviceError`` when the device cannot be reached."""
        outcome = self.run(("cat", remote), timeout_s=_SHORT_S)
        return outcome.stdout if outcome.is_success else ""

    def make_folder(self, remote: str) -> None:
        """Make a folder and those above it.

        Raises:
            DeviceError: the device refuses.
        """
        self._need(("mkdir", "-p", remote), f"cannot make {remote}")

    def remove(self, remote: str) -> None:
        """Remove a file, or a folder with all in it; nothing happens when it is missing.

        Raises:
            DeviceError: the device refuses, or the path is not below a folder for temporary files.
        """
        clean = PurePosixPath(remote)
        if ".." in clean.parts or not any(
            clean != folder and clean.is_relative_to(folder)
            for folder in map(PurePosixPath, ("/data/local/tmp", "/var/tmp", "/tmp"))
        ):
            raise DeviceError(f"{remote} is not removed: it is not in a folder for temporary files")
        self._need(("rm", "-rf", remote), f"cannot remove {remote}")

    def free_bytes(self, remote: str) -> int | None:
        """Give the free space where the path is, or will be; raises ``DeviceError`` when the device is not reached."""
        path = PurePosixPath(remote)
        for folder in (path, *path.parents):
            if self.stat(str(folder)) is not None:
                return parse_free_bytes(self.run(("df", "-k", str(folder)), timeout_s=_SHORT_S).stdout)
        return None

    @cached_property
    def _features(self) -> frozenset[str]:
        return self._server.features(self._serial)

    def _need(self, argv: Sequence[str], what: str) -> None:
        outcome = self.run(argv, timeout_s=_SHORT_S)
        if not outcome.is_success:
            raise device_error(outcome.stderr + outcome.stdout or outcome.describe(), self._serial, what=what)

    def _is_there(self, local: Path, remote: str, *, is_executable: bool, progress: Progress) -> bool:
        there = self.stat(remote)
        if there is None or there.size_bytes != local.stat().st_size:
            return False
        if is_executable and not there.mode & 0o100:
            return False
        return self._is_same(local, remote, progress)

    def _is_same(self, local: Path, remote: str, progress: Progress) -> bool:
        """Compare contents as well as the device can: a device without checksum programs is believed."""
        for program, algorithm in _DIGESTS:
            outcome = self.run((program, remote), timeout_s=_HASH_S, progress=progress)
            said = outcome.stdout.split()
            if outcome.is_success and said:
                return said[0].lower() == _digest(local, algorithm, progress)
        return True

    def _forget(self, folder: str) -> None:
        """Remove what a push left that failed; a device that is gone keeps it."""
        try:
            self.remove(folder)
        except DeviceError:
            return


def _digest(path: Path, algorithm: str, progress: Progress) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    try:
        with path.open("rb") as file:
            while chunk := file.read(1024 * 1024):
                progress.check()
                digest.update(chunk)
    except OSError as error:
        raise DeviceError(f"cannot read {path.name}: {error.strerror or error}") from error
    return digest.hexdigest()


def _safe_name(name: str) -> str:
    """Give a file name that no program takes for an option or a pattern."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-_LONGEST_NAME:].lstrip("-.") or "file"
