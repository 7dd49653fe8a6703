"""Runs to and from JSON: the only module that knows the format of a saved run.

Times are in microseconds, as everybody writes them; whole nanoseconds survive. A saved run may come from anybody, so
size and types are checked on reading.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backends.errors import StoreError
from backends.model.model import OperatorId
from backends.runs.fields import Fields
from backends.runs.plan import InputKind, Kernels, Plan
from backends.runs.power_store import energy_from_json, power_to_json, trace_from_json, window_from_json
from backends.runs.run import Certainty, Memory, NpuLayer, OperatorTime, Run, RunChunk, RunPartition
from backends.runs.summary import summarize_latencies

SCHEMA = "tflite-profiler/profile/1"
FORMAT_VERSION = 1
MAX_FILE_BYTES = 64 << 20

Json = dict[str, Any]


def write_run(run: Run, path: Path) -> None:
    """Save a run; the file is complete or not there.

    Raises:
        StoreError: it cannot be written.
    """
    text = json.dumps(run_to_json(run), ensure_ascii=False, indent=1)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError(f"{path.name} cannot be written: {error.strerror or error}") from error


def read_run(path: Path) -> Run:
    """Read a saved run.

    Raises:
        StoreError: it cannot be read, is too large, or is not a run.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise StoreError(f"{path.name} is too large for a saved run", hint="Choose a file that was saved here.")
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path.name} is not a saved run: {error}", hint="Save the run again.") from error
    return run_from_json(value)


def run_to_json(run: Run) -> Json:
    """Give a run as JSON values."""
    return {
        "schema": SCHEMA,
        "version": FORMAT_VERSION,
        "id": run.id,
        "model": {"name": run.model_name, "sha256": run.model_sha256},
        "started_at": run.started_at,
        "is_complete": run.is_complete,
        "environment": dict(run.environment),
        "plan": plan_to_json(run.plan),
        "latency_us": _latency_to_json(run),
        "memory_bytes": _memory_to_json(run.memory),
        "operators": [_operator_to_json(operator) for operator in run.operators],
        "overhead_us": _us(run.overhead_ns),
        "total_us": _us(run.profiled_total_ns),
        "partitions": [
            {
                "subgraph": part.subgraph,
                "delegate": part.delegate,
                "operators": list(part.operators),
                "time_us": _us(part.time_ns),
            }
            for part in run.partitions
        ],
        "warnings": list(run.warnings),
        "notes": list(run.notes),
        "log": run.log,
        **({"npu_layers": [_layer_to_json(layer) for layer in run.npu_layers]} if run.npu_layers else {}),
        **power_to_json(run),
    }


def run_from_json(value: object) -> Run:
    """Make a run from JSON values.

    Raises:
        StoreError: a field is missing, or of the wrong type or size.
    """
    fields = Fields(value)
    if fields.text("schema") != SCHEMA:
        raise StoreError("this is not a saved run of this program", hint=f"It should say: {SCHEMA}.")
    if fields.integer("version") > FORMAT_VERSION:
        raise StoreError("this run was saved by a newer version of the program", hint="Update the program.")
    model, latency = fields.child("model"), fields.child("latency_us")
    return Run(
        id=fields.text("id"),
        model_name=model.text("name"),
        model_sha256=model.text("sha256"),
        started_at=fields.text("started_at"),
        plan=plan_from_json(fields.child("plan")),
        environment=fields.child("environment").texts(),
        init_ns=_whole_ns(latency.optional_number("init")),
        first_ns=_whole_ns(latency.optional_number("first")),
        warmup_ns=_series(latency, "warmup"),
        latencies_ns=_series(latency, "runs"),
        memory=_memory_from_json(fields),
        operators=tuple(_operator_from_json(child) for child in fields.children("operators")),
        overhead_ns=_ns(fields.optional_number("overhead_us")),
        profiled_total_ns=_ns(fields.optional_number("total_us")),
        partitions=tuple(
            RunPartition(
                subgraph=child.integer("subgraph"),
                delegate=child.text("delegate"),
                operators=tuple(child.integers("operators")),
                time_ns=_ns(child.optional_number("time_us")),
            )
            for child in fields.children("partitions")
        ),
        is_complete=fields.flag("is_complete"),
        warnings=tuple(fields.sentences("warnings")),
        notes=tuple(fields.sentences("notes")),
        chunks=tuple(_chunk_from_json(child) for child in latency.children_or_none("chunks")),
        cached_start=_chunk_from_json(latency.child("cached_start")) if "cached_start" in latency.names() else None,
        log=fields.text_or("log", ""),
        npu_layers=tuple(_layer_from_json(child) for child in fields.children_or_none("npu_layers")),
        traces=tuple(trace_from_json(child) for child in fields.children_or_none("traces")),
        windows=tuple(window_from_json(child) for child in fields.children_or_none("windows")),
        energy=energy_from_json(fields.child("energy")) if "energy" in fields.names() else None,
    )


def plan_to_json(plan: Plan) -> Json:
    """Give a plan as JSON values."""
    return {
        "device": plan.device,
        "kernels": plan.kernels.value,
        "threads": plan.threads,
        "runs": plan.runs,
        "warmup": plan.warmup,
        "max_seconds": plan.max_seconds,
        "pause_seconds": plan.pause_seconds,
        "signature": plan.signature,
        "input_kind": plan.input_kind.value,
        "seed": plan.seed,
        "input_files": dict(plan.input_files),
        "input_shapes": {name: list(shape) for name, shape in plan.input_shapes.items()},
        "delegate": plan.delegate,
        "delegate_options": dict(plan.delegate_options),
        "runner": plan.runner,
        "rate_hz": plan.rate_hz,
        "min_seconds": plan.min_seconds,
        "meter": plan.meter,
        "loop_seconds": plan.loop_seconds,
        "idle_seconds": plan.idle_seconds,
    }


def plan_from_json(fields: Fields) -> Plan:
    """Make a plan from JSON values.

    Raises:
        StoreError: a field is missing, or of the wrong type or size.
    """
    shapes, options = fields.child("input_shapes"), fields.optional_child("delegate_options")
    try:
        return Plan(
            device=fields.text("device"),
            kernels=Kernels(fields.text("kernels")),
            threads=fields.integer("threads"),
            runs=fields.integer("runs"),
            warmup=fields.integer("warmup"),
            max_seconds=fields.number("max_seconds"),
            pause_seconds=fields.number("pause_seconds"),
            signature=fields.text("signature"),
            input_kind=InputKind(fields.text("input_kind")),
            seed=fields.integer("seed"),
            input_files=fields.child("input_files").texts(),
            input_shapes={name: tuple(shapes.integers(name)) for name in shapes.names()},
            delegate=fields.text_or("delegate", ""),
            delegate_options=options.texts() if options else {},
            runner=fields.text_or("runner", ""),
            rate_hz=fields.number_or("rate_hz", 0.0),
            min_seconds=fields.number_or("min_seconds", 0.0),
            meter=fields.text_or("meter", ""),
            loop_seconds=fields.number_or("loop_seconds", 10.0),
            idle_seconds=fields.number_or("idle_seconds", 3.0),
        )
    except ValueError as error:
        raise StoreError(f"the plan of this run is wrong: {error}") from error


def _latency_to_json(run: Run) -> Json:
    summary = summarize_latencies(run.latencies_ns) if run.latencies_ns else None
    numbers = {
        name: _us(getattr(summary, f"{name}_ns")) if summary else None
        for name in ("mean", "std", "min", "max", "p50", "p90", "p99")
    }
    return {
        "runs": _series_to_json(run.latencies_ns),
        **numbers,
        "first": _us(run.first_ns),
        "init": _us(run.init_ns),
        "warmup": _series_to_json(run.warmup_ns),
        "chunks": [_chunk_to_json(chunk) for chunk in run.chunks],
        **({"cached_start": _chunk_to_json(run.cached_start)} if run.cached_start is not None else {}),
    }


_CHUNK_TIMES = ("mean", "min", "max")
_CHUNK_OPTIONAL = ("std", "median", "p5", "p95", "init", "first")


def _chunk_to_json(chunk: RunChunk) -> Json:
    times = {name: _us(getattr(chunk, f"{name}_ns")) for name in (*_CHUNK_TIMES, *_CHUNK_OPTIONAL)}
    return {"count": chunk.count, **times}


def _chunk_from_json(fields: Fields) -> RunChunk:
    mean, least, most = (1000 * fields.number(name) for name in _CHUNK_TIMES)
    optional = {f"{name}_ns": _ns(fields.optional_number(name)) for name in _CHUNK_OPTIONAL}
    return RunChunk(
        count=fields.integer("count"), mean_ns=round(mean, 3), min_ns=round(least, 3), max_ns=round(most, 3), **optional
    )


def _layer_to_json(layer: NpuLayer) -> Json:
    return {
        "network": layer.network,
        "index": layer.index,
        "name": layer.name,
        "engine": layer.engine,
        "time_us": _us(layer.time_ns),
        "cycles": layer.cycles,
        "read_bytes": layer.read_bytes,
        "written_bytes": layer.written_bytes,
    }


def _layer_from_json(fields: Fields) -> NpuLayer:
    counts = {name: fields.optional_number(name) for name in ("cycles", "read_bytes", "written_bytes")}
    return NpuLayer(
        network=fields.integer("network"),
        index=fields.integer("index"),
        name=fields.text("name"),
        engine=fields.text("engine"),
        time_ns=_ns(fields.optional_number("time_us")),
        **{name: None if value is None else int(value) for name, value in counts.items()},
    )


def _memory_to_json(memory: Memory | None) -> Json | None:
    if memory is None:
        return None
    return {
        "baseline": memory.baseline_bytes,
        "peak": memory.peak_bytes,
        "after_init": memory.after_init_bytes,
        "over_baseline": memory.over_baseline_bytes,
    }


def _memory_from_json(fields: Fields) -> Memory | None:
    memory = fields.optional_child("memory_bytes")
    if memory is None:
        return None
    after_init = memory.optional_number("after_init")
    return Memory(
        baseline_bytes=memory.integer("baseline"),
        peak_bytes=memory.integer("peak"),
        after_init_bytes=None if after_init is None else int(after_init),
    )


def _operator_to_json(operator: OperatorTime) -> Json:
    fused = operator.fused_into
    return {
        "subgraph": operator.operator.subgraph,
        "index": operator.operator.index,
        "kind": operator.kind,
        "name": operator.name,
        "time_us": _us(operator.time_ns),
        "share": operator.share,
        "placement": operator.placement,
        "fused_into": None if fused is None else {"subgraph": fused.subgraph, "index": fused.index},
        "kernel": operator.kernel,
        "calls": operator.calls,
        "certainty": operator.certainty.value,
        "group": operator.group,
    }


def _operator_from_json(fields: Fields) -> OperatorTime:
    fused = fields.optional_child("fused_into")
    group = fields.optional_number("group")
    certainty = fields.text_or("certainty", Certainty.MEASURED)
    if certainty not in tuple(Certainty):
        raise StoreError(f"this run states the unknown certainty {certainty!r}", hint="Update the program.")
    return OperatorTime(
        operator=OperatorId(fields.integer("subgraph"), fields.integer("index")),
        kind=fields.text("kind"),
        name=fields.text("name"),
        time_ns=_ns(fields.optional_number("time_us")),
        share=fields.optional_number("share"),
        placement=fields.text("placement"),
        fused_into=None if fused is None else OperatorId(fused.integer("subgraph"), fused.integer("index")),
        kernel=fields.text("kernel"),
        calls=fields.number("calls"),
        certainty=Certainty(certainty),
        group=None if group is None else int(group),
    )


def _us(ns: float | None) -> float | None:
    return None if ns is None else ns / 1000


def _ns(us: float | None) -> float | None:
    """Give nanoseconds; rounded to picoseconds and 15 digits, so that what was written comes back."""
    return None if us is None else round(float(f"{us * 1000:.15g}"), 3)


def _whole_ns(us: float | None) -> int | None:
    return None if us is None else round(us * 1000)


def _series_to_json(values: Sequence[int]) -> list[float]:
    return [value / 1000 for value in values]


def _series(fields: Fields, name: str) -> tuple[int, ...]:
    return tuple(round(value * 1000) for value in fields.numbers(name))
