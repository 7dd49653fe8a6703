"""What is painted onto the graph from outside: plain values per operator."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backends.model.model import OperatorId
from backends.targets.verdict import Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOverlay:
    """A measured or estimated number per operator, as a colour.

    Operators without a value are hatched: not measured is not zero.
    """

    title: str
    values: Mapping[OperatorId, float]
    """0..1, already on the scale that is named in ``scale``."""
    labels: Mapping[OperatorId, str] = field(default_factory=dict)
    """Text printed on the node, such as ``1.23 ms``."""
    minimum_text: str = ""
    """What 0 stands for."""
    maximum_text: str = ""
    """What 1 stands for."""
    scale: str = "linear"
    """``linear`` or ``log``, for the legend."""
    colour_map: str = "viridis"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementOverlay:
    """Where each operator would run: colour, pattern and badge say the same."""

    title: str
    placements: Mapping[OperatorId, Placement]
    labels: Mapping[OperatorId, str] = field(default_factory=dict)
    regions: Mapping[OperatorId, int] = field(default_factory=dict)
    """Partition of each operator; nodes of one partition get one tint behind them."""


Overlay = ValueOverlay | PlacementOverlay
