"""Makes operators' times and the overhead add up to the measured latency, exactly and by construction."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backends.model.model import Model, Operator, OperatorId
from backends.runs.host.attribution import Attribution, OperatorShare
from backends.runs.run import Certainty, OperatorTime, RunPartition
from backends.units import format_latency, format_share

_TRUNCATION_US = 0.5
"""What a time loses on average when it is rounded down to whole microseconds, as XNNPACK's profiler does."""


_NOTED_SHARE = 0.01
_LEAST_PART = 0.1
"""Kernels that ran took some time, even where nothing is missing because the profiled runs were slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """All of the latency: operators, and what no operator took."""

    operators: tuple[OperatorTime, ...]
    overhead_ns: float
    total_ns: float
    notes: tuple[str, ...]


def account(model: Model, attribution: Attribution, latencies_ns: Sequence[int]) -> Accounts:
    """Divide the mean latency among operators and overhead.

    Times are the profiled means, with the microsecond fractions that the delegate's profiler drops estimated, and are
    scaled down only if their sum exceeds the latency. Everything is in whole nanoseconds, so that the sum is exact.
    """
    total_ns = float(round(sum(latencies_ns) / len(latencies_ns)))
    notes: list[str] = []
    inside_ns = max(0.0, total_ns - attribution.outside_us * 1000)
    estimates = _add_fractions(attribution.operators, inside_ns, total_ns, notes)
    scale = _scale(sum(estimates.values()), total_ns, notes)
    times = {id_: float(math.floor(time * scale)) for id_, time in estimates.items()}
    operators = tuple(
        _operator_time(model, operator, attribution.operators.get(operator.id), times.get(operator.id), total_ns)
        for graph in model.subgraphs
        for operator in graph.operators
    )
    unused = sum(share.time_us is None and share.fused_into is None for share in attribution.operators.values())
    if unused:
        notes.append(
            f"{unused} operators have no time: the delegate left them out, because nothing uses their results."
        )
    if attribution.unmapped_us > 0:
        lost = format_latency(attribution.unmapped_us * 1000)
        notes.append(f"{lost} of the profiled time could not be given to an operator; it is part of the overhead.")
    return Accounts(
        operators=operators, overhead_ns=total_ns - sum(times.values()), total_ns=total_ns, notes=tuple(notes)
    )


def account_whole(model: Model, latencies_ns: Sequence[int]) -> tuple[Accounts, RunPartition]:
    """Give all of the latency to one group, where the kernels report no times of their own."""
    total_ns = float(round(sum(latencies_ns) / len(latencies_ns)))
    operators = tuple(
        OperatorTime(
            operator=operator.id,
            kind=operator.label,
            name=next((tensor.name for tensor in model.operator_tensors(operator)[1]), ""),
            time_ns=None,
            share=None,
            placement="CPU",
            certainty=Certainty.NOT_ATTRIBUTABLE,
            group=0,
        )
        for graph in model.subgraphs
        for operator in graph.operators
    )
    indices = tuple(operator.id.index for operator in model.subgraphs[0].operators)
    group = RunPartition(subgraph=0, delegate="", operators=indices, time_ns=total_ns)
    notes = ("Reference kernels report no times of their own: only the whole inference was measured.",)
    return Accounts(operators=operators, overhead_ns=0.0, total_ns=total_ns, notes=notes), group


def _add_fractions(
    shares: Mapping[OperatorId, OperatorShare], inside_ns: float, total_ns: float, notes: list[str]
) -> dict[OperatorId, float]:
    """Give times in ns, adding half a microsecond for each kernel call; less where that is more than is missing.

    The kernels of a partition follow each other without a gap, so what is missing inside the interpreter is theirs.
    """
    times = {id_: share.time_us * 1000 for id_, share in shares.items() if share.time_us is not None}
    calls = {id_: shares[id_].kernel_calls for id_ in times}
    wanted = sum(calls.values()) * _TRUNCATION_US * 1000
    if wanted <= 0:
        return times
    part = min(1.0, max(_LEAST_PART, (inside_ns - sum(times.values())) / wanted))
    if wanted * part > _NOTED_SHARE * total_ns:
        count, part_of_total = sum(calls.values()), format_share(wanted * part / max(total_ns, 1.0))
        notes.append(
            f"The delegate rounds each kernel's time down to whole microseconds: {_TRUNCATION_US * part:.2g} µs were "
            f"added for each of {count:.0f} kernel calls ({part_of_total} of the latency)."
        )
    return {id_: time + part * _TRUNCATION_US * 1000 * calls[id_] for id_, time in times.items()}


def _scale(sum_ns: float, total_ns: float, notes: list[str]) -> float:
    if sum_ns <= total_ns or sum_ns <= 0:
        return 1.0
    factor = total_ns / sum_ns
    if factor > 1 - _NOTED_SHARE:
        return factor
    notes.append(
        f"With the profiler on, operators took {format_latency(sum_ns)}, more than the {format_latency(total_ns)} of a "
        f"whole run without it: their times were multiplied by {factor:.3f}."
    )
    return factor


def _operator_time(
    model: Model, operator: Operator, share: OperatorShare | None, time_ns: float | None, total_ns: float
) -> OperatorTime:
    outputs = model.operator_tensors(operator)[1]
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
    )
