"""A device over adb."""

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from backends.devices.adb.entries import Entry, describe_state
from backends.devices.adb.environment import describe_facts
from backends.devices.adb.facts import DeviceFacts, parse_facts
from backends.devices.adb.facts_script import SCRIPT
from backends.devices.adb.preflight import check_connection, check_facts
from backends.devices.adb.remote_shell import AdbShell
from backends.devices.adb.server import AdbServer
from backends.devices.device import Check, DeviceInfo
from backends.errors import DeviceError
from backends.progress import Progress

ID_PREFIX = "adb:"

_ASK_S = 30.0
_FRESH_S = 3.0


def describe_entry(entry: Entry) -> DeviceInfo:
    """Give what is known of a device without asking it."""
    # A Linux board's daemon tells no product.
    kind = "android" if "product" in entry.tags or not entry.is_ready else "linux"
    name = entry.tags.get("model", "").replace("_", " ").strip() or entry.serial
    return DeviceInfo(id=ID_PREFIX + entry.serial, name=name, kind=kind, state=describe_state(entry.state))


class AdbDevice:
    """A phone or board that an adb server knows.

    Args:
        server: the adb server.
        entry: what the server says of the device.
    """

    def __init__(self, server: AdbServer, entry: Entry) -> None:
        self._entry = entry
        self._shell = AdbShell(server, entry.serial)
        self._facts: tuple[float, DeviceFacts] | None = None

    @cached_property
    def info(self) -> DeviceInfo:
        """Give identity, name and state, as they were when the device was listed."""
        return describe_entry(self._entry)

    @property
    def shell(self) -> AdbShell:
        """Give the way to run programs and move files."""
        return self._shell

    @property
    def work_folder(self) -> str:
        """Give the folder for files of ours; raises ``DeviceError`` when the device has none or is gone."""
        return self._shell.work_folder

    def facts(self, progress: Progress | None = None) -> DeviceFacts:
        """Ask the device, unless it was asked a moment ago.

        Raises:
            Cancelled: the user cancelled.
            DeviceError: it cannot be asked.
        """
        if self._facts is not None and time.monotonic() - self._facts[0] < _FRESH_S:
            return self._facts[1]
        folder = str(PurePosixPath(self.work_folder).parent)
        outcome = self._shell.run(("sh", "-c", SCRIPT, "sh", folder), timeout_s=_ASK_S, progress=progress)
        facts = parse_facts(outcome.stdout)
        self._facts = (time.monotonic(), facts)
        return facts

    def environment(self) -> Mapping[str, str]:
        """Read what may influence a measurement.

        Raises:
            DeviceError: the device went away.
        """
        identity = {"device": self.info.id}
        return {**identity, **describe_facts(self.facts())} if self._entry.is_ready else identity

    def checks(self) -> Sequence[Check]:
        """Answer what should be looked at before measuring; a device that cannot be used has one answer."""
        connection = check_connection(self.info.state)
        if not connection.is_ok:
            return (connection,)
        try:
            return (connection, *check_facts(self.facts()))
        except DeviceError as error:
            return (Check(name="Connection", is_ok=False, message=f"{error.message}.", remedy=error.hint),)

    def remove_files(self) -> None:
        """Remove all files that were ever pushed by this program.

        Raises:
            DeviceError: the device refuses, or is gone.
        """
        self._shell.remove(self.work_folder)
