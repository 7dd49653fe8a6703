"""The columns of tables that hold two sides beside each other."""

from dataclasses import dataclass

from backends.compare.comparison import Comparison
from backends.compare.judgement import format_change, format_interval
from backends.compare.layer_difference import LayerRow
from backends.compare.model_difference import FactDifference, Status
from backends.compare.verdict_difference import TargetDifference
from backends.model.model import OperatorId
from backends.reports.columns import MISSING, Align, Column, format_operator
from backends.units import format_latency, format_quantity, format_share

STATUS_MARKS = {Status.SAME: "=", Status.CHANGED: "≠", Status.ADDED: "+", Status.REMOVED: "−"}
"""One character for each status, so that colour alone never carries it."""
_SHOWN_IDS = 3
_SHOWN_CHANGES = 4


def format_difference(ns: float) -> str:
    """Give a difference of times with its sign: ``+1.20 ms``, ``−340 µs``."""
    sign = "+" if ns > 0 else "−" if ns < 0 else "±"
    return f"{sign}{format_latency(abs(ns))}"


def change_mark(relative: float | None) -> str:
    """Give ▲ for what takes longer in B and ▼ for what takes less, nothing below half a percent."""
    if relative is None or abs(relative) < 0.005:
        return ""
    return "▲" if relative > 0 else "▼"


def _ids_text(ids: tuple[OperatorId, ...]) -> str | None:
    if not ids:
        return None
    shown = ", ".join(format_operator(id_) for id_ in ids[:_SHOWN_IDS])
    return f"{shown} …" if len(ids) > _SHOWN_IDS else shown


def _time_text(ns: float | None, note: str) -> str | None:
    if ns is not None:
        return format_latency(ns)
    return note or None


def changes_text(row: LayerRow) -> str:
    """Give what changed about an operator on one line."""
    texts = [change.text for change in row.changes[:_SHOWN_CHANGES]]
    if len(row.changes) > _SHOWN_CHANGES:
        texts.append(f"and {len(row.changes) - _SHOWN_CHANGES} more")
    return "; ".join(texts)


LAYER_DIFFERENCE_COLUMNS: tuple[Column[LayerRow], ...] = (
    Column(
        id="status",
        title="≠",
        value=lambda row: STATUS_MARKS[row.status],
        description="= same, ≠ changed, + only in B, − only in A.",
    ),
    Column(
        id="a_index",
        title="# A",
        value=lambda row: _ids_text(row.a),
        sort_key=lambda row: row.a or None,
        description="Places of the operators in A.",
    ),
    Column(
        id="b_index",
        title="# B",
        value=lambda row: _ids_text(row.b),
        sort_key=lambda row: row.b or None,
        description="Places of the operators in B.",
    ),
    Column(id="kind", title="Type", value=lambda row: row.kind),
    Column(id="name", title="Name", value=lambda row: row.name, description="Name of the first output tensor."),
    Column(
        id="a_time",
        title="t A",
        value=lambda row: _time_text(row.a_ns, row.a_note),
        sort_key=lambda row: row.a_ns,
        align=Align.RIGHT,
        description="Average time per inference in A's run.",
    ),
    Column(
        id="b_time",
        title="t B",
        value=lambda row: _time_text(row.b_ns, row.b_note),
        sort_key=lambda row: row.b_ns,
        align=Align.RIGHT,
        description="Average time per inference in B's run.",
    ),
    Column(
        id="difference_ns",
        title="B − A",
        value=lambda row: row.difference_ns,
        format=format_difference,
        align=Align.RIGHT,
        description="Above zero: B takes longer. An operator that only one side has counts as zero on the other.",
    ),
    Column(
        id="relative",
        title="%",
        value=lambda row: row.relative,
        format=lambda share: f"{change_mark(share)} {format_change(share)}".strip(),
        align=Align.RIGHT,
        description="The difference as a share of A's time.",
    ),
    Column(
        id="a_place",
        title="A ran on",
        value=lambda row: row.a_place,
        is_default=False,
        description="Who ran it in A's run.",
    ),
    Column(id="b_place", title="B ran on", value=lambda row: row.b_place, is_default=False),
    Column(
        id="confidence",
        title="Sure",
        value=lambda row: row.confidence,
        format=lambda share: f"{share * 100:.0f} %",
        align=Align.RIGHT,
        description="How sure it is that the operators belong together.",
    ),
    Column(id="reason", title="Because", value=lambda row: row.reason, description="Why they belong together."),
    Column(id="changes", title="What changed", value=changes_text),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """One number of both sides, with or without an interval."""

    title: str
    unit: str
    a: float | None
    b: float | None
    relative: float | None
    interval: str


def number_rows(comparison: Comparison) -> tuple[NumberRow, ...]:
    """Give latencies with their intervals, then what each run has only once."""
    judgement = comparison.judgement
    metrics = [
        NumberRow(
            title=metric.id,
            unit="ns",
            a=metric.a_ns,
            b=metric.b_ns,
            relative=metric.relative,
            interval=format_interval(metric.interval) if metric.interval else "too few runs",
        )
        for metric in (judgement.metrics if judgement else ())
    ]
    singles = [
        NumberRow(title=v.title, unit=v.unit, a=v.a, b=v.b, relative=v.relative, interval="single values")
        for v in comparison.single_values
    ]
    return (*metrics, *singles)


def _quantity(value: float | None, unit: str) -> str:
    return MISSING if value is None else format_quantity(value, unit)


NUMBER_COLUMNS: tuple[Column[NumberRow], ...] = (
    Column(id="number", title="", value=lambda row: row.title),
    Column(id="a", title="A", value=lambda row: _quantity(row.a, row.unit), align=Align.RIGHT),
    Column(id="b", title="B", value=lambda row: _quantity(row.b, row.unit), align=Align.RIGHT),
    Column(
        id="relative",
        title="B against A",
        value=lambda row: row.relative,
        format=lambda share: f"{change_mark(share)} {format_change(share)}".strip(),
        align=Align.RIGHT,
    ),
    Column(
        id="interval",
        title="95 % interval",
        value=lambda row: row.interval,
        align=Align.RIGHT,
        description="Where the difference lies with 95 % certainty; single values have none.",
    ),
)

FACT_COLUMNS: tuple[Column[FactDifference], ...] = (
    Column(id="label", title="", value=lambda row: row.label),
    Column(id="a", title="A", value=lambda row: row.a),
    Column(id="b", title="B", value=lambda row: row.b),
)

TARGET_DIFFERENCE_COLUMNS: tuple[Column[TargetDifference], ...] = (
    Column(id="target", title="Target", value=lambda row: row.target_name),
    Column(id="change", title="", value=lambda row: _change_word(row)),
    Column(
        id="a_accelerated",
        title="Accelerated A",
        value=lambda row: f"{row.a.accelerated_count} of {row.a.operator_count}",
        align=Align.RIGHT,
    ),
    Column(
        id="b_accelerated",
        title="Accelerated B",
        value=lambda row: f"{row.b.accelerated_count} of {row.b.operator_count}",
        align=Align.RIGHT,
    ),
    Column(
        id="lost",
        title="Lost",
        value=lambda row: len(row.lost),
        align=Align.RIGHT,
        description="Operators that the target took of A, or that are new, and that it does not take of B.",
    ),
    Column(
        id="gained",
        title="Gained",
        value=lambda row: len(row.gained),
        align=Align.RIGHT,
        description="Operators that it takes of B only, and refused ones that B no longer has.",
    ),
    Column(
        id="partitions",
        title="Partitions",
        value=lambda row: f"{row.a.partition_count} → {row.b.partition_count}",
        align=Align.RIGHT,
    ),
    Column(
        id="macs",
        title="MACs accelerated",
        value=lambda row: f"{_share(row.a.accelerated_macs_share)} → {_share(row.b.accelerated_macs_share)}",
        align=Align.RIGHT,
    ),
    Column(id="reason", title="First reason", value=lambda row: row.lost[0].message if row.lost else ""),
)


def _change_word(row: TargetDifference) -> str:
    if row.is_regression:
        return "▲ worse"
    if row.gained:
        return "▼ better"
    return "other partitions" if row.is_different else "same"


def _share(share: float | None) -> str:
    return "–" if share is None else format_share(share)
