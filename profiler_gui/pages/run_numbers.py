"""The headline numbers of a run, and the block that says where it was measured."""

import statistics
from collections.abc import Sequence
from dataclasses import replace

from backends.reports.columns import MISSING, Value
from backends.reports.device_content import fact_title
from backends.reports.kept_run_columns import format_change
from backends.reports.plain_text import plain
from backends.reports.rows import run_row
from backends.reports.run_columns import RUN_COLUMNS, format_moment
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.run import Run
from backends.units import format_latency
from profiler_gui.widgets.number_tiles import Number

_SHOWN = (
    "mean_ns",
    "p50_ns",
    "p90_ns",
    "p99_ns",
    "min_ns",
    "std_ns",
    "first_ns",
    "init_ns",
    "warmup_ns",
    "peak_memory_bytes",
    "inferences_per_second",
)
_POWER = ("energy_mj", "power_mw")


def run_title(run: Run) -> str:
    """Say when, where and how it was measured."""
    plan = run.plan
    where = (
        [run.environment.get("model") or _device_name(plan.device), _delegate_name(plan.delegate)]
        if plan.delegate
        else []
    )
    count = sum(chunk.count for chunk in run.chunks) or len(run.latencies_ns)
    parts = [
        format_moment(run.started_at),
        *where,
        f"{count} runs" + (f" in {len(run.chunks)} processes" if run.chunks else ""),
        *([] if plan.delegate else [f"{plan.kernels} kernels"]),
        f"{plan.threads} thread{'s' if plan.threads > 1 else ''}",
        *([] if run.is_complete else ["stopped early"]),
    ]
    return plain(", ".join(parts))


def _device_name(id_: str) -> str:
    return "this computer" if id_ == "host" else id_


def _delegate_name(id_: str) -> str:
    return next((item.name for item in load_delegates().delegates if item.id == id_), id_)


def run_numbers(run: Run, baseline: Run | None = None) -> tuple[Number, ...]:
    """Give the numbers to show first; what was not measured shows as such.

    Args:
        run: what was measured.
        baseline: what each number is compared with, where it has one.
    """
    columns = {column.id: column for column in RUN_COLUMNS}
    row = run_row(run)
    before = run_row(baseline) if baseline is not None and baseline.id != run.id else None
    numbers = {
        id_: _with_change(
            Number(title=columns[id_].title, text=columns[id_].text(row), tip=columns[id_].description),
            id_,
            columns[id_].value(row),
            columns[id_].value(before) if before is not None else None,
        )
        for id_ in (*_SHOWN, *(_POWER if run.energy is not None else ()))
    }
    if len(run.chunks) > 1 or run.cached_start is not None:
        # In the place of the two that are of the first process only.
        apart = _starts(run)
        return tuple(
            number
            for id_, shown in numbers.items()
            for number in (apart if id_ == "first_ns" else () if id_ == "init_ns" else (shown,))
        )
    return tuple(numbers.values())


def _with_change(number: Number, id_: str, value: Value, before: Value) -> Number:
    """Add how much a number differs from that of the baseline; more of everything but throughput is worse."""
    if not isinstance(value, int | float) or not isinstance(before, int | float) or not before:
        return number
    share = value / before - 1
    is_worse = share < 0 if id_ == "inferences_per_second" else share > 0
    tip = f"{number.tip} {format_change(share)} against the pinned baseline."
    return replace(number, change=format_change(share), is_worse=is_worse, tip=tip)


def _starts(run: Run) -> tuple[Number, ...]:
    """Tell starting in the first process from starting in later ones, or from a cache where there was one."""
    later = run.chunks[1:] if run.cached_start is None else (run.cached_start,)
    found = "found what an earlier one had compiled and kept" if run.cached_start is not None else "may find caches"
    cached_init = [chunk.init_ns for chunk in later if chunk.init_ns is not None]
    cached_first = [chunk.first_ns for chunk in later if chunk.first_ns is not None]
    return (
        _time("Init, cold", run.init_ns, "Loading the model and preparing to run, in the first process."),
        _time("Init, cached", _median(cached_init), f"In later processes, which {found}."),
        _time(
            "First, cold", run.first_ns, "First inference of the first process: accelerators compile the model in it."
        ),
        _time("First, cached", _median(cached_first), f"First inference of later processes, which {found}."),
    )


def _time(title: str, value_ns: float | None, tip: str) -> Number:
    return Number(title=title, text=MISSING if value_ns is None else format_latency(value_ns), tip=tip)


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def environment_text(run: Run) -> str:
    """Give plan and environment, a line each."""
    plan = run.plan
    options = ", ".join(f"{name}={value}" for name, value in plan.delegate_options.items())
    facts = {
        **({"delegate": _delegate_name(plan.delegate)} if plan.delegate else {"kernels": str(plan.kernels)}),
        "delegate_settings": options,
        "threads": str(plan.threads),
        "inputs": f"{plan.input_kind}, seed {plan.seed}" if plan.input_kind == "random" else str(plan.input_kind),
        "rate": f"{plan.rate_hz:g} Hz" if plan.rate_hz else "",
        "pause": f"{plan.pause_seconds:g} s" if plan.pause_seconds else "",
        "meter": plan.meter,
        **run.environment,
    }
    return "\n".join(f"{fact_title(plain(name))}: {plain(text)}" for name, text in facts.items() if text)
