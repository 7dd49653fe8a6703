"""Columns of partitions and CPU islands: where, how much work, and what passes their borders."""

from backends.model.model import OperatorId
from backends.reports.columns import Align, Column, format_operator
from backends.targets.flows import PartitionFlow
from backends.units import format_bytes, format_count, format_share

PARTITION_COLUMNS: tuple[Column[PartitionFlow], ...] = (
    Column(
        id="place",
        title="Part",
        value=lambda row: f"partition {row.number}" if row.partition.is_accelerated else f"CPU island {row.number}",
        sort_key=lambda row: (not row.partition.is_accelerated, row.number),
    ),
    Column(
        id="operators",
        title="Operators",
        short_title="Ops",
        value=lambda row: len(row.partition.operators),
        format=format_count,
        align=Align.RIGHT,
    ),
    Column(
        id="macs_share",
        title="MACs",
        value=lambda row: row.macs_share,
        format=format_share,
        align=Align.RIGHT,
        is_share=True,
        description="Part of the model's multiply-accumulates.",
    ),
    Column(
        id="bytes_in",
        title="In",
        value=lambda row: row.bytes_in,
        format=format_bytes,
        align=Align.RIGHT,
        description="Bytes that it reads from other parts and from the inputs of the graph.",
    ),
    Column(
        id="bytes_out",
        title="Out",
        value=lambda row: row.bytes_out,
        format=format_bytes,
        align=Align.RIGHT,
        description="Bytes that other parts read from it, and its outputs of the graph.",
    ),
    Column(
        id="delegated",
        title="Delegated",
        value=lambda row: "yes" if row.partition.delegated else "no" if row.partition.is_accelerated else "",
        description="Whether the delegate's own limits leave it to the accelerator.",
    ),
    Column(
        id="first",
        title="From",
        value=lambda row: _name(row, 0),
        sort_key=lambda row: (row.partition.subgraph, *row.partition.operators[:1]),
    ),
    Column(
        id="last",
        title="To",
        value=lambda row: _name(row, -1),
        sort_key=lambda row: (row.partition.subgraph, *row.partition.operators[-1:]),
    ),
    Column(
        id="subgraph",
        title="Subgraph",
        value=lambda row: row.partition.subgraph,
        align=Align.RIGHT,
        is_default=False,
    ),
)


def _name(row: PartitionFlow, place: int) -> str | None:
    """Name the operator at a place of a part."""
    partition = row.partition
    return format_operator(OperatorId(partition.subgraph, partition.operators[place])) if partition.operators else None
