"""Any number for each operator: what is estimated, compared or imported, to be shown beside what is measured."""

from collections.abc import Mapping
from dataclasses import dataclass

from backends.model.model import OperatorId


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
    """``ns``, ``bytes``, ``mJ``, ``%`` ... as the values are; empty for plain numbers."""
    source: str = ""
    """Where the numbers come from, in a few words: a file's name, a method."""
    is_diverging: bool = False
    """Whether the sign matters most, as in differences: zero is the middle of the colours."""
