"""One line about a target: counts, shares and what has to cross between CPU and accelerator."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from backends.model.dtype import byte_count
from backends.model.model import NO_TENSOR, OperatorId
from backends.targets.facts import SubgraphFacts
from backends.targets.verdict import Partition, Placement, TargetSummary


def summarize(
    subgraphs: Sequence[SubgraphFacts],
    placements: Mapping[OperatorId, Placement],
    partitions: Sequence[Partition],
    macs: Mapping[OperatorId, int],
) -> TargetSummary:
    """Count what a target does with a model."""
    accelerated = [id_ for id_, placement in placements.items() if placement is Placement.ACCELERATED]
    unknown = sum(placement is Placement.UNKNOWN for placement in placements.values())
    taken = [partition for partition in partitions if partition.is_accelerated]
    delegated = [partition for partition in taken if partition.delegated]
    delegated_ids = [OperatorId(item.subgraph, index) for item in delegated for index in item.operators]
    transitions, crossing = _crossings(subgraphs, partitions)
    return TargetSummary(
        operator_count=len(placements),
        accelerated_count=len(accelerated),
        fallback_count=len(placements) - len(accelerated) - unknown,
        unknown_count=unknown,
        accelerated_macs_share=_share(accelerated, macs),
        partition_count=len(taken),
        island_count=len(partitions) - len(taken),
        folded_count=sum(len(facts.folded) for facts in subgraphs),
        transition_count=transitions,
        crossing_bytes=crossing,
        delegated_count=len(delegated_ids),
        delegated_partition_count=len(delegated),
        delegated_macs_share=_share(delegated_ids, macs),
    )


def _share(operators: Iterable[OperatorId], macs: Mapping[OperatorId, int]) -> float | None:
    total = sum(macs.values())
    return sum(macs.get(id_, 0) for id_ in operators) / total if total else None


def _crossings(subgraphs: Sequence[SubgraphFacts], partitions: Sequence[Partition]) -> tuple[int, int | None]:
    transitions = 0
    total: int | None = 0
    for facts in subgraphs:
        mine = [partition for partition in partitions if partition.subgraph == facts.subgraph.index]
        if len(mine) < 2:
            continue
        transitions += len(mine) - 1
        for tensor in _crossing_tensors(facts, mine):
            found = facts.subgraph.tensors[tensor]
            size = byte_count(found.dtype, found.shape)
            total = None if total is None or size is None else total + size
    return transitions, total


def _crossing_tensors(facts: SubgraphFacts, partitions: Sequence[Partition]) -> Collection[int]:
    """Tensors computed on one side and read on the other; each counts once."""
    sides = {index: partition.is_accelerated for partition in partitions for index in partition.operators}
    produced = {
        tensor: sides.get(operator.id.index, False)
        for operator in facts.subgraph.operators
        for tensor in operator.outputs
        if tensor != NO_TENSOR and operator.id.index not in facts.folded
    }
    return {
        tensor
        for operator in facts.subgraph.operators
        for tensor in operator.inputs
        if produced.get(tensor, mine := sides.get(operator.id.index, False)) != mine
    }
