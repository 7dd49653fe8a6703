"""The columns of an NPU's own layers."""

from backends.reports.columns import Align, Column
from backends.runs.benchmark.npu_watch import load_synap_table
from backends.runs.run import NpuLayer
from backends.units import format_bytes, format_latency

NPU_COLUMNS: tuple[Column[NpuLayer], ...] = (
    Column(id="network", title="Network", value=lambda layer: layer.network, align=Align.RIGHT),
    Column(id="layer", title="Layer", value=lambda layer: layer.index, align=Align.RIGHT),
    Column(id="name", title="Name", value=lambda layer: layer.name),
    Column(
        id="engine",
        title="Engine",
        value=lambda layer: load_synap_table().engine_name(layer.engine),
        description="Which part of the NPU ran it.",
    ),
    Column(
        id="time_ns",
        title="Time",
        value=lambda layer: layer.time_ns,
        format=format_latency,
        align=Align.RIGHT,
        description="As the driver measured it while it ran the network step by step.",
    ),
    Column(
        id="cycles",
        title="Cycles",
        value=lambda layer: layer.cycles,
        format=lambda cycles: f"{cycles:,}",
        align=Align.RIGHT,
        description="Of the NPU's clock, which varies: they are no measure of time.",
    ),
    Column(id="read_bytes", title="Read", value=lambda layer: layer.read_bytes, format=format_bytes, align=Align.RIGHT),
    Column(
        id="written_bytes",
        title="Written",
        value=lambda layer: layer.written_bytes,
        format=format_bytes,
        align=Align.RIGHT,
    ),
)
