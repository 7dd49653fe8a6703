"""Any number for each operator: what is estimated, compared or imported, to be shown beside what is measured."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backends.model.model import OperatorId

_ADDITIVE_UNITS = frozenset({"ns", "us", "µs", "ms", "s", "bytes", "nJ", "uJ", "µJ", "mJ", "J", "MACs", "share"})
"""What adds up over the operators of a group; the largest stands for a group of anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorColumn:
    """A number for some or all operators of one model.

    It can colour the graph, stands in the table of layers, and can be asked for by its id in queries.
    """

    id: str
    """Stable and unique within a model, such as ``energy_mj``; letters, digits and underscores only."""
    title: str
    """What people read, without the unit."""
    values: Mapping[OperatorId, float]
    """An operator that has no value is not in it."""
    unit: str = ""
    """``ns``, ``bytes``, ``mJ``, ``%`` ... as the values are; ``share`` for parts of one; empty for plain numbers."""
    source: str = ""
    """Where the numbers come from, in a few words: a file's name, a method."""
    is_diverging: bool = False
    """Whether the sign matters most, as in differences: zero is the middle of the colours."""
    is_additive: bool | None = None
    """Whether values of several operators may be added; judged by the unit when left out."""
    total: float | None = None
    """What holds for the whole model, where that is known; not the sum of what does not add up."""

    @property
    def adds_up(self) -> bool:
        """Whether the value of a group of operators is their sum; otherwise it is the largest of them."""
        return self.unit in _ADDITIVE_UNITS if self.is_additive is None else self.is_additive

    def roll_up(self, operators: Iterable[OperatorId]) -> float | None:
        """Give the value of a group of operators; ``None`` where none of them has one."""
        known = [self.values[id_] for id_ in operators if id_ in self.values]
        if not known:
            return None
        return sum(known) if self.adds_up else max(known, key=abs)
