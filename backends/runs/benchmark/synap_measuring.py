"""Measures a model that SyNAP's toolkit converted before, with ``synap_cli`` on the device.

It tells the time of each inference, but nothing of operators; the NPU's driver tells its layers to root.
"""

import math
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from backends.devices.device import RemoteDevice, RemoteShell
from backends.devices.shell import Outcome
from backends.errors import DeviceError, RunError
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.benchmark.command import affinity_mask
from backends.runs.benchmark.npu_watch import TABLE_NAME, parse_layers, watched
from backends.runs.benchmark.synap import SynapTimings, parse_synap_log
from backends.runs.plan import Plan
from backends.runs.run import NpuLayer, Run

PROGRAM = "synap_cli"
_BUNDLE, _AFFINITY = "bundle", "affinity"
_MARGIN_SECONDS = 120.0
_WATCH_SECONDS = 4.0
_MOST_WATCHED = 20_000
_MAX_LINES = 200_000
_MAX_TABLE = 16 << 20
_LOG_CHARACTERS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """One run of the program."""

    outcome: Outcome
    lines: tuple[str, ...]
    timings: SynapTimings


@dataclass(slots=True, kw_only=True)
class _Program:
    """What is needed to start it again."""

    shell: RemoteShell
    start: list[str]
    bundle: str
    plan: Plan
    log: list[str] = field(default_factory=list)

    def run(self, count: int, progress: Progress, wrapped_for: str = "") -> _Talk:
        """Run it ``count`` inferences long; ``wrapped_for`` is a folder that gets the driver's table."""
        pace = ["--fps", f"{self.plan.rate_hz:g}"] if self.plan.rate_hz else []
        argv = [*self.start, "-m", self.bundle, "-r", str(count), *pace, "random"]
        lines: list[str] = []

        def listen(_stream: str, line: str) -> None:
            if len(lines) < _MAX_LINES:
                lines.append(line)
            progress.line(line)
            for latency_ns in parse_synap_log([line]).runs_ns:
                progress.sample("run", latency_ns)

        self.log.append(f"$ {' '.join(argv)}")
        try:
            outcome = self.shell.run(
                watched(argv, wrapped_for) if wrapped_for else argv,
                timeout_s=self.plan.max_seconds + _MARGIN_SECONDS,
                progress=progress,
                on_line=listen,
                ends_on_stop=True,
            )
        finally:
            self.log.extend(lines)
        return _Talk(outcome=outcome, lines=tuple(lines), timings=parse_synap_log(lines))


def measure_with_synap(model: Model, plan: Plan, device: RemoteDevice, progress: Progress) -> Run:
    """Measure a converted model.

    Args:
        model: the model that was converted; what is measured is the option ``bundle``.
        plan: option, runs and warm-up.
        device: where.
        progress: reports, stops and cancels.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device refuses or went away.
        RunError: there is no such program or bundle, or it failed before anything was measured.
    """
    _check(plan)
    started_at = datetime.now().astimezone().isoformat(timespec="seconds")
    environment = dict(device.environment())
    program = _prepare(plan, device, progress)
    progress.step("Measuring")
    talk = program.run(plan.runs + plan.warmup, progress)
    runs = talk.timings.runs_ns
    fault = None if talk.outcome.stopped else _find_fault(talk)
    if len(runs) <= plan.warmup:
        raise fault or RunError("it was stopped before anything was measured")
    layers, notes = ((), "") if fault or talk.outcome.stopped else _layers(program, device, environment, runs, progress)
    return Run(
        id=uuid.uuid4().hex,
        model_name=model.name,
        model_sha256=model.sha256,
        started_at=started_at,
        plan=plan,
        environment=environment | {"runner": program.start[-1], "bundle": plan.delegate_options[_BUNDLE]},
        init_ns=_initialisation(talk.timings),
        first_ns=runs[0],
        warmup_ns=runs[: plan.warmup],
        latencies_ns=runs[plan.warmup :],
        memory=None,
        operators=(),
        overhead_ns=None,
        profiled_total_ns=None,
        partitions=(),
        is_complete=fault is None and not talk.outcome.stopped,
        warnings=(
            *model.warnings,
            *([f"{fault.message[:1].upper()}{fault.message[1:]}. {fault.hint}"] if fault else []),
        ),
        notes=(
            "What was measured is the converted model that the option bundle names; nobody compared it with this one.",
            "synap_cli tells nothing of operators, and made up its own input values.",
            *([notes] if notes else []),
        ),
        log="\n".join(program.log)[-_LOG_CHARACTERS:],
        npu_layers=layers,
    )


def _check(plan: Plan) -> None:
    foreign = [name for name in plan.delegate_options if name not in (_BUNDLE, _AFFINITY)]
    if foreign or plan.pause_seconds or plan.min_seconds:
        what = f"the option {foreign[0]}" if foreign else "pauses or a least time"
        raise RunError(f"synap_cli does not know {what}", hint="Leave it out.")


def _prepare(plan: Plan, device: RemoteDevice, progress: Progress) -> _Program:
    """Put program and bundle on the device where they are files of this computer."""
    shell, bundle = device.shell, plan.delegate_options[_BUNDLE]
    if Path(bundle).is_file():
        progress.step("Copying the converted model")
        bundle = shell.push_once(Path(bundle), progress=progress)
    elif shell.stat(bundle) is None:
        raise RunError(
            f"there is no converted model at {bundle}, neither on this computer nor on the device",
            hint="Convert the model with SyNAP's toolkit, and name the .synap file.",
        )
    path = plan.runner or PROGRAM
    if plan.runner and Path(plan.runner).is_file():
        path = shell.push_once(Path(plan.runner), is_executable=True, progress=progress)
    mask = affinity_mask(plan)
    return _Program(shell=shell, start=[*(["taskset", mask] if mask else []), path], bundle=bundle, plan=plan)


def _find_fault(talk: _Talk) -> RunError | None:
    if talk.outcome.is_success and talk.timings.runs_ns:
        return None
    text = "\n".join(talk.lines)
    words = next(
        (line.strip() for line in reversed(talk.lines) if re.search(r"(?i)error|fail|cannot|reserved", line)), ""
    )
    reason = f": {words[:300]}" if words else ""
    if talk.outcome.code in (126, 127):
        return RunError("there is no synap_cli on the device", hint="It comes with SyNAP's boards.", detail=text)
    if talk.outcome.is_success:
        return RunError(
            f"synap_cli printed no times{reason}", hint="Its output was cut off, or it is another version.", detail=text
        )
    return RunError(
        f"{talk.outcome.describe()}{reason}",
        hint="See its log; the bundle must be converted for this NPU.",
        detail=text,
    )


def _initialisation(timings: SynapTimings) -> int | None:
    if timings.load_ns is None and timings.init_ns is None:
        return None
    return (timings.load_ns or 0) + (timings.init_ns or 0)


def _layers(
    program: _Program,
    device: RemoteDevice,
    environment: Mapping[str, str],
    runs: Sequence[int],
    progress: Progress,
) -> tuple[tuple[NpuLayer, ...], str]:
    """Run it once more, long enough to read the driver's table; a failure is a note only."""
    if environment.get("root") != "yes":
        return (
            (),
            "SyNAP tells the layers of its NPU to root only; 'adb root' can switch to it on boards for developers.",
        )
    progress.step("Asking the NPU for its layers")
    mean_s = sum(runs) / len(runs) / 1e9
    count = max(1, min(_MOST_WATCHED, math.ceil(_WATCH_SECONDS / max(mean_s, 1e-6))))
    with _folder_on(device) as folder:
        talk = program.run(count, progress, wrapped_for=folder)
        layers = parse_layers(_read(program.shell, f"{folder}/{TABLE_NAME}", progress))
    if not talk.outcome.is_success or not layers:
        return layers, "The driver told no layers: it keeps them for bundles that were converted with profiling."
    return layers, (
        f"The NPU's driver tells of {len(layers)} layers of its own compiler, in another process; they cannot be "
        "matched with operators, and their times are of a run step by step."
    )


@contextmanager
def _folder_on(device: RemoteDevice) -> Iterator[str]:
    folder = f"{device.work_folder.rstrip('/')}/run-{uuid.uuid4().hex[:12]}"
    device.shell.make_folder(folder)
    try:
        yield folder
    finally:
        with suppress(DeviceError):
            device.shell.remove(folder)


def _read(shell: RemoteShell, remote: str, progress: Progress) -> bytes:
    found = shell.stat(remote)
    if found is None or found.size_bytes > _MAX_TABLE:
        return b""
    with TemporaryDirectory(prefix="tflite-profiler-") as scratch:
        local = Path(scratch) / TABLE_NAME
        shell.pull(remote, local, progress=progress)
        return local.read_bytes()
