"""What is painted onto the graph from outside: plain values per operator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backends.model.model import OperatorId
from backends.query.tint import Tint
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
    middle_text: str = ""
    """What 0.5 stands for, where that is worth telling: in scales that diverge from it."""
    scale: str = "linear"
    """``linear`` or ``log``, for the legend."""
    colour_map: str = "viridis"
    amounts: Mapping[OperatorId, float] = field(default_factory=dict)
    """The numbers themselves, where those of several operators can be summed."""
    rescale: "Callable[[Mapping[OperatorId, float]], ValueOverlay] | None" = None
    """Gives the overlay of the same kind for other numbers, such as the sums of groups."""
    shows_labels: bool = True
    tints: tuple[Tint, ...] = ()
    """What colour rules pick out; it is painted over everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementOverlay:
    """Where each operator would run: colour, pattern and badge say the same."""

    title: str
    placements: Mapping[OperatorId, Placement]
    labels: Mapping[OperatorId, str] = field(default_factory=dict)
    regions: Mapping[OperatorId, int] = field(default_factory=dict)
    """Part of the cut that each operator belongs to; nodes of one part get one tint behind them. Counts from 0 on."""
    islands: frozenset[int] = frozenset()
    """Regions that run on the CPU; they have a tint of their own."""
    counts: Mapping[Placement, int] = field(default_factory=dict)
    """How many operators are placed where, for the legend, which is painted with each frame."""
    shows_labels: bool = True
    tints: tuple[Tint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Operators that look alike."""

    name: str
    colour: int | Placement
    """One of the colours for groups, used in turn, or that of a placement."""
    texture: str = "plain"
    """``plain``, ``hatched`` or ``dotted``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOverlay:
    """Which of a few groups each operator belongs to; the label on the node names it as well."""

    title: str
    groups: tuple[Group, ...]
    members: Mapping[OperatorId, int]
    """Place of each operator's group in ``groups``."""
    counts: tuple[int, ...] = ()
    """How many operators each group has, for the legend, which is painted with each frame."""
    labels: Mapping[OperatorId, str] = field(default_factory=dict)
    shows_labels: bool = True
    tints: tuple[Tint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryOverlay:
    """Nothing but colour rules over the colours of categories."""

    title: str
    tints: tuple[Tint, ...]
    labels: Mapping[OperatorId, str] = field(default_factory=dict)
    shows_labels: bool = True


Overlay = ValueOverlay | PlacementOverlay | GroupOverlay | CategoryOverlay
