"""What changes while a device is used: battery, heat, screen. Each is ``None`` where the device does not tell."""

import re
from dataclasses import dataclass

_CHARGERS = ("AC powered", "USB powered", "Wireless powered", "Dock powered")
_CHARGING, _FULL = 2, 5
_THERMAL_WORDS = ("none", "light", "moderate", "severe", "critical", "emergency", "shutdown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """The battery's state."""

    percent: int | None
    is_charging: bool
    is_plugged: bool
    celsius: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A thermal sensor."""

    name: str
    celsius: float


def parse_battery(text: str) -> Battery | None:
    """Read ``dumpsys battery``; ``None`` for a device without a battery."""
    fields = dict(re.findall(r"^\s*([\w ]+): *(\S+)", text, re.MULTILINE))
    level, scale, status = (_number(fields.get(key, "")) for key in ("level", "scale", "status"))
    if level is None or fields.get("present") == "false":
        return None
    tenths = _number(fields.get("temperature", ""))
    return Battery(
        percent=round(100 * level / scale) if scale else level,
        is_charging=status in (_CHARGING, _FULL),
        is_plugged=any(fields.get(charger) == "true" for charger in _CHARGERS),
        celsius=tenths / 10 if tenths is not None else None,
    )


def parse_thermal_status(text: str) -> int | None:
    """Read the throttling status from ``dumpsys thermalservice``: 0 none to 6 shutdown (Android 10 and later)."""
    found = re.search(r"Thermal Status:\s*(\d{1,3})\b", text)
    return int(found[1]) if found else None


def thermal_word(status: int) -> str:
    """Give Android's word for a throttling status."""
    return _THERMAL_WORDS[status] if status < len(_THERMAL_WORDS) else str(status)


def parse_zones(text: str) -> tuple[Zone, ...]:
    """Read lines ``name|value``; values are in millidegrees, on some devices in degrees; switched-off sensors lie."""
    zones = []
    for line in text.splitlines():
        name, _, value = line.rpartition("|")
        number = _number(value)
        if number is None or not name:
            continue
        celsius = number / 1000 if abs(number) >= 1000 else float(number)
        if 0 < celsius < 150:
            zones.append(Zone(name=name, celsius=celsius))
    return tuple(zones)


def parse_screen(text: str) -> bool | None:
    """Read from ``dumpsys power`` whether the screen is on."""
    display = re.search(r"Display Power: state=(\w+)", text)
    if display:
        return display[1] == "ON"
    wakefulness = re.search(r"mWakefulness=(\w+)", text)
    return wakefulness[1] == "Awake" if wakefulness else None


def _number(text: str) -> int | None:
    # Stripped first: int() keeps separators (U+001C to U+001F) that strip() takes for white space.
    stripped = text.strip()
    return int(stripped) if re.fullmatch(r"-?\d{1,18}", stripped) else None
