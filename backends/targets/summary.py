"""One line about a target: counts, shares and what has to cross between CPU and accelerator."""

from collections.abc import Collection, Iterable, Sequence

from backends.model.dtype import byte_count
from backends.model.model import NO_TENSOR
from backends.targets.facts import SubgraphFacts
from backends.targets.program import Answer
from backends.targets.verdict import Partition, Placement, TargetSummary


def summarize(
    subgraphs: Sequence[SubgraphFacts],
    answers: Sequence[Sequence[Answer]],
    partitions: Sequence[Partition],
    macs: Sequence[Sequence[int]],
) -> TargetSummary:
    """Count what a target does with a model; answers and MACs are in execution order for each subgraph."""
    accelerated = [
        [index for index, answer in enumerate(found) if answer.placement is Placement.ACCELERATED] for found in answers
    ]
    operator_count = sum(map(len, answers))
    accelerated_count = sum(map(len, accelerated))
    unknown_count = sum(answer.placement is Placement.UNKNOWN for found in answers for answer in found)
    taken = [partition for partition in partitions if partition.is_accelerated]
    delegated = [partition for partition in taken if partition.delegated]
    transitions, crossing = _crossings(subgraphs, partitions)
    return TargetSummary(
        operator_count=operator_count,
        accelerated_count=accelerated_count,
        fallback_count=operator_count - accelerated_count - unknown_count,
        unknown_count=unknown_count,
        accelerated_macs_share=_share(enumerate(accelerated), macs),
        partition_count=len(taken),
        island_count=len(partitions) - len(taken),
        folded_count=sum(len(facts.folded) for facts in subgraphs),
        transition_count=transitions,
        crossing_bytes=crossing,
        delegated_count=sum(len(partition.operators) for partition in delegated),
        delegated_partition_count=len(delegated),
        delegated_macs_share=_share(((item.subgraph, item.operators) for item in delegated), macs),
    )


def _share(operators: Iterable[tuple[int, Sequence[int]]], macs: Sequence[Sequence[int]]) -> float | None:
    total = sum(map(sum, macs))
    return sum(macs[subgraph][index] for subgraph, found in operators for index in found) / total if total else None


def _crossings(subgraphs: Sequence[SubgraphFacts], partitions: Sequence[Partition]) -> tuple[int, int | None]:
    by_subgraph: dict[int, list[Partition]] = {}
    for partition in partitions:
        by_subgraph.setdefault(partition.subgraph, []).append(partition)
    transitions = 0
    total: int | None = 0
    for number, mine in by_subgraph.items():
        if len(mine) < 2:
            continue
        facts = subgraphs[number]
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
