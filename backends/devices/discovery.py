"""Which devices there are."""

from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.devices.device import Device, DeviceProvider
from backends.devices.local import LocalProvider


def list_providers(adb: AdbServer | None = None) -> tuple[DeviceProvider, ...]:
    """Give one provider for each transport, this computer first.

    Args:
        adb: the adb server to ask; without one only this computer counts.
    """
    return (LocalProvider(), AdbProvider(adb)) if adb is not None else (LocalProvider(),)


def list_devices(adb: AdbServer | None = None) -> tuple[Device, ...]:
    """Give all devices that are reachable now; this computer is always the first. Starts no adb server."""
    return tuple(device for provider in list_providers(adb) for device in provider.list_devices())
