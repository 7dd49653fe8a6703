"""Into which neighbour an operator without a kernel of its own was fused."""

from collections import deque
from collections.abc import Callable, Collection, Sequence

from backends.model.model import Model
from backends.runs.host.nodes import NodePlan

_INTO_CONSUMER = ("PAD", "PADV2", "MIRROR_PAD", "DEQUANTIZE", "DENSIFY")
"""Kinds that XNNPACK folds into what reads them; others, such as activations, go into what they read."""
_TAKES_IN_WHAT_IT_READS = ("Invalid Unary Op", "Reduce2")
"""Parts of the names of kernels that stand for a chain: a lookup for several functions of one 8-bit value, which
XNNPACK gives no name of its own, and a reduction of squares."""


def takes_in_what_it_reads(kernel: str) -> bool:
    """Whether a kernel of this name also does the work of operators before it."""
    return any(part in kernel for part in _TAKES_IN_WHAT_IT_READS)


class FusedNodes:
    """Neighbours in the runtime's graph.

    Args:
        model: for the operators' kinds.
        plan: nodes of the subgraph.
        outputs: tensors that the subgraph gives out.
        absorbing: nodes whose kernel also does the work of nodes before it.
    """

    def __init__(self, model: Model, plan: NodePlan, outputs: Collection[int], absorbing: Collection[int] = ()) -> None:
        self._model = model
        self._plan = plan
        self._absorbing = absorbing
        self._writer: dict[int, int] = {}
        self._readers: dict[int, list[int]] = {}
        self._alive = _alive_nodes(plan, outputs)
        for index in plan.order:
            node = plan.nodes[index]
            for tensor in node.inputs:
                self._readers.setdefault(tensor, []).append(index)
            for tensor in node.outputs:
                self._writer.setdefault(tensor, index)

    def target(self, index: int, timed: Collection[int]) -> int | None:
        """Give the nearest node with a kernel in the direction this kind is fused, else in the other direction.

        ``None`` for a node whose result nobody uses: the delegate leaves it out.
        """
        if index not in self._alive:
            return None
        ahead = self._nearest(index, self._consumers, timed)
        if ahead is not None and (ahead in self._absorbing or self._goes_to_consumer(index)):
            return ahead
        behind = self._nearest(index, self._producers, timed)
        if behind is not None:
            return behind
        return ahead if ahead is not None else min(timed, key=lambda other: abs(other - index), default=None)

    def _nearest(self, index: int, neighbours: Callable[[int], Sequence[int]], timed: Collection[int]) -> int | None:
        """Give the nearest node with a kernel in one direction."""
        waiting, seen = deque(neighbours(index)), {index}
        while waiting:
            current = waiting.popleft()
            if current in timed:
                return current
            if current not in seen:
                seen.add(current)
                waiting.extend(neighbours(current))
        return None

    def _goes_to_consumer(self, index: int) -> bool:
        kind = self._kind(index)
        if kind in _INTO_CONSUMER or not self._producers(index):
            return True
        # A swish: x * sigmoid(x) becomes one lookup in the place of the product.
        return kind == "LOGISTIC" and any(self._kind(reader) == "MUL" for reader in self._consumers(index))

    def _kind(self, index: int) -> str:
        return self._model.operator(self._plan.nodes[index].operator).kind

    def _producers(self, index: int) -> Sequence[int]:
        return [self._writer[tensor] for tensor in self._plan.nodes[index].inputs if tensor in self._writer]

    def _consumers(self, index: int) -> Sequence[int]:
        return [reader for tensor in self._plan.nodes[index].outputs for reader in self._readers.get(tensor, ())]


def _alive_nodes(plan: NodePlan, outputs: Collection[int]) -> set[int]:
    """Give the nodes whose results reach an output, or that act by themselves."""
    wanted = set(outputs)
    alive: set[int] = set()
    # Writers come before readers, so one pass from the end is enough.
    for index in reversed(plan.order):
        node = plan.nodes[index]
        if node.has_side_effect or node.is_marker or not wanted.isdisjoint(node.outputs):
            alive.add(index)
            wanted.update(node.inputs)
    return alive
