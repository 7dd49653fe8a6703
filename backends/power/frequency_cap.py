"""Frequency caps of the processor's clusters: set for a while where root allows it, and put back afterwards."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from backends.devices.device import RemoteShell
from backends.errors import DeviceError, MeterError
from backends.power.meter import Place

_LIMIT = "/sys/devices/system/cpu/cpufreq/policy*/scaling_max_freq"
_MOST = "/sys/devices/system/cpu/cpufreq/policy*/cpuinfo_max_freq"
_LEAST = "/sys/devices/system/cpu/cpufreq/policy*/cpuinfo_min_freq"
_WRITE_S = 15.0

Write = Callable[[str, str], None]


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
    write = write or _writer(place)
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
        yield ", ".join(f"{_policy(path)} at most {set_to[path] / 1000:.0f} MHz" for path in kept)
    finally:
        for path in done:
            with suppress(DeviceError, MeterError):
                write(path, limits[path])


def _is_step(text: str | None, wanted: int) -> bool:
    """Whether the system took the next lower step instead."""
    return text is not None and text.isdigit() and int(text) <= wanted


def _policy(path: str) -> str:
    match = re.search(r"policy(\d+)", path)
    return f"CPU {match[1]}" if match else path


def _number(texts: Mapping[str, str | None], path: str, name: str) -> int | None:
    text = texts.get(path.replace("scaling_max_freq", name)) or ""
    return int(text) if text.isdigit() else None


def _writer(place: Place) -> Write:
    return _write_here if place.shell is None else _remote_writer(place.shell)


def _write_here(path: str, text: str) -> None:
    try:
        Path(path).write_text(f"{text}\n", encoding="ascii")
    except OSError as error:
        raise MeterError(
            f"the frequency limit may not be written: {error.strerror or error}",
            hint="Run as root, or measure without a cap.",
        ) from error


def _remote_writer(shell: RemoteShell) -> Write:
    def attempt(words: Sequence[str], path: str, text: str) -> bool:
        # The numbers and paths are this program's own, checked above.
        return shell.run((*words, f"echo {int(text)} > '{path}'"), timeout_s=_WRITE_S).is_success

    def write(path: str, text: str) -> None:
        if not text.strip().isdigit() or not re.fullmatch(r"[\w/.-]+", path):
            raise MeterError("the device tells a frequency limit that is no number")
        if not attempt(("sh", "-c"), path, text) and not attempt(("su", "-c"), path, text):
            raise MeterError(
                "the frequency limit of the device may not be written",
                hint="It needs root (adb root, or su). Measure without a cap.",
            )

    return write
