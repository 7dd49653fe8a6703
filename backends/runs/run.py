"""A finished, immutable measurement. ``None`` means not measured, never 0."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backends.model.model import OperatorId
from backends.power.figures import Energy
from backends.power.traces import Trace, Window
from backends.runs.plan import Plan


class Certainty(StrEnum):
    """What a figure is worth."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    """Divided by something else than time, such as matched names or cycles."""
    NOT_ATTRIBUTABLE = "not attributable"
    """Part of a group that was only measured as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTime:
    """What one operator took, on average over the profiled runs.

    ``time_ns`` is per inference, scaled so that operators plus overhead equal the measured total. It is ``None`` for
    an operator whose work was done in ``fused_into`` and for one that did not run (a branch not taken).
    ``share`` is of the whole inference (0..1).
    """

    operator: OperatorId
    kind: str
    name: str
    time_ns: float | None
    share: float | None
    placement: str
    """Who ran it: ``XNNPACK``, ``CPU`` (built-in kernel), or another delegate's name."""
    fused_into: OperatorId | None = None
    kernel: str = ""
    """Name of the kernel(s) that ran, as the runtime reports them."""
    calls: float = 1.0
    """Calls per inference (bodies of loops run several times)."""
    certainty: Certainty = Certainty.MEASURED
    group: int | None = None
    """Index in the run's partitions of the group whose time this operator is a part of, where its own is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPartition:
    """A group of operators that one delegate took, as it really was; ``delegate`` is empty for the CPU."""

    subgraph: int
    delegate: str
    operators: tuple[int, ...]
    time_ns: float | None = None
    """Per inference, where only the whole group was measured; its operators have no times of their own then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Resident memory of the measuring process in bytes."""

    baseline_bytes: int
    """Before the model was loaded."""
    peak_bytes: int
    after_init_bytes: int | None = None

    @property
    def over_baseline_bytes(self) -> int:
        """Peak minus baseline: what the model and the runtime took."""
        return self.peak_bytes - self.baseline_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChunk:
    """What one process on a device says about its inferences, where it does not give each of them."""

    count: int
    mean_ns: float
    min_ns: float
    max_ns: float
    std_ns: float | None = None
    median_ns: float | None = None
    p5_ns: float | None = None
    p95_ns: float | None = None
    init_ns: float | None = None
    first_ns: float | None = None
    """The first inference of the process, before warming up; accelerators compile the model in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NpuLayer:
    """One layer of an NPU's own compiler, as its driver states it; layers are not operators of the model."""

    network: int
    """The driver's number of the network that the layer belongs to."""
    index: int
    name: str
    engine: str
    """Which part of the NPU ran it, as the driver writes it (``NN``, ``TP``, ``SH``...)."""
    time_ns: float | None = None
    cycles: int | None = None
    """No measure of time: the clock varies."""
    read_bytes: int | None = None
    written_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished measurement.

    The plain run (profiler off) gives ``latencies_ns`` and is the only one shown as the model's latency; the profiled
    run gives the operators' times, and ``profiled_total_ns`` equals their sum, and that of the partitions' own times,
    plus ``overhead_ns``.

    On a device ``latencies_ns`` has one value for each of ``chunks``: its mean. ``init_ns`` and ``first_ns`` are those
    of the first process, those of later ones are in ``chunks``.
    """

    id: str
    model_name: str
    model_sha256: str
    started_at: str
    """ISO 8601 with offset."""
    plan: Plan
    environment: Mapping[str, str]
    init_ns: int | None
    first_ns: int | None
    warmup_ns: tuple[int, ...]
    latencies_ns: tuple[int, ...]
    memory: Memory | None
    operators: tuple[OperatorTime, ...]
    overhead_ns: float | None
    profiled_total_ns: float | None
    partitions: tuple[RunPartition, ...]
    is_complete: bool = True
    """False when it was stopped early."""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    chunks: tuple[RunChunk, ...] = ()
    log: str = ""
    """What the device's tool printed, its last part."""
    cached_start: RunChunk | None = None
    """A process that found what another one had compiled and kept, where the delegate can keep it."""
    npu_layers: tuple[NpuLayer, ...] = ()
    """What the NPU's driver tells about a process of its own, where it does; its times are those of a stepped run."""
    traces: tuple[Trace, ...] = ()
    """Power, temperatures, clocks and latency over time, in one clock that begins with the recording."""
    windows: tuple[Window, ...] = ()
    """What went on when, in the clock of the traces."""
    energy: Energy | None = None
