"""Something that was sampled over time beside a run, in the one clock of that run."""

import math
from dataclasses import dataclass
from enum import StrEnum


class Quantity(StrEnum):
    """What the values of a trace are; ``UNITS`` tells their unit."""

    POWER = "power"
    TEMPERATURE = "temperature"
    CLOCK = "clock"
    LATENCY = "latency"
    """Of single inferences, at the moment each ended."""
    STATUS = "status"
    """Android's throttling status, 0 (none) to 6 (shutdown)."""


UNITS = {
    Quantity.POWER: "mW",
    Quantity.TEMPERATURE: "°C",
    Quantity.CLOCK: "MHz",
    Quantity.LATENCY: "ms",
    Quantity.STATUS: "",
}


class WindowKind(StrEnum):
    """What went on for a while."""

    IDLE_BEFORE = "idle before"
    MEASURE = "measure"
    """Latency and operators; runs with and without the profiler in turn, so that it is no basis for energy."""
    LOOP = "loop"
    """One inference after the other (or at the plan's rate), nothing else: what energy is computed from."""
    IDLE_AFTER = "idle after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of the recording, in seconds of the run's clock."""

    kind: WindowKind
    start_s: float
    end_s: float
    inferences: int = 0
    """How many were counted in it; 0 where none, or where they were not."""

    @property
    def seconds(self) -> float:
        """Give the length."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one source told over time.

    Times are seconds since the recording began, ascending. A long recording is thinned to the least and greatest
    value of equal stretches; ``sample_count`` then tells how many there were, and ``file`` where they all are.

    Raises:
        ValueError: times and values differ in number, are not finite, or times descend.
    """

    id: str
    """Unique within a run: ``power``, ``power:VDD_CPU``, ``temperature:skin``, ``clock:cpu4``."""
    title: str
    quantity: Quantity
    times_s: tuple[float, ...]
    values: tuple[float, ...]
    """In the quantity's unit (mW, °C, MHz, ms). Power that is drawn is positive."""
    source: str = ""
    """Id of the meter, or the path that was read."""
    is_mean: bool = False
    """Each value is the mean since the time before it, from a counter of energy, and not that of the moment."""
    relative_error: float = 0.0
    """What the source's maker states for a scale error, as a share (standard uncertainty); 0 where nothing is known."""
    clock_error_s: float = 0.0
    """Standard uncertainty of the times against the run's clock."""
    sample_count: int = 0
    """How many samples there were before thinning; 0 where these are all."""
    mean: float | None = None
    """Mean of all samples; ``None`` where it is that of the values."""
    distinct_hz: float | None = None
    """New values in a second, on average: the real rate of a slow source; ``None`` where it is not known."""
    file: str = ""
    """Name of the file with all samples, in the folder for recordings; empty where these are all."""

    def __post_init__(self) -> None:
        if len(self.times_s) != len(self.values):
            raise ValueError("a trace needs a value for each time")
        if not all(map(math.isfinite, self.times_s)) or not all(map(math.isfinite, self.values)):
            raise ValueError("a trace needs finite times and values")
        if any(later < earlier for earlier, later in zip(self.times_s, self.times_s[1:], strict=False)):
            raise ValueError("the times of a trace must ascend")

    @property
    def unit(self) -> str:
        """Give the unit of the values."""
        return UNITS[self.quantity]

    @property
    def seconds(self) -> float:
        """Give the time from the first sample to the last."""
        return self.times_s[-1] - self.times_s[0] if self.times_s else 0.0
