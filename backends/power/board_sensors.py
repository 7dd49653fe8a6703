"""Meters that the kernel of a board or computer offers: INA2xx and others through hwmon, and RAPL of x86 processors."""

import re
from collections.abc import Mapping, Sequence

from backends.devices.device import Check
from backends.errors import MeterError
from backends.power.files import numbers
from backends.power.integration import Signal
from backends.power.meter import POWER_ID, MeterInfo, Place
from backends.power.probes import FileSource, Probe
from backends.power.recorder import Channel, Source
from backends.power.traces import Quantity, Window

_HWMON = "/sys/class/hwmon/hwmon*/"
_HWMON_FILES = ("name", "power*_input", "power*_average", "curr*_input", "in*_input", "in*_label", "update_interval")
_RAPL = "/sys/class/powercap/*rapl*/"
_RAPL_FILES = ("name", "energy_uj", "max_energy_range_uj")
_HWMON_PERIOD_S = 0.02
_RAPL_PERIOD_S = 0.05
_REMOTE_PERIOD_S = 0.1


class FileMeter:
    """A meter that consists of probes.

    Args:
        info: what it is.
        place: where its files are.
        probes: the first one is the power.
        period_s: time between two readings.
        notes: checks to show.
    """

    def __init__(
        self, info: MeterInfo, place: Place, probes: Sequence[Probe], period_s: float, notes: tuple[Check, ...] = ()
    ) -> None:
        self._info = info
        self._place = place
        self._probes = tuple(probes)
        self._period_s = period_s
        self._notes = notes

    @property
    def info(self) -> MeterInfo:
        """Say what it is."""
        return self._info

    @property
    def probes(self) -> tuple[Probe, ...]:
        """What is read."""
        return self._probes

    def sources(self) -> Sequence[Source]:
        """Give the sampling."""
        is_remote = self._place.shell is not None
        return (FileSource(self._place.files, self._probes, self._period_s, is_remote=is_remote),)

    def checks(self) -> tuple[Check, ...]:
        """Give what is to be said."""
        return self._notes or (Check(name="Meter", is_ok=True, message=f"{self._info.title} can be read."),)

    def calibrate(self, signal: Signal, windows: Sequence[Window]) -> tuple[float, str]:
        """Sign and unit are certain."""
        return 1.0, ""


def find_hwmon(place: Place, name: str = "") -> FileMeter:
    """Give the board's power sensor.

    A sensor with ``power1_input`` tells µW itself; one with a current and a bus voltage (``in1`` of INA2xx, whose
    ``in0`` is the shunt; the kernel's ``ina2xx`` and ``hwmon`` documents) gives their product. Several channels of
    one chip are parts, and the first one is the power.

    Args:
        place: where.
        name: a chip's name, or part of it; with several it must be given unless one is an INA.

    Raises:
        MeterError: there is none, or none that may be read, in words.
    """
    texts = place.files.look([_HWMON + file for file in _HWMON_FILES])
    chips: dict[str, list[Probe]] = {}
    denied = 0
    for path, text in texts.items():
        folder, _, file = path.rpartition("/")
        if file != "name" or not text:
            continue
        denied += sum(texts[other] is None for other in texts if other.startswith(f"{folder}/"))
        probes = _chip_probes(text, folder, texts)
        if probes:
            chips[f"{text} ({folder.rpartition('/')[2]})"] = probes
    wanted = {chip: probes for chip, probes in chips.items() if name.lower() in chip.lower()}
    if not wanted:
        raise _no_hwmon(place, name, chips, texts, denied)
    chip = next((chip for chip in wanted if chip.lower().startswith("ina")), next(iter(wanted)))
    info = MeterInfo(
        id="hwmon",
        title=f"Board sensor {chip}",
        measures=f"What flows through the supply line where the board's maker put the sensor {chip}; which parts that "
        "feeds is in the board's schematic.",
        unit="µW, or mA and mV",
        sign="positive when drawn",
        period_s=0.1,
    )
    return FileMeter(info, place, wanted[chip], _REMOTE_PERIOD_S if place.shell is not None else _HWMON_PERIOD_S)


def find_rapl(place: Place, domain: str = "") -> FileMeter:
    """Give the processor's own energy counters.

    Args:
        place: this computer, or a board.
        domain: ``package``, ``core``, ``dram``... instead of all packages.

    Raises:
        MeterError: there are none, or they may not be read, in words.
    """
    texts = place.files.look([_RAPL + file for file in _RAPL_FILES])
    energies = [path for path in texts if path.endswith("/energy_uj")]
    if not energies:
        raise MeterError(
            "this computer has no RAPL energy counters (/sys/class/powercap is missing or empty)",
            hint="They exist on x86 processors from 2011 on, under Linux, and not in most virtual machines. Use "
            "another meter, such as an external one with its file, or type a power: constant=MILLIWATTS.",
        )
    readable = [path for path in energies if numbers([texts[path] or ""]) is not None]
    if not readable:
        raise MeterError(
            "the RAPL energy counters may not be read by this user",
            hint="Since 2020 kernels let only root read them. Until the next start: "
            "sudo chmod a+r /sys/class/powercap/*/energy_uj",
        )
    return _rapl_meter(place, texts, readable, domain)


def _rapl_meter(place: Place, texts: Mapping[str, str | None], readable: Sequence[str], domain: str) -> FileMeter:
    named = {}
    for path in readable:
        folder = path.rpartition("/")[0]
        named[path] = texts.get(f"{folder}/name") or folder.rpartition("/")[2]
    whole = [path for path, name in named.items() if (domain or "package") in name]
    if not whole:
        known = ", ".join(sorted(set(named.values())))
        raise MeterError(f"RAPL has no domain {domain or 'package'!r} here", hint=f"It has: {known}.")
    wraps = {path: _wrap(texts, path) for path in named}
    total = Probe(
        channel=Channel(id=POWER_ID, title="RAPL", quantity=Quantity.POWER, source="rapl", is_mean=True),
        paths=tuple(whole),
        convert=lambda values: sum(values) / 1000,
        is_counter=True,
        # With several packages a sum cannot tell which one began anew: such a step is left out instead.
        wraps_at=wraps[whole[0]] if len(whole) == 1 else 0.0,
    )
    parts = [
        Probe(
            channel=Channel(
                id=f"power:{name} {number}", title=f"RAPL {name}", quantity=Quantity.POWER, source="rapl", is_mean=True
            ),
            paths=(path,),
            convert=lambda values: values[0] / 1000,
            is_counter=True,
            wraps_at=wraps[path],
        )
        for number, (path, name) in enumerate(named.items())
        if path not in whole
    ]
    info = MeterInfo(
        id="rapl",
        title="RAPL",
        measures=f"The processor's own estimate for {', '.join(named[path] for path in whole)}: everything that runs "
        "there, also other programs; no disks, fans, screen or losses of the power supply.",
        unit="µJ",
        sign="only grows",
        period_s=0.001,
    )
    return FileMeter(info, place, [total, *parts], _RAPL_PERIOD_S)


def _wrap(texts: Mapping[str, str | None], path: str) -> float:
    found = numbers([texts.get(path.rpartition("/")[0] + "/max_energy_range_uj") or ""])
    return found[0] / 1000 if found else 0.0


def _chip_probes(chip: str, folder: str, texts: Mapping[str, str | None]) -> list[Probe]:
    probes: list[Probe] = []

    def add(number: str, paths: tuple[str, ...], scale: float) -> None:
        label = texts.get(f"{folder}/in{number}_label") or (f"{chip} {number}" if probes else chip)
        channel = Channel(
            id=f"power:{label}" if probes else POWER_ID, title=label, quantity=Quantity.POWER, source="hwmon"
        )

        def convert(values: Sequence[float]) -> float:
            product = scale
            for value in values:
                product *= value
            return product

        probes.append(Probe(channel=channel, paths=paths, convert=convert))

    powers: dict[str, str] = {}
    for path in texts:
        match = re.fullmatch(re.escape(folder) + r"/power(\d+)_(?:input|average)", path)
        if match and _is_readable(texts, path):
            powers.setdefault(match[1], path)
    for number, path in sorted(powers.items()):
        add(number, (path,), 1e-3)
    if probes:
        return probes
    for number in ("1", "2", "3"):
        current, voltage = f"{folder}/curr{number}_input", f"{folder}/in{number}_input"
        if _is_readable(texts, current) and _is_readable(texts, voltage):
            # mA times mV is µW.
            add(number, (current, voltage), 1e-3)
    return probes


def _is_readable(texts: Mapping[str, str | None], path: str) -> bool:
    text = texts.get(path)
    return text is not None and numbers([text]) is not None


def _no_hwmon(
    place: Place, name: str, chips: Mapping[str, list[Probe]], texts: Mapping[str, str | None], denied: int
) -> MeterError:
    where = "this computer" if place.shell is None else place.device
    if chips:
        return MeterError(f"{where} has no power sensor called {name!r}", hint=f"It has: {', '.join(chips)}.")
    if denied:
        return MeterError(f"the sensors of {where} may not be read by this user", hint="Run as root, or change a rule.")
    if texts:
        others = ", ".join(text for path, text in texts.items() if path.endswith("/name") and text)
        return MeterError(f"none of the sensors of {where} measures power", hint=f"It has: {others or 'none'}.")
    return MeterError(
        f"{where} has no sensors of its own (/sys/class/hwmon is missing or empty)",
        hint="Boards with an INA2xx or INA3221 have. Use another meter, or type a power: constant=MILLIWATTS.",
    )
