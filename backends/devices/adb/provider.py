"""Finds the devices of an adb server."""

from collections.abc import Sequence

from backends.devices.adb.device import ID_PREFIX, AdbDevice
from backends.devices.adb.entries import describe_state
from backends.devices.adb.server import AdbServer
from backends.errors import DeviceError


class AdbProvider:
    """Lists the devices of one adb server; never starts the server.

    Args:
        server: where to ask; this computer's usual one when not given.
    """

    def __init__(self, server: AdbServer | None = None) -> None:
        self.server = server or AdbServer()

    def list_devices(self) -> Sequence[AdbDevice]:
        """Give the devices in any state; none when there is no server."""
        if not self.server.is_running():
            return ()
        try:
            return tuple(AdbDevice(self.server, entry) for entry in self.server.entries())
        except DeviceError:
            return ()

    def find_device(self, device_id: str) -> AdbDevice:
        """Give a device that can be used now.

        Args:
            device_id: as in ``DeviceInfo``.

        Raises:
            DeviceError: there is no such device, or it cannot be used now; says why.
        """
        serial = device_id.removeprefix(ID_PREFIX)
        entries = self.server.entries()
        entry = next((entry for entry in entries if entry.serial == serial), None)
        if entry is None:
            known = ", ".join(entry.serial for entry in entries) or "none"
            raise DeviceError(
                f"{serial} is not connected", hint=f"Plug it in, or connect to it. Connected now: {known}."
            )
        if not entry.is_ready:
            problem, _, remedy = describe_state(entry.state).partition(": ")
            raise DeviceError(f"{serial} cannot be used: {problem}", hint=f"{remedy[:1].upper()}{remedy[1:]}.")
        return AdbDevice(self.server, entry)
