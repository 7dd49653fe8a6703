"""What a device is and how it is now, from its answer to the one question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backends.devices.adb.android_state import (
    Battery,
    Zone,
    parse_battery,
    parse_screen,
    parse_thermal_status,
    parse_zones,
)
from backends.devices.adb.cores import CoreCluster, parse_clusters
from backends.devices.adb.facts_script import LIBRARIES, split_sections
from backends.devices.adb.free_space import parse_free_bytes
from backends.devices.soc_names import Chipset, find_chipset

_NNAPI = {27: "1.0", 28: "1.1", 29: "1.2", 30: "1.3"}
_MOST_DIGITS = 9
_ABIS = {"aarch64": "arm64-v8a", "armv7l": "armeabi-v7a", "armv8l": "armeabi-v7a", "i686": "x86"}
"""Android's names for what ``uname -m`` says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """Facts; an empty value or ``None`` where the device does not tell."""

    maker: str
    model: str
    chipset: Chipset | None
    android: str
    """The release, such as ``14``; empty for other systems."""
    api_level: int | None
    build_type: str
    system: str
    """Name and version of the system, with the kernel's release."""
    abis: tuple[str, ...]
    """As Android names them, the preferred one first."""
    clusters: tuple[CoreCluster, ...]
    memory_bytes: int | None
    available_bytes: int | None
    free_bytes: int | None
    """Where files of ours go."""
    is_root: bool | None
    """Whether commands run as root."""
    nnapi_accelerators: tuple[str, ...]
    libraries: Mapping[str, tuple[str, ...]]
    """Paths by the keys of ``LIBRARIES``."""
    has_synap: bool
    synap_version: str
    uptime_s: float | None
    load: float | None
    battery: Battery | None
    thermal_status: int | None
    zones: tuple[Zone, ...]
    is_screen_on: bool | None

    @property
    def core_count(self) -> int:
        """Number of cores that the device told of."""
        return sum(len(cluster.cores) for cluster in self.clusters)

    @property
    def nnapi_level(self) -> str:
        """The version of NNAPI that comes with this Android; empty where there is none."""
        if self.api_level is None or self.api_level < min(_NNAPI):
            return ""
        return _NNAPI.get(self.api_level, "1.3, feature level 5 or higher")


def parse_facts(answer: str) -> DeviceFacts:
    """Read a device's answer to ``facts_script.SCRIPT``."""
    sections = split_sections(answer)

    def section(name: str) -> str:
        return sections.get(name, "")

    properties = parse_properties(section("properties"))
    memory = _memory(section("meminfo"))
    machine = section("machine").strip()
    synap = section("synap").splitlines()
    user = section("user").strip()
    board = [line.strip() for line in section("board").splitlines() if line.strip()]
    return DeviceFacts(
        maker=properties.get("ro.product.manufacturer", ""),
        model=properties.get("ro.product.model", "") or (board[0] if board else ""),
        chipset=find_chipset(properties, _hardware(section("cpuinfo"), board)),
        android=properties.get("ro.build.version.release", ""),
        api_level=_whole(properties.get("ro.build.version.sdk", "")),
        build_type=properties.get("ro.build.type", ""),
        system=_system(properties, section("system"), section("kernel").strip()),
        abis=_abis(properties, machine),
        clusters=parse_clusters(section("cores"), section("cpuinfo")),
        memory_bytes=memory.get("MemTotal"),
        available_bytes=memory.get("MemAvailable"),
        free_bytes=parse_free_bytes(section("space")),
        is_root=user == "0" if user.isdecimal() else None,
        nnapi_accelerators=_accelerators(section("nnapi")),
        libraries=_libraries(section("libraries")),
        has_synap=bool(synap),
        synap_version=_version(synap[1:]),
        uptime_s=_first_number(section("uptime")),
        load=_first_number(section("load")),
        battery=parse_battery(section("battery")),
        thermal_status=parse_thermal_status(section("thermal")),
        zones=parse_zones(section("zones")),
        is_screen_on=parse_screen(section("screen")),
    )


def parse_properties(text: str) -> dict[str, str]:
    """Read ``getprop``: ``[key]: [value]``; a value may run over several lines."""
    return {key: value.strip() for key, value in re.findall(r"^\[([^\]\n]+)\]: \[(.*?)\]$", text, re.M | re.S)}


def _memory(text: str) -> dict[str, int]:
    return {key: 1024 * int(value) for key, value in re.findall(r"^(\w+):\s+(\d{1,18}) kB", text, re.M)}


def _hardware(cpuinfo: str, board: list[str]) -> str:
    found = re.search(r"^Hardware\s*:\s*(.+)$", cpuinfo, re.M)
    if found:
        return found[1]
    # The device tree goes from the board to the chipset: "maker,board", "maker,chipset".
    return board[-1].partition(",")[2] if len(board) > 1 else ""


def _system(properties: Mapping[str, str], os_release: str, kernel: str) -> str:
    release = properties.get("ro.build.version.release", "")
    if release:
        name = f"Android {release}"
    else:
        found = re.search(r'^PRETTY_NAME="?([^"\n]+)', os_release, re.M)
        name = found[1] if found else "Linux" if kernel else ""
    return f"{name}, kernel {kernel}" if kernel else name


def _abis(properties: Mapping[str, str], machine: str) -> tuple[str, ...]:
    listed = properties.get("ro.product.cpu.abilist", "") or properties.get("ro.product.cpu.abi", "")
    if listed:
        return tuple(abi.strip() for abi in listed.split(",") if abi.strip())
    return (_ABIS.get(machine, machine),) if machine else ()


def _accelerators(text: str) -> tuple[str, ...]:
    """Read the services of both kinds: ``...IDevice/name`` and ``...@1.2::IDevice/name``."""
    return tuple(dict.fromkeys(re.findall(r"neuralnetworks[\w.@:]*IDevice/([\w.-]+)", text)))


def _libraries(text: str) -> dict[str, tuple[str, ...]]:
    paths = [line.strip() for line in text.splitlines() if line.startswith("/")]
    found = {key: tuple(path for path in paths if path.rsplit("/", 1)[-1] in names) for key, names in LIBRARIES.items()}
    return {key: value for key, value in found.items() if value}


def _version(lines: list[str]) -> str:
    found = re.search(r"\d+\.\d+(?:\.\d+)*", "\n".join(lines))
    return found[0] if found else ""


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _first_number(text: str) -> float | None:
    found = re.match(r"\s*(\d{1,18}(?:\.\d+)?)", text)
    return float(found[1]) if found else None
