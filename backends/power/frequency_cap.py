"""Frequency caps of the processor's clusters: set for a while where root allows it, and put back afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from backends.errors import MeterError
from backends.power.kernel_settings import Write, policy_name, put_back, writer_of
from backends.power.meter import Place

_LIMIT = "/sys/devices/system/cpu/cpufreq/policy*/scaling_max_freq"
_MOST = "/sys/devices/system/cpu/cpufreq/policy*/cpuinfo_max_freq"
_LEAST = "/sys/devices/system/cpu/cpufreq/policy*/cpuinfo_min_freq"


@contextmanager
def frequency_cap(place: Place, megahertz: float, write: Write | None = None) -> Iterator[str]:
    """Keep all clusters at or below a frequency while the block runs, and give what was set, in words.

    A cluster that cannot be as slow is set to its least. The old limits come back in any case; where the device is
    gone then, they come back when it starts again.

    Args:
        place: where.
        megahertz: the cap.
        write: writes a text into a file instead of root.

    Raises:
        MeterError: there are no such files, or they may not be written.
        DeviceError: the device cannot be asked.
    """
    texts = place.files.look([_LIMIT, _MOST, _LEAST])
    limits = {path: text for path, text in texts.items() if path.endswith("scaling_max_freq") and text}
    if not limits:
        raise MeterError(
            "the processor's frequency limits are not there or may not be read", hint="Measure without a cap."
        )
    write = write or writer_of(place, "the frequency limit")
    set_to: dict[str, int] = {}
    done: list[str] = []
    try:
        for path in limits:
            least, most = (_number(texts, path, name) for name in ("cpuinfo_min_freq", "cpuinfo_max_freq"))
            wanted = round(megahertz * 1000)
            value = max(least or wanted, min(most or wanted, wanted))
            write(path, str(value))
            done.append(path)
            set_to[path] = value
        now = place.files.look([_LIMIT])
        kept = [path for path, value in set_to.items() if now.get(path) == str(value) or _is_step(now.get(path), value)]
        if not kept:
            raise MeterError("the frequency cap was not taken over by the system", hint="It needs root.")
        yield ", ".join(f"{policy_name(path)} at most {set_to[path] / 1000:.0f} MHz" for path in kept)
    finally:
        put_back(write, done, limits)


def _is_step(text: str | None, wanted: int) -> bool:
    """Whether the system took the next lower step instead."""
    return text is not None and text.isdigit() and int(text) <= wanted


def _number(texts: Mapping[str, str | None], path: str, name: str) -> int | None:
    text = texts.get(path.replace("scaling_max_freq", name)) or ""
    return int(text) if text.isdigit() else None
