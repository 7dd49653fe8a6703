"""What every device can say about itself; how it measures is known to ``backends.runs``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A preflight answer. A failed check warns; it stops a measurement only where nothing could be measured."""

    name: str
    is_ok: bool
    message: str
    """What was found, in one sentence."""
    remedy: str = ""
    """What to do about it; empty when all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """A device as a list shows it."""

    id: str
    """Stable, saved in plans: ``host``, or transport and serial number."""
    name: str
    kind: str
    """``host``, ``android`` or ``linux``."""
    state: str = "ready"
    """``ready``, or why it cannot be used now."""


class Device(Protocol):
    """A reachable thing that can run a model."""

    @property
    def info(self) -> DeviceInfo:
        """Give identity and name."""
        ...

    def environment(self) -> Mapping[str, str]:
        """Read what may influence a measurement: processor, memory, governor, system, runtime version."""
        ...

    def checks(self) -> Sequence[Check]:
        """Answer what should be looked at before measuring."""
        ...


class DeviceProvider(Protocol):
    """Finds devices over one transport."""

    def list_devices(self) -> Sequence[Device]:
        """Give what is reachable now; never raises for a missing transport."""
        ...
