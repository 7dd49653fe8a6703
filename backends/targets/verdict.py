"""The answer of a target for the operators of a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backends.model.model import OperatorId


class Placement(StrEnum):
    """Where an operator would run."""

    ACCELERATED = "accelerated"
    FALLBACK = "fallback"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One failed (or noteworthy) rule on one operator."""

    rule: str
    """Stable id of the rule, unique within the target."""
    reason: str
    """Reason code, e.g. ``UnsupportedInputType``."""
    message: str
    """The sentence to read: what was found and what is allowed."""
    source: str
    """Where the rule comes from."""
    found: str = ""
    allowed: str = ""
    remedy: str = ""
    effect: Placement = Placement.FALLBACK
    """What the finding does to the operator; ``ACCELERATED`` marks a note (slower engine, precision loss)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A target's answer for one operator: placement and all findings, not the first only."""

    operator: OperatorId
    placement: Placement
    findings: tuple[Finding, ...] = ()
    engine: str = ""
    """Compute engine for targets with several (``NN``, ``TP``, ``PPU``), else empty."""
    fast_path: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """Operators of one subgraph that run together, in execution order."""

    subgraph: int
    is_accelerated: bool
    operators: tuple[int, ...]
    delegated: bool = False
    """Whether the delegate's own default limits leave it to the accelerator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSummary:
    """One line about a target: counts and shares (0..1) of the whole model."""

    operator_count: int
    accelerated_count: int
    fallback_count: int
    unknown_count: int
    accelerated_macs_share: float | None
    """``None`` when the model has no MACs."""
    partition_count: int
    island_count: int
    """CPU islands: runs of operators between or around accelerated partitions."""
    folded_count: int = 0
    """Of the fallbacks, how many are float16 weights that the delegate reads itself where it can."""
    transition_count: int = 0
    """How often execution passes between CPU and accelerator, by support alone."""
    crossing_bytes: int | None = 0
    """Bytes of the tensors that pass from one side to the other; ``None`` where a size is not known."""
    delegated_count: int = 0
    """Operators left to the accelerator after the delegate's own limits."""
    delegated_partition_count: int = 0
    delegated_macs_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVerdict:
    """What one target does with a whole model."""

    target_id: str
    target_name: str
    verdicts: Mapping[OperatorId, Verdict]
    partitions: tuple[Partition, ...]
    summary: TargetSummary
    notes: tuple[str, ...] = ()
    """Findings about the whole graph, as sentences."""
