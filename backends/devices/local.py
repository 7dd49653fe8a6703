"""This computer: its runtime library, its environment, and what to look at before measuring."""

import importlib.metadata
import importlib.util
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backends.devices import host_facts
from backends.devices.device import Check, Device, DeviceInfo
from backends.errors import RunError
from backends.units import format_bytes

RUNTIME_VERSION = "2.3"
"""Minor release of ``ai-edge-litert`` whose C structures ``backends.runs.host.litert_api`` declares."""

_PACKAGE = "ai-edge-litert"
_MODULE = "ai_edge_litert"
_LIBRARIES = {"darwin": "libLiteRt.dylib", "win32": "libLiteRt.dll"}
_BUSY_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeLibrary:
    """LiteRT's shared library as installed."""

    path: Path
    version: str


def find_runtime() -> RuntimeLibrary:
    """Find LiteRT's library without loading or importing it.

    Raises:
        RunError: it is not installed, or of another minor release.
    """
    spec = importlib.util.find_spec(_MODULE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    # The packages for some systems keep the Linux name.
    names = (_LIBRARIES.get(sys.platform, "libLiteRt.so"), "libLiteRt.so")
    found = [path for folder in folders for name in names if (path := Path(folder) / name).is_file()]
    if not found:
        where = f"{platform.system()} {platform.machine()}"
        raise RunError(
            f"the LiteRT runtime is not installed on this computer ({where})",
            hint=f"Install it with: pip install '{_PACKAGE}~={RUNTIME_VERSION}.0'. There is no package for Windows on "
            "ARM and for macOS on Intel processors; measure on another device there.",
        )
    version = importlib.metadata.version(_PACKAGE)
    if version.split(".")[:2] != RUNTIME_VERSION.split("."):
        raise RunError(
            f"LiteRT {version} is installed, but its programming interface is only known for {RUNTIME_VERSION}",
            hint=f"Install the fitting one with: pip install '{_PACKAGE}~={RUNTIME_VERSION}.0'.",
        )
    return RuntimeLibrary(path=found[0], version=version)


class LocalDevice:
    """This computer as a device."""

    @property
    def info(self) -> DeviceInfo:
        """Give identity and name."""
        return DeviceInfo(id="host", name=f"This computer ({host_facts.processor_name()})", kind="host")

    def environment(self) -> Mapping[str, str]:
        """Read processor, memory, governor, load, system and runtime; facts the system does not tell are left out."""
        total, available = host_facts.memory_bytes()
        load = host_facts.load_average()
        frequency = host_facts.maximum_megahertz()
        facts = {
            "device": "host",
            "processor": host_facts.processor_name(),
            "architecture": platform.machine(),
            "cores": str(host_facts.usable_core_count()),
            "maximum_frequency": f"{frequency} MHz" if frequency else "",
            "governor": ", ".join(host_facts.governors()),
            "memory": format_bytes(total) if total else "",
            "memory_available": format_bytes(available) if available else "",
            "system": host_facts.system_name(),
            "load": f"{load:.2f}" if load is not None else "",
            "power": {True: "battery", False: "mains", None: ""}[host_facts.is_on_battery()],
            "runtime": f"LiteRT {_installed_version()}",
            "python": platform.python_version(),
        }
        return {key: value for key, value in facts.items() if value}

    def checks(self) -> Sequence[Check]:
        """Answer whether the runtime is there and the computer is quiet and at full speed."""
        return (_check_runtime(), _check_load(), _check_governor(), _check_power())


class LocalProvider:
    """Knows exactly one device, this computer."""

    def list_devices(self) -> Sequence[Device]:
        """Give this computer."""
        return (LocalDevice(),)


def _installed_version() -> str:
    try:
        return importlib.metadata.version(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _check_runtime() -> Check:
    try:
        runtime = find_runtime()
    except RunError as error:
        return Check(name="Runtime", is_ok=False, message=error.message, remedy=error.hint)
    return Check(name="Runtime", is_ok=True, message=f"LiteRT {runtime.version} is installed.")


def _check_load() -> Check:
    load, cores = host_facts.load_average(), host_facts.usable_core_count()
    if load is None:
        return Check(name="Load", is_ok=True, message="The system does not tell its load.")
    message = f"{load:.1f} processes were running on {cores} cores in the last minute."
    if load <= _BUSY_SHARE * cores:
        return Check(name="Load", is_ok=True, message=message)
    return Check(
        name="Load", is_ok=False, message=message, remedy="Close other programs, and wait until the computer is quiet."
    )


def _check_governor() -> Check:
    governors = host_facts.governors()
    if not governors:
        return Check(name="Frequency", is_ok=True, message="The system does not tell how it sets the clock rate.")
    message = f"The frequency governor is {', '.join(governors)}."
    if "powersave" not in governors:
        return Check(name="Frequency", is_ok=True, message=message)
    return Check(
        name="Frequency",
        is_ok=False,
        message=message,
        remedy="Choose the performance governor: sudo cpupower frequency-set -g performance",
    )


def _check_power() -> Check:
    on_battery = host_facts.is_on_battery()
    if not on_battery:
        return Check(name="Power", is_ok=True, message="The computer is not running on its battery.")
    return Check(
        name="Power",
        is_ok=False,
        message="The computer is running on its battery, which often lowers the clock rate.",
        remedy="Plug in the power supply.",
    )
