"""The battery's own gauge: through sysfs where it may be read, else through ``dumpsys battery``."""

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np

from backends.devices.adb.android_state import parse_battery, parse_screen
from backends.devices.device import Check
from backends.errors import MeterError, StoreError
from backends.power.calibration import (
    Calibration,
    GaugeReadings,
    calibrate_gauge,
    read_calibration,
    remember_calibration,
)
from backends.power.dumps import DumpSource, ask
from backends.power.files import numbers
from backends.power.integration import Signal
from backends.power.meter import POWER_ID, MeterInfo, Place
from backends.power.probes import FileSource, Probe
from backends.power.recorder import Channel, Source
from backends.power.traces import Quantity, Window, WindowKind

_SUPPLY = "/sys/class/power_supply/*/"
_FILES = ("type", "current_now", "voltage_now", "power_now", "status", "online")
_PERIOD_S = 0.2
_DUMP_PERIOD_S = 0.5
_CHARGE_PERIOD_S = 2.0
_LEAST_MV = 2000.0
_ARGUMENT = re.compile(r"(?P<sign>[+-]?)(?P<unit>ma|ua|µa)?", re.IGNORECASE)


def parse_dumped_current(text: str) -> tuple[float, float] | None:
    """Give current (as told) and voltage (mV) from ``dumpsys battery``; ``None`` where it has no current.

    AOSP prints no current; Samsung adds a line ``current now``. Source: the S23's output in public bug reports.
    """
    current = re.search(r"^\s*current[ _]?now:\s*(-?\d+)", text, re.MULTILINE | re.IGNORECASE)
    voltage = re.search(r"^\s*voltage:\s*(\d+)", text, re.MULTILINE)
    if current is None or voltage is None:
        return None
    return float(current[1]), float(voltage[1])


def parse_charge(text: str) -> tuple[float, float] | None:
    """Give the charge counter (µAh) and the voltage (mV) from ``dumpsys battery``."""
    charge = re.search(r"^\s*Charge counter:\s*(\d+)", text, re.MULTILINE)
    voltage = re.search(r"^\s*voltage:\s*(\d+)", text, re.MULTILINE)
    if charge is None or voltage is None or int(charge[1]) <= 0:
        return None
    return float(charge[1]), float(voltage[1])


class BatteryMeter:
    """Power from the battery's current and voltage.

    Args:
        place: an Android device, a board or a computer with a battery.
        argument: ``mA`` or ``uA``, with ``+`` or ``-`` before it for the sign while discharging, where it is known
            better; empty to find out.

    Raises:
        MeterError: there is no battery, no gauge, or it may not be read.
        DeviceError: the device cannot be asked.
    """

    def __init__(self, place: Place, argument: str = "") -> None:
        self._place = place
        self._given = _read_argument(argument)
        self._calibration = self._given or read_calibration(place.device)
        texts = place.files.look([_SUPPLY + file for file in _FILES])
        self._paths = _find_gauge(texts)
        self._knows_power = len(self._paths) == 1
        self._by_charge = False
        self._unreadable = any(text is None for text in texts.values())
        if not self._paths:
            self._need_dump(place)

    @property
    def info(self) -> MeterInfo:
        """Say what it is."""
        if self._paths:
            how = "the kernel's gauge"
        else:
            how = "dumpsys battery, by its charge counter" if self._by_charge else "dumpsys battery"
        return MeterInfo(
            id="battery",
            title="Battery gauge",
            measures=f"What the battery gives to the whole device, screen and radios with it ({how}). Gauges are made "
            "for tenths of hours and not for seconds: trust differences of long runs on the same device.",
            unit="µW" if self._knows_power else "µAh and mV" if self._by_charge else "µA or mA, and µV or mV",
            sign=self._calibration.how if self._calibration else "not known yet: found during the run",
            period_s=60.0 if self._by_charge else 1.0,
        )

    def sources(self) -> Sequence[Source]:
        """Give the sampling; the channel holds µW as the gauge tells them, and is scaled afterwards."""
        channel = Channel(
            id=POWER_ID, title="Battery", quantity=Quantity.POWER, source="battery", is_mean=self._by_charge
        )
        factor = self._factor
        if self._paths:
            knows_power = self._knows_power

            def convert(values: Sequence[float]) -> float:
                if knows_power:
                    return factor * values[0]
                return factor * values[0] * _volts(values[1])

            probe = Probe(channel=channel, paths=self._paths, convert=convert)
            is_remote = self._place.shell is not None
            return (FileSource(self._place.files, (probe,), _PERIOD_S, is_remote=is_remote),)
        shell = self._place.shell
        if shell is None:
            return ()
        if self._by_charge:
            charge = _ChargeCounter()
            return (
                DumpSource(
                    shell, "dumpsys battery", _CHARGE_PERIOD_S, {POWER_ID: channel}, charge.parse, counters=True
                ),
            )

        def parse(text: str) -> Mapping[str, float]:
            found = parse_dumped_current(text)
            return {} if found is None else {POWER_ID: factor * found[0] * found[1] / 1000}

        return (DumpSource(shell, "dumpsys battery", _DUMP_PERIOD_S, {POWER_ID: channel}, parse),)

    def checks(self) -> tuple[Check, ...]:
        """Say whether it is charging, and whether the screen takes its share."""
        plugged = self._is_plugged()
        found = [
            Check(
                name="Charging",
                is_ok=plugged is not True,
                message="The device is plugged in: the charger feeds it beside the battery, and the gauge shows only "
                "the difference."
                if plugged
                else "The battery feeds the device alone."
                if plugged is False
                else "The device does not tell whether it is plugged in.",
                remedy="Connect adb over Wi-Fi and unplug the cable, or switch the port's power off; 'dumpsys battery "
                "unplug' only changes what is reported."
                if plugged
                else "",
            )
        ]
        screen = self._is_screen_on()
        if screen is not None:
            found.append(
                Check(
                    name="Screen",
                    is_ok=not screen,
                    message="The screen is on, and takes hundreds of milliwatts that change with what it shows."
                    if screen
                    else "The screen is off.",
                    remedy="Switch the screen off, or keep it still; what it takes is then part of the baseline."
                    if screen
                    else "",
                )
            )
        if self._unreadable and not self._paths:
            found.append(
                Check(
                    name="Gauge",
                    is_ok=False,
                    message="The kernel's gauge may not be read (some makers deny it to adb): dumpsys battery is "
                    "asked instead, which changes more slowly.",
                    remedy="Measure for minutes, or use an external meter.",
                )
            )
        return tuple(found)

    def calibrate(self, signal: Signal, windows: Sequence[Window]) -> tuple[float, str]:
        """Find sign and unit from the recording, unless they were given, and remember them.

        A gauge that was calibrated while unplugged keeps that until it is told otherwise.
        """
        if self._by_charge or self._given is not None:
            return 1.0, "" if self._by_charge else f"The battery gauge was read as told: {self._given_words}."
        found = calibrate_gauge(self._readings(signal, windows))
        old = self._calibration
        if found is None:
            how = old.how if old else "as the kernel's documents say, as this run does not tell: it may be wrong"
            return 1.0, f"The battery gauge was read as {how}."
        if self._knows_power:
            found = Calibration(sign=found.sign, how=f"µW, {found.how.partition(', ')[2]}")
        # Where it cannot be kept, it is found again next time.
        with suppress(StoreError):
            remember_calibration(self._place.device, found)
        return found.factor / self._factor, f"The battery gauge was read as {found.how}."

    @property
    def _factor(self) -> float:
        return (self._calibration or Calibration()).factor

    @property
    def _given_words(self) -> str:
        return self._given.how if self._given else ""

    def _need_dump(self, place: Place) -> None:
        where = "this computer" if place.shell is None else place.device
        if place.shell is None:
            raise MeterError(
                f"{where} has no battery gauge"
                + (" that may be read" if self._unreadable else " (/sys/class/power_supply is empty)"),
                hint="Use another meter, or type a power: constant=MILLIWATTS.",
            )
        text = ask(place.shell, "dumpsys battery 2>/dev/null")
        if parse_dumped_current(text) is not None:
            return
        if parse_charge(text) is not None:
            self._by_charge = True
            return
        state = parse_battery(text)
        raise MeterError(
            f"{where} has no battery" if state is None else f"the battery gauge of {where} may not be read",
            hint="Use the board's sensor (hwmon) or an external meter.",
        )

    def _readings(self, signal: Signal, windows: Sequence[Window]) -> GaugeReadings:
        raw = signal.values / self._factor
        parts: dict[bool, list[float]] = {True: [], False: []}
        for window in windows:
            inside = raw[(signal.times_s >= window.start_s) & (signal.times_s <= window.end_s)]
            if window.kind is WindowKind.LOOP or window.kind in (WindowKind.IDLE_BEFORE, WindowKind.IDLE_AFTER):
                parts[window.kind is WindowKind.LOOP].extend(inside.tolist())
        load = np.array(parts[True]) if parts[True] else raw
        idle = np.array(parts[False]) if parts[False] else None
        noise = math.hypot(*(_mean_error(part) for part in (load, idle) if part is not None))
        volts = 1.0 if self._knows_power else 4.0
        # The recording is current times voltage; a battery cell has about 4 V, and several have more.
        return GaugeReadings(
            idle=float(idle.mean()) / volts if idle is not None else None,
            load=float(load.mean()) / volts if len(load) else 0.0,
            noise=noise / volts,
            largest=1e9 if self._knows_power else float(np.max(np.abs(raw), initial=0.0)) / volts,
            is_plugged=self._is_plugged() is not False,
        )

    def _is_plugged(self) -> bool | None:
        shell = self._place.shell
        if shell is not None and self._place.kind == "android":
            battery = parse_battery(ask(shell, "dumpsys battery 2>/dev/null"))
            return battery.is_plugged if battery is not None else None
        texts = self._place.files.look([_SUPPLY + "online", _SUPPLY + "status"])
        states = [text for path, text in texts.items() if path.endswith("/status") and text]
        if any(text in ("Charging", "Full", "Not charging") for text in states):
            return True
        return False if "Discharging" in states else None

    def _is_screen_on(self) -> bool | None:
        shell = self._place.shell
        if shell is None or self._place.kind != "android":
            return None
        return parse_screen(ask(shell, "dumpsys power 2>/dev/null | grep -E 'mWakefulness=|Display Power'"))


class _ChargeCounter:
    """Makes an energy that grows from a charge that falls: mJ since the first reading."""

    def __init__(self) -> None:
        self._before: tuple[float, float] | None = None
        self._energy = 0.0

    def parse(self, text: str) -> Mapping[str, float]:
        """Give the energy drawn so far."""
        found = parse_charge(text)
        if found is None:
            return {}
        if self._before is not None:
            drawn = self._before[0] - found[0]
            # 1 µAh is 3.6 mC, times volts it is mJ.
            self._energy += drawn * 3.6 * (found[1] + self._before[1]) / 2000
        self._before = found
        # An offset, so that charging does not look like a counter that began anew.
        return {POWER_ID: 1e9 + self._energy}


def _find_gauge(texts: Mapping[str, str | None]) -> tuple[str, ...]:
    """Give the files of the battery's gauge: power, or current and voltage."""
    folders = [path.rpartition("/")[0] for path, text in texts.items() if path.endswith("/type") and text == "Battery"]
    for folder in sorted(folders, key=lambda name: not name.endswith(("battery", "BAT0"))):
        pair = (f"{folder}/current_now", f"{folder}/voltage_now")
        if all(numbers([texts.get(path) or ""]) for path in pair):
            return pair
        power = f"{folder}/power_now"
        if numbers([texts.get(power) or ""]):
            return (power,)
    return ()


def _volts(value: float) -> float:
    """Give volts from µV, or mV as some drivers tell."""
    return value / 1e6 if value >= 1e5 else value / 1e3 if value >= _LEAST_MV else value


def _mean_error(values: "np.typing.NDArray[np.float64]") -> float:
    changes = max(1, int(np.count_nonzero(np.diff(values)))) if len(values) > 1 else 1
    return float(np.std(values)) / math.sqrt(changes) if len(values) else 0.0


def _read_argument(argument: str) -> Calibration | None:
    if not argument:
        return None
    match = _ARGUMENT.fullmatch(argument)
    if match is None:
        raise MeterError(
            f"the battery gauge cannot be read as {argument!r}",
            hint="Write battery=mA, battery=+mA (positive when discharging), battery=-uA, or battery alone.",
        )
    is_ma = (match["unit"] or "").lower() == "ma"
    sign = 1 if match["sign"] == "+" else -1
    return Calibration(
        sign=sign,
        is_milliamperes=is_ma,
        how=f"{'mA' if is_ma else 'µA'}, discharging is {'positive' if sign > 0 else 'negative'}",
    )
