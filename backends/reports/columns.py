"""The columns of every table, declared once for the window, the command line and the reports.

A column has a stable ``id`` with the unit in it (saved settings, CSV headers), a ``title`` to show, a machine
``value`` and a ``text`` for people. Writers of data use ``value``; writers of prose use ``text``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from backends.model.model import OperatorId
from backends.reports.rows import FindingRow, KindRow, OperatorRow
from backends.targets.verdict import ModelVerdict, Placement, Verdict
from backends.units import format_bytes, format_count, format_latency, format_shape, format_share

RowT = TypeVar("RowT")
Value = int | float | str | None

MISSING = "–"
"""Text of a number that was not measured or does not apply."""


class Align(StrEnum):
    """Which edge of the column the text stands at."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[RowT]):
    """One column over rows of type ``RowT``."""

    id: str
    title: str
    value: Callable[[RowT], Value]
    format: Callable[[Any], str] = str
    """Text of a value that is not ``None``."""
    align: Align = Align.LEFT
    sort_key: Callable[[RowT], Any] | None = None
    """What to sort by where the value does not sort well; ``None`` sorts last."""
    short_title: str = ""
    """For narrow tables; empty where the title is short enough."""
    description: str = ""
    """What the numbers mean, for a tooltip or a legend."""
    is_share: bool = False
    """Whether the value is a fraction of one that can be drawn as a bar."""
    is_default: bool = True
    """Whether a table shows it unasked."""

    def text(self, row: RowT) -> str:
        """Give the cell as people read it."""
        value = self.value(row)
        if value is None:
            return MISSING if self.align is Align.RIGHT else ""
        return self.format(value)

    def key(self, row: RowT) -> Any:
        """Give what to sort the row by."""
        return self.value(row) if self.sort_key is None else self.sort_key(row)


def format_operator(id_: OperatorId) -> str:
    """Name an operator by its place: ``12``, or ``1:12`` outside the primary subgraph."""
    return str(id_.index) if id_.subgraph == 0 else f"{id_.subgraph}:{id_.index}"


def format_rate(macs_per_second: float) -> str:
    """Give a throughput in multiply-accumulates per second: ``3.20 GMAC/s``."""
    number, _, prefix = format_count(macs_per_second).partition(" ")
    return f"{number} {prefix}MAC/s"


def speed_word(verdict: Verdict) -> str:
    """Give ``fast``, ``slow`` or ``measure`` where something is said about an engine's fast path, else nothing."""
    if verdict.placement is not Placement.ACCELERATED:
        return ""
    if verdict.fast_path is None:
        return "measure" if verdict.engine and verdict.findings else ""
    return "fast" if verdict.fast_path else "slow"


def engine_text(verdict: Verdict) -> str:
    """Name engine and speed: ``NN fast``, ``PPU slow``, ``TP``; empty where the target says nothing of either."""
    return " ".join(filter(None, (verdict.engine, speed_word(verdict))))


def _verdict_text(row: OperatorRow) -> str | None:
    if row.verdict is None:
        return None
    engine = f" ({row.verdict.engine})" if row.verdict.engine else ""
    return f"{row.verdict.placement}{engine}"


_WORK_AND_TIME: tuple[Column[Any], ...] = (
    Column(
        id="macs",
        title="MACs",
        value=lambda row: row.macs,
        format=format_count,
        align=Align.RIGHT,
        description="Multiply-accumulate operations, from the shapes in the file.",
    ),
    Column(
        id="parameters",
        title="Parameters",
        value=lambda row: row.parameters,
        format=format_count,
        align=Align.RIGHT,
        description="Values of constant inputs.",
    ),
    Column(
        id="moved_bytes",
        title="Bytes",
        value=lambda row: row.bytes_moved,
        format=format_bytes,
        align=Align.RIGHT,
        description="Bytes of all inputs, constants and outputs.",
    ),
    Column(
        id="time_ns",
        title="Time",
        value=lambda row: row.time_ns,
        format=format_latency,
        align=Align.RIGHT,
        description="Average time per inference over the profiled runs.",
    ),
    Column(
        id="share",
        title="Share",
        value=lambda row: row.share,
        format=format_share,
        align=Align.RIGHT,
        is_share=True,
        description="Part of the whole inference, runtime overhead included.",
    ),
    Column(
        id="cumulative",
        title="Cumulative",
        value=lambda row: row.cumulative,
        format=format_share,
        align=Align.RIGHT,
        description="Share of this row and of all that took longer.",
    ),
)
"""Columns that operators and types have alike."""

OPERATOR_COLUMNS: tuple[Column[OperatorRow], ...] = (
    Column(
        id="index",
        title="#",
        value=lambda row: None if row.id is None else format_operator(row.id),
        sort_key=lambda row: row.id,
        description="Place in execution order; subgraph:place outside the primary subgraph.",
    ),
    Column(id="kind", title="Type", value=lambda row: row.kind),
    Column(id="name", title="Name", value=lambda row: row.name, description="Name of the first output tensor."),
    Column(
        id="shape",
        title="Output shape",
        value=lambda row: None if row.shape is None else format_shape(row.shape),
        sort_key=lambda row: row.shape,
    ),
    Column(id="dtype", title="Data type", value=lambda row: row.dtype),
    *_WORK_AND_TIME,
    Column(
        id="certainty",
        title="Figure",
        value=lambda row: None if row.certainty is None else str(row.certainty),
        description="What the time is worth: measured; estimated, by dividing what was measured for several operators; "
        "or not attributable, where only a group was measured as a whole.",
    ),
    Column(id="placement", title="Ran on", value=lambda row: row.placement, description="Who ran it in the run."),
    Column(
        id="agreement",
        title="Prediction",
        value=lambda row: None if row.prediction is None else str(row.prediction.agreement),
        description="Whether the delegate's target predicted who would run it.",
    ),
    Column(
        id="kernel",
        title="Kernel",
        value=lambda row: row.kernel,
        description="Kernel names as the runtime reports them.",
        is_default=False,
    ),
    Column(
        id="fused_into",
        title="Fused into",
        value=lambda row: None if row.fused_into is None else format_operator(row.fused_into),
        sort_key=lambda row: row.fused_into,
        description="The operator whose time includes this one's work.",
    ),
    Column(
        id="macs_per_second",
        title="Throughput",
        value=lambda row: row.macs_per_second,
        format=format_rate,
        align=Align.RIGHT,
        description="MACs per second of this operator.",
        is_default=False,
    ),
    Column(id="verdict", title="Verdict", value=_verdict_text, description="The chosen target's answer."),
)

KIND_COLUMNS: tuple[Column[KindRow], ...] = (
    Column(id="kind", title="Type", value=lambda row: row.kind),
    Column(id="count", title="Count", value=lambda row: row.count, format=format_count, align=Align.RIGHT),
    *_WORK_AND_TIME,
    Column(
        id="macs_per_second",
        title="Throughput",
        value=lambda row: row.macs_per_second,
        format=format_rate,
        align=Align.RIGHT,
        description="MACs per second of this type.",
    ),
    Column(
        id="fallback_count",
        title="Not accelerated",
        value=lambda row: row.fallback_count,
        format=format_count,
        align=Align.RIGHT,
        description="Operators that the chosen target does not accelerate for certain.",
    ),
)

TARGET_COLUMNS: tuple[Column[ModelVerdict], ...] = (
    Column(id="target", title="Target", value=lambda row: row.target_name),
    Column(
        id="operators",
        title="Operators",
        value=lambda row: row.summary.operator_count,
        format=str,
        align=Align.RIGHT,
        is_default=False,
    ),
    Column(
        id="accelerated",
        title="Accelerated",
        short_title="Accel.",
        value=lambda row: row.summary.accelerated_count,
        align=Align.RIGHT,
        description="Operators that the accelerator takes.",
    ),
    Column(
        id="fallback",
        title="Fallback",
        value=lambda row: row.summary.fallback_count,
        align=Align.RIGHT,
        description="Operators that stay on the CPU.",
    ),
    Column(
        id="unknown",
        title="Unknown",
        short_title="Unkn.",
        value=lambda row: row.summary.unknown_count,
        align=Align.RIGHT,
        description="Operators about which the sources are silent.",
    ),
    Column(
        id="macs_share",
        title="MACs accelerated",
        short_title="% MACs",
        value=lambda row: row.summary.accelerated_macs_share,
        format=format_share,
        align=Align.RIGHT,
        is_share=True,
        description="Part of the model's multiply-accumulates that the accelerator takes.",
    ),
    Column(
        id="partitions",
        title="Partitions",
        short_title="Parts",
        value=lambda row: row.summary.partition_count,
        align=Align.RIGHT,
        description="Groups of operators that go to the accelerator together.",
    ),
    Column(
        id="islands",
        title="CPU islands",
        short_title="Islands",
        value=lambda row: row.summary.island_count,
        align=Align.RIGHT,
        description="Groups of operators on the CPU before, between and after them.",
    ),
    Column(
        id="transitions",
        title="Transitions",
        short_title="Trans.",
        value=lambda row: row.summary.transition_count,
        align=Align.RIGHT,
        description="How often execution passes between CPU and accelerator.",
    ),
    Column(
        id="crossing_bytes",
        title="Bytes crossing",
        short_title="Crossing",
        value=lambda row: row.summary.crossing_bytes,
        format=format_bytes,
        align=Align.RIGHT,
        description="Bytes of the tensors that pass between CPU and accelerator in one inference.",
    ),
    Column(
        id="delegated_partitions",
        title="Partitions delegated",
        short_title="Deleg.",
        value=lambda row: row.summary.delegated_partition_count,
        align=Align.RIGHT,
        description="Partitions that the delegate's own limits leave to the accelerator.",
    ),
    Column(
        id="delegated_macs_share",
        title="MACs delegated",
        short_title="% deleg.",
        value=lambda row: row.summary.delegated_macs_share,
        format=format_share,
        align=Align.RIGHT,
        is_share=True,
        is_default=False,
        description="Part of the model's multiply-accumulates that is left after the delegate's own limits.",
    ),
)

FINDING_COLUMNS: tuple[Column[FindingRow], ...] = (
    Column(id="target", title="Target", value=lambda row: row.target_name),
    Column(id="index", title="#", value=lambda row: format_operator(row.operator), sort_key=lambda row: row.operator),
    Column(id="kind", title="Type", value=lambda row: row.kind),
    Column(id="placement", title="Placement", value=lambda row: str(row.placement)),
    Column(id="engine", title="Engine", value=lambda row: row.engine),
    Column(id="reason", title="Reason", value=lambda row: row.finding.reason if row.finding else ""),
    Column(id="message", title="Finding", value=lambda row: row.finding.message if row.finding else ""),
    Column(id="found", title="Found", value=lambda row: row.finding.found if row.finding else ""),
    Column(id="allowed", title="Allowed", value=lambda row: row.finding.allowed if row.finding else ""),
    Column(id="remedy", title="Remedy", value=lambda row: row.finding.remedy if row.finding else ""),
    Column(id="rule", title="Rule", value=lambda row: row.finding.rule if row.finding else "", is_default=False),
    Column(id="source", title="Source", value=lambda row: row.finding.source if row.finding else ""),
)


def matrix_columns(verdicts: Sequence[ModelVerdict]) -> tuple[Column[OperatorRow], ...]:
    """Give the columns of the operator x target matrix: place, type, then one column for each target."""
    return (
        *(column for column in OPERATOR_COLUMNS if column.id in {"index", "kind", "shape", "dtype"}),
        *(_target_column(verdict) for verdict in verdicts),
    )


def _target_column(target: ModelVerdict) -> Column[OperatorRow]:
    def value(row: OperatorRow) -> str | None:
        verdict = None if row.id is None else target.verdicts.get(row.id)
        if verdict is None:
            return None
        engine = engine_text(verdict)
        return f"{verdict.placement} ({engine})" if engine else str(verdict.placement)

    return Column(id=target.target_id, title=target.target_name, value=value)


def default_columns(columns: Sequence[Column[RowT]]) -> tuple[Column[RowT], ...]:
    """Give the columns that a table shows unasked."""
    return tuple(column for column in columns if column.is_default)
