"""What shall be measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Kernels(StrEnum):
    """Which kernels run the model on a host, and how operators are timed."""

    FUSED = "fused"
    """XNNPACK as it really runs; the delegate's own events are aligned to operators."""
    EXACT = "exact"
    """XNNPACK with every operator as its own partition: exact per operator, slower in total."""
    BUILTIN = "builtin"
    """TFLite's optimised built-in kernels, no delegate."""
    REFERENCE = "reference"
    """TFLite's reference kernels, for checking only; they report no times per operator."""


class InputKind(StrEnum):
    """Where input values come from."""

    RANDOM = "random"
    ZEROS = "zeros"
    FILE = "file"
    """A ``.npy`` array or an image, per input."""


_EMPTY: Mapping[str, str] = MappingProxyType({})
_NO_SHAPES: Mapping[str, tuple[int, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One measurement of one model on one device.

    Invariants are checked on construction: counts are positive (``warmup`` may be 0), times are not negative.

    Raises:
        ValueError: a number is out of range.
    """

    device: str = "host"
    kernels: Kernels = Kernels.FUSED
    threads: int = 1
    runs: int = 50
    warmup: int = 5
    max_seconds: float = 150.0
    """End after this much measuring time even if ``runs`` is not reached; at least one run is made."""
    pause_seconds: float = 0.0
    """Pause between runs."""
    signature: str = ""
    """Key of the signature to run; empty for the first (or the primary subgraph)."""
    input_kind: InputKind = InputKind.RANDOM
    seed: int = 0
    input_files: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    """Input name to path, for ``InputKind.FILE``."""
    input_shapes: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: _NO_SHAPES)
    """Input name to shape, for inputs of varying size."""
    delegate: str = ""
    """What runs the model on a device: an id of ``resources/delegates.toml``; empty on this computer."""
    delegate_options: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    """Option id to value, for the delegate."""
    runner: str = ""
    """The benchmark tool: a path on this computer or on the device; empty to search the device."""
    rate_hz: float = 0.0
    """Inferences per second to keep to on a device; 0 for one after the other."""
    min_seconds: float = 0.0
    """Measure at least as long on a device, with more runs if need be."""
    meter: str = ""
    """What measures power beside the run, such as ``battery`` or ``constant=1500``; empty for none."""
    loop_seconds: float = 10.0
    """With a meter: how long inferences follow each other for the energy figure, or a sustained run."""
    idle_seconds: float = 3.0
    """With a meter: how long the idle baseline is measured, before and after; 0 for none."""

    def __post_init__(self) -> None:
        if self.runs < 1 or self.warmup < 0 or self.threads < 1:
            raise ValueError("runs and threads must be at least 1, warmup at least 0")
        if self.max_seconds <= 0 or self.pause_seconds < 0:
            raise ValueError("max_seconds must be positive and pause_seconds not negative")
        if not (0 <= self.rate_hz <= 1e6 and 0 <= self.min_seconds <= self.max_seconds):
            raise ValueError("rate_hz must be from 0 to 1,000,000 and min_seconds from 0 to max_seconds")
        if not (0 < self.loop_seconds <= 86_400 and 0 <= self.idle_seconds <= 3600):
            raise ValueError("loop_seconds must be from 0 to 86,400 (a day) and idle_seconds from 0 to 3,600")
