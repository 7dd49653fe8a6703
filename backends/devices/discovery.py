"""Which devices there are."""

from collections.abc import Sequence

from backends.devices.device import Device, DeviceProvider
from backends.devices.local import LocalProvider


def list_providers() -> tuple[DeviceProvider, ...]:
    """Give one provider for each transport, this computer first."""
    return (LocalProvider(),)


def list_devices() -> tuple[Device, ...]:
    """Give all devices that are reachable now; this computer is always the first."""
    return tuple(device for provider in list_providers() for device in _listed(provider))


def _listed(provider: DeviceProvider) -> Sequence[Device]:
    return provider.list_devices()
