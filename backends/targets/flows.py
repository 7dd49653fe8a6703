"""What a cut of the model costs: the work in each part, and the bytes that pass in and out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from backends.model.cost import OperatorCost
from backends.model.dtype import byte_count
from backends.model.model import NO_TENSOR, Model, OperatorId, Subgraph
from backends.targets.verdict import ModelVerdict, Partition

_NOBODY: frozenset[int] = frozenset()

Costs = Mapping[OperatorId, OperatorCost]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionFlow:
    """A partition or CPU island with its share of the model's work and what passes its borders."""

    partition: Partition
    number: int
    """Counts the parts of its sort (partitions, or islands) from 1 on, over all subgraphs."""
    macs_share: float | None
    """Part of the model's MACs (0..1); ``None`` for a model without MACs."""
    bytes_in: int | None
    """Computed tensors and inputs of the graph that it reads; ``None`` where a size is not known."""
    bytes_out: int | None
    """What it computes for others or as output of the graph."""

    @property
    def operators(self) -> tuple[OperatorId, ...]:
        """Give its operators in execution order."""
        return tuple(OperatorId(self.partition.subgraph, index) for index in self.partition.operators)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A whole cut in numbers."""

    operator_count: int
    """Operators on the accelerator."""
    macs_share: float | None
    partition_count: int
    island_count: int
    transition_count: int
    crossing_bytes: int | None


def after_limits(partitions: Iterable[Partition]) -> tuple[Partition, ...]:
    """Give what is left after the delegate's own limits; partitions that it gives back join the islands beside them."""
    result: list[Partition] = []
    for partition in partitions:
        last = result[-1] if result else None
        if last is not None and last.subgraph == partition.subgraph and not (last.delegated or partition.delegated):
            operators = tuple(sorted((*result.pop().operators, *partition.operators)))
        else:
            operators = partition.operators
        result.append(
            Partition(
                subgraph=partition.subgraph,
                is_accelerated=partition.delegated,
                operators=operators,
                delegated=partition.delegated,
            )
        )
    return tuple(result)


def partition_flows(
    model: Model, partitions: Iterable[Partition], costs: Costs, folded: Collection[OperatorId] = ()
) -> tuple[PartitionFlow, ...]:
    """Count the work and the traffic of each part.

    Args:
        model: the model that was cut.
        partitions: all parts, in the order in which they run.
        costs: static estimates.
        folded: conversions of constants that cost nothing at run time; what they give counts as constant.
    """
    total = sum(cost.macs or 0 for cost in costs.values())
    constants = _constants(model, folded)
    outside = [_readers(subgraph) for subgraph in model.subgraphs]
    numbers = {True: 0, False: 0}
    flows = []
    for partition in partitions:
        numbers[partition.is_accelerated] += 1
        subgraph = model.subgraphs[partition.subgraph]
        read, written = _borders(subgraph, partition.operators, outside[partition.subgraph])
        known = constants[partition.subgraph]
        ids = [OperatorId(partition.subgraph, index) for index in partition.operators]
        macs = sum((cost.macs or 0) for cost in map(costs.get, ids) if cost is not None)
        flows.append(
            PartitionFlow(
                partition=partition,
                number=numbers[partition.is_accelerated],
                macs_share=macs / total if total else None,
                bytes_in=_bytes(subgraph, read - known),
                bytes_out=_bytes(subgraph, written - known),
            )
        )
    return tuple(flows)


def count_cut(model: Model, partitions: Sequence[Partition], costs: Costs, folded: Collection[OperatorId] = ()) -> Cut:
    """Sum up a cut. A tensor that several parts of the other side read crosses once."""
    taken = [partition for partition in partitions if partition.is_accelerated]
    total = sum(cost.macs or 0 for cost in costs.values())
    ids = [OperatorId(partition.subgraph, index) for partition in taken for index in partition.operators]
    macs = sum((cost.macs or 0) for cost in map(costs.get, ids) if cost is not None)
    by_subgraph: dict[int, list[Partition]] = {}
    for partition in partitions:
        by_subgraph.setdefault(partition.subgraph, []).append(partition)
    constants = _constants(model, folded)
    crossing: int | None = 0
    for number, mine in by_subgraph.items():
        subgraph = model.subgraphs[number]
        size = _bytes(subgraph, _crossing(subgraph, mine) - constants[number])
        crossing = None if crossing is None or size is None else crossing + size
    return Cut(
        operator_count=len(ids),
        macs_share=macs / total if total else None,
        partition_count=len(taken),
        island_count=len(partitions) - len(taken),
        transition_count=sum(len(mine) - 1 for mine in by_subgraph.values()),
        crossing_bytes=crossing,
    )


def folded_operators(model: Model, verdict: ModelVerdict) -> frozenset[OperatorId]:
    """Give the conversions of constant weights that the target's delegate looks through."""
    if not verdict.summary.folded_count:
        return frozenset()
    return frozenset(
        operator.id
        for subgraph in model.subgraphs
        for operator in subgraph.operators
        if operator.kind == "DEQUANTIZE" and operator.inputs and _is_constant(subgraph, operator.inputs[0])
    )


def _is_constant(subgraph: Subgraph, tensor: int) -> bool:
    return tensor != NO_TENSOR and subgraph.tensors[tensor].is_constant


def _constants(model: Model, folded: Collection[OperatorId]) -> list[set[int]]:
    found: list[set[int]] = [
        {tensor.index for tensor in subgraph.tensors if tensor.is_constant} for subgraph in model.subgraphs
    ]
    for id_ in folded:
        found[id_.subgraph].update(model.operator(id_).outputs)
    return found


def _readers(subgraph: Subgraph) -> Mapping[int, AbstractSet[int]]:
    """Give for each tensor the operators that read it; a reader -1 stands for the graph's own outputs."""
    readers: dict[int, set[int]] = {tensor: {-1} for tensor in subgraph.outputs}
    for operator in subgraph.operators:
        for tensor in operator.inputs:
            readers.setdefault(tensor, set()).add(operator.id.index)
    return readers


def _borders(
    subgraph: Subgraph, operators: Sequence[int], readers: Mapping[int, AbstractSet[int]]
) -> tuple[set[int], set[int]]:
    """Give the tensors that operators read from outside, and those of theirs that are read outside."""
    mine = set(operators)
    written = {tensor for index in operators for tensor in subgraph.operators[index].outputs}
    read = {tensor for index in operators for tensor in subgraph.operators[index].inputs}
    leaving = {tensor for tensor in written if not readers.get(tensor, _NOBODY) <= mine}
    return read - written - {NO_TENSOR}, leaving - {NO_TENSOR}


def _crossing(subgraph: Subgraph, partitions: Iterable[Partition]) -> set[int]:
    side = {index: partition.is_accelerated for partition in partitions for index in partition.operators}
    written = {
        tensor: side.get(operator.id.index, False) for operator in subgraph.operators for tensor in operator.outputs
    }
    return {
        tensor
        for operator in subgraph.operators
        for tensor in operator.inputs
        if tensor != NO_TENSOR and tensor in written and written[tensor] != side.get(operator.id.index, False)
    }


def _bytes(subgraph: Subgraph, tensors: Iterable[int]) -> int | None:
    total = 0
    for index in tensors:
        tensor = subgraph.tensors[index]
        size = byte_count(tensor.dtype, tensor.shape)
        if size is None:
            return None
        total += size
    return total
