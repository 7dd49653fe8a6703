"""Executes a Plan: the one function that measures."""

import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from backends.devices.local import LocalDevice
from backends.errors import RunError
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.accounting import Accounts, account, account_whole
from backends.runs.host.attribution import Attribution, attribute
from backends.runs.host.phases import Measured, measure_phases
from backends.runs.host.refusals import explain
from backends.runs.host.setups import DELEGATE_MODE, Setups, write_setups
from backends.runs.inputs import PreparedInputs, prepare_inputs
from backends.runs.plan import Kernels, Plan
from backends.runs.run import Memory, Run, RunPartition
from backends.runs.summary import count_warmup, measure_drift

VARYING_OUTPUT = ("kTfLiteArenaRw", "Custom allocation is too small", "the buffer of output")
"""What LiteRT reports when the size of an output is not known before running."""
_MANY_PREEMPTED = 0.1


def measure(model_path: str | Path, model: Model, plan: Plan, progress: Progress | None = None) -> Run:
    """Measure a model on this computer as the plan says.

    Native code runs in child processes only. Stopping keeps what was measured, cancelling kills the children.
    ``model_path`` may be a bundle that holds the model.

    Raises:
        Cancelled: the user cancelled.
        RunError: the runtime is missing, refuses the model, crashes or hangs before a single run was measured.
    """
    progress = progress or Progress()
    started_at = datetime.now().astimezone().isoformat(timespec="seconds")
    progress.step("Choosing inputs")
    prepared = prepare_inputs(model, plan)
    environment = dict(LocalDevice().environment())
    setups, measured = _measure(Path(model_path), model, plan, prepared, progress)
    progress.step("Adding up")
    accounts, partitions = _account(model, setups, measured)
    return Run(
        id=uuid.uuid4().hex,
        model_name=model.name,
        model_sha256=model.sha256,
        started_at=started_at,
        plan=plan,
        environment=environment,
        init_ns=measured.opened.init_ns,
        first_ns=measured.first.latency_ns if measured.first else None,
        warmup_ns=tuple(sample.latency_ns for sample in measured.warmup),
        latencies_ns=_latencies(measured),
        memory=_memory(measured),
        operators=accounts.operators if accounts else (),
        overhead_ns=accounts.overhead_ns if accounts else None,
        profiled_total_ns=accounts.total_ns if accounts else None,
        partitions=partitions,
        is_complete=measured.is_complete,
        warnings=(*model.warnings, *setups.warnings, *measured.warnings),
        notes=(*prepared.notes, *_notes(setups, measured, plan, accounts)),
    )


def _measure(
    path: Path, model: Model, plan: Plan, prepared: PreparedInputs, progress: Progress
) -> tuple[Setups, Measured]:
    """Measure; where LiteRT cannot hand out the outputs because their size varies, once more through their shapes."""
    with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as folder:
        setups = write_setups(path, model, plan, prepared, Path(folder))
        try:
            return setups, measure_phases(model, setups, plan, progress)
        except RunError as error:
            if prepared.shapes_outputs or not any(text in error.message + error.detail for text in VARYING_OUTPUT):
                raise explain(error, model, plan) from error
    return _measure(path, model, plan, replace(prepared, shapes_outputs=True), progress)


def _account(model: Model, setups: Setups, measured: Measured) -> tuple[Accounts | None, tuple[RunPartition, ...]]:
    if setups.profiled is None and measured.runs:
        accounts, group = account_whole(model, _latencies(measured))
        return accounts, (group,)
    attribution = _attribute(model, setups, measured)
    if attribution is None:
        return None, ()
    return account(model, attribution, _latencies(measured)), attribution.partitions


def _attribute(model: Model, setups: Setups, measured: Measured) -> Attribution | None:
    setup = setups.profiled
    if setup is None or not measured.profiled or not measured.runs:
        return None
    has_delegate = setup.kernels == DELEGATE_MODE
    return attribute(
        model,
        measured.profiled,
        measured.dictionary,
        setup.rewrite,
        plain_ns=_latencies(measured),
        has_delegate=has_delegate,
    )


def _latencies(measured: Measured) -> tuple[int, ...]:
    return tuple(sample.latency_ns for sample in measured.runs)


def _memory(measured: Measured) -> Memory | None:
    baseline, peak = measured.opened.baseline.get("rss"), measured.memory.get("peak")
    if baseline is None or peak is None:
        return None
    return Memory(
        baseline_bytes=baseline, peak_bytes=max(peak, baseline), after_init_bytes=measured.opened.after_init.get("rss")
    )


def _notes(setups: Setups, measured: Measured, plan: Plan, accounts: Accounts | None) -> list[str]:
    notes = list(accounts.notes) if accounts else []
    if plan.kernels is Kernels.EXACT:
        notes.append(
            "Each operator ran as a partition of its own, so the latency is that of the model without fusing; measure "
            "with fused kernels for the model's own latency."
        )
    if setups.plain.rewrite.shaped_subgraph >= 0:
        notes.append("LiteRT cannot hand out outputs of this kind or of varying size: only their shapes were read.")
    preempted = sum(sample.was_preempted for sample in measured.runs)
    if measured.runs and preempted > _MANY_PREEMPTED * len(measured.runs):
        notes.append(f"Other programs interrupted {preempted} of {len(measured.runs)} runs: the computer was busy.")
    notes.extend(_steadiness(_latencies(measured)))
    if measured.profiled and measured.runs:
        slower = _mean([s.sample.latency_ns for s in measured.profiled]) / _mean(list(_latencies(measured))) - 1
        notes.append(f"Operator times are from {len(measured.profiled)} profiled runs, {slower:+.1%} in latency.")
    return notes


def _steadiness(latencies: Sequence[int]) -> list[str]:
    """Say when the runs were not those of a warm and steady computer."""
    notes: list[str] = []
    if not latencies:
        return notes
    slow = count_warmup(latencies)
    if slow:
        first = "first run was" if slow == 1 else f"first {slow} runs were"
        notes.append(f"The {first} slower than the later ones: more warm-up runs would help.")
    drift = measure_drift(latencies)
    if drift.is_notable:
        notes.append(f"The latency changed by {drift.relative:+.1%} from the first to the last third of the runs.")
    return notes


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)
