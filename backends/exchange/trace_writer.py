"""A run as a Chrome trace, for chrome://tracing and Perfetto: one track for each compute unit.

A run knows averages and no moments, so the trace shows one average inference, operator after operator in the order of
the file, then the inferences that were measured one after the other. Power, temperature and clocks become counters.
"""

from collections.abc import Iterator, Mapping

from backends.exchange.json_text import Json
from backends.exchange.trace_reader import INFERENCE, WARMUP
from backends.model.model import Model
from backends.runs.run import OperatorTime, Run

_AVERAGE, _MEASURED, _METERS = 1, 2, 3
_OVERHEAD = "Runtime overhead"
_PROCESSOR = "CPU"


def trace_of(model: Model, run: Run) -> Mapping[str, Json]:
    """Give the whole trace."""
    events = [*_average(model, run), *_inferences(run), *_recorded(run)]
    return {
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": {
            "model": run.model_name,
            "sha256": run.model_sha256,
            "started_at": run.started_at,
            **run.environment,
        },
    }


def _average(model: Model, run: Run) -> Iterator[Json]:
    timed = [item for item in run.operators if item.time_ns is not None]
    groups = [part for part in run.partitions if part.time_ns is not None]
    units = dict.fromkeys(
        [item.placement or _PROCESSOR for item in timed] + [part.delegate or _PROCESSOR for part in groups]
    )
    tracks = {unit: number for number, unit in enumerate(units, 1)}
    if not tracks:
        return
    yield from _name_process(_AVERAGE, f"{run.model_name}: an average inference")
    for unit, number in tracks.items():
        yield from _name_thread(_AVERAGE, number, unit)
    overhead = len(tracks) + 1
    yield from _name_thread(_AVERAGE, overhead, _OVERHEAD)
    now = 0.0
    begun = {(part.subgraph, part.operators[0]): part for part in groups if part.operators}
    for item in run.operators:
        part = begun.get((item.operator.subgraph, item.operator.index))
        if part is not None and part.time_ns is not None:
            unit = part.delegate or _PROCESSOR
            yield _complete(
                f"Partition of {len(part.operators)} operators", now, part.time_ns, tracks[unit], {"unit": unit}
            )
            now += part.time_ns
        if item.time_ns is not None:
            unit = item.placement or _PROCESSOR
            yield _complete(item.name or item.kind, now, item.time_ns, tracks[unit], _args(model, item, unit))
            now += item.time_ns
    if run.overhead_ns is not None and run.overhead_ns > 0:
        yield _complete(_OVERHEAD, now, run.overhead_ns, overhead, {})


def _args(model: Model, item: OperatorTime, unit: str) -> dict[str, Json]:
    return {
        "subgraph": item.operator.subgraph,
        "operator": item.operator.index,
        "type": model.operator(item.operator).label,
        "unit": unit,
        "kernel": item.kernel,
        "certainty": item.certainty.value,
        **({"share": round(item.share, 6)} if item.share is not None else {}),
    }


def _inferences(run: Run) -> Iterator[Json]:
    if not run.latencies_ns:
        return
    yield from _name_process(_MEASURED, "Inferences, profiler off")
    yield from _name_thread(_MEASURED, 1, "Inferences in the order they ran, without the pauses")
    now = 0.0
    for name, times in ((WARMUP, run.warmup_ns), (INFERENCE, run.latencies_ns)):
        for number, time in enumerate(times):
            yield {**_complete(name, now, time, 1, {"number": number}), "pid": _MEASURED, "cat": "inference"}
            now += time


def _recorded(run: Run) -> Iterator[Json]:
    """Give what was sampled as counters, and what went on meanwhile, in the clock of the recording."""
    if not run.traces:
        return
    yield from _name_process(_METERS, "Recorded beside the run (its own clock)")
    yield from _name_thread(_METERS, 1, "What went on")
    for window in run.windows:
        start, length = 1e9 * window.start_s, 1e9 * window.seconds
        yield {**_complete(window.kind.value, start, length, 1, {}), "pid": _METERS, "cat": "window"}
    for trace in run.traces:
        name = f"{trace.title} ({trace.unit})" if trace.unit else trace.title
        for time_s, value in zip(trace.times_s, trace.values, strict=True):
            yield {
                "name": name,
                "cat": trace.quantity.value,
                "ph": "C",
                "ts": 1e6 * time_s,
                "pid": _METERS,
                "args": {trace.unit or "value": value},
            }


def _complete(name: str, start_ns: float, time_ns: float, track: int, args: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "name": name,
        "cat": "operator",
        "ph": "X",
        "ts": start_ns / 1000,
        "dur": time_ns / 1000,
        "pid": _AVERAGE,
        "tid": track,
        "args": dict(args),
    }


def _name_process(process: int, name: str) -> Iterator[Json]:
    yield {"name": "process_name", "ph": "M", "pid": process, "args": {"name": name}}
    yield {"name": "process_sort_index", "ph": "M", "pid": process, "args": {"sort_index": process}}


def _name_thread(process: int, track: int, name: str) -> Iterator[Json]:
    yield {"name": "thread_name", "ph": "M", "pid": process, "tid": track, "args": {"name": name}}
    yield {"name": "thread_sort_index", "ph": "M", "pid": process, "tid": track, "args": {"sort_index": track}}
