"""The phases of a measurement on this computer, in one or more children.

The plain child (profiler off) gives every latency and the memory; the profiled child gives operators' times. Both are
measured in alternating blocks, so that a slow change of the computer's speed touches both alike. Each block begins
with one run that is not counted, since the other child's data was in the caches.
"""

import math
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from backends.errors import RunError
from backends.model.model import Model, OperatorId
from backends.progress import Progress
from backends.runs.host.alignment import Kernel
from backends.runs.host.attribution import read_dictionary
from backends.runs.host.child import Opened, ProfiledSample, RuntimeChild, Sample, Setup
from backends.runs.host.setups import Setups
from backends.runs.plan import Plan

_BLOCKS = 8
_REQUEST_SECONDS = 0.4
"""Longest stretch without looking whether the user wants to stop."""
_SETTLE_BELOW_S = 0.25
_MIN_PROFILED, _MAX_PROFILED = 5, 400
_PROFILE_SHARE, _MIN_PROFILE_S, _MAX_PROFILE_S = 0.6, 0.6, 45.0
_MAX_EVENTS = 3_000_000
_DICTIONARY_RUNS, _DICTIONARY_SECONDS = 5, 2.0


@dataclass(slots=True)
class Measured:
    """What came out so far; kept when a later phase fails."""

    opened: Opened
    first: Sample | None = None
    warmup: list[Sample] = field(default_factory=list)
    runs: list[Sample] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)
    profiled: list[ProfiledSample] = field(default_factory=list)
    dictionary: dict[OperatorId, tuple[Kernel, ...]] = field(default_factory=dict)
    is_complete: bool = True
    warnings: list[str] = field(default_factory=list)


def measure_phases(model: Model, setups: Setups, plan: Plan, progress: Progress) -> Measured:
    """Measure all phases. Once a first run was made, later failures become warnings.

    Raises:
        Cancelled: the user cancelled.
        RunError: the model cannot be run at all.
    """
    with ExitStack() as stack:
        progress.step("Starting the runtime")
        plain = stack.enter_context(RuntimeChild(progress))
        measured = Measured(plain.open(setups.plain))
        try:
            _warm_up(plain, measured, plan, progress)
            profiled = _open_profiled(stack, model, setups, measured, progress)
            _alternate(plain, profiled, measured, plan, progress)
        except RunError as error:
            if not measured.runs:
                raise
            measured.is_complete = False
            measured.warnings.append(f"The measurement ended early: {error.message}.")
    return measured


def _warm_up(plain: RuntimeChild, measured: Measured, plan: Plan, progress: Progress) -> None:
    progress.step("First run")

    def listen(sample: Sample) -> None:
        progress.sample("warmup", sample.latency_ns)

    measured.first = plain.run(1, seconds=0, listen=listen)[0]
    while len(measured.warmup) < plan.warmup and not progress.is_stopping:
        progress.step("Warming up", done=len(measured.warmup), total=plan.warmup)
        rest = plan.warmup - len(measured.warmup)
        measured.warmup += plain.run(rest, seconds=_REQUEST_SECONDS, listen=listen)
    measured.memory = plain.memory()


def _open_profiled(
    stack: ExitStack, model: Model, setups: Setups, measured: Measured, progress: Progress
) -> RuntimeChild | None:
    """Open the profiled child, and learn before which kernels each operator runs alone."""
    if progress.is_stopping:
        return None
    if setups.isolated is not None:
        try:
            measured.dictionary = _learn_kernels(model, setups.isolated, progress)
        except RunError as error:
            measured.warnings.append(
                f"Operators could not be run one by one, kernels were matched by kind: {error.message}."
            )
    try:
        progress.step("Preparing the profiler")
        child = stack.enter_context(RuntimeChild(progress))
        child.open(setups.profiled)
        child.run(1, seconds=0)
    except RunError as error:
        measured.warnings.append(f"There are no operator times: {error.message}.")
        return None
    return child


def _learn_kernels(model: Model, isolated: Setup, progress: Progress) -> dict[OperatorId, tuple[Kernel, ...]]:
    with RuntimeChild(progress) as child:
        progress.step("Running each operator alone")
        child.open(isolated)
        child.run(1, seconds=0)
        samples = child.profile(_DICTIONARY_RUNS, seconds=_DICTIONARY_SECONDS)
    return read_dictionary(model, samples, isolated.rewrite)


def _alternate(
    plain: RuntimeChild, profiled: RuntimeChild | None, measured: Measured, plan: Plan, progress: Progress
) -> None:
    """Measure in blocks, plain and profiled in turn."""
    typical_s = min(sample.latency_ns for sample in (*_first(measured), *measured.warmup)) / 1e9
    blocks = min(_BLOCKS, plan.runs)
    profile_count = _profile_count(plan, typical_s)
    settles = profiled is not None and typical_s < _SETTLE_BELOW_S
    spent_ns = 0
    for block in range(1, blocks + 1):
        goal = math.ceil(plan.runs * block / blocks)
        if settles:
            plain.run(1, seconds=0)
        spent_ns += _plain_block(plain, measured, goal, _with_time_left(plan, spent_ns), progress)
        if progress.is_stopping or spent_ns / 1e9 >= plan.max_seconds:
            measured.is_complete = len(measured.runs) >= plan.runs
        if profiled is not None:
            profiled = _profile_block(profiled, measured, math.ceil(profile_count * block / blocks), settles, progress)
        if not measured.is_complete:
            break
    if spent_ns / 1e9 >= plan.max_seconds and not measured.is_complete:
        measured.warnings.append(
            f"The time limit of {plan.max_seconds:g} s was reached after {len(measured.runs)} of {plan.runs} runs."
        )


def _with_time_left(plan: Plan, spent_ns: int) -> Plan:
    """Give the plan with the measuring time that is left."""
    return replace(plan, max_seconds=max(1e-3, plan.max_seconds - spent_ns / 1e9))


def _plain_block(child: RuntimeChild, measured: Measured, goal: int, plan: Plan, progress: Progress) -> int:
    """Measure up to ``goal`` runs in all; gives the time spent in them."""
    spent_ns = 0

    def listen(sample: Sample) -> None:
        nonlocal spent_ns
        measured.runs.append(sample)
        spent_ns += sample.latency_ns
        progress.sample("run", sample.latency_ns)

    while len(measured.runs) < goal and (not progress.is_stopping or not measured.runs):
        progress.step("Measuring", done=len(measured.runs), total=plan.runs)
        seconds = min(_REQUEST_SECONDS, plan.max_seconds - spent_ns / 1e9)
        child.run(goal - len(measured.runs), seconds=seconds, pause_seconds=plan.pause_seconds, listen=listen)
        if spent_ns / 1e9 >= plan.max_seconds:
            break
    return spent_ns


def _profile_block(
    child: RuntimeChild, measured: Measured, goal: int, settles: bool, progress: Progress
) -> RuntimeChild | None:
    """Profile up to ``goal`` runs in all; gives the child, or ``None`` when it failed."""
    try:
        if settles:
            child.run(1, seconds=0)
        while len(measured.profiled) < goal and (not progress.is_stopping or not measured.profiled):
            progress.step("Profiling", done=len(measured.profiled), total=goal)
            events = len(measured.profiled[0].elapsed_us) if measured.profiled else 0
            if events * len(measured.profiled) > _MAX_EVENTS:
                break
            measured.profiled += child.profile(goal - len(measured.profiled), seconds=_REQUEST_SECONDS)
    except RunError as error:
        missing = "Operator times are from fewer runs" if measured.profiled else "There are no operator times"
        measured.warnings.append(f"{missing}: {error.message}.")
        return None
    return child


def _profile_count(plan: Plan, typical_s: float) -> int:
    """Choose how many runs to profile: more for short ones, whose times are few whole microseconds."""
    seconds = min(max(_PROFILE_SHARE * plan.runs * typical_s, _MIN_PROFILE_S), _MAX_PROFILE_S)
    return max(_MIN_PROFILED, min(_MAX_PROFILED, int(seconds / max(typical_s, 1e-6))))


def _first(measured: Measured) -> tuple[Sample, ...]:
    return () if measured.first is None else (measured.first,)
