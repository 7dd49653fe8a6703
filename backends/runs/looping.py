"""One inference after the other for a while, and nothing else: what energy and sustained figures are made of."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from backends.devices.device import RemoteDevice
from backends.errors import RunError
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.benchmark.command import Loop
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.benchmark.session import Session, open_session
from backends.runs.benchmark.synap_measuring import PROGRAM, measure_with_synap
from backends.runs.host.child import RuntimeChild, Sample
from backends.runs.host.refusals import explain
from backends.runs.host.setups import write_setups
from backends.runs.inputs import PreparedInputs, prepare_inputs
from backends.runs.plan import Plan
from backends.runs.runner import VARYING_OUTPUT
from backends.runs.tapping import TappedProgress

_REQUEST_SECONDS = 0.4
_ONE_PROCESS_S = 60.0
_LEAST_PROCESS_S = 5.0
_MOST_PROCESSES = 60
_WARM_UP = 3

Listen = Callable[[int, int], None]
"""Gets how many inferences have just ended, and the latency of each in ns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looped:
    """What the loop did, by the clock that was handed in."""

    start_s: float
    end_s: float
    count: int
    notes: tuple[str, ...] = ()


def loop_here(
    path: Path, model: Model, plan: Plan, listen: Listen, now: Callable[[], float], progress: Progress
) -> Looped:
    """Repeat the inference on this computer for ``plan.loop_seconds``, at ``plan.rate_hz`` where that is set.

    Stopping ends it early.

    Raises:
        Cancelled: the user cancelled.
        RunError: the runtime refuses or dies before anything ran.
    """
    return _loop_here(path, model, plan, prepare_inputs(model, plan), _Loop(listen, now, progress, plan))


@dataclass(slots=True)
class _Loop:
    listen: Listen
    now: Callable[[], float]
    progress: Progress
    plan: Plan
    count: int = 0
    start_s: float | None = None
    end_s: float = 0.0

    def take(self, sample: Sample) -> None:
        self.end_s = self.now()
        if self.start_s is None:
            self.start_s = self.end_s - sample.latency_ns / 1e9
        self.count += 1
        self.listen(1, sample.latency_ns)

    def looped(self, notes: tuple[str, ...] = ()) -> Looped:
        start = self.end_s if self.start_s is None else self.start_s
        return Looped(start_s=start, end_s=self.end_s, count=self.count, notes=notes)


def _loop_here(path: Path, model: Model, plan: Plan, prepared: PreparedInputs, loop: _Loop) -> Looped:
    with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as folder:
        setups = write_setups(path, model, plan, prepared, Path(folder))
        try:
            with RuntimeChild(loop.progress) as child:
                child.open(setups.plain)
                child.run(_WARM_UP, seconds=_REQUEST_SECONDS)
                _repeat(child, loop)
        except RunError as error:
            is_varying = any(text in error.message + error.detail for text in VARYING_OUTPUT)
            if loop.count:
                return loop.looped((f"The loop ended early: {error.message}.",))
            if prepared.shapes_outputs or not is_varying:
                raise explain(error, model, plan) from error
            return _loop_here(path, model, plan, replace(prepared, shapes_outputs=True), loop)
    return loop.looped()


def _repeat(child: RuntimeChild, loop: _Loop) -> None:
    seconds, rate = loop.plan.loop_seconds, loop.plan.rate_hz
    began = time.monotonic()
    due = began
    while not loop.progress.is_stopping and (done := time.monotonic() - began) < seconds:
        loop.progress.step("Looping for the energy", done=round(done), total=max(1, round(seconds)))
        if not rate:
            child.run(1_000_000, seconds=min(_REQUEST_SECONDS, seconds - done), listen=loop.take)
            continue
        child.run(1, seconds=0, listen=loop.take)
        due = max(due + 1 / rate, time.monotonic())
        if due - began < seconds:
            loop.progress.sleep(due - time.monotonic())
    if rate and loop.start_s is not None:
        # The pause after the last inference belongs to it.
        loop.end_s = max(loop.end_s, min(loop.now(), loop.start_s + loop.count / rate))


def loop_on_device(  # noqa: PLR0913 - what, where, and who listens
    path: Path,
    model: Model,
    plan: Plan,
    device: RemoteDevice,
    listen: Listen,
    now: Callable[[], float],
    progress: Progress,
) -> Looped:
    """Repeat the inference on a device with ``benchmark_model``.

    Up to a minute is one process. The tool tells no single inferences, so that a longer loop consists of processes of
    some seconds each, and has a latency for each of them.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device refuses or went away before anything ran.
        RunError: the tool failed before anything ran.
    """
    if load_delegates().find(plan.delegate).program == PROGRAM:
        return _loop_synap(model, plan, device, listen, now, progress)
    starts, ends, counts, notes = list[float](), list[float](), list[int](), list[str]()
    processes = 1
    if plan.loop_seconds > _ONE_PROCESS_S:
        processes = int(min(_MOST_PROCESSES, plan.loop_seconds // _LEAST_PROCESS_S))
        notes.append(
            f"The loop consists of about {processes} processes, as benchmark_model tells no single inferences: their "
            "start is part of its energy."
        )
    began = time.monotonic()
    with open_session(device, path, model, plan, progress) as session:
        while not progress.is_stopping and (left := plan.loop_seconds - (time.monotonic() - began)) > 0.5:
            done = round(plan.loop_seconds - left)
            progress.step("Looping for the energy", done=done, total=max(1, round(plan.loop_seconds)))
            try:
                start, end, count, mean_ns = _one_process(
                    session, min(left, plan.loop_seconds / processes), now, progress
                )
            except RunError as error:
                if not counts:
                    raise
                notes.append(f"The loop ended early: {error.message}.")
                break
            if count:
                starts.append(start)
                ends.append(end)
                counts.append(count)
                listen(count, round(mean_ns))
            if processes == 1:
                break
    if not counts:
        return Looped(start_s=now(), end_s=now(), count=0, notes=tuple(notes))
    return Looped(start_s=starts[0], end_s=ends[-1], count=sum(counts), notes=tuple(notes))


def _one_process(
    session: Session, seconds: float, now: Callable[[], float], progress: Progress
) -> tuple[float, float, int, float]:
    """Give start, end, count and mean latency of one process's timed inferences."""
    arrivals: list[tuple[float, str]] = []

    def hear(line: str) -> None:
        if "avg=" in line:
            arrivals.append((now(), line))

    tap = TappedProgress(progress, on_line=hear)
    loop = Loop(runs=1, warmup=1, min_seconds=seconds, max_seconds=2 * seconds + 10)
    run = session.run(loop, tap, ends_on_stop=True)
    stats = run.log.runs
    if stats is None:
        return now(), now(), 0, 0.0
    end = arrivals[-1][0] if arrivals else now()
    rate = session.plan.rate_hz
    took = stats.count * max(stats.mean_ns / 1e9, 1 / rate if rate else 0.0)
    return end - took, end, stats.count, stats.mean_ns


def _loop_synap(
    model: Model,
    plan: Plan,
    device: RemoteDevice,
    listen: Listen,
    now: Callable[[], float],
    progress: Progress,
) -> Looped:
    """Let SyNAP's tool repeat; it prints each prediction's time at its end."""
    start = now()
    first = measure_with_synap(model, replace(plan, runs=10, warmup=0), device, progress)
    mean_s = sum(first.latencies_ns) / max(1, len(first.latencies_ns)) / 1e9
    runs = max(10, min(1_000_000, int(plan.loop_seconds / max(mean_s, 1e-5))))
    start = now()
    run = measure_with_synap(model, replace(plan, runs=runs, warmup=0), device, progress)
    count = sum(chunk.count for chunk in run.chunks) or len(run.latencies_ns)
    if count:
        listen(count, round(sum(run.latencies_ns) / len(run.latencies_ns)))
    note = "The loop's energy holds the start of SyNAP's processes."
    return Looped(start_s=start, end_s=now(), count=count, notes=(note,))
