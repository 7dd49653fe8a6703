"""Letting a device cool down between two measurements."""

import time
from dataclasses import dataclass

from backends.devices.device import Device
from backends.errors import DeviceError
from backends.progress import Progress

_SLICE_SECONDS = 0.2
_HEAT_POLL_SECONDS = 5.0
_HEAT_CHECK = "Heat"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolDown:
    """How long to wait.

    Raises:
        ValueError: a time is negative.
    """

    seconds: float = 0.0
    """At least so long."""
    waits_for_heat: bool = False
    """Also until the device is no longer hot or throttled."""
    most_seconds: float = 600.0
    """Even if it is still hot."""

    def __post_init__(self) -> None:
        if self.seconds < 0 or self.most_seconds < 0:
            raise ValueError("a cool-down must not be negative")


NO_COOL_DOWN = CoolDown()


class Thermometer:
    """Tells whether a device is hot, by its own check.

    Args:
        device: the one to ask.
    """

    def __init__(self, device: Device) -> None:
        self._device = device

    def is_cool(self) -> bool:
        """Whether nothing says that it is hot; a device that cannot be asked counts as cool, to try it is better."""
        try:
            return all(check.is_ok for check in self._device.checks() if check.name == _HEAT_CHECK)
        except DeviceError:
            return True


def cool_down(wanted: CoolDown, thermometer: Thermometer | None, progress: Progress) -> float:
    """Wait as wanted and give how long that took; a stop ends it at once.

    Args:
        wanted: how long.
        thermometer: the device's, where it shall be waited for.
        progress: reports, stops and cancels.

    Raises:
        Cancelled: the user cancelled.
    """
    began = time.monotonic()
    _wait(wanted.seconds, "Cooling down", progress)
    if wanted.waits_for_heat and thermometer is not None:
        while not progress.is_stopping and time.monotonic() - began < wanted.most_seconds and not thermometer.is_cool():
            _wait(_HEAT_POLL_SECONDS, "Waiting until the device is cooler", progress)
    return time.monotonic() - began


def _wait(seconds: float, text: str, progress: Progress) -> None:
    end = time.monotonic() + seconds
    while not progress.is_stopping and (left := end - time.monotonic()) > 0:
        progress.step(text, done=round(seconds - left), total=round(seconds))
        progress.sleep(min(_SLICE_SECONDS, left))
