"""The headline numbers of a run, and the block that says where it was measured."""

from backends.reports.device_content import fact_title
from backends.reports.plain_text import plain
from backends.reports.rows import run_row
from backends.reports.run_columns import RUN_COLUMNS, format_moment
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.run import Run
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


def run_title(run: Run) -> str:
    """Say when, where and how it was measured."""
    plan = run.plan
    where = [run.environment.get("model") or plan.device, _delegate_name(plan.delegate)] if plan.delegate else []
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


def _delegate_name(id_: str) -> str:
    return next((item.name for item in load_delegates().delegates if item.id == id_), id_)


def run_numbers(run: Run) -> tuple[Number, ...]:
    """Give the numbers to show first; what was not measured shows as such."""
    columns = {column.id: column for column in RUN_COLUMNS}
    row = run_row(run)
    return tuple(
        Number(
            title=columns[id_].title,
            text=columns[id_].text(row),
            tip=columns[id_].description,
        )
        for id_ in _SHOWN
    )


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
        **run.environment,
    }
    return "\n".join(f"{fact_title(plain(name))}: {plain(text)}" for name, text in facts.items() if text)
