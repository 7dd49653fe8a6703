"""A finished measurement, layer by layer, as a report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backends.exchange.layered_run import DEVICE as IMPORTED
from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.reports.columns import KIND_COLUMNS, OPERATOR_COLUMNS, Column
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.graph_figure import operator_link
from backends.reports.npu_columns import NPU_COLUMNS
from backends.reports.number_columns import number_column
from backends.reports.plain_text import sentence_case
from backends.reports.power_facts import ENERGY_COLUMN, energy_column, power_sections
from backends.reports.rows import KindRow, OperatorRow, kind_rows, operator_rows, total_rows
from backends.reports.tabulation import records_of, table_of
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run, RunChunk
from backends.runs.store import run_to_json
from backends.runs.summary import summarize_latencies
from backends.units import format_bytes, format_latency

BAR_WIDTH = 20
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LAYER_COLUMNS = ("index", "kind", "shape", "time_ns", "share", "placement", "fused_into")
_TYPE_COLUMNS = ("kind", "count", "time_ns", "share", "cumulative")
_SKIPPED_FIELDS = frozenset({"index", "verdict", "cumulative"})
_SHOWN_RANGES = 12
_MOST_NUMBERS = 6
"""Further columns that a table of layers still has room for."""


class RunContent:
    """What was measured.

    Args:
        model: the model that ran.
        run: the measurement.
        costs: estimates by operator, where they are wanted beside the times.
        columns: further numbers of operators, such as imported ones; the estimated energy comes by itself.
    """

    schema = "tflite-profiler/profile/1"

    def __init__(
        self,
        model: Model,
        run: Run,
        costs: Mapping[OperatorId, OperatorCost] | None = None,
        columns: Sequence[OperatorColumn] = (),
    ) -> None:
        self._run = run
        energy = energy_column(run)
        own = [column for column in columns if column.id != ENERGY_COLUMN]
        self._numbers = tuple(map(number_column, [*([energy] if energy is not None else []), *own]))
        self._rows = operator_rows(model, costs, run)

    @property
    def title(self) -> str:
        """Name the model and the device."""
        return f"{self._run.model_name}: layer by layer on {self._run.plan.device}"

    def sections(self) -> Sequence[Section]:
        """Give plan, latency, the layers, the types, the partitions, and what else is to be said."""
        run = self._run
        remarks = (*(f"Warning: {text}" for text in run.warnings), *run.notes)
        return [
            Section(title="", facts=self._plan_facts()),
            Section(title="Latency and memory", facts=_latency_facts(run)),
            *power_sections(run),
            Section(title="Layers", table=self._layer_table()),
            Section(title="Types", table=self._type_table()),
            *([Section(title="Partitions as they ran", table=_partition_table(run))] if run.partitions else []),
            *(
                [Section(title="Layers of the NPU", table=table_of(NPU_COLUMNS, run.npu_layers))]
                if run.npu_layers
                else []
            ),
            *([Section(title="Notes", sentences=remarks)] if remarks else []),
        ]

    def records(self) -> Records:
        """Give a record for each operator, and one for the runtime overhead, so that shares add up to one."""
        columns = [column for column in OPERATOR_COLUMNS if column.id not in _SKIPPED_FIELDS]
        columns += self._numbers
        rows = (*self._rows, *total_rows(self._rows, self._run)[:-1])
        records = records_of(columns, rows)
        places = [(None, None) if row.id is None else tuple(row.id) for row in rows]
        return Records(
            fields=("subgraph", "index", *records.fields),
            rows=[(*place, *values) for place, values in zip(places, records.rows, strict=True)],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give the run as it is saved."""
        return run_to_json(self._run)

    def _plan_facts(self) -> tuple[tuple[str, str], ...]:
        run, plan = self._run, self._run.plan
        count = f"{len(run.latencies_ns)} after {len(run.warmup_ns)} warm-up runs"
        if run.chunks:
            processes = "1 process" if len(run.chunks) == 1 else f"{len(run.chunks)} processes"
            count = f"{sum(chunk.count for chunk in run.chunks)} in {processes}"
        options = "".join(f", {name}={value}" for name, value in plan.delegate_options.items())
        how = [
            ("Delegate", plan.delegate + options) if plan.delegate else ("Kernels", str(plan.kernels)),
            ("Threads", str(plan.threads)),
        ]
        facts = [
            *([("Source", "imported from another tool")] if plan.device == IMPORTED else how),
            ("Runs", count if run.is_complete else f"{count}, stopped early"),
        ]
        return (*facts, *((sentence_case(key), text) for key, text in run.environment.items()))

    def _layer_table(self) -> Table:
        rows = (*self._rows, *total_rows(self._rows, self._run))
        largest = max((row.share or 0.0 for row in self._rows), default=0.0)
        columns = [column for column in OPERATOR_COLUMNS if column.id in _LAYER_COLUMNS]
        columns += self._numbers[:_MOST_NUMBERS]
        bar: Column[OperatorRow] = Column(
            id="bar", title="", value=lambda row: render_bar(row.share, largest) if row.id else ""
        )
        below = len(rows) - len(self._rows)
        table = table_of([*columns, bar], rows, footer_rows=below)
        links = tuple(operator_link(row.id) if row.id is not None else "" for row in rows)
        return _with_bars(replace(table, links=links), [row.share for row in rows], largest)

    def _type_table(self) -> Table:
        rows = kind_rows(self._rows)
        largest = max((row.share or 0.0 for row in rows), default=0.0)
        columns = [column for column in KIND_COLUMNS if column.id in _TYPE_COLUMNS]
        bar: Column[KindRow] = Column(id="bar", title="", value=lambda row: render_bar(row.share, largest))
        return _with_bars(table_of([*columns, bar], rows), [row.share for row in rows], largest)


def _with_bars(table: Table, shares: Sequence[float | None], largest: float) -> Table:
    """Let the last column, which has no heading, be drawn as bars; totals have none."""
    if not largest or table.headings[-1]:
        return table
    bars = [0.0 if not text else (share or 0.0) / largest for share, text in zip(shares, _last(table), strict=True)]
    return replace(table, bars={len(table.headings) - 1: tuple(bars)})


def _last(table: Table) -> list[str]:
    return [row[-1] for row in table.rows]


def render_bar(share: float | None, largest: float) -> str:
    """Draw a share as blocks; the largest one fills the width."""
    if not share or not largest:
        return ""
    eighths = round(share / largest * BAR_WIDTH * 8)
    return (_EIGHTHS[8] * (eighths // 8) + _EIGHTHS[eighths % 8]).strip()


def _latency_facts(run: Run) -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, float | None]] = [("Initialisation", run.init_ns), ("First run", run.first_ns)]
    if run.cached_start is not None:
        facts += [
            ("Initialisation from a cache", run.cached_start.init_ns),
            ("First run from a cache", run.cached_start.first_ns),
        ]
    if len(run.chunks) == 1 and len(run.latencies_ns) == 1:
        facts += _chunk_facts(run.chunks[0])
    elif run.latencies_ns:
        summary = summarize_latencies(run.latencies_ns)
        facts += [
            ("Mean", summary.mean_ns),
            ("Standard deviation", summary.std_ns),
            ("Fastest", summary.min_ns),
            ("p50", summary.p50_ns),
            ("p90", summary.p90_ns),
            ("p99", summary.p99_ns),
        ]
    texts = [(label, format_latency(value)) for label, value in facts if value is not None]
    if run.memory is not None:
        over, peak = format_bytes(run.memory.over_baseline_bytes), format_bytes(run.memory.peak_bytes)
        texts.append(("Memory", f"{over} for model and runtime ({peak} at its peak)"))
    return tuple(texts)


def _chunk_facts(chunk: RunChunk) -> list[tuple[str, float | None]]:
    """Give what one process says of its inferences, where it is the only one."""
    return [
        ("Mean", chunk.mean_ns),
        ("Standard deviation", chunk.std_ns),
        ("Fastest", chunk.min_ns),
        ("p5", chunk.p5_ns),
        ("p50", chunk.median_ns),
        ("p95", chunk.p95_ns),
        ("Slowest", chunk.max_ns),
    ]


def _partition_table(run: Run) -> Table:
    return Table(
        headings=("Ran by", "Count", "Operators"),
        rows=tuple(
            (
                partition.delegate or "CPU",
                str(len(partition.operators)),
                _ranges_text(partition.subgraph, partition.operators),
            )
            for partition in run.partitions
        ),
        right_aligned=frozenset({1}),
    )


def _ranges_text(subgraph: int, operators: Sequence[int]) -> str:
    """Join operators to ranges: ``0–61, 63``."""
    ranges: list[list[int]] = []
    for index in operators:
        if ranges and index == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], index]
        else:
            ranges.append([index])
    prefix = f"{subgraph}:" if subgraph else ""
    texts = [prefix + "–".join(map(str, found)) for found in ranges[:_SHOWN_RANGES]]
    return ", ".join([*texts, "…"] if len(ranges) > _SHOWN_RANGES else texts)
