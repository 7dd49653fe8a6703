"""What every meter can say of itself, and how one is named: ``battery``, ``hwmon=ina226``, ``constant=1500``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from backends.devices.device import Check, RemoteShell
from backends.errors import MeterError
from backends.power.files import Files
from backends.power.integration import Signal
from backends.power.recorder import Source
from backends.power.traces import Window

POWER_ID = "power"
"""Id of the channel that a meter's power goes to; parts of it are ``power:NAME``."""
_LEAST_VALUES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterInfo:
    """What a meter is."""

    id: str
    title: str
    measures: str
    """What the figure really is, in one sentence."""
    unit: str
    """As the source tells it, before conversion to mW."""
    sign: str
    """What its sign means at the source."""
    period_s: float
    """Time between two new values, as far as is known; what is really reached is measured."""
    relative_error: float = 0.0
    is_typed: bool = False
    comes_later: bool = False
    """Whether its figures come from a file after the run."""


class Meter(Protocol):
    """A source of power."""

    @property
    def info(self) -> MeterInfo:
        """Say what it is."""
        ...

    def sources(self) -> Sequence[Source]:
        """Give what is sampled during a run; its channels are ``power`` and parts of it."""
        ...

    def checks(self) -> tuple[Check, ...]:
        """Say what would make the figures wrong now.

        Raises:
            DeviceError: the device cannot be asked.
        """
        ...

    def calibrate(self, signal: Signal, windows: Sequence[Window]) -> tuple[float, str]:
        """Give the factor that makes the recorded power right, and a sentence on it (or none); it is remembered."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the model runs, as meters see it."""

    device: str
    """Id of the device, under which a calibration is remembered."""
    kind: str
    """``host``, ``android`` or ``linux``."""
    files: Files
    shell: RemoteShell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterChoice:
    """A meter as it was asked for."""

    id: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.id}={self.argument}" if self.argument else self.id


def parse_choice(text: str) -> MeterChoice:
    """Read ``ID`` or ``ID=ARGUMENT``.

    Raises:
        MeterError: it is empty.
    """
    id_, _, argument = text.strip().partition("=")
    if not id_.strip():
        raise MeterError("a meter needs a name", hint="For example: battery, rails, constant=1500.")
    return MeterChoice(id=id_.strip().lower(), argument=argument.strip())


def check_rate(info: MeterInfo, loop_seconds: float) -> Check:
    """Answer whether the loop is long enough for the meter."""
    count = loop_seconds / info.period_s if info.period_s > 0 else float("inf")
    if count >= _LEAST_VALUES:
        return Check(name="Meter rate", is_ok=True, message=f"{info.title} gives enough values in {loop_seconds:g} s.")
    return Check(
        name="Meter rate",
        is_ok=False,
        message=f"{info.title} gives a new value every {info.period_s:g} s or so: about {count:.0f} in a loop of "
        f"{loop_seconds:g} s.",
        remedy=f"Let the loop take {_LEAST_VALUES * info.period_s:.0f} s or longer.",
    )
