"""An adb server: which devices it knows, connecting, pairing, and services of a device."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from backends.devices.adb.address import ServerAddress, default_address, parse_address
from backends.devices.adb.connection import ClosedError, Connection, RefusedError
from backends.devices.adb.entries import Entry, parse_entries
from backends.devices.adb.failures import device_error
from backends.devices.shell import run_command
from backends.errors import DeviceError
from backends.progress import Progress

DEVICE_PORT = 5555
"""Where devices listen that were switched to TCP."""

_PROBE_S = 0.3
_NOTICE_S = 0.5
_START_S = 30.0
_CONNECT_S = 30.0


class AdbServer:
    """An adb server on this or another computer; not asked, and not started, before a method is called.

    Args:
        address: where it listens; where adb itself would look when not given.
    """

    def __init__(self, address: ServerAddress | None = None) -> None:
        self.address = address or default_address()

    def is_running(self) -> bool:
        """Whether something listens at the address; only looks, and never starts a server."""
        try:
            with socket.create_connection((self.address.host, self.address.port), timeout=_PROBE_S):
                return True
        except OSError:
            return False

    def start(self, progress: Progress | None = None) -> None:
        """Start the server on this computer unless it runs: the user's adb if there is one, else the bundled one.

        Raises:
            DeviceError: it is to run on another computer, or cannot be started.
        """
        if self.is_running():
            return
        if not self.address.is_local:
            raise DeviceError(
                f"no adb server answers at {self.address}",
                hint="Start it on that computer with: adb -a nodaemon server",
            )
        from adbutils import adb_path

        argv = (adb_path(), "-L", f"tcp:{self.address.port}", "start-server")
        outcome = run_command(argv, timeout_s=_START_S, progress=progress)
        if not outcome.is_success or not self.is_running():
            raise DeviceError(
                f"the adb server cannot be started at {self.address}",
                hint="See whether another program uses the port.",
                detail=outcome.stdout + outcome.stderr,
            )

    def entries(self) -> tuple[Entry, ...]:
        """Give the devices that the server knows, in any state.

        Raises:
            DeviceError: the server does not answer.
        """
        return parse_entries(self.ask("host:devices-l"))

    def entry(self, serial: str) -> Entry | None:
        """Give what the server knows of a device; raises as ``entries`` does."""
        return next((entry for entry in self.entries() if entry.serial == serial), None)

    def connect(self, target: str) -> str:
        """Connect to a device over the network and give its serial number.

        Raises:
            DeviceError: it does not answer, or refuses.
        """
        address = str(parse_address(target, default_port=DEVICE_PORT))
        said = self.ask(f"host:connect:{address}", timeout_s=_CONNECT_S)
        # The server answers a failure as it answers a success; only its words differ.
        if said.startswith(("connected to", "already connected to")):
            return address
        error = device_error(said, address, what=f"cannot connect to {address}")
        hint = error.hint or "Check the address, and that wireless debugging is on; the port changes each time."
        raise DeviceError(error.message, hint=hint, detail=said)

    def disconnect(self, serial: str) -> None:
        """Let a device go that ``connect`` brought; nothing happens when it is gone.

        Raises:
            DeviceError: the server does not answer.
        """
        with self._open() as connection, self._translated(serial):
            try:
                connection.request(f"host:disconnect:{serial}")
            except RefusedError:
                return

    def pair(self, target: str, code: str) -> None:
        """Pair with a device by the code that it shows (Android 11 and later).

        Raises:
            DeviceError: the code or the address is wrong.
        """
        address = str(parse_address(target))
        if not code.strip().isalnum():
            raise DeviceError("a pairing code has letters and digits only", hint="Type the code that the device shows.")
        said = self.ask(f"host:pair:{code.strip()}:{address}", timeout_s=_CONNECT_S)
        if not said.startswith("Successfully paired"):
            raise DeviceError(
                f"cannot pair with {address}",
                hint="Open 'Pair device with pairing code' on the device and use the address and the code of that "
                "dialog; the port is not the one for connecting.",
                detail=said,
            )

    def features(self, serial: str) -> frozenset[str]:
        """Give what server and device both know.

        Raises:
            DeviceError: the device cannot be reached.
        """
        return frozenset(self.ask(f"host-serial:{serial}:features", serial=serial).split(","))

    @contextmanager
    def opened(self, serial: str, service: str, *, timeout_s: float = 15.0) -> Iterator[Connection]:
        """Open a service of a device (``shell:...``, ``sync:``) for the length of the block.

        Args:
            serial: the device's.
            service: with the command, where it takes one.
            timeout_s: for the server's and the device's consent each.

        Raises:
            DeviceError: the device, or the server, cannot be reached, or refuses the service.
        """
        with self._open() as connection:
            with self._translated(serial):
                connection.request(f"host:tport:serial:{serial}", timeout_s=timeout_s)
                connection.read_exactly(8, timeout_s=timeout_s)
                connection.request(service, timeout_s=timeout_s)
            yield connection

    @contextmanager
    def watched(self) -> Iterator[Connection]:
        """Open the stream of lists that the server sends at each change; each is a block.

        Raises:
            DeviceError: the server does not answer.
        """
        with self._open() as connection:
            with self._translated(""):
                connection.request("host:track-devices-l")
            yield connection

    def ask(self, request: str, *, serial: str = "", timeout_s: float = 15.0) -> str:
        """Give the server's answer to a question.

        Raises:
            DeviceError: it does not answer, or refuses.
        """
        with self._open() as connection, self._translated(serial):
            connection.request(request, timeout_s=timeout_s)
            return connection.read_block(timeout_s=timeout_s)

    def lost_error(self, serial: str, what: str) -> DeviceError:
        """Say why a connection to a device ended: the server, the device, or only that connection.

        Args:
            serial: the device's.
            what: what was going on, as a clause (``while benchmark_model ran``).
        """
        try:
            is_there = self._is_still_there(serial)
        except DeviceError as error:
            return DeviceError(f"the adb server at {self.address} was stopped {what}", hint=error.hint)
        if is_there:
            return DeviceError(
                f"{serial} cut the connection {what}", hint="Try again; if it repeats, restart the device."
            )
        return DeviceError(
            f"{serial} was unplugged or restarted {what}", hint="Connect the device again, and start once more."
        )

    def _is_still_there(self, serial: str) -> bool:
        """Whether the device is ready; the server may notice an unplugged one a moment after its streams ended."""
        deadline = time.monotonic() + _NOTICE_S
        while (entry := self.entry(serial)) is not None and entry.is_ready:
            if time.monotonic() > deadline:
                return True
            time.sleep(_NOTICE_S / 10)
        return False

    def _open(self) -> Connection:
        return Connection(self.address)

    @contextmanager
    def _translated(self, serial: str) -> Iterator[None]:
        """Turn what a connection raises into sentences."""
        try:
            yield
        except RefusedError as error:
            raise device_error(str(error), serial or "the device") from error
        except ClosedError as error:
            raise DeviceError(
                f"the adb server at {self.address} closed the connection", hint="Try again.", detail=str(error)
            ) from error
        except TimeoutError as error:
            raise DeviceError(
                f"the adb server at {self.address} did not answer in time",
                hint="Plug the device in again, or restart the server (adb kill-server).",
            ) from error
