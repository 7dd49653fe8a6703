"""External meters that are read while a run goes on, through their makers' Python packages where those are installed.

They are optional: nothing here is imported before such a meter is chosen. What is used of each package is named in
its class; the packages were read, the instruments were not at hand.
"""

import importlib
import time
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from backends.devices.device import Check
from backends.errors import MeterError
from backends.power.files import sleep_until
from backends.power.integration import Signal
from backends.power.meter import POWER_ID, MeterInfo
from backends.power.recorder import Channel, Recorder, Source
from backends.power.traces import Quantity, Window
from backends.progress import Progress

_WAIT_S = 0.05
_JOULESCOPE_HZ = 100.0
_SAMPLES_PER_S = {"js110": 2_000_000, "js220": 1_000_000, "js320": 1_000_000}
_MONSOON_CHUNK = 500
_MONSOON_HZ = 5000.0
_OTII_HZ = 4000.0
_OTII_PERIOD_S = 0.1


class _Instrument:
    """What the three have in common: they see the whole supply, and need no calibration."""

    def __init__(self, info: MeterInfo) -> None:
        self._info = info

    @property
    def info(self) -> MeterInfo:
        """Say what it is."""
        return self._info

    def checks(self) -> tuple[Check, ...]:
        """Say that it was found."""
        return (Check(name="Meter", is_ok=True, message=f"{self._info.title} is connected."),)

    def calibrate(self, signal: Signal, windows: Sequence[Window]) -> tuple[float, str]:
        """Sign and unit are certain."""
        return 1.0, ""

    def declare(self, recorder: Recorder, *, is_mean: bool) -> None:
        """Announce the power."""
        recorder.declare(
            Channel(
                id=POWER_ID,
                title=self._info.title,
                quantity=Quantity.POWER,
                source=self._info.id,
                is_mean=is_mean,
                relative_error=self._info.relative_error,
            )
        )


def _measures(title: str) -> str:
    return f"All that flows through the {title} into the device: battery replaced by it, or charging stopped."


class Joulescope(_Instrument):
    """A JS110 or JS220 through ``pyjoulescope_driver``: the instrument's own averages, at 100 a second (JS110: 2).

    Uses ``Driver``, ``device_paths``, ``open``, ``publish`` and ``subscribe``, as the package's ``statistics`` does.

    Args:
        wanted: part of the instrument's path, with several of them.

    Raises:
        MeterError: the package or the instrument is missing.
    """

    def __init__(self, wanted: str = "") -> None:
        super().__init__(
            MeterInfo(
                id="joulescope",
                title="Joulescope",
                measures=_measures("Joulescope"),
                unit="W",
                sign="positive when drawn",
                period_s=1 / _JOULESCOPE_HZ,
            )
        )
        self._package = _import("pyjoulescope_driver", "Joulescope")
        with self._package.Driver() as driver:
            paths = [str(path) for path in driver.device_paths()]
        self._path = _choose("Joulescope", paths, wanted)

    def sources(self) -> Sequence[Source]:
        """Give the sampling."""
        return (self,)

    def record(self, recorder: Recorder, progress: Progress) -> None:
        """Sample until the end; see ``Source.record``."""
        self.declare(recorder, is_mean=True)

        def listen(_topic: str, value: Any) -> None:
            power = value["signals"]["power"]["avg"]["value"]
            recorder.add(POWER_ID, recorder.now(), 1000 * float(power))

        path, model = self._path, next((name for name in _SAMPLES_PER_S if name in self._path), "js220")
        with self._package.Driver() as driver:
            driver.open(path)
            try:
                if model == "js110":
                    driver.publish(f"{path}/s/i/range/select", "auto")
                    driver.subscribe(f"{path}/s/sstats/value", "pub", listen)
                else:
                    driver.publish(f"{path}/s/i/range/mode", "auto")
                    driver.publish(f"{path}/s/stats/scnt", round(_SAMPLES_PER_S[model] / _JOULESCOPE_HZ))
                    driver.publish(f"{path}/s/stats/ctrl", 1)
                    driver.subscribe(f"{path}/s/stats/value", "pub", listen)
                while not progress.is_stopping:
                    progress.sleep(_WAIT_S)
            finally:
                driver.close(path)


class Monsoon(_Instrument):
    """A Monsoon HVPM through ``monsoon`` (PyMonsoon): main current and voltage, 5000 a second.

    Uses ``HVPM.Monsoon``, ``setup_usb``, ``setVout`` and ``SampleEngine``'s periodic sampling.

    Args:
        volts: what it shall supply; empty leaves the output as it is.

    Raises:
        MeterError: the package is missing, or that is no voltage.
    """

    def __init__(self, volts: str = "") -> None:
        super().__init__(
            MeterInfo(
                id="monsoon",
                title="Monsoon power monitor",
                measures=_measures("Monsoon"),
                unit="mA and V",
                sign="positive when drawn",
                period_s=1 / _MONSOON_HZ,
            )
        )
        self._hvpm, self._engine = _import("Monsoon.HVPM", "Monsoon"), _import("Monsoon.sampleEngine", "Monsoon")
        try:
            self._volts = float(volts.rstrip("vV")) if volts else 0.0
        except ValueError:
            self._volts = -1.0
        if volts and not 0.8 <= self._volts <= 13.5:
            raise MeterError(f"a Monsoon cannot supply {volts!r}", hint="Write monsoon=4.2 for 4.2 V (0.8 to 13.5).")

    def sources(self) -> Sequence[Source]:
        """Give the sampling."""
        return (self,)

    def record(self, recorder: Recorder, progress: Progress) -> None:
        """Sample until the end; see ``Source.record``."""
        self.declare(recorder, is_mean=False)
        monitor = self._hvpm.Monsoon()
        if monitor.setup_usb() is False:
            raise MeterError("no Monsoon answers on USB", hint="Plug it in, and permit access to USB devices.")
        if self._volts:
            monitor.setVout(self._volts)
        channels, engine = self._engine.channels, self._engine.SampleEngine(monitor)
        engine.ConsoleOutput(False)
        for channel in (channels.MainCurrent, channels.MainVoltage):
            engine.enableChannel(channel)
        if engine.periodicStartSampling() is False:
            raise MeterError("the Monsoon does not begin to sample", hint="Switch it off and on again.")
        begin = recorder.now()
        try:
            while not progress.is_stopping:
                samples = engine.periodicCollectSamples(_MONSOON_CHUNK)
                rows = zip(
                    samples[channels.timeStamp],
                    samples[channels.MainCurrent],
                    samples[channels.MainVoltage],
                    strict=False,
                )
                for moment, milliamperes, volts in rows:
                    recorder.add(POWER_ID, begin + float(moment), float(milliamperes) * float(volts))
        finally:
            engine.periodicStopSampling()
            monitor.closeDevice()


class Otii(_Instrument):
    """An Otii Arc or Ace through ``otii_tcp_client``: the main power of a recording in the Otii app.

    Uses ``OtiiClient.connect``, ``get_devices``, ``enable_channel``, a recording, and ``get_channel_data``; the app
    must run with its server on, and with an automation licence.

    Args:
        address: ``HOST:PORT`` of the app; empty for this computer.

    Raises:
        MeterError: the package, the app or the instrument is missing.
    """

    def __init__(self, address: str = "") -> None:
        super().__init__(
            MeterInfo(
                id="otii",
                title="Otii",
                measures=_measures("Otii"),
                unit="W",
                sign="positive when drawn",
                period_s=1 / _OTII_HZ,
            )
        )
        self._package = _import("otii_tcp_client.otii_client", "Otii")
        host, _, port = address.partition(":")
        self._where = {"host": host, "port": int(port)} if port.isdigit() else {"host": host} if host else {}

    def sources(self) -> Sequence[Source]:
        """Give the sampling."""
        return (self,)

    def record(self, recorder: Recorder, progress: Progress) -> None:
        """Sample until the end; see ``Source.record``."""
        self.declare(recorder, is_mean=False)
        client = self._package.OtiiClient()
        try:
            self._follow(client.connect(**self._where), recorder, progress)
        except (OSError, self._package.otii_exception.Otii_Exception) as error:
            raise MeterError(
                f"the Otii app does not answer: {error}",
                hint="Start it, switch its TCP server on, and log in with an automation licence.",
            ) from error
        finally:
            client.disconnect()

    def _follow(self, otii: Any, recorder: Recorder, progress: Progress) -> None:
        devices = otii.get_devices()
        if not devices:
            raise MeterError("the Otii app has no instrument", hint="Plug it in.")
        device, project = devices[0], otii.get_active_project() or otii.create_project()
        device.add_to_project()
        device.enable_channel("mp", True)
        project.start_recording()
        begin, index = recorder.now(), 0
        try:
            recording = project.get_last_recording()
            while not progress.is_stopping:
                count = recording.get_channel_data_count(device.id, "mp")
                if count > index:
                    data = recording.get_channel_data(device.id, "mp", index, count - index)
                    for number, watts in enumerate(data["values"]):
                        moment = begin + float(data["timestamp"]) + number * float(data["interval"])
                        recorder.add(POWER_ID, moment, 1000 * float(watts))
                    index = count
                sleep_until(time.monotonic() + _OTII_PERIOD_S, progress)
        finally:
            project.stop_recording()


def _import(name: str, title: str) -> ModuleType:
    package = name.partition(".")[0]
    try:
        return importlib.import_module(name)
    except ImportError as error:
        install = {"Monsoon": "monsoon", "otii_tcp_client": "otii_tcp_client"}.get(package, package)
        raise MeterError(
            f"the Python package for {title} is not installed",
            hint=f"Install it with: pip install {install}. Or export its recording and use it as a file.",
            detail=str(error),
        ) from error


def _choose(title: str, paths: Sequence[str], wanted: str) -> str:
    fitting = [path for path in paths if wanted.lower() in path.lower()]
    if not fitting:
        found = f"Found: {', '.join(paths)}." if paths else "Plug it in, and close other programs that use it."
        raise MeterError(f"no {title} {wanted!r} is connected" if wanted else f"no {title} is connected", hint=found)
    return fitting[0]
