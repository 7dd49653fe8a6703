"""How the runtime cuts a subgraph once a delegate has said which operators it takes.

TFLite walks over the execution plan again and again. Each walk makes one set of operators: the first operator that is
ready decides whether the set is the delegate's or the CPU's, and every ready operator of that sort joins it, also
across others that must wait. Sets are therefore grouped by dependency, not by neighbourhood. Since the sorts must
alternate, the number of an operator's set follows from the numbers of those it waits for; one pass is enough.
Operators that may have side effects wait for one another (tflite/graph_info.cc, tflite/core/subgraph.cc, LiteRT
f674577).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from backends.model.model import NO_TENSOR, Operator, Subgraph
from backends.targets.control_edges import Edges
from backends.targets.unstable_sort import order_by_size

_SIDE_EFFECTS = frozenset({"IF", "WHILE", "CALL_ONCE"})


class ExecutionOrder:
    """What each operator of a subgraph waits for.

    Args:
        subgraph: the subgraph.
        control_edges: pairs of operators that the model itself puts in order; ``None`` chains those with side effects.

    Attributes:
        waits_for: for each operator, the operators whose tensors it reads, or that must have run for another reason.
        order: the operators so that each comes after what it waits for; those on a cycle are left out.
    """

    __slots__ = ("_cuts", "order", "waits_for")

    def __init__(self, subgraph: Subgraph, control_edges: Edges | None = None) -> None:
        producers = find_producers(subgraph)
        count = len(subgraph.operators)
        found = [
            {producers[tensor] for tensor in operator.inputs if tensor in producers} for operator in subgraph.operators
        ]
        for earlier, later in _side_effects(subgraph) if control_edges is None else control_edges:
            if not 0 <= earlier < count or not 0 <= later < count:
                found[0].add(0)  # The runtime gives up on the whole subgraph, as on a cycle.
            else:
                found[later].add(earlier)
        self.waits_for = [tuple(waiting) for waiting in found]
        self.order = _sorted_order(self.waits_for)
        self._cuts: dict[bytes, tuple[OperatorSet, ...]] = {}

    def cut(self, accepted: bytes) -> tuple["OperatorSet", ...]:
        """Cut the subgraph into sets that alternate between delegate and CPU.

        Args:
            accepted: for each operator 1 if the delegate takes it, else 0. Targets that agree share one answer.

        Returns:
            The sets in the order in which they run. A graph with a cycle cannot be cut: all of it stays on the CPU.
        """
        found = self._cuts.get(accepted)
        if found is None:
            found = self._cuts[accepted] = tuple(_cut(self, accepted))
        return found


class OperatorSet(NamedTuple):
    """Operators that run together."""

    is_accelerated: bool
    operators: tuple[int, ...]


def largest(sizes: Sequence[int], *, most: int, least_size: int) -> set[int]:
    """Choose which of the delegate's sets it keeps.

    Args:
        sizes: the number of operators of each set.
        most: how many it keeps at most; 0 stands for all.
        least_size: smaller sets are given back.
    """
    chosen = order_by_size(sizes)[:most] if 0 < most < len(sizes) else range(len(sizes))
    return {number for number in chosen if sizes[number] >= least_size}


def find_producers(subgraph: Subgraph) -> dict[int, int]:
    """Give for each computed tensor the operator that writes it."""
    return {
        tensor: operator.id.index
        for operator in subgraph.operators
        for tensor in operator.outputs
        if tensor != NO_TENSOR
    }


def _side_effects(subgraph: Subgraph) -> Edges:
    """Chain the operators with side effects."""
    found = [operator.id.index for operator in subgraph.operators if might_have_side_effect(operator, subgraph)]
    return tuple(pairwise(found))


def might_have_side_effect(operator: Operator, subgraph: Subgraph) -> bool:
    """Whether the runtime keeps the operator in order with others of that sort."""
    if operator.kind in _SIDE_EFFECTS:
        return True
    tensors = subgraph.tensors
    touched = (*operator.inputs, *operator.outputs)
    return any(tensor != NO_TENSOR and tensors[tensor].dtype == "resource" for tensor in touched)


def _cut(order: ExecutionOrder, accepted: bytes) -> list[OperatorSet]:
    if not accepted:
        return []
    if not any(accepted) or len(order.order) < len(accepted):
        return [OperatorSet(False, tuple(range(len(accepted))))]
    first = accepted[order.order[0]]
    epochs = [0] * len(order.waits_for)
    sets: list[list[int]] = [[]]
    for index in order.order:
        mine = accepted[index]
        epoch = 0 if mine == first else 1
        for earlier in order.waits_for[index]:
            bound = epochs[earlier] if accepted[earlier] == mine else epochs[earlier] + 1
            if bound > epoch:
                epoch = bound
        epochs[index] = epoch
        while epoch >= len(sets):
            sets.append([])
        sets[epoch].append(index)
    return [OperatorSet(bool(first) == (number % 2 == 0), tuple(sorted(found))) for number, found in enumerate(sets)]


def _sorted_order(waits_for: Sequence[tuple[int, ...]]) -> list[int]:
    if all(earlier < index for index, found in enumerate(waits_for) for earlier in found):
        return list(range(len(waits_for)))
    order: list[int] = []
    done: set[int] = set()
    waiting = list(range(len(waits_for)))
    while waiting:
        left: list[int] = []
        for index in waiting:
            if all(earlier in done for earlier in waits_for[index]):
                done.add(index)
                order.append(index)
            else:
                left.append(index)
        if len(left) == len(waiting):
            break
        waiting = left
    return order
