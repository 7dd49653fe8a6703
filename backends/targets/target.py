"""What a target is: rules and limits, all of it data read from ``resources/targets/*.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

LimitValue = bool | int | float | str | tuple[str, ...] | tuple[int, ...]
"""What a constraint may be limited by."""

_NO_LIMITS: Mapping[str, LimitValue] = MappingProxyType({})


class Effect(StrEnum):
    """What a failed rule does to the operator."""

    FALLBACK = "fallback"
    UNKNOWN = "unknown"
    SLOW = "slow"
    """Still accelerated, but off the fast path of the engine."""
    MEASURE = "measure"
    """Still accelerated; sources leave open whether on the fast path."""
    NOTE = "note"
    """Still accelerated; worth knowing."""


class WeightsPolicy(StrEnum):
    """What a delegate does with float16 constants behind DEQUANTIZE."""

    ASK = "ask"
    """Nothing special: DEQUANTIZE is asked like any operator."""
    LOOK_THROUGH = "look-through"
    """Consumers are asked as if they read the float16 constant; such DEQUANTIZE are never asked themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where claims come from, and when somebody looked."""

    id: str
    text: str
    checked_on: date
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A constraint with its limits, or the negation of one."""

    constraint: str
    limits: Mapping[str, LimitValue] = field(default_factory=lambda: _NO_LIMITS)
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One statement of a target about some operator kinds.

    Compared by identity: targets that inherit a rule share it, and what was found out with it.
    The rule applies where all of ``when`` hold and not all of ``unless``; it fails where ``condition`` does not hold.
    """

    id: str
    kinds: tuple[str, ...]
    """Kinds in upper case, ``CUSTOM:<code>`` for a custom operator, ``*`` for all that the target accepts."""
    condition: Condition
    reason: str
    source: str
    """Id of one of the target's sources."""
    at: str = ""
    """The place within the source."""
    message: str = ""
    """Template of the sentence; empty for the constraint's own."""
    remedy: str = ""
    effect: Effect = Effect.FALLBACK
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EngineRule:
    """Which compute engine runs some kinds; the first row that fits decides. Compared by identity, like rules."""

    engine: str
    kinds: tuple[str, ...]
    source: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning:
    """The delegate's own limits on what it takes over."""

    max_partitions: int = 0
    """0 stands for no limit."""
    min_nodes: int = 1
    float16_weights: WeightsPolicy = WeightsPolicy.ASK
    refuses_dynamic_tensors: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCount:
    """A number of operators that somebody published for the target, beside the reason why ours differs."""

    count: int
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """A class of hardware and runtime, described only by data.

    Compared by identity, so that what is prepared for a target can be kept beside it.
    """

    id: str
    name: str
    order: int
    description: str
    extends: str = ""
    origin: str = ""
    """File the description comes from, as a name to show."""
    caveats: tuple[str, ...] = ()
    accepts: frozenset[str] = frozenset()
    """Operator kinds with a chance; every other kind gets the finding of ``unlisted``."""
    unlisted: Rule
    folded: Rule | None = None
    """What is said about a DEQUANTIZE that the delegate looks through; needed with ``LOOK_THROUGH``."""
    rules: tuple[Rule, ...] = ()
    engines: tuple[EngineRule, ...] = ()
    partitioning: Partitioning = Partitioning()
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Reason codes and what they mean."""
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    published_counts: tuple[OperatorCount, ...] = ()
