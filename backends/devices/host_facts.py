"""Facts about this computer from the operating system; each is an empty string or ``None`` where it does not say."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_CPUS = Path("/sys/devices/system/cpu")
_POWER = Path("/sys/class/power_supply")


def read_text(path: Path) -> str:
    """Give a small system file's text without surrounding space, or an empty string."""
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8", errors="replace").strip()
    return ""


def processor_name() -> str:
    """Give the processor's model name."""
    for line in read_text(Path("/proc/cpuinfo")).splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Hardware", "cpu model"):
            return value.strip()
    return platform.processor() or platform.machine()


def usable_core_count() -> int:
    """Count the logical cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def governors() -> tuple[str, ...]:
    """Give the distinct frequency governors of the cores."""
    return tuple(
        sorted({text for path in _CPUS.glob("cpu[0-9]*/cpufreq/scaling_governor") if (text := read_text(path))})
    )


def maximum_megahertz() -> int | None:
    """Give the highest frequency of any core in MHz."""
    values = [
        int(text) for path in _CPUS.glob("cpu[0-9]*/cpufreq/cpuinfo_max_freq") if (text := read_text(path)).isdigit()
    ]
    return max(values) // 1000 if values else None


def memory_bytes() -> tuple[int | None, int | None]:
    """Give the total and the available memory."""
    fields = dict(_memory_fields())
    if fields:
        return fields.get("MemTotal"), fields.get("MemAvailable")
    with suppress(ValueError, OSError, AttributeError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), None
    return None, None


def load_average() -> float | None:
    """Give the mean number of runnable processes over the last minute."""
    with suppress(OSError, AttributeError):
        return os.getloadavg()[0]
    return None


def is_on_battery() -> bool | None:
    """Say whether a battery feeds the computer; ``None`` when it has none."""
    states = {read_text(path / "status") for path in _power_supplies("Battery")}
    return None if not states else "Discharging" in states


def system_name() -> str:
    """Give the operating system's name and version."""
    if sys.platform.startswith("linux"):
        with suppress(OSError):
            return f"{platform.freedesktop_os_release().get('PRETTY_NAME', 'Linux')}, kernel {platform.release()}"
    return platform.platform(terse=True)


def _memory_fields() -> Iterator[tuple[str, int]]:
    for line in read_text(Path("/proc/meminfo")).splitlines():
        key, _, value = line.partition(":")
        words = value.split()
        if words and words[0].isdigit():
            yield key, int(words[0]) * 1024


def _power_supplies(kind: str) -> Iterator[Path]:
    with suppress(OSError):
        for path in sorted(_POWER.iterdir()):
            if read_text(path / "type") == kind:
                yield path
