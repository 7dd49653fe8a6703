"""A device's facts as texts: what may influence a measurement, in the order in which people ask."""

from collections.abc import Iterator, Mapping

from backends.devices.adb.android_state import Battery, thermal_word
from backends.devices.adb.cores import governors_of
from backends.devices.adb.facts import DeviceFacts
from backends.units import format_bytes


def describe_facts(facts: DeviceFacts) -> Mapping[str, str]:
    """Give the facts by key; those that the device does not tell are left out."""
    texts = {**dict(_identity(facts)), **dict(_accelerators(facts)), **dict(_condition(facts))}
    return {key: text for key, text in texts.items() if text}


def _identity(facts: DeviceFacts) -> Iterator[tuple[str, str]]:
    chipset = facts.chipset
    yield "maker", facts.maker
    yield "model", facts.model
    if chipset is not None:
        yield "chipset", chipset.name
        yield "chipset_code", chipset.code if chipset.code.lower() != chipset.name.lower() else ""
        yield "chipset_maker", chipset.maker
    yield "system", facts.system
    yield "api_level", str(facts.api_level or "")
    yield "build", facts.build_type
    yield "abi", ", ".join(facts.abis)
    yield "cores", str(facts.core_count or "")
    yield "clusters", "; ".join(cluster.describe() for cluster in facts.clusters)
    yield "governor", ", ".join(governors_of(facts.clusters))
    yield "memory", _size(facts.memory_bytes)
    yield "memory_available", _size(facts.available_bytes)
    yield "free_space", _size(facts.free_bytes)
    yield "root", _root(facts)


def _accelerators(facts: DeviceFacts) -> Iterator[tuple[str, str]]:
    yield "nnapi", facts.nnapi_level
    yield "nnapi_accelerators", ", ".join(facts.nnapi_accelerators)
    for key, paths in facts.libraries.items():
        yield f"{key}_library", ", ".join(paths)
    yield "synap", (facts.synap_version or "present") if facts.has_synap else ""


def _condition(facts: DeviceFacts) -> Iterator[tuple[str, str]]:
    yield "uptime", f"{facts.uptime_s / 3600:.1f} h" if facts.uptime_s is not None else ""
    yield "load", f"{facts.load:.2f}" if facts.load is not None else ""
    yield "thermal_status", thermal_word(facts.thermal_status) if facts.thermal_status is not None else ""
    hottest = max(facts.zones, key=lambda zone: zone.celsius, default=None)
    yield "hottest", f"{hottest.celsius:.1f} °C ({hottest.name})" if hottest else ""
    yield "battery", _battery(facts.battery) if facts.battery else ""
    yield "screen", {True: "on", False: "off", None: ""}[facts.is_screen_on]


def _root(facts: DeviceFacts) -> str:
    if facts.is_root is None:
        return ""
    if facts.is_root:
        return "yes"
    return "no; 'adb root' can switch to it" if facts.build_type in ("userdebug", "eng") else "no"


def _battery(battery: Battery) -> str:
    parts = [f"{battery.percent} %" if battery.percent is not None else ""]
    parts.append("charging" if battery.is_charging else "plugged in" if battery.is_plugged else "discharging")
    parts.append(f"{battery.celsius:.1f} °C" if battery.celsius is not None else "")
    return ", ".join(part for part in parts if part)


def _size(count: int | None) -> str:
    return format_bytes(count) if count is not None else ""
