"""Temperatures and clock rates, here and on devices."""

import re
from collections.abc import Mapping

from backends.errors import DeviceError
from backends.power.files import Files
from backends.power.probes import Probe
from backends.power.recorder import Channel
from backends.power.traces import Quantity

_ZONES = "/sys/class/thermal/thermal_zone*/"
_CORES = "/sys/devices/system/cpu/cpu*/cpufreq/"
_POLICIES = "/sys/devices/system/cpu/cpufreq/policy*/"
_PATTERNS = (
    f"{_ZONES}type", f"{_ZONES}temp", f"{_POLICIES}scaling_cur_freq", f"{_CORES}scaling_cur_freq",
    "/sys/class/kgsl/kgsl-3d0/devfreq/cur_freq", "/sys/class/kgsl/kgsl-3d0/gpuclk", "/sys/kernel/gpu/gpu_clock",
    "/sys/class/devfreq/*/cur_freq",
)  # fmt: skip
"""Sources: the kernel's ABI documents for thermal, cpufreq and devfreq; the vendors' own names for GPUs."""
_MOST_ZONES = 12
_WANTED = ("skin", "soc", "cpu", "gpu", "npu", "tpu", "apu", "battery", "ddr", "pkg", "core")
_ACCELERATOR = re.compile(r"gpu|mali|kgsl|npu|apu|vpu|tpu|edgetpu|dsp", re.IGNORECASE)
_MILLI_FROM = 1000


def find_sensors(files: Files) -> tuple[Probe, ...]:
    """Give the temperatures and clocks that can be read; none where the device does not let us.

    Raises:
        DeviceError: the device cannot be asked.
    """
    try:
        texts = files.look(_PATTERNS)
    except ValueError as error:
        raise DeviceError(f"the sensors cannot be listed: {error}") from error
    return (*_zones(texts), *_clocks(texts))


def celsius(values: "list[float] | tuple[float, ...]") -> float:
    """Give degrees: the kernel tells thousandths, some vendors' drivers degrees."""
    return values[0] / 1000 if abs(values[0]) >= _MILLI_FROM else values[0]


def _zones(texts: Mapping[str, str | None]) -> list[Probe]:
    found = []
    for path, text in texts.items():
        match = re.fullmatch(r"(/sys/class/thermal/thermal_zone(\d+))/temp", path)
        if match is None or text is None or not re.fullmatch(r"-?\d+", text):
            continue
        if not 0 < celsius([float(text)]) < 150:
            # A sensor that is switched off.
            continue
        name = texts.get(f"{match[1]}/type") or f"zone {match[2]}"
        rank = next((i for i, word in enumerate(_WANTED) if word in name.lower()), len(_WANTED))
        found.append((rank, int(match[2]), path, name))
    names: dict[str, int] = {}
    probes = []
    for _, _, path, name in sorted(found)[:_MOST_ZONES]:
        names[name] = names.get(name, 0) + 1
        shown = name if names[name] == 1 else f"{name} {names[name]}"
        channel = Channel(
            id=f"temperature:{shown}", title=f"Temperature {shown}", quantity=Quantity.TEMPERATURE, source=path
        )
        probes.append(Probe(channel=channel, paths=(path,), convert=lambda values: celsius(list(values))))
    return probes


def _clocks(texts: Mapping[str, str | None]) -> list[Probe]:
    probes = []
    policies = [path for path, text in texts.items() if "/policy" in path and _is_number(text)]
    cores = [path for path, text in texts.items() if re.search(r"/cpu\d+/cpufreq/", path) and _is_number(text)]
    for path in policies or cores:
        number = re.findall(r"(?:policy|cpu)(\d+)", path)[-1]
        channel = Channel(id=f"clock:cpu{number}", title=f"Clock CPU {number}", quantity=Quantity.CLOCK, source=path)
        probes.append(Probe(channel=channel, paths=(path,), convert=lambda values: values[0] / 1000))
    for path, text in texts.items():
        if path in policies or path in cores or not _is_number(text) or not _ACCELERATOR.search(path):
            continue
        if path.endswith(("cur_freq", "gpuclk", "gpu_clock")):
            name = path.split("/")[-2] if path.startswith("/sys/class/devfreq") else "GPU"
            channel = Channel(id=f"clock:{name}", title=f"Clock {name}", quantity=Quantity.CLOCK, source=path)
            probes.append(Probe(channel=channel, paths=(path,), convert=lambda values: _megahertz(values[0])))
    return list({probe.channel.id: probe for probe in probes}.values())


def _megahertz(value: float) -> float:
    """Give MHz of what is told in Hz, kHz or MHz."""
    return value / 1e6 if value >= 1e7 else value / 1000 if value >= 1e4 else value


def _is_number(text: str | None) -> bool:
    return text is not None and text.isdigit() and int(text) > 0
