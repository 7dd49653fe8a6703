"""The kernel's governor, which chooses the clocks: set for a while where root allows it, and put back afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from backends.errors import MeterError
from backends.power.kernel_settings import Write, policy_name, put_back, writer_of
from backends.power.meter import Place

_NOW = "/sys/devices/system/cpu/cpufreq/policy*/scaling_governor"
_KNOWN = "/sys/devices/system/cpu/cpufreq/policy*/scaling_available_governors"


@contextmanager
def governor(place: Place, name: str, write: Write | None = None) -> Iterator[str]:
    """Let a governor choose the clocks of all clusters while the block runs, and give what was set, in words.

    The old ones come back in any case; where the device is gone then, they come back when it starts again.

    Args:
        place: where.
        name: as the kernel calls it: ``performance``, ``powersave``, ``schedutil``.
        write: writes a text into a file instead of root.

    Raises:
        MeterError: there is no such governor, or it may not be set.
        DeviceError: the device cannot be asked.
    """
    texts = place.files.look([_NOW, _KNOWN])
    before = {path: text for path, text in texts.items() if path.endswith("scaling_governor") and text}
    if not before:
        raise MeterError(
            "the processor's governors are not there or may not be read", hint="Measure without --vary-governor."
        )
    known = sorted({word for path, text in texts.items() if path not in before and text for word in text.split()})
    if known and name not in known:
        raise MeterError(f"there is no governor {name} there", hint=f"There are: {', '.join(known)}.")
    write = write or writer_of(place, "the governor")
    done: list[str] = []
    try:
        for path in before:
            done.append(path)
            write(path, name)
        now = place.files.look([_NOW])
        kept = [path for path in done if now.get(path) == name]
        if len(kept) < len(done):
            lost = ", ".join(policy_name(path) for path in done if path not in kept)
            raise MeterError(f"the governor {name} was not taken over by the system for {lost}", hint="It needs root.")
        yield f"governor {name}"
    finally:
        put_back(write, done, before)
