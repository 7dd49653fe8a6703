"""A run made of layers that another tool timed: each layer goes to an operator, the rest to the overhead."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backends.exchange.matching import Entry, match_entries
from backends.model.model import Model, Operator, OperatorId
from backends.runs.plan import Plan
from backends.runs.run import Certainty, Memory, OperatorTime, Run, RunPartition
from backends.units import format_latency

DEVICE = "imported"
"""Stands for the device of a run that another tool made."""
UNDATED = "The file does not say when it was measured: the date is that of the file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of another tool; ``time_ns`` is per inference, ``None`` where it tells none."""

    entry: Entry
    time_ns: float | None
    unit: str = ""
    """What ran it; empty where the tool does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What a tool says about whole inferences."""

    latencies_ns: tuple[int, ...] = ()
    warmup_ns: tuple[int, ...] = ()
    init_ns: int | None = None
    first_ns: int | None = None
    memory: Memory | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayeredRun:
    """The run, and how many of its layers found an operator."""

    run: Run
    matched: int


def make_run(model: Model, layers: Sequence[Layer], whole: Whole) -> LayeredRun:
    """Make a run; times are taken as they are, and shares are of the inference or of all layers, whichever is more."""
    matches = match_entries(model, [layer.entry for layer in layers])
    found: dict[OperatorId, list[tuple[Layer, Certainty]]] = {}
    lost_ns = 0.0
    for layer, match in zip(layers, matches, strict=True):
        if match is None:
            lost_ns += layer.time_ns or 0.0
        else:
            found.setdefault(match.operator, []).append((layer, match.certainty))
    sum_ns = sum(layer.time_ns or 0.0 for layer in layers)
    is_timed = any(layer.time_ns is not None for layer in layers)
    mean_ns = sum(whole.latencies_ns) / len(whole.latencies_ns) if whole.latencies_ns else 0.0
    total_ns = max(sum_ns, mean_ns)
    operators = tuple(
        _operator_time(model, operator, found.get(operator.id, ()), total_ns)
        for graph in model.subgraphs
        for operator in graph.operators
    )
    spent_ns = sum(item.time_ns or 0.0 for item in operators)
    run = Run(
        id=uuid.uuid4().hex,
        model_name=model.name,
        model_sha256=model.sha256,
        started_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        plan=Plan(device=DEVICE, runs=max(1, len(whole.latencies_ns))),
        environment=dict(whole.environment),
        init_ns=whole.init_ns,
        first_ns=whole.first_ns,
        warmup_ns=whole.warmup_ns,
        latencies_ns=whole.latencies_ns,
        memory=whole.memory,
        operators=operators,
        overhead_ns=total_ns - spent_ns if is_timed else None,
        profiled_total_ns=total_ns if is_timed else None,
        partitions=_partitions(model, operators),
        notes=(*whole.notes, *_notes(mean_ns, sum_ns, lost_ns), UNDATED),
    )
    return LayeredRun(run=run, matched=sum(match is not None for match in matches))


def _notes(mean_ns: float, sum_ns: float, lost_ns: float) -> list[str]:
    notes = []
    if not mean_ns and sum_ns:
        notes.append("The file tells no latency of a whole inference: shares are of all its layers together.")
    elif sum_ns > 1.01 * mean_ns:
        notes.append(
            f"The layers add up to {format_latency(sum_ns)}, more than the {format_latency(mean_ns)} of an inference: "
            "shares are of the layers together. Layers may overlap, or were timed apart."
        )
    if lost_ns > 0:
        notes.append(f"{format_latency(lost_ns)} of layers that fit no operator are part of the overhead.")
    return notes


def _operator_time(
    model: Model, operator: Operator, found: Sequence[tuple[Layer, Certainty]], total_ns: float
) -> OperatorTime:
    outputs = model.operator_tensors(operator)[1]
    times = [layer.time_ns for layer, _ in found if layer.time_ns is not None]
    time_ns = sum(times) if times else None
    is_sure = all(certainty is Certainty.MEASURED for _, certainty in found)
    units = dict.fromkeys(layer.unit for layer, _ in found if layer.unit)
    kernels = dict.fromkeys(layer.entry.kind for layer, _ in found if layer.entry.kind)
    return OperatorTime(
        operator=operator.id,
        kind=operator.label,
        name=outputs[0].name if outputs else "",
        time_ns=time_ns,
        share=time_ns / total_ns if time_ns is not None and total_ns else None,
        placement=" + ".join(units),
        kernel=" + ".join(kernels),
        calls=1.0 if found else 0.0,
        certainty=Certainty.MEASURED if is_sure else Certainty.ESTIMATED,
    )


def _partitions(model: Model, operators: Sequence[OperatorTime]) -> tuple[RunPartition, ...]:
    """Give the groups of neighbours that one unit ran; none where the file says nothing of units."""
    groups: list[tuple[int, str, list[int]]] = []
    for item in operators:
        if not item.placement:
            continue
        subgraph, index = item.operator
        unit = "" if item.placement == "CPU" else item.placement
        if groups and groups[-1][:2] == (subgraph, unit):
            groups[-1][2].append(index)
        else:
            groups.append((subgraph, unit, [index]))
    return tuple(RunPartition(subgraph=graph, delegate=unit, operators=tuple(ops)) for graph, unit, ops in groups)
