"""Power rails that a device's power chip measures itself (ODPM, Pixel 6 and later): counters of energy by rail.

``dumpsys`` can print differences too, but their baseline lies in the service and is shared by all who ask; the
differences are made here, from the totals. Formats: AOSP ``PowerStats::dumpEnergyMeter`` (HAL 2), the HAL 1 dump, and
the IIO driver's ``energy_value``, as androidx's macrobenchmark and Perfetto read them.
"""

import re
from collections.abc import Mapping, Sequence

from backends.devices.device import Check
from backends.errors import MeterError
from backends.power.dumps import DumpSource, ask, require
from backends.power.integration import Signal
from backends.power.meter import POWER_ID, MeterInfo, Place
from backends.power.recorder import Channel, Source
from backends.power.traces import Quantity, Window

HAL_2 = "dumpsys android.hardware.power.stats.IPowerStats/default"
HAL_1 = "lshal debug android.hardware.power.stats@1.0::IPowerStats/default"
IIO = "cat /sys/bus/iio/devices/iio:device*/energy_value"
_MOST_RAILS = 60
_PERIOD_S = 0.5
_ROW = re.compile(r"^\s*(\S.*?)\s+(\d+(?:\.\d+)?)\s*mWs", re.MULTILINE)
_IIO_ROW = re.compile(r"^CH\d+(?:\(T=\d+\))?\[([^\]]+)\],\s*(\d+)", re.MULTILINE)


def parse_rails(text: str) -> Mapping[str, float]:
    """Give the totals in mJ by rail from any of the three formats; a rail that two chips have counts once each."""
    section = re.search(
        r"=+ PowerStats HAL [\d.]+ (?:energy meter|rail energy data) =+\n(.*?)(?:\n=|\Z)", text, re.DOTALL
    )
    rows: list[tuple[str, float]] = []
    if section:
        rows = [(name.strip(), float(total)) for name, total in _ROW.findall(section[1])]
    elif _IIO_ROW.search(text):
        rows = [(name, int(total) / 1000) for name, total in _IIO_ROW.findall(text)]
    found: dict[str, float] = {}
    for name, total in rows[:_MOST_RAILS]:
        unique = name if name not in found else f"{name} 2"
        found[unique] = total
    return found


class RailMeter:
    """The sum of all rails, or of those whose names hold one of some words.

    Args:
        place: an Android device.
        words: parts of names, separated by commas; empty for all.

    Raises:
        MeterError: the device has no such rails, or none with these words.
        DeviceError: it cannot be asked.
    """

    def __init__(self, place: Place, words: str = "") -> None:
        self._shell = require(place.shell, "power rails")
        self._words = tuple(word.strip().lower() for word in words.split(",") if word.strip())
        for self._command in (HAL_2, HAL_1, IIO):
            rails = parse_rails(ask(self._shell, f"{self._command} 2>/dev/null"))
            if rails:
                break
        else:
            raise MeterError(
                f"{place.device} tells no power rails",
                hint="Pixel phones from the 6 on do. Others: use the battery gauge or an external meter.",
            )
        self._rails = tuple(name for name in rails if self._is_wanted(name))
        if not self._rails:
            names = ", ".join(list(rails)[:12])
            raise MeterError(f"no power rail of {place.device} is called like {words!r}", hint=f"It has: {names}…")

    @property
    def info(self) -> MeterInfo:
        """Say what it is."""
        which = f"the {len(self._rails)} rails with {' or '.join(self._words)}" if self._words else (
            f"all {len(self._rails)} rails"
        )  # fmt: skip
        return MeterInfo(
            id="rails",
            title="Power rails",
            measures=f"The sum of {which} that the device's power chips measure; what has no rail of its own, and "
            "losses before the rails, are missing. Charging does not matter.",
            unit="mWs since boot",
            sign="only grows",
            period_s=1.0,
        )

    def sources(self) -> Sequence[Source]:
        """Give the sampling."""
        channels = {
            POWER_ID: Channel(id=POWER_ID, title="Power rails", quantity=Quantity.POWER, source="rails", is_mean=True),
            **{
                f"power:{name}": Channel(
                    id=f"power:{name}", title=name, quantity=Quantity.POWER, source="rails", is_mean=True
                )
                for name in self._rails
            },
        }
        return (DumpSource(self._shell, self._command, _PERIOD_S, channels, self._parse, counters=True),)

    def checks(self) -> tuple[Check, ...]:
        """Rails do not see the charger."""
        return (Check(name="Meter", is_ok=True, message=f"{len(self._rails)} power rails can be read."),)

    def calibrate(self, signal: Signal, windows: Sequence[Window]) -> tuple[float, str]:
        """Sign and unit are certain."""
        return 1.0, ""

    def _parse(self, text: str) -> Mapping[str, float]:
        rails = {name: total for name, total in parse_rails(text).items() if self._is_wanted(name)}
        if not rails:
            return {}
        return {POWER_ID: sum(rails.values()), **{f"power:{name}": total for name, total in rails.items()}}

    def _is_wanted(self, name: str) -> bool:
        return not self._words or any(word in name.lower() for word in self._words)
