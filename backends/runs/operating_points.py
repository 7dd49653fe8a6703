"""Runs as points of the power-performance curve, and the plans of a sweep over operating points."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from backends.power.curve import OperatingPoint
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.plan import Kernels, Plan
from backends.runs.run import Run

GOVERNOR = "governor_set"
"""Key of a run's environment: the governor that was set for it, in words."""
FREQUENCY_CAP = "frequency_cap"
"""Key of a run's environment: how the clocks were capped, in words."""


def point_of(run: Run) -> OperatingPoint | None:
    """Give a run's operating point; ``None`` where it has no energy.

    Without a baseline the energy holds idle power, and the point says so.
    """
    energy = run.energy
    if energy is None:
        return None
    per, error = energy.per_inference_mj, energy.per_inference_error_mj or 0.0
    is_total = per is None
    if per is None:
        per, error = energy.total_per_inference_mj, energy.total_error_mj / energy.inferences
    clocks = [run.environment.get(key, "") for key in (GOVERNOR, FREQUENCY_CAP)]
    return OperatingPoint(
        label=", ".join(part for part in (describe_point(run.plan), *clocks) if part),
        series=f"{run.model_name} on {device_name(run)}",
        seconds=energy.seconds_per_inference,
        energy_mj=per,
        energy_error_mj=error,
        is_total=is_total,
        run_id=run.id,
    )


def points_of(runs: Iterable[Run]) -> tuple[OperatingPoint, ...]:
    """Give the operating points of those runs that have energy."""
    return tuple(point for run in runs if (point := point_of(run)) is not None)


def device_name(run: Run) -> str:
    """Give a name of the device for people."""
    if run.plan.device == "host":
        return "this computer"
    return run.environment.get("model") or run.plan.device


def describe_point(plan: Plan) -> str:
    """Say what sets a plan apart from others of the same model and device: ``GPU, fp16, 4 threads, 30 Hz``."""
    parts = []
    if plan.delegate:
        parts.append(next((d.name for d in load_delegates().delegates if d.id == plan.delegate), plan.delegate))
    elif plan.kernels is not Kernels.FUSED:
        parts.append(f"{plan.kernels} kernels")
    parts += [f"{name}={value}" for name, value in plan.delegate_options.items()]
    parts.append(f"{plan.threads} thread{'s' if plan.threads != 1 else ''}")
    if plan.rate_hz:
        parts.append(f"{plan.rate_hz:g} Hz")
    return ", ".join(parts)


def sweep_plans(
    plan: Plan,
    *,
    threads: Sequence[int] = (),
    rates_hz: Sequence[float] = (),
    delegates: Sequence[str] = (),
    options: Sequence[tuple[str, str]] = (),
    kernels: Sequence[Kernels] = (),
) -> tuple[Plan, ...]:
    """Give a plan for each combination of what is varied; what is not given stays as in ``plan``.

    Args:
        plan: everything else.
        threads: numbers of threads.
        rates_hz: inferences per second to keep to; 0 for as fast as possible.
        delegates: ids, on devices.
        options: option id and value, one for each point, such as clusters of cores (``affinity`` of ``4-7``) or a
            precision preference.
        kernels: kinds of kernels, on this computer.
    """
    plans = [plan]
    if kernels:
        plans = [replace(item, kernels=kind) for item in plans for kind in dict.fromkeys(kernels)]
    if delegates:
        plans = [replace(item, delegate=id_) for item in plans for id_ in dict.fromkeys(delegates)]
    if options:
        plans = [
            replace(item, delegate_options={**item.delegate_options, name: value})
            for item in plans
            for name, value in dict.fromkeys(options)
        ]
    if threads:
        plans = [replace(item, threads=count) for item in plans for count in dict.fromkeys(threads)]
    if rates_hz:
        plans = [replace(item, rate_hz=rate) for item in plans for rate in dict.fromkeys(rates_hz)]
    return tuple(plans)
