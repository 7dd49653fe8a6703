"""The columns of the list of all runs, for the window and the command line."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from backends.reports.columns import Align, Column
from backends.reports.rows import RunRow, run_row
from backends.reports.run_columns import RUN_COLUMNS, format_moment
from backends.runs.baseline import inference_count, mean_latency_ns
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.run import Run
from backends.sessions.values import KeptModel, KeptRun


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRunRow:
    """A run of a session with its statistics and how it compares with the baseline."""

    kept: KeptRun
    row: RunRow
    model: KeptModel | None = None
    version: str = ""
    """Which of several contents of the same file it ran, in words; empty where there was only one."""
    baseline: RunRow | None = None

    @property
    def run(self) -> Run:
        """The run itself."""
        return self.kept.run

    @property
    def is_baseline(self) -> bool:
        """Whether this is what the others are compared with."""
        return self.baseline is not None and self.baseline.run.id == self.run.id

    @property
    def mean_ns(self) -> float | None:
        """Mean latency of one inference."""
        return _mean_ns(self.row)

    @property
    def change(self) -> float | None:
        """How much slower than the baseline: 0.1 for 10 % slower; ``None`` for the baseline itself."""
        base = self.baseline
        if base is None or self.is_baseline or self.row.latency is None or base.latency is None:
            return None
        # As in ``runs.baseline``, from statistics that are known already.
        if self.run.chunks or base.run.chunks:
            mean, reference = _mean_ns(self.row), _mean_ns(base)
            return mean / reference - 1 if mean is not None and reference else None
        return self.row.latency.p50_ns / base.latency.p50_ns - 1 if base.latency.p50_ns else None


def kept_run_rows(
    runs: Iterable[KeptRun],
    models: Sequence[KeptModel] = (),
    baseline: Run | None = None,
    row_of: Callable[[Run], RunRow] = run_row,
) -> tuple[KeptRunRow, ...]:
    """Join runs with their models, in the order given.

    Args:
        runs: what is listed.
        models: the models of the session.
        baseline: what all are compared with.
        row_of: gives the statistics of a run; one that remembers them, where the same runs are listed again and again.
    """
    by_content = {model.sha256: model for model in models}
    found = tuple(runs)
    base = row_of(baseline) if baseline is not None else None
    versions = _versions(models, {kept.run.model_sha256 for kept in found})
    return tuple(
        KeptRunRow(
            kept=kept,
            row=row_of(kept.run),
            model=by_content.get(kept.run.model_sha256),
            version=versions.get(kept.run.model_sha256, ""),
            baseline=base,
        )
        for kept in found
    )


def _mean_ns(row: RunRow) -> float | None:
    if row.run.chunks:
        return mean_latency_ns(row.run)
    return row.latency.mean_ns if row.latency is not None else None


def format_change(share: float) -> str:
    """Give a change with its sign: ``+12.3 %``, ``−4 %``, ``0 %``."""
    percent = 100 * share
    digits = 0 if abs(percent) >= 99.95 else 1
    text = f"{abs(percent):.{digits}f}"
    sign = "" if float(text) == 0 else "+" if percent > 0 else "−"
    return f"{sign}{text} %"


def where_of(run: Run) -> str:
    """Name the device of a run, by its model where that is known."""
    return "This computer" if run.plan.device == "host" else run.environment.get("model") or run.plan.device


def how_of(run: Run) -> str:
    """Name what ran it: the delegate of a device, or the kernels of this computer."""
    plan = run.plan
    if not plan.delegate:
        return f"{plan.kernels} kernels"
    return next((item.name for item in load_delegates().delegates if item.id == plan.delegate), plan.delegate)


def _minute(started_at: str) -> str:
    return format_moment(started_at)[:16]


def _versions(models: Sequence[KeptModel], used: set[str]) -> dict[str, str]:
    """Number the contents that a file has had, where runs belong to more than one."""
    places: dict[tuple[str, str], list[str]] = {}
    for model in models:
        if model.sha256 in used:
            places.setdefault((model.path or model.name, model.member), []).append(model.sha256)
    return {
        sha256: f"{number} of {len(contents)}"
        for contents in places.values()
        if len(contents) > 1
        for number, sha256 in enumerate(contents, 1)
    }


_SHARED = {column.id: column for column in RUN_COLUMNS}
_OPTIONAL = frozenset({"p99_ns", "std_ns", "first_ns", "warmup_ns", "is_complete"})


def _shared(id_: str) -> Column[KeptRunRow]:
    """Take over a column of runs."""
    column = _SHARED[id_]
    key: Callable[[RunRow], object] | None = column.sort_key
    return Column(
        id=column.id,
        title=column.title,
        value=lambda row: column.value(row.row),
        format=column.format,
        align=column.align,
        sort_key=None if key is None else lambda row: key(row.row),
        description=column.description,
        is_default=id_ not in _OPTIONAL,
    )


KEPT_RUN_COLUMNS: tuple[Column[KeptRunRow], ...] = (
    Column(
        id="title",
        title="Name",
        value=lambda row: row.kept.title,
        description="A name of your own (F2).",
    ),
    Column(id="started_at", title="Measured", value=lambda row: row.run.started_at, format=_minute),
    Column(id="model", title="Model", value=lambda row: row.model.name if row.model else row.run.model_name),
    Column(
        id="version",
        title="Content",
        value=lambda row: row.version,
        description="Which content of the file was measured, where it has changed since the first run.",
    ),
    Column(id="device", title="Device", value=lambda row: where_of(row.run)),
    Column(id="delegate", title="Runs on", value=lambda row: how_of(row.run), description="Delegate or kernels."),
    replace(_shared("threads"), is_default=False),
    replace(_shared("runs"), value=lambda row: inference_count(row.run)),
    replace(_shared("mean_ns"), value=lambda row: row.mean_ns),
    _shared("p50_ns"),
    Column(
        id="change",
        title="Baseline",
        value=lambda row: row.change,
        format=format_change,
        align=Align.RIGHT,
        description="Median latency against the pinned baseline, the mean on devices: + is slower, − is faster.",
    ),
    Column(id="tags", title="Tags", value=lambda row: ", ".join(row.kept.tags), description="Separated by commas."),
    Column(id="note", title="Note", value=lambda row: row.kept.note),
    *(_shared(id_) for id_ in ("p90_ns", "p99_ns", "min_ns", "std_ns", "first_ns", "init_ns")),
    _shared("peak_memory_bytes"),
    replace(_shared("inferences_per_second"), is_default=False),
    replace(_shared("energy_mj"), is_default=False),
    replace(_shared("power_mw"), is_default=False),
    _shared("is_complete"),
    Column(id="id", title="Id", value=lambda row: row.run.id, is_default=False),
)
