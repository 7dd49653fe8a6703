"""Sign and unit of a battery gauge: found from what it told, and remembered for the device.

The kernel's ABI says µA, negative when discharging; drivers are known that tell mA, positive when discharging, or the
size alone (kernel commit "power: supply: document current direction"; Android's and Perfetto's documents contradict
each other on the sign).
"""

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path

from backends.errors import StoreError
from backends.user_folders import configuration_folder

_FILE = "meters.json"
_MAX_BYTES = 1 << 20
_MILLIAMPERES_BELOW = 20_000.0
"""A device that computes draws more than 20 mA: a smaller number is in mA."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How a gauge's current is to be read."""

    sign: int = -1
    """Makes drawn current positive: -1 where discharging is negative, as the kernel's ABI says."""
    is_milliamperes: bool = False
    how: str = "as the kernel's documents say"
    """In words, for the run's notes."""

    @property
    def factor(self) -> float:
        """Give mA for one unit of the gauge, positive when drawn."""
        return self.sign * (1.0 if self.is_milliamperes else 1e-3)


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeReadings:
    """What a gauge told, raw: means of its currents at rest and under load."""

    idle: float | None
    load: float
    noise: float
    """Standard uncertainty of the difference."""
    largest: float
    """The largest size of a current."""
    is_plugged: bool


def calibrate_gauge(readings: GaugeReadings) -> Calibration | None:
    """Find sign and unit; ``None`` where the readings do not tell.

    Unplugged, the battery feeds everything, so that the load's current is drawn current. Plugged in, the charger feeds
    too; what tells then is that more load draws more, or charges less.
    """
    if readings.largest <= 0 or not math.isfinite(readings.load):
        return None
    is_ma = readings.largest < _MILLIAMPERES_BELOW
    unit = "mA, as its numbers are below 20,000 under load" if is_ma else "µA"
    if not readings.is_plugged and readings.load != 0:
        sign = 1 if readings.load > 0 else -1
        why = "from the sign while it was discharging"
    else:
        if readings.idle is None:
            return None
        change = readings.load - readings.idle
        if abs(change) <= 3 * readings.noise or change == 0:
            return None
        sign = 1 if change > 0 else -1
        why = "from the change that the load made"
    direction = "positive" if sign > 0 else "negative"
    return Calibration(sign=sign, is_milliamperes=is_ma, how=f"{unit}, discharging is {direction}, {why}")


def read_calibration(device: str, path: Path | None = None) -> Calibration | None:
    """Give what was remembered for a device; ``None`` where nothing was, or the file is damaged."""
    entry = _read(path or configuration_folder() / _FILE).get(device)
    if not isinstance(entry, dict):
        return None
    sign, is_ma, how = entry.get("sign"), entry.get("is_milliamperes"), entry.get("how")
    if sign not in (-1, 1) or not isinstance(is_ma, bool) or not isinstance(how, str):
        return None
    return Calibration(sign=int(sign), is_milliamperes=is_ma, how=how[:300])


def remember_calibration(device: str, calibration: Calibration, path: Path | None = None) -> None:
    """Keep a calibration for a device; the file is complete or as it was.

    Raises:
        StoreError: it cannot be written.
    """
    path = path or configuration_folder() / _FILE
    entries = _read(path)
    entries[device] = {
        "sign": calibration.sign,
        "is_milliamperes": calibration.is_milliamperes,
        "how": calibration.how,
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"version": 1, "gauges": entries}, indent=1), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error


def _read(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            return {}
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    gauges = tree.get("gauges") if isinstance(tree, dict) else None
    return dict(gauges) if isinstance(gauges, dict) else {}
