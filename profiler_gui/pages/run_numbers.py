"""The headline numbers of a run, and the block that says where it was measured."""

from backends.reports.plain_text import plain
from backends.reports.rows import run_row
from backends.reports.run_columns import RUN_COLUMNS
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
    facts = {
        "kernels": str(plan.kernels),
        "threads": str(plan.threads),
        "inputs": f"{plan.input_kind}, seed {plan.seed}" if plan.input_kind == "random" else str(plan.input_kind),
        **run.environment,
    }
    return "\n".join(f"{_titled(plain(name))}: {plain(text)}" for name, text in facts.items() if text)


def _titled(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
