"""Measures a model on a device: latency in several processes without the profiler, then once with it."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from backends.devices.device import DeviceLostError, RemoteDevice
from backends.errors import DeviceError, ProfilerError, RunError
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.benchmark.accounts import DeviceAccounts, account_for
from backends.runs.benchmark.attribution import Attributor, DelegateNames
from backends.runs.benchmark.cached_start import measure_cached_start
from backends.runs.benchmark.command import Loop, check_options
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.benchmark.npu_watch import watch_npu
from backends.runs.benchmark.profiling import ProfiledRun, profile_operators
from backends.runs.benchmark.result_proto import parse_result
from backends.runs.benchmark.session import Session, ToolRun, open_session
from backends.runs.benchmark.synap_measuring import PROGRAM, measure_with_synap
from backends.runs.benchmark.tool_log import Stats, ToolLog
from backends.runs.plan import Plan
from backends.runs.run import Memory, NpuLayer, Run, RunChunk

_RESULT_FLAG = "result_file_path"
_CHUNKS = 10
_LATER_WARMUP = 2
_START_SHARE = 1.0
_LEAST_START_SECONDS = 15.0
"""Starting processes again may take as long as measuring, or this long."""
_ON_PROCESSOR = frozenset({"", "CPU", "XNNPACK"})
_LOG_CHARACTERS = 60_000


@dataclass(slots=True)
class _Measured:
    """What came back so far."""

    chunks: list[RunChunk] = field(default_factory=list)
    logs: list[ToolLog] = field(default_factory=list)
    warmup_ns: list[int] = field(default_factory=list)
    profiled: ProfiledRun | None = None
    npu_layers: tuple[NpuLayer, ...] = ()
    cached_start: RunChunk | None = None
    warnings: list[str] = field(default_factory=list)
    is_complete: bool = True

    def note_failure(self, error: ProfilerError) -> None:
        self.warnings.append(f"{error.message[:1].upper()}{error.message[1:]}. {error.hint}".strip())
        self.is_complete = False


def measure_on_device(
    model_path: str | Path, model: Model, plan: Plan, device: RemoteDevice, progress: Progress | None = None
) -> Run:
    """Measure a model on a device as the plan says.

    Stopping keeps what was measured, and so does a failure after the first process; cancelling ends the process on
    the device. ``model_path`` may be a bundle that holds the model.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device refuses or went away before anything was measured.
        RunError: the plan is wrong, there is no tool, or it failed before anything was measured.
    """
    progress = progress or Progress()
    check_options(plan, load_delegates())
    if load_delegates().find(plan.delegate).program == PROGRAM:
        return measure_with_synap(model, plan, device, progress)
    started_at = datetime.now().astimezone().isoformat(timespec="seconds")
    environment = dict(device.environment())
    measured = _Measured()
    with open_session(device, Path(model_path), model, plan, progress) as session:
        _measure_chunks(session, measured, progress)
        if measured.is_complete and not progress.is_stopping:
            _start_cached(session, model, measured, progress)
        if measured.is_complete and not progress.is_stopping:
            _profile(session, model, measured, progress)
        if measured.is_complete and not progress.is_stopping:
            _watch_npu(session, environment, measured, progress)
        measured.is_complete &= not progress.is_stopping
    progress.step("Adding up")
    accounts = _accounts(session, model, measured)
    environment |= _tool_facts(session, measured)
    return Run(
        id=uuid.uuid4().hex,
        model_name=model.name,
        model_sha256=model.sha256,
        started_at=started_at,
        plan=plan,
        environment=environment,
        init_ns=_rounded(measured.chunks[0].init_ns),
        first_ns=_rounded(measured.chunks[0].first_ns),
        warmup_ns=tuple(measured.warmup_ns),
        latencies_ns=tuple(round(chunk.mean_ns) for chunk in measured.chunks),
        memory=_memory(measured),
        operators=accounts.operators if accounts else (),
        overhead_ns=accounts.overhead_ns if accounts else None,
        profiled_total_ns=accounts.total_ns if accounts else None,
        partitions=accounts.partitions if accounts else (),
        is_complete=measured.is_complete,
        warnings=(*model.warnings, *measured.warnings, *_delegate_warnings(session, measured, accounts)),
        notes=(*session.notes, *_notes(measured), *(accounts.notes if accounts else ())),
        chunks=tuple(measured.chunks),
        log="\n".join(session.log)[-_LOG_CHARACTERS:],
        npu_layers=measured.npu_layers,
        cached_start=measured.cached_start,
    )


def _measure_chunks(session: Session, measured: _Measured, progress: Progress) -> None:
    """Run the tool again and again; the first process alone decides how many more there is time for."""
    plan = session.plan
    sizes = _chunk_sizes(plan.runs, _CHUNKS)
    deadline = time.monotonic() + plan.max_seconds
    number = 0
    while number < len(sizes):
        progress.step("Measuring", done=number, total=len(sizes))
        left = max(1.0, deadline - time.monotonic())
        loop = Loop(
            runs=sizes[number],
            warmup=max(1, plan.warmup if number == 0 else min(plan.warmup, _LATER_WARMUP)),
            min_seconds=plan.min_seconds / len(sizes),
            max_seconds=left,
        )
        began = time.monotonic()
        result = f"result-{number}.pb"
        try:
            run = session.run(loop, progress, extra=_result_flag(session, result), ends_on_stop=number > 0)
            run = _refined(session, run, result, progress)
        except (RunError, DeviceError) as error:
            if not measured.chunks:
                raise _with_log(error, session) from error
            measured.note_failure(error)
            return
        if not _keep(run, measured):
            return
        number += 1
        if number == 1:
            sizes = sizes[:1] + _later_sizes(plan.runs - sizes[0], time.monotonic() - began, run.log.runs)
        if progress.is_stopping:
            return
        if time.monotonic() >= deadline and number < len(sizes):
            done = sum(chunk.count for chunk in measured.chunks)
            session.notes.append(f"The time was over after {done} of {plan.runs} runs.")
            return


def _result_flag(session: Session, name: str) -> dict[str, str]:
    """Ask for the summary in a file too, where this build writes one: it has more digits than the printed one."""
    return {_RESULT_FLAG: f"{session.folder}/{name}"} if _RESULT_FLAG in session.tool.flags else {}


def _refined(session: Session, run: ToolRun, name: str, progress: Progress) -> ToolRun:
    """Take the figures of the summary file where it is about the same inferences as the printed line."""
    if run.log.runs is None or _RESULT_FLAG not in session.tool.flags:
        return run
    try:
        data = session.pull(name, progress)
        result = parse_result(data) if data else None
    except RunError:
        # The printed figures are whole.
        return run
    return replace(run, log=result.refine(run.log)) if result is not None else run


def _keep(run: ToolRun, measured: _Measured) -> bool:
    """Keep a process's figures; says whether there were any, which is not so when the user stopped it."""
    stats = run.log.runs
    if stats is None:
        return False
    measured.logs.append(run.log)
    if run.log.warmup is not None:
        measured.warmup_ns.append(round(run.log.warmup.mean_ns))
    measured.chunks.append(_chunk(run, stats))
    return True


def _chunk(run: ToolRun, stats: Stats) -> RunChunk:
    return RunChunk(
        count=stats.count,
        mean_ns=stats.mean_ns,
        min_ns=stats.min_ns,
        max_ns=stats.max_ns,
        std_ns=stats.std_ns,
        median_ns=stats.median_ns,
        p5_ns=stats.p5_ns,
        p95_ns=stats.p95_ns,
        init_ns=run.log.init_ns,
        first_ns=run.log.first_ns if run.log.first_ns else run.log.warmup.first_ns if run.log.warmup else None,
    )


def _chunk_sizes(runs: int, count: int) -> list[int]:
    """Divide runs evenly among at most ``count`` processes."""
    count = max(1, min(runs, count))
    return [runs // count + (i < runs % count) for i in range(count)]


def _later_sizes(runs: int, seconds: float, stats: Stats | None) -> list[int]:
    """Divide the rest so that starting processes does not take much longer than measuring."""
    if runs < 1 or stats is None:
        return []
    start = max(0.05, seconds - stats.count * stats.mean_ns / 1e9)
    budget = max(_LEAST_START_SECONDS, _START_SHARE * runs * stats.mean_ns / 1e9)
    return _chunk_sizes(runs, max(1, min(_CHUNKS - 1, int(budget / start))))


def _start_cached(session: Session, model: Model, measured: _Measured, progress: Progress) -> None:
    """Measure a start from a cache too; it is extra, so that a failure is a note only."""
    run, note = measure_cached_start(session, model.sha256[:32], progress)
    if run is not None and run.log.runs is not None:
        measured.cached_start = _chunk(run, run.log.runs)
    if note:
        session.notes.append(note)


def _profile(session: Session, model: Model, measured: _Measured, progress: Progress) -> None:
    if not session.tool.flags.has_profiler:
        session.notes.append("This build of the tool has no profiler: there are no times of operators.")
        return
    progress.step("Profiling operators")
    mean_s = sum(chunk.mean_ns for chunk in measured.chunks) / len(measured.chunks) / 1e9
    try:
        measured.profiled = profile_operators(session, model, mean_s, progress)
    except (RunError, DeviceError) as error:
        measured.note_failure(error)


def _watch_npu(session: Session, environment: Mapping[str, str], measured: _Measured, progress: Progress) -> None:
    """Ask for the NPU's own layers; they are extra, so that a failure is a note only."""
    if not session.table.find(session.plan.delegate).is_accelerator:
        return
    try:
        measured.npu_layers, note = watch_npu(session, environment, progress)
    except RunError as error:
        note = f"The NPU could not be asked for its layers: {error.message}."
    if note:
        session.notes.append(note)


def _accounts(session: Session, model: Model, measured: _Measured) -> DeviceAccounts | None:
    profiled = measured.profiled
    if profiled is None or profiled.profile.is_empty:
        return None
    table = session.table
    delegate = table.find(session.plan.delegate)
    names = DelegateNames(
        shown={node: item.name for item in table.delegates for node in item.node_names},
        default=delegate.name if delegate.is_accelerator else "XNNPACK",
        counts_cycles=delegate.id == "hexagon" and session.plan.delegate_options.get("cycles") == "true",
    )
    attributed = Attributor(model, names, profiled.graphs).attribute(profiled.profile)
    weights = [chunk.count for chunk in measured.chunks]
    mean_ns = sum(c.mean_ns * n for c, n in zip(measured.chunks, weights, strict=True)) / sum(weights)
    return account_for(model, attributed, mean_ns)


def _memory(measured: _Measured) -> Memory | None:
    """Give the growth of the process since its start, which is what the tool tells."""
    log = measured.logs[0]
    if log.overall_bytes is None:
        return None
    return Memory(baseline_bytes=0, peak_bytes=log.overall_bytes, after_init_bytes=log.init_bytes)


def _tool_facts(session: Session, measured: _Measured) -> dict[str, str]:
    facts = {"runner": session.tool.path}
    if measured.logs[0].version:
        facts["runtime"] = f"TensorFlow Lite {measured.logs[0].version}"
    if measured.logs[0].accelerators:
        facts["accelerators"] = ", ".join(measured.logs[0].accelerators)
    return facts


def _delegate_warnings(session: Session, measured: _Measured, accounts: DeviceAccounts | None) -> list[str]:
    """Say it when a delegate took nothing: the figures are of the processor then."""
    delegate = session.table.find(session.plan.delegate)
    if delegate.id == "cpu":
        return []
    log = measured.logs[0]
    took = any(verdict.how != "not" for verdict in log.verdicts) or any(
        item.taken and delegate.may_have_made(item.delegate) for item in log.replacements
    )
    if accounts is not None:
        # How some makers call their delegates' nodes is not known.
        others = {part.delegate for part in accounts.partitions} - _ON_PROCESSOR
        took |= delegate.name in others if delegate.node_names else bool(others)
    refused = any(verdict.how == "not" for verdict in log.verdicts)
    if refused and not took:
        return [f"{delegate.name} took no operator of this model: everything ran on the processor."]
    if not took and delegate.is_accelerator and accounts is not None:
        return [f"Nothing shows that {delegate.name} took any operator: this may have run on the processor alone."]
    return []


def _notes(measured: _Measured) -> list[str]:
    chunks, notes = measured.chunks, []
    counts = sorted({chunk.count for chunk in chunks})
    each = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    if counts[-1] > 1:
        notes.append(
            f"Each latency is the mean of {each} inferences in a process of its own: benchmark_model tells no single "
            f"ones. The fastest of all took {min(c.min_ns for c in chunks) / 1e6:.3f} ms, the slowest "
            f"{max(c.max_ns for c in chunks) / 1e6:.3f} ms."
        )
    else:
        notes.append("Each latency is a single inference after a warm-up, in a process of its own.")
    if len(chunks) > 1:
        notes.append("Initialisation and first inference are of the first process; later ones may profit from caches.")
    if measured.logs[0].overall_bytes is not None:
        notes.append("Memory is the growth of the tool's process since its start; what drivers hold is not in it.")
    if measured.profiled is not None:
        notes.extend(measured.profiled.notes)
    return notes


def _with_log(error: ProfilerError, session: Session) -> ProfilerError:
    """Give the error with the log of all processes, whatever the connection lost."""
    kind = RunError if isinstance(error, RunError) else DeviceError
    if isinstance(error, DeviceLostError):
        return error
    return kind(error.message, hint=error.hint, detail="\n".join(session.log)[-_LOG_CHARACTERS:] or error.detail)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
