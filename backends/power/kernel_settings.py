"""Settings of a device's kernel: written where root allows it, and put back afterwards."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from backends.devices.device import RemoteShell
from backends.errors import DeviceError, MeterError
from backends.power.meter import Place

Write = Callable[[str, str], None]
"""Writes a text into a file of the kernel, given by its path."""
_WRITE_S = 15.0
_VALUE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_PATH = re.compile(r"/[\w/.-]{1,200}")


def writer_of(place: Place, what: str) -> Write:
    """Give what writes settings at a place.

    Args:
        place: this computer or a device.
        what: the setting in words, for messages: ``the frequency limit``.
    """
    if place.shell is None:
        return lambda path, text: _write_here(path, text, what)
    return _remote_writer(place.shell, what)


def put_back(write: Write, paths: Sequence[str], before: Mapping[str, str]) -> None:
    """Write the old values; a device that is gone meanwhile has them again when it starts."""
    for path in paths:
        with suppress(DeviceError, MeterError):
            write(path, before[path])


def policy_name(path: str) -> str:
    """Name the cluster of cores that a file belongs to by its first core: ``CPU 4``."""
    match = re.search(r"policy(\d+)", path)
    return f"CPU {match[1]}" if match else path


def _write_here(path: str, text: str, what: str) -> None:
    try:
        Path(path).write_text(f"{text}\n", encoding="ascii")
    except OSError as error:
        raise MeterError(
            f"{what} may not be written: {error.strerror or error}", hint="Run as root, or measure without it."
        ) from error


def _remote_writer(shell: RemoteShell, what: str) -> Write:
    def attempt(words: Sequence[str], path: str, text: str) -> bool:
        # Value and path were checked: they hold nothing that a shell would take for more.
        return shell.run((*words, f"echo {text} > '{path}'"), timeout_s=_WRITE_S).is_success

    def write(path: str, text: str) -> None:
        if not _VALUE.fullmatch(text.strip()) or not _PATH.fullmatch(path):
            raise MeterError(f"{what} of the device is neither a number nor a name")
        if not attempt(("sh", "-c"), path, text.strip()) and not attempt(("su", "-c"), path, text.strip()):
            raise MeterError(
                f"{what} of the device may not be written",
                hint="It needs root (adb root, or su). Measure without it.",
            )

    return write
