"""Processor cores by cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

# Arm's part numbers (implementer 0x41), as in the kernel's arch/arm64/include/asm/cputype.h.
_ARM_PARTS = {
    0xD03: "Cortex-A53", 0xD04: "Cortex-A35", 0xD05: "Cortex-A55", 0xD07: "Cortex-A57", 0xD08: "Cortex-A72",
    0xD09: "Cortex-A73", 0xD0A: "Cortex-A75", 0xD0B: "Cortex-A76", 0xD0D: "Cortex-A77", 0xD41: "Cortex-A78",
    0xD44: "Cortex-X1", 0xD46: "Cortex-A510", 0xD47: "Cortex-A710", 0xD48: "Cortex-X2", 0xD4D: "Cortex-A715",
    0xD4E: "Cortex-X3", 0xD80: "Cortex-A520", 0xD81: "Cortex-A720", 0xD82: "Cortex-X4", 0xD85: "Cortex-X925",
    0xD87: "Cortex-A725",
}  # fmt: skip
_ARM = 0x41
_MOST_DIGITS = 18
_HIGHEST_CORE = 1023


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreCluster:
    """Cores of one kind; ``None`` where the device does not tell."""

    cores: tuple[int, ...]
    name: str
    """Such as ``Cortex-A55``; empty when it is not known."""
    min_khz: int | None
    max_khz: int | None
    governor: str

    @property
    def mask(self) -> int:
        """The cores as bits, as ``taskset`` takes them."""
        return sum(1 << core for core in self.cores)

    def describe(self) -> str:
        """Give a line such as ``4 x Cortex-A55, 0.3 to 1.8 GHz (cores 0 to 3, mask f)``."""
        count = f"{len(self.cores)} x {self.name or 'core'}"
        rate = ""
        if self.min_khz and self.max_khz:
            rate = f", {_gigahertz(self.min_khz)} to {_gigahertz(self.max_khz)} GHz"
        first, last = self.cores[0], self.cores[-1]
        is_range = last - first == len(self.cores) - 1 and last > first
        which = f"cores {first} to {last}" if is_range else "core " + ", ".join(map(str, self.cores))
        return f"{count}{rate} ({which}, mask {self.mask:x})"


def parse_clusters(cores: str, cpuinfo: str) -> tuple[CoreCluster, ...]:
    """Group cores by kind and clock rates, the slowest first.

    Args:
        cores: lines ``number|lowest kHz|highest kHz|governor|present kHz``.
        cpuinfo: the content of ``/proc/cpuinfo``; lacks the cores that sleep.
    """
    names = _core_names(cpuinfo)
    groups: dict[tuple[str, int | None, int | None, str], list[int]] = {}
    for line in cores.splitlines():
        fields = [field.strip() for field in line.split("|")]
        number = _number(fields[0])
        if len(fields) < 4 or number is None or number > _HIGHEST_CORE:
            continue
        kind = (names.get(number, ""), _number(fields[1]), _number(fields[2]), fields[3])
        groups.setdefault(kind, []).append(number)
    clusters = [
        CoreCluster(cores=tuple(sorted(numbers)), name=name, min_khz=least, max_khz=most, governor=governor)
        for (name, least, most, governor), numbers in groups.items()
    ]
    return tuple(sorted(clusters, key=lambda cluster: (cluster.max_khz or 0, cluster.cores)))


def governors_of(clusters: Sequence[CoreCluster]) -> tuple[str, ...]:
    """Give the distinct governors."""
    return tuple(sorted({cluster.governor for cluster in clusters if cluster.governor}))


def _core_names(cpuinfo: str) -> dict[int, str]:
    names: dict[int, str] = {}
    number, implementer = -1, 0
    for line in cpuinfo.splitlines():
        key, _, value = (part.strip() for part in line.partition(":"))
        if key == "processor":
            number, implementer = _number(value) or 0, 0
        elif key == "CPU implementer":
            implementer = _hexadecimal(value)
        elif key == "CPU part" and implementer == _ARM:
            names[number] = _ARM_PARTS.get(_hexadecimal(value), "")
        elif key == "model name":
            names[number] = value
    return names


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _hexadecimal(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return 0


def _gigahertz(khz: int) -> str:
    return f"{khz / 1e6:.2f}".rstrip("0").rstrip(".")
