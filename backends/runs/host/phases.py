"""The phases of a measurement on this computer, in one or more children.

The plain child (profiler off) gives every latency and the memory; the profiled child gives operators' times. Both are
measured in alternating blocks, so that a slow change of the computer's speed touches both alike. Each block begins
with one run that is not counted, since the other child's data was in the caches.
"""

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goal:
    """How much to profile: so many runs, but no more than so long and so many events, and at least ``least`` runs."""

    runs: int
    seconds: float
    least: int

    @property
    def request_seconds(self) -> float:
        """Give how long one request may take."""
        return min(_REQUEST_SECONDS, self.seconds / 2)

    def is_reached(self, samples: Sequence[ProfiledSample]) -> bool:
        """Say whether these are enough."""
        if len(samples) >= self.runs:
            return True
        if len(samples) < self.least:
            return False
        events = len(samples) * len(samples[0].elapsed_us)
        return events > _MAX_EVENTS or _seconds([sample.sample for sample in samples]) >= self.seconds


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
    if progress.is_stopping or setups.profiled is None:
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
    firsts = () if measured.first is None else (measured.first,)
    typical_s = min(sample.latency_ns for sample in (*firsts, *measured.warmup)) / 1e9
    blocks = min(_BLOCKS, plan.runs)
    settles = profiled is not None and typical_s < _SETTLE_BELOW_S
    for block in range(1, blocks + 1):
        if settles:
            plain.run(1, seconds=0)
        _plain_block(plain, measured, math.ceil(plan.runs * block / blocks), plan, progress)
        is_last = progress.is_stopping or _seconds(measured.runs) >= plan.max_seconds
        if profiled is not None:
            goal = _profile_goal(plan, typical_s, block / blocks)
            profiled = _profile_block(profiled, measured, goal, settles, progress)
        if is_last:
            break
    measured.is_complete = len(measured.runs) >= plan.runs
    if not measured.is_complete and not progress.is_stopping:
        measured.warnings.append(
            f"The time limit of {plan.max_seconds:g} s was reached after {len(measured.runs)} of {plan.runs} runs."
        )


def _plain_block(child: RuntimeChild, measured: Measured, goal: int, plan: Plan, progress: Progress) -> None:
    """Measure up to ``goal`` runs in all, at least one."""

    def listen(sample: Sample) -> None:
        measured.runs.append(sample)
        progress.sample("run", sample.latency_ns)

    while len(measured.runs) < goal and (not progress.is_stopping or not measured.runs):
        progress.step("Measuring", done=len(measured.runs), total=plan.runs)
        left = plan.max_seconds - _seconds(measured.runs)
        if left <= 0 and measured.runs:
            return
        count, seconds = goal - len(measured.runs), min(_REQUEST_SECONDS, left)
        child.run(count, seconds=seconds, pause_seconds=plan.pause_seconds, listen=listen)


def _profile_block(
    child: RuntimeChild, measured: Measured, goal: _Goal, settles: bool, progress: Progress
) -> RuntimeChild | None:
    """Profile until the goal is reached, counting earlier blocks; gives the child, or ``None`` when it failed."""
    try:
        if settles:
            child.run(1, seconds=0)
        while not goal.is_reached(measured.profiled) and (not progress.is_stopping or not measured.profiled):
            progress.step("Profiling", done=len(measured.profiled), total=goal.runs)
            measured.profiled += child.profile(goal.runs - len(measured.profiled), seconds=goal.request_seconds)
    except RunError as error:
        missing = "Operator times are from fewer runs" if measured.profiled else "There are no operator times"
        measured.warnings.append(f"{missing}: {error.message}.")
        return None
    return child


def _profile_goal(plan: Plan, typical_s: float, part: float) -> _Goal:
    """Choose how many runs to profile: more for short ones, whose times are few whole microseconds."""
    seconds = min(max(_PROFILE_SHARE * plan.runs * typical_s, _MIN_PROFILE_S), _MAX_PROFILE_S)
    runs = max(_MIN_PROFILED, min(_MAX_PROFILED, int(seconds / max(typical_s, 1e-6))))
    return _Goal(runs=math.ceil(runs * part), seconds=seconds * part, least=math.ceil(_MIN_PROFILED * part))


def _seconds(samples: Sequence[Sample]) -> float:
    return sum(sample.latency_ns for sample in samples) / 1e9
