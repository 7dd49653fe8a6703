"""Watches devices come and go."""

from collections.abc import Callable

from backends.devices.adb.connection import ClosedError, RefusedError
from backends.devices.adb.device import describe_entry
from backends.devices.adb.entries import parse_entries
from backends.devices.adb.server import AdbServer
from backends.devices.device import DeviceInfo
from backends.errors import DeviceError
from backends.progress import Progress

_PAUSE_S = 1.0


def watch_devices(server: AdbServer, on_change: Callable[[tuple[DeviceInfo, ...]], None], progress: Progress) -> None:
    """Tell the list of devices now, and at each change, until the user cancels.

    A server that is not there yet, or was killed, is waited for, and its devices are gone meanwhile; it is never
    started from here.

    Args:
        server: whose devices.
        on_change: gets all devices, in any state, in this function's thread.
        progress: the only way to end it.

    Raises:
        Cancelled: always, in the end.
    """
    told: tuple[DeviceInfo, ...] | None = None

    def tell(devices: tuple[DeviceInfo, ...]) -> None:
        nonlocal told
        if devices != told:
            told = devices
            on_change(devices)

    while True:
        if server.is_running():
            _follow(server, tell, progress)
        progress.check()
        tell(())
        progress.sleep(_PAUSE_S)


def _follow(server: AdbServer, tell: Callable[[tuple[DeviceInfo, ...]], None], progress: Progress) -> None:
    """Tell each list that the server sends, until it ends or the user cancels."""
    try:
        with server.watched() as connection, progress.closing(connection.wake):
            while True:
                entries = parse_entries(connection.read_block(timeout_s=None))
                progress.check()
                tell(tuple(describe_entry(entry) for entry in entries))
    except (DeviceError, ClosedError, RefusedError):
        return
