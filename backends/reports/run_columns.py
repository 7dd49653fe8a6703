"""The columns of tables of runs."""

from collections.abc import Callable

from backends.reports.columns import Align, Column, Value
from backends.reports.rows import RunRow
from backends.units import format_bytes, format_count, format_energy, format_latency, format_power


def format_moment(started_at: str) -> str:
    """Give an ISO 8601 time without its offset: ``2026-03-01 12:00:00``."""
    return started_at.replace("T", " ")[:19]


def _rate_text(per_second: float) -> str:
    return format_count(per_second) if per_second >= 1000 else f"{per_second:.3g}"


_RUN_TIMES: tuple[tuple[str, str, Callable[[RunRow], Value], str], ...] = (
    (
        "mean_ns",
        "Mean",
        lambda row: row.latency.mean_ns if row.latency else None,
        "All runs after the warm-up, profiler off.",
    ),
    (
        "p50_ns",
        "p50",
        lambda row: row.latency.p50_ns if row.latency else None,
        "Half of the runs took at most this.",
    ),
    (
        "p90_ns",
        "p90",
        lambda row: row.latency.p90_ns if row.latency else None,
        "90 % of the runs took at most this.",
    ),
    (
        "p99_ns",
        "p99",
        lambda row: row.latency.p99_ns if row.latency else None,
        "99 % of the runs took at most this.",
    ),
    ("min_ns", "Min", lambda row: row.latency.min_ns if row.latency else None, "The fastest run."),
    ("std_ns", "Std", lambda row: row.latency.std_ns if row.latency else None, "Standard deviation of the runs."),
    ("first_ns", "First", lambda row: row.run.first_ns, "The very first run."),
    ("init_ns", "Init", lambda row: row.run.init_ns, "Loading the model and preparing to run."),
    ("warmup_ns", "Warm-up", lambda row: row.warmup_ns, "Mean of the warm-up runs."),
)

RUN_COLUMNS: tuple[Column[RunRow], ...] = (
    Column(id="started_at", title="Started", value=lambda row: row.run.started_at, format=format_moment),
    Column(id="model", title="Model", value=lambda row: row.run.model_name, is_default=False),
    Column(id="device", title="Device", value=lambda row: row.run.plan.device, is_default=False),
    Column(id="kernels", title="Kernels", value=lambda row: str(row.run.plan.kernels)),
    Column(id="threads", title="Threads", value=lambda row: row.run.plan.threads, align=Align.RIGHT),
    Column(id="runs", title="Runs", value=lambda row: len(row.run.latencies_ns), align=Align.RIGHT),
    *(
        Column(id=id_, title=title, value=value, format=format_latency, align=Align.RIGHT, description=description)
        for id_, title, value, description in _RUN_TIMES
    ),
    Column(
        id="peak_memory_bytes",
        title="Peak memory",
        value=lambda row: row.run.memory.over_baseline_bytes if row.run.memory else None,
        format=format_bytes,
        align=Align.RIGHT,
        description="Resident memory of the measuring process over what it had before the model was loaded.",
    ),
    Column(
        id="inferences_per_second",
        title="FPS",
        value=lambda row: row.inferences_per_second,
        format=_rate_text,
        align=Align.RIGHT,
        description="Inferences per second at the mean latency.",
    ),
    Column(
        id="energy_mj",
        title="Energy",
        value=lambda row: row.run.energy.per_inference_mj if row.run.energy else None,
        format=format_energy,
        align=Align.RIGHT,
        description="Energy of one inference above idle, where a meter was read beside the run.",
        is_default=False,
    ),
    Column(
        id="power_mw",
        title="Power",
        value=lambda row: row.run.energy.mean_mw if row.run.energy else None,
        format=format_power,
        align=Align.RIGHT,
        description="Average power while inferences followed each other, with idle power.",
        is_default=False,
    ),
    Column(
        id="is_complete",
        title="Complete",
        value=lambda row: "yes" if row.run.is_complete else "stopped early",
        is_default=False,
    ),
)
