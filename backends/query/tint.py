"""What a colour rule picks out, apart from the query language: the graph needs no more of it."""

from dataclasses import dataclass

from backends.model.model import OperatorId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tint:
    """What a rule picks out in one model."""

    name: str
    colour: str
    operators: frozenset[OperatorId]
