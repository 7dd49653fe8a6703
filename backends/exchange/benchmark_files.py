"""What TFLite's ``benchmark_model`` printed and wrote, on any computer: its output, profile, runtime info and result.

Files of one measurement belong together: the output or the result tells the latency, the profile the operators, and
the runtime information which of them a delegate took.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backends.errors import StoreError
from backends.exchange.imported import Imported
from backends.exchange.layered_run import DEVICE, UNDATED
from backends.model.model import Model
from backends.runs.benchmark.accounts import DeviceAccounts, account_for
from backends.runs.benchmark.attribution import Attributor, DelegateNames
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.benchmark.litert_profile import parse_litert_profile
from backends.runs.benchmark.op_profile import OpProfile, RowKind
from backends.runs.benchmark.profile_text import parse_profile_text
from backends.runs.benchmark.result_proto import BenchmarkResult
from backends.runs.benchmark.runtime_info import RuntimeGraph
from backends.runs.benchmark.tool_log import Stats, ToolLog, parse_log
from backends.runs.plan import Plan
from backends.runs.run import Memory, OperatorTime, Run, RunChunk, RunPartition

KIND = "benchmark_model"
_LOG_CHARACTERS = 60_000
_XNNPACK = "XNNPACK"
_GRAPH = re.compile(r"Graph: \[(?P<path>[^\]\n]{1,1000})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkFiles:
    """What was read of one measurement; what no file tells is ``None`` or empty."""

    names: tuple[str, ...]
    log: ToolLog | None = None
    profile: OpProfile | None = None
    graphs: tuple[RuntimeGraph, ...] = ()
    result: BenchmarkResult | None = None
    text: str = ""


def read_output(text: str, name: str) -> BenchmarkFiles:
    """Read what the tool printed, or the tables that it wrote as CSV.

    Raises:
        RunError: it is too large.
        StoreError: it tells neither a latency nor operators; the message says what went wrong for the tool.
    """
    lines = text.splitlines()
    log, profile = parse_log(lines), parse_profile_text(text)
    if profile.is_empty:
        counts = [stats.count for stats in (log.warmup, log.runs) if stats is not None]
        profile = parse_litert_profile(lines, sum(counts))
    if log.runs is None and profile.is_empty:
        reason = f" It says: {log.errors[-1].rstrip('.')}." if log.errors else ""
        raise StoreError(
            f"{name} is output of benchmark_model without any measurement: the tool ended before.{reason}",
            hint="Run the tool again; its last lines tell what stopped it.",
            detail=text[-_LOG_CHARACTERS:],
        )
    return BenchmarkFiles(
        names=(name,),
        log=log if log.runs is not None else None,
        profile=None if profile.is_empty else profile,
        text=text[-_LOG_CHARACTERS:] if log.runs is not None else "",
    )


def join_files(parts: Sequence[BenchmarkFiles]) -> BenchmarkFiles:
    """Join the files of one measurement; of two that tell the same the first counts, and protos before text."""
    ordered = sorted(parts, key=lambda part: part.log is not None)
    return BenchmarkFiles(
        names=tuple(name for part in parts for name in part.names),
        log=next((part.log for part in parts if part.log is not None), None),
        profile=next((part.profile for part in ordered if part.profile is not None), None),
        graphs=next((part.graphs for part in parts if part.graphs), ()),
        result=next((part.result for part in parts if part.result is not None), None),
        text=next((part.text for part in parts if part.text), ""),
    )


def attach_benchmark(files: BenchmarkFiles, model: Model) -> Imported:
    """Make a run of what one measurement told.

    Raises:
        StoreError: the operators are those of another model.
    """
    profile = files.profile or OpProfile()
    rows = [row for table in profile.runs for row in table.rows if row.kind is not RowKind.RUNTIME]
    _check_indices(files, model)
    stats = _stats(files)
    attributed = Attributor(model, _names(), files.graphs).attribute(profile)
    sum_us = sum(row.time_us for row in rows)
    accounts: DeviceAccounts | None = None
    if rows:
        accounts = account_for(model, attributed, stats.mean_ns if stats is not None else 1000 * sum_us)
    operators = accounts.operators if accounts is not None else _placed(model, files.graphs)
    partitions = accounts.partitions if accounts is not None else _exported(files.graphs)
    log = files.log or ToolLog()
    lost = round(attributed.unmapped_us / sum_us * len(rows)) if sum_us and attributed.unmapped_us else 0
    run = Run(
        id=uuid.uuid4().hex,
        model_name=model.name,
        model_sha256=model.sha256,
        started_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        plan=Plan(device=DEVICE, runs=max(1, stats.count if stats else 1)),
        environment=_environment(log),
        init_ns=_rounded(log.init_ns),
        first_ns=_rounded(log.first_ns or (log.warmup.first_ns if log.warmup else None)),
        warmup_ns=(round(log.warmup.mean_ns),) if log.warmup else (),
        latencies_ns=(round(stats.mean_ns),) if stats else (),
        memory=_memory(log),
        operators=operators,
        overhead_ns=accounts.overhead_ns if accounts else None,
        profiled_total_ns=accounts.total_ns if accounts else None,
        partitions=partitions,
        warnings=(*_other_name(files.text, model), *_warnings(log)),
        notes=(*_notes(files, stats), *(accounts.notes if accounts else ()), UNDATED),
        chunks=(_chunk(stats, log),) if stats else (),
        log=files.text,
    )
    total = len(rows) or sum(item.placement != "" for item in operators)
    return Imported(kind=KIND, sources=files.names, run=run, matched=total - lost, total=total)


def _check_indices(files: BenchmarkFiles, model: Model) -> None:
    """Refuse what was measured with another model: names that are not there, or graphs of another size."""
    counts = {graph.index: len(graph.operators) for graph in model.subgraphs}
    for graph in files.graphs:
        nodes = len(graph.node_types.keys() - graph.delegates.keys())
        if counts.get(graph.subgraph) != nodes:
            raise _other_model(files, model, f"the runtime had {nodes} operators in subgraph {graph.subgraph}")
    if files.profile is None:
        return
    known = fits = 0
    for table in files.profile.runs:
        if table.subgraph not in counts:
            raise _other_model(files, model, f"there is no subgraph {table.subgraph}")
        tensors = {tensor.name for tensor in model.subgraphs[table.subgraph].tensors}
        for row in table.rows:
            outputs, found, _ = row.name.rpartition("]:")
            if row.kind is RowKind.NODE and found:
                known += 1
                # Names may hold the separator themselves.
                fits += outputs[1:] in tensors or any(name in tensors for name in outputs[1:].split(", "))
    if known and not fits:
        raise _other_model(files, model, "no tensor has one of the names in it")
    kernels = sum(row.kind is RowKind.KERNEL for table in files.profile.runs for row in table.rows)
    if not known and kernels > 4 * max(counts.values(), default=0):
        raise _other_model(files, model, f"it has {kernels} kernels")


def _other_model(files: BenchmarkFiles, model: Model, reason: str) -> StoreError:
    return StoreError(
        f"{files.names[0]} was not measured with {model.name}: {reason}.", hint="Open the model that was measured."
    )


def _names() -> DelegateNames:
    table = load_delegates()
    return DelegateNames(
        shown={node: item.name for item in table.delegates for node in item.node_names}, default=_XNNPACK
    )


def _stats(files: BenchmarkFiles) -> Stats | None:
    """Give the statistics of whole inferences: as printed, with the digits of the result file; or that file's alone."""
    log, result = files.log, files.result
    if log is not None and log.runs is not None:
        return result.refine(log).runs if result is not None else log.runs
    if result is None or result.mean_ms is None or result.runs < 1:
        return None
    mean = 1e6 * result.mean_ms
    least, most = (mean if value is None else 1e6 * value for value in (result.min_ms, result.max_ms))
    return Stats(
        count=result.runs,
        first_ns=1e6 * result.first_ms if result.first_ms is not None else mean,
        last_ns=mean,
        min_ns=least,
        max_ns=most,
        mean_ns=mean,
        std_ns=None if result.std_ms is None else 1e6 * result.std_ms,
        p5_ns=None if result.p5_ms is None else 1e6 * result.p5_ms,
        median_ns=None if result.median_ms is None else 1e6 * result.median_ms,
        p95_ns=None if result.p95_ms is None else 1e6 * result.p95_ms,
    )


def _chunk(stats: Stats, log: ToolLog) -> RunChunk:
    return RunChunk(
        count=stats.count,
        mean_ns=stats.mean_ns,
        min_ns=stats.min_ns,
        max_ns=stats.max_ns,
        std_ns=stats.std_ns,
        median_ns=stats.median_ns,
        p5_ns=stats.p5_ns,
        p95_ns=stats.p95_ns,
        init_ns=log.init_ns,
        first_ns=log.first_ns,
    )


def _placed(model: Model, graphs: Sequence[RuntimeGraph]) -> tuple[OperatorTime, ...]:
    """Give operators without times: what the runtime information alone tells."""
    if not graphs:
        return ()
    names = _names()
    units = {
        (graph.subgraph, index): names.of(node.delegate)
        for graph in graphs
        for node in graph.delegates.values()
        for index in node.replaced
    }
    return tuple(
        OperatorTime(
            operator=operator.id,
            kind=operator.label,
            name=next((tensor.name for tensor in model.operator_tensors(operator)[1]), ""),
            time_ns=None,
            share=None,
            placement=units.get((operator.id.subgraph, operator.id.index), "CPU"),
        )
        for graph in model.subgraphs
        for operator in graph.operators
    )


def _exported(graphs: Sequence[RuntimeGraph]) -> tuple[RunPartition, ...]:
    names = _names()
    return tuple(
        RunPartition(subgraph=graph.subgraph, delegate=names.of(node.delegate), operators=tuple(sorted(node.replaced)))
        for graph in graphs
        for node in graph.delegates.values()
    )


def _environment(log: ToolLog) -> dict[str, str]:
    facts = {"runner": "benchmark_model"}
    if log.version:
        facts["runtime"] = f"TensorFlow Lite {log.version}"
    if log.accelerators:
        facts["accelerators"] = ", ".join(log.accelerators)
    return facts


def _memory(log: ToolLog) -> Memory | None:
    if log.overall_bytes is None:
        return None
    return Memory(baseline_bytes=0, peak_bytes=log.overall_bytes, after_init_bytes=log.init_bytes)


def _warnings(log: ToolLog) -> tuple[str, ...]:
    refused = [verdict.delegate for verdict in log.verdicts if verdict.how == "not"]
    found = [f"The tool could not apply the {name} delegate: the processor ran everything." for name in refused]
    if log.unconsumed:
        found.append(f"The tool did not know and ignored: {' '.join(log.unconsumed)}.")
    return tuple(found)


def _other_name(text: str, model: Model) -> tuple[str, ...]:
    """Warn where the tool names another file than the one that is open."""
    match = _GRAPH.search(text)
    name = re.split(r"[/\\\\]", match["path"])[-1] if match else model.name
    if name == model.name:
        return ()
    return (f"The tool measured a file called {name}, not {model.name}: make sure that it is the same model.",)


def _notes(files: BenchmarkFiles, stats: Stats | None) -> list[str]:
    notes = []
    if stats is not None and stats.count > 1:
        notes.append(
            f"The latency is the mean of {stats.count} inferences: benchmark_model tells no single ones. The fastest "
            f"took {stats.min_ns / 1e6:.3f} ms, the slowest {stats.max_ns / 1e6:.3f} ms."
        )
    if stats is None and files.profile is not None:
        notes.append("The files tell no latency of a whole inference: shares are of all operators together.")
    if files.profile is not None and stats is not None:
        notes.append("The latency was measured while the profiler was on, which costs some time itself.")
    if files.profile is None and not files.graphs:
        notes.append("The files tell nothing about operators: only the whole inference is known.")
    if files.profile is None and files.graphs:
        notes.append("The files tell who ran each operator, but no times.")
    if files.profile is not None:
        where = "as the runtime exported them" if files.graphs else "found from the gaps in the profile"
        notes.append(f"Partitions are {where}.")
    return notes


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
