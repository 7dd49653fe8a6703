"""Makes the times of operators and partitions and the overhead add up to the latency measured without the profiler."""

import math
from dataclasses import dataclass, replace

from backends.model.model import Model, Operator
from backends.runs.benchmark.attribution import Attributed, Share
from backends.runs.run import OperatorTime, RunPartition
from backends.units import format_latency

_NOTED_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAccounts:
    """All of the latency, in ns."""

    operators: tuple[OperatorTime, ...]
    partitions: tuple[RunPartition, ...]
    overhead_ns: float
    total_ns: float
    notes: tuple[str, ...]


def account_for(model: Model, attributed: Attributed, mean_ns: float) -> DeviceAccounts:
    """Divide the mean latency; what was profiled is scaled down where it took longer than without the profiler."""
    total_ns = float(round(mean_ns))
    notes = list(attributed.notes)
    sum_ns = 1000 * sum(share.time_us or 0.0 for share in attributed.shares.values())
    sum_ns += sum(part.time_ns or 0.0 for part in attributed.partitions)
    scale = min(1.0, total_ns / sum_ns) if sum_ns > 0 else 1.0
    if scale < 1 - _NOTED_SHARE:
        notes.append(
            f"With the profiler on, operators took {format_latency(sum_ns)}, more than the {format_latency(total_ns)} "
            f"of a whole inference without it: their times were multiplied by {scale:.3f}."
        )
    partitions = tuple(
        part if part.time_ns is None else replace(part, time_ns=float(math.floor(part.time_ns * scale)))
        for part in attributed.partitions
    )
    operators = tuple(
        _operator_time(model, operator, attributed.shares.get(operator.id), scale, total_ns)
        for graph in model.subgraphs
        for operator in graph.operators
    )
    spent_ns = sum(item.time_ns or 0.0 for item in operators) + sum(part.time_ns or 0.0 for part in partitions)
    if attributed.unmapped_us > 0:
        lost = format_latency(1000 * attributed.unmapped_us)
        notes.append(f"{lost} of the profiled time could not be given to an operator; it is part of the overhead.")
    return DeviceAccounts(
        operators=operators,
        partitions=partitions,
        overhead_ns=total_ns - spent_ns,
        total_ns=total_ns,
        notes=tuple(notes),
    )


def _operator_time(
    model: Model, operator: Operator, share: Share | None, scale: float, total_ns: float
) -> OperatorTime:
    outputs = model.operator_tensors(operator)[1]
    time_ns = None if share is None or share.time_us is None else float(math.floor(1000 * share.time_us * scale))
    name = outputs[0].name if outputs else ""
    if share is None:
        return OperatorTime(
            operator=operator.id, kind=operator.label, name=name, time_ns=None, share=None, placement="", calls=0.0
        )
    return OperatorTime(
        operator=operator.id,
        kind=operator.label,
        name=name,
        time_ns=time_ns,
        share=None if time_ns is None else time_ns / total_ns if total_ns else 0.0,
        placement=share.placement,
        fused_into=share.fused_into,
        kernel=" + ".join(share.kernels),
        calls=share.calls,
        certainty=share.certainty,
        group=share.group,
    )
