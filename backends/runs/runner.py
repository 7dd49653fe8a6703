"""Executes a Plan: the one function that measures."""

import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from backends.devices.local import LocalDevice, find_runtime
from backends.errors import RunError
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.accounting import Accounts, account
from backends.runs.host.attribution import Attribution, attribute
from backends.runs.host.child import Setup
from backends.runs.host.isolate import isolating_prefix
from backends.runs.host.phases import Measured, Setups, kernel_mode, measure_phases
from backends.runs.host.refusals import explain
from backends.runs.inputs import PreparedInputs, prepare_inputs
from backends.runs.plan import Kernels, Plan
from backends.runs.run import Memory, Run

_IDENTIFIER = b"TFL3"
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
    with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as folder:
        setups, warnings = _write_setups(Path(model_path), model, plan, prepared, Path(folder))
        try:
            measured = measure_phases(model, setups, plan, progress)
        except RunError as error:
            raise explain(error, model, plan) from error
    progress.step("Adding up")
    attribution = _attribute(model, measured, plan)
    accounts = account(model, attribution, _latencies(measured)) if attribution else None
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
        partitions=attribution.partitions if attribution else (),
        is_complete=measured.is_complete,
        warnings=(*model.warnings, *warnings, *measured.warnings),
        notes=(*prepared.notes, *_notes(measured, plan, accounts)),
    )


def _write_setups(
    path: Path, model: Model, plan: Plan, prepared: PreparedInputs, folder: Path
) -> tuple[Setups, list[str]]:
    """Write what the children read into a private folder: inputs, a bundle's model, the isolated model."""
    files = []
    for index, tensor in enumerate(prepared.inputs):
        files.append(folder / f"input-{index}.bin")
        files[-1].write_bytes(tensor.data)
    model_path = _own_file(path, model, folder)
    warnings: list[str] = []
    isolated_path: Path | None = None
    if plan.kernels in (Kernels.FUSED, Kernels.EXACT):
        try:
            prefix = isolating_prefix(model.data)
            isolated_path = folder / "isolated.tflite"
            _write(isolated_path, (prefix, model.data))
        except RunError as error:
            if plan.kernels is Kernels.EXACT:
                raise
            warnings.append(f"Kernels were matched to operators by kind only: {error.message}.")
    plain = Setup(
        library=find_runtime(),
        model_path=model_path,
        kernels=kernel_mode(plan.kernels),
        threads=plan.threads,
        inputs=prepared,
        files=tuple(files),
    )
    if plan.kernels is Kernels.EXACT and isolated_path is not None:
        plain = replace(plain, model_path=isolated_path, is_isolated=True)
        return Setups(plain=plain, profiled=replace(plain, is_profiled=True)), warnings
    profiled = replace(plain, is_profiled=True)
    isolated = replace(profiled, model_path=isolated_path, is_isolated=True) if isolated_path else None
    return Setups(plain=plain, profiled=profiled, isolated=isolated), warnings


def _own_file(path: Path, model: Model, folder: Path) -> Path:
    """Give a file that holds exactly this model: its own, or a copy when it comes from a bundle."""
    try:
        with path.open("rb") as file:
            is_model = file.read(8)[4:] == _IDENTIFIER and path.stat().st_size == len(model.data)
    except OSError as error:
        raise RunError(f"{path.name} cannot be read: {error.strerror}", hint="Open the model again.") from error
    if is_model:
        return path.resolve()
    copy = folder / "model.tflite"
    _write(copy, (model.data,))
    return copy


def _write(path: Path, parts: Sequence[bytes | memoryview]) -> None:
    try:
        with path.open("wb") as file:
            for part in parts:
                file.write(part)
    except OSError as error:
        raise RunError(
            f"a copy of the model cannot be written: {error.strerror}", hint="Free space for temporary files."
        ) from error


def _attribute(model: Model, measured: Measured, plan: Plan) -> Attribution | None:
    if not measured.profiled or not measured.runs:
        return None
    return attribute(
        model,
        measured.profiled,
        measured.dictionary,
        is_isolated=plan.kernels is Kernels.EXACT,
        has_delegate=plan.kernels in (Kernels.FUSED, Kernels.EXACT),
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


def _notes(measured: Measured, plan: Plan, accounts: Accounts | None) -> list[str]:
    notes = list(accounts.notes) if accounts else []
    if plan.kernels is Kernels.EXACT:
        notes.append(
            "Each operator ran as a partition of its own, so the latency is that of the model without fusing; measure "
            "with fused kernels for the model's own latency."
        )
    preempted = sum(sample.was_preempted for sample in measured.runs)
    if measured.runs and preempted > _MANY_PREEMPTED * len(measured.runs):
        notes.append(f"Other programs interrupted {preempted} of {len(measured.runs)} runs: the computer was busy.")
    if measured.profiled and measured.runs:
        slower = _mean([s.sample.latency_ns for s in measured.profiled]) / _mean(list(_latencies(measured))) - 1
        notes.append(f"Operator times are from {len(measured.profiled)} profiled runs, {slower:+.1%} in latency.")
    return notes


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)
