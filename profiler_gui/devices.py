"""Which devices there are, and what they say about themselves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from backends.devices.adb.address import ServerAddress, default_address, parse_address
from backends.devices.device import DeviceInfo
from backends.devices.local import LocalDevice
from backends.errors import DeviceError
from backends.progress import Progress
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.settings import Settings

if TYPE_CHECKING:
    from profiler_gui.examining import Examination

HOST_ID = "host"
"""Id of this computer among the devices."""
READY = "ready"
"""State of a device that can be used."""

_WATCH_LANE, _ADB_LANE = "adb watch", "adb"

Tell = Callable[[tuple[DeviceInfo, ...]], None]


def lane_of(device_id: str) -> str:
    """Give the lane in which everything on a device is done."""
    return f"device:{device_id}"


class DeviceBoard(QObject):
    """Keeps the list of devices, this computer first, and what each of them answered last.

    Neither adb nor the network is touched before ``look``, ``connect_to`` or ``pair`` is called; ``look_if_running``
    only knocks at this computer's own adb server.

    Signals:
        devices_changed: the new tuple of ``DeviceInfo``.
        looking_changed: whether devices are looked for.
        examination_changed: id of a device that is being asked, or has answered, or is no longer asked.
        answered: a sentence about what was asked of adb.
    """

    devices_changed = Signal(object)
    looking_changed = Signal(bool)
    examination_changed = Signal(str)
    answered = Signal(str)
    _told = Signal(object, object)

    def __init__(
        self, jobs: JobRunner, notices: NoticeBoard, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._notices = notices
        self._settings = settings
        self._host = LocalDevice().info
        self._found: tuple[DeviceInfo, ...] = ()
        self._watch: Job | None = None
        self._examinations: dict[str, Examination] = {}
        self._examining: dict[str, Job] = {}
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    @property
    def devices(self) -> tuple[DeviceInfo, ...]:
        """All devices in any state, this computer first."""
        return (self._host, *self._found)

    @property
    def ready_devices(self) -> tuple[DeviceInfo, ...]:
        """The devices that can be used now."""
        return tuple(device for device in self.devices if device.state == READY)

    @property
    def is_looking(self) -> bool:
        """Whether devices are looked for."""
        return self._watch is not None

    @property
    def address(self) -> ServerAddress:
        """Where the adb server listens."""
        text = self._settings.adb_address
        try:
            return parse_address(text) if text else default_address()
        except DeviceError:
            return default_address()

    def find(self, device_id: str) -> DeviceInfo | None:
        """Give the device with this id, in any state."""
        return next((device for device in self.devices if device.id == device_id), None)

    def examination(self, device_id: str) -> "Examination | None":
        """Give what the device answered last."""
        return self._examinations.get(device_id)

    def is_examining(self, device_id: str) -> bool:
        """Whether the device is being asked."""
        return device_id in self._examining

    # Looking ----------------------------------------------------------------------------------------------------------

    @Slot()
    def look(self) -> None:
        """Look for devices from now on; starts the adb server on this computer if there is none."""
        if self._watch is not None:
            return
        address = self.address
        self._watch = self._jobs.start(
            partial(_watch, address, partial(self._told.emit, address)),
            lane=_WATCH_LANE,
            on_failure=self._notices.report,
        )
        self._watch.finished.connect(self._on_watch_finished)
        self.looking_changed.emit(True)

    @Slot()
    def look_if_running(self) -> None:
        """Look for devices if an adb server runs on this computer; starts none, and asks no other computer."""
        if self._watch is None and self.address.is_local:
            self._jobs.start(partial(_is_running, self.address), lane=_ADB_LANE, on_success=self._on_probed)

    @Slot(object)
    def _on_probed(self, is_running: bool) -> None:
        if is_running:
            self.look()

    @Slot()
    def stop_looking(self) -> None:
        """Look no longer; the devices are gone from the list."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            self._take(())
            self.looking_changed.emit(False)

    def set_address(self, text: str) -> None:
        """Use another adb server; an empty text means the usual one of this computer.

        Raises:
            DeviceError: it is not an address.
        """
        if text.strip():
            text = str(parse_address(text))
        self._settings.adb_address = text.strip()
        if self.is_looking:
            self.stop_looking()
            self.look()

    def look_always(self, is_wanted: bool) -> None:
        """Look for devices whenever the program starts, and now."""
        self._settings.looks_for_devices = is_wanted
        if is_wanted:
            self.look()

    @property
    def looks_always(self) -> bool:
        """Whether devices are looked for whenever the program starts."""
        return self._settings.looks_for_devices

    # Connecting -------------------------------------------------------------------------------------------------------

    def connect_to(self, target: str) -> None:
        """Connect to a device over the network; it appears in the list."""
        self._ask_adb(partial(_connect, self.address, target), f"Connecting to {target}")

    def pair(self, target: str, code: str) -> None:
        """Pair with a device by the code that it shows."""
        self._ask_adb(partial(_pair, self.address, target, code), f"Pairing with {target}")

    def disconnect_from(self, device_id: str) -> None:
        """Let go a device that was connected over the network."""
        self._ask_adb(partial(_disconnect, self.address, device_id), "Disconnecting")

    def remove_files(self, device_id: str) -> None:
        """Remove all files that this program keeps on a device."""
        self._jobs.start(
            partial(_remove_files, self.address, device_id),
            title="Removing files from the device",
            lane=lane_of(device_id),
            on_success=self.answered.emit,
            on_failure=self._notices.report,
        )

    # Examining --------------------------------------------------------------------------------------------------------

    def examine(self, device_id: str) -> None:
        """Ask a device about itself, after what is going on there; does nothing if it cannot be asked."""
        device = self.find(device_id)
        if device is None or device.state != READY or device_id in self._examining:
            return
        job = self._jobs.start(
            partial(_examine, device_id, self.address),
            title=f"Asking {device.name}",
            lane=lane_of(device_id),
            on_success=self._on_examined,
            on_failure=self._notices.report,
        )
        self._examining[device_id] = job
        job.finished.connect(partial(self._on_examination_finished, device_id))
        self.examination_changed.emit(device_id)

    def _ask_adb(self, work: Callable[[Progress], str], title: str) -> None:
        self.look()
        self._jobs.start(
            work,
            title=title,
            lane=_ADB_LANE,
            replaces="adb",
            on_success=self.answered.emit,
            on_failure=self._notices.report,
        )

    def _take(self, devices: tuple[DeviceInfo, ...]) -> None:
        devices = _distinct(devices)
        if devices == self._found:
            return
        self._found = devices
        ready = {device.id for device in self.ready_devices}
        for gone in self._examinations.keys() - ready:
            del self._examinations[gone]
        self.devices_changed.emit(self.devices)

    @Slot(object, object)
    def _on_told(self, address: ServerAddress, devices: tuple[DeviceInfo, ...]) -> None:
        # What was told before the last stop, or by another server, may still arrive.
        if self.is_looking and address == self.address:
            self._take(devices)

    @Slot()
    def _on_watch_finished(self) -> None:
        if self.sender() is self._watch:
            self._watch = None
            self._take(())
            self.looking_changed.emit(False)

    @Slot(object)
    def _on_examined(self, examination: "Examination") -> None:
        self._examinations[examination.device_id] = examination

    def _on_examination_finished(self, device_id: str) -> None:
        self._examining.pop(device_id, None)
        self.examination_changed.emit(device_id)


def _distinct(devices: tuple[DeviceInfo, ...]) -> tuple[DeviceInfo, ...]:
    """Add the serial number to names that several devices have."""
    counts = Counter(info.name for info in devices)
    return tuple(
        info if counts[info.name] == 1 else replace(info, name=f"{info.name} ({info.id.partition(':')[2]})")
        for info in devices
    )


def _watch(address: ServerAddress, tell: Tell, progress: Progress) -> None:
    """Tell of devices until cancelled."""
    from backends.devices.adb.server import AdbServer
    from backends.devices.adb.tracking import watch_devices

    server = AdbServer(address)
    server.start(progress)
    watch_devices(server, tell, progress)


def _is_running(address: ServerAddress, progress: Progress) -> bool:
    from backends.devices.adb.server import AdbServer

    progress.check()
    return AdbServer(address).is_running()


def _connect(address: ServerAddress, target: str, progress: Progress) -> str:
    from backends.devices.adb.server import AdbServer

    server = AdbServer(address)
    server.start(progress)
    return f"Connected to {server.connect(target)}."


def _pair(address: ServerAddress, target: str, code: str, progress: Progress) -> str:
    from backends.devices.adb.server import AdbServer

    server = AdbServer(address)
    server.start(progress)
    server.pair(target, code)
    return f"Paired with {target}. Now connect to it; the port for connecting is another one."


def _disconnect(address: ServerAddress, device_id: str, progress: Progress) -> str:
    from backends.devices.adb.device import ID_PREFIX
    from backends.devices.adb.server import AdbServer

    progress.check()
    serial = device_id.removeprefix(ID_PREFIX)
    AdbServer(address).disconnect(serial)
    return f"Disconnected from {serial}."


def _remove_files(address: ServerAddress, device_id: str, progress: Progress) -> str:
    from backends.devices.adb.provider import AdbProvider
    from backends.devices.adb.server import AdbServer

    progress.step("Removing files")
    AdbProvider(AdbServer(address)).find_device(device_id).remove_files()
    return "The files of this program were removed from the device."


def _examine(device_id: str, address: ServerAddress, progress: Progress) -> "Examination":
    """Ask in the lane's thread; what that needs is imported there, not when the window opens."""
    from profiler_gui.examining import examine_adb_device, examine_host

    if device_id == HOST_ID:
        return examine_host()
    return examine_adb_device(device_id, address, progress)
