"""What a change can gain at the most: a share of the time of a run, else of the model's work."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from backends.model.cost import OperatorCost
from backends.model.model import OperatorId
from backends.runs.run import Run

Costs = Mapping[OperatorId, OperatorCost]

LIKELY = 0.5
DOUBTFUL = 0.2
"""For what sources call slower without a number, or disagree about."""


class Basis(StrEnum):
    """What a gain is a share of."""

    TIME = "time"
    """Time of the operators in a run."""
    MACS = "MACs"
    """Multiply-accumulates, estimated from shapes."""
    BYTES = "bytes"
    """Bytes moved, estimated from shapes: for operators that compute nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much of the model a suggestion is about, and how much of that it could save.

    ``share`` (0..1) is the operators' part of the whole; ``saving`` (0..1) is the part of the whole that would go
    away, ``None`` where nobody can say without measuring.
    """

    share: float
    basis: Basis
    saving: float | None = None
    chance: float = LIKELY
    """How much of the share to expect where the saving is not known; a weight of this program's own, for sorting."""

    @property
    def rank(self) -> float:
        """Give what to sort by: the known saving, else what is at stake times the chance."""
        return self.saving if self.saving is not None else self.share * self.chance


def gain_of(
    operators: Collection[OperatorId],
    costs: Costs,
    run: Run | None,
    *,
    saved_part: float | None = None,
    chance: float = LIKELY,
) -> Gain:
    """Give the gain of changing some operators.

    Args:
        operators: what is changed; empty for the whole model.
        costs: estimates of all operators.
        run: a run of the model, whose times then count; operators without a time of their own count by MACs if none
            of the operators has one.
        saved_part: part (0..1) of these operators' work that goes away, where the pattern says so.
        chance: how much of the share to expect otherwise.
    """
    chosen = set(operators)
    for basis, weights in _weights(costs, run):
        total = sum(weights.values())
        part = total if not chosen else sum(weights.get(id_, 0.0) for id_ in chosen)
        if total > 0 and part > 0:
            share = part / total
            saving = None if saved_part is None else share * saved_part
            return Gain(share=share, basis=basis, saving=saving, chance=chance)
    return Gain(share=0.0, basis=Basis.MACS, saving=None if saved_part is None else 0.0)


def _weights(costs: Costs, run: Run | None) -> list[tuple[Basis, dict[OperatorId, float]]]:
    found: list[tuple[Basis, dict[OperatorId, float]]] = []
    if run is not None:
        times = {one.operator: one.time_ns for one in run.operators if one.time_ns is not None}
        found.append((Basis.TIME, times))
    found.append((Basis.MACS, {id_: float(cost.macs) for id_, cost in costs.items() if cost.macs}))
    found.append((Basis.BYTES, {id_: float(cost.bytes_moved) for id_, cost in costs.items() if cost.bytes_moved}))
    return found
