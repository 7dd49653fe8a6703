"""Which meters there are, and the one that was asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from backends.devices.device import Check
from backends.errors import MeterError, ProfilerError
from backends.power.battery import BatteryMeter
from backends.power.board_sensors import find_hwmon, find_rapl
from backends.power.instruments import Joulescope, Monsoon, Otii
from backends.power.integration import Signal
from backends.power.meter import Meter, MeterChoice, MeterInfo, Place, parse_choice
from backends.power.rails import RailMeter
from backends.power.recorder import Source
from backends.power.typed import TypedMeter

AUTOMATIC = "auto"
FILE = "file"
NONE = "none"
"""Sensors and latency without a meter."""
_ORDER = {
    "android": ("rails", "battery", "hwmon"),
    "linux": ("hwmon", "rapl", "battery"),
    "host": ("rapl", "hwmon", "battery"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterKind:
    """A kind of meter, for lists of choices."""

    id: str
    title: str
    help: str
    argument: str = ""
    """What may follow ``=``, for people; empty where nothing may."""
    places: frozenset[str] = frozenset({"host", "android", "linux"})
    needs_argument: bool = False


KINDS = (
    MeterKind(id=AUTOMATIC, title="Automatic", help="The best one that the device has."),
    MeterKind(
        id="battery",
        title="Battery gauge",
        help="What the battery gives to the whole device; sign and unit are found out and remembered.",
        argument="mA, uA, +mA or -mA",
    ),
    MeterKind(
        id="rails",
        title="Power rails",
        help="What the device's power chips measure by rail (Pixel 6 and later).",
        argument="parts of rail names, such as TPU,CPUCL",
        places=frozenset({"android"}),
    ),
    MeterKind(id="hwmon", title="Board sensor", help="INA2xx and others, through hwmon.", argument="name of the chip"),
    MeterKind(
        id="rapl",
        title="RAPL",
        help="Energy counters of x86 processors.",
        argument="domain, such as core",
        places=frozenset({"host", "linux"}),
    ),
    MeterKind(
        id=FILE,
        title="External meter, from a file",
        help="The meter's export (CSV or JSON), which is matched with the run by its load.",
        argument="path of the file",
        needs_argument=True,
    ),
    MeterKind(id="joulescope", title="Joulescope", help="JS110 or JS220, live.", argument="part of its path"),
    MeterKind(id="monsoon", title="Monsoon", help="HVPM, live.", argument="volts to supply"),
    MeterKind(id="otii", title="Otii", help="Arc or Ace, live, through the Otii app.", argument="HOST:PORT of the app"),
    MeterKind(
        id="constant",
        title="Typed power",
        help="A number that you know from elsewhere; nothing is measured.",
        argument="milliwatts, such as 1500 or 1.5W",
        needs_argument=True,
    ),
    MeterKind(id=NONE, title="No meter", help="Temperatures, clocks and latency over time, without power."),
)


class FileMeter:
    """An external meter whose recording is read after the run.

    Args:
        path: of the recording; it need not exist before the run has ended.

    Raises:
        MeterError: no path was given.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise MeterError("an external meter needs the path of its file", hint="Write file=PATH.")
        self.path = Path(path).expanduser()

    @property
    def info(self) -> MeterInfo:
        """Say what it is."""
        return MeterInfo(
            id=FILE,
            title=f"External meter ({self.path.name})",
            measures="All that flows through the external meter.",
            unit="as the file says",
            sign="as the file says",
            period_s=0.0,
            comes_later=True,
        )

    def sources(self) -> tuple[Source, ...]:
        """Nothing is sampled during the run."""
        return ()

    def checks(self) -> tuple[Check, ...]:
        """Say how the file is found and matched."""
        folder = self.path.parent
        if not folder.is_dir():
            return (
                Check(
                    name="Meter",
                    is_ok=False,
                    message=f"The folder {folder} of the meter's file does not exist.",
                    remedy="Name the file that the meter will write.",
                ),
            )
        return (
            Check(
                name="Meter",
                is_ok=True,
                message=f"{self.path.name} is read after the run; let the meter record from before the run until after "
                "it: idle, load and idle again are what it is matched by.",
            ),
        )

    def calibrate(self, signal: Signal, windows: object) -> tuple[float, str]:
        """The file says what its columns are."""
        return 1.0, ""


def _open_battery(place: Place, argument: str) -> Meter:
    return BatteryMeter(place, argument)


_MAKERS: Mapping[str, Callable[[Place, str], Meter]] = MappingProxyType(
    {
        "battery": _open_battery,
        "rails": RailMeter,
        "hwmon": find_hwmon,
        "rapl": find_rapl,
        FILE: lambda place, argument: FileMeter(argument),
        "joulescope": lambda place, argument: Joulescope(argument),
        "monsoon": lambda place, argument: Monsoon(argument),
        "otii": lambda place, argument: Otii(argument),
        "constant": lambda place, argument: TypedMeter(argument),
    }
)


def open_meter(text: str, place: Place) -> Meter:
    """Give the meter that was asked for.

    Args:
        text: ``ID`` or ``ID=ARGUMENT``; ``auto`` for the best one.
        place: where the model runs.

    Raises:
        MeterError: there is no such meter, or the device does not have it, in words.
        DeviceError: the device cannot be asked.
    """
    choice = parse_choice(text)
    if choice.id == AUTOMATIC:
        return _best(place)
    maker = _MAKERS.get(choice.id)
    if maker is None:
        raise MeterError(f"there is no meter {choice.id!r}", hint=f"There are: {', '.join(kind.id for kind in KINDS)}.")
    return maker(place, choice.argument)


def check_choice(text: str) -> MeterChoice:
    """Read a choice and see that it can be one, without asking any device.

    Raises:
        MeterError: there is no such meter, or it needs an argument.
    """
    choice = parse_choice(text)
    kind = next((kind for kind in KINDS if kind.id == choice.id), None)
    if kind is None:
        raise MeterError(f"there is no meter {choice.id!r}", hint=f"There are: {', '.join(kind.id for kind in KINDS)}.")
    if kind.needs_argument and not choice.argument:
        raise MeterError(f"the meter {choice.id} needs {kind.argument}", hint=f"Write {choice.id}=…")
    if choice.id == "constant":
        TypedMeter(choice.argument)
    return choice


def _best(place: Place) -> Meter:
    reasons = []
    for id_ in _ORDER.get(place.kind, _ORDER["linux"]):
        try:
            return _MAKERS[id_](place, "")
        except ProfilerError as error:
            reasons.append(f"{id_}: {error.message}")
    where = "this computer" if place.shell is None else place.device
    raise MeterError(
        f"{where} has no meter of its own",
        hint="Use an external meter (file=PATH), or type a power (constant=MILLIWATTS).",
        detail="\n".join(reasons),
    )
