"""From what is known about a model to what is painted on its graph."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from backends.model.model import OperatorId
from backends.units import format_bytes, format_count, format_latency
from profiler_gui.canvas.overlay import Overlay as CanvasOverlay
from profiler_gui.canvas.overlay import PlacementOverlay, ValueOverlay
from profiler_gui.session import OpenModel, Overlay

_MOST_DECADES = 4.0
"""Values further below the largest one all get the lowest colour of a logarithmic scale."""

TITLES: Mapping[Overlay, str] = MappingProxyType(
    {
        Overlay.NONE: "Operator category",
        Overlay.VERDICT: "Target verdict",
        Overlay.PARTITIONS: "Target partitions",
        Overlay.TIME: "Measured time",
        Overlay.MACS: "MACs (estimate)",
        Overlay.BYTES: "Bytes moved (estimate)",
        Overlay.PARAMETERS: "Parameters",
    }
)
VALUE_OVERLAYS = frozenset({Overlay.TIME, Overlay.MACS, Overlay.BYTES, Overlay.PARAMETERS})
"""Overlays of numbers, which can be linear or logarithmic."""


def overlay_of(record: OpenModel) -> CanvasOverlay | None:
    """Give what to paint for the chosen overlay; ``None`` while nothing is known for it."""
    choice = record.overlay
    if choice.overlay in VALUE_OVERLAYS:
        values, text = _values_of(record, choice.overlay)
        return _value_overlay(TITLES[choice.overlay], values, text, is_logarithmic=choice.is_logarithmic)
    if choice.overlay is Overlay.NONE or record.verdict is None:
        return None
    verdict = record.verdict
    regions: dict[OperatorId, int] = {}
    if choice.overlay is Overlay.PARTITIONS:
        accelerated = [partition for partition in verdict.partitions if partition.is_accelerated]
        for number, partition in enumerate(accelerated):
            regions |= {OperatorId(partition.subgraph, index): number for index in partition.operators}
    return PlacementOverlay(
        title=verdict.target_name,
        placements={id_: answer.placement for id_, answer in verdict.verdicts.items()},
        regions=regions,
    )


def _values_of(record: OpenModel, overlay: Overlay) -> tuple[Mapping[OperatorId, float], Callable[[float], str]]:
    if overlay is Overlay.TIME:
        times = record.run.operators if record.run is not None else ()
        return {time.operator: time.time_ns for time in times if time.time_ns is not None}, format_latency
    costs = record.costs.items()
    if overlay is Overlay.MACS:
        return {id_: float(cost.macs) for id_, cost in costs if cost.macs is not None}, format_count
    if overlay is Overlay.BYTES:
        return {id_: float(cost.bytes_moved) for id_, cost in costs if cost.bytes_moved is not None}, format_bytes
    return {id_: float(cost.parameter_count) for id_, cost in costs}, format_count


def _value_overlay(
    title: str, values: Mapping[OperatorId, float], text: Callable[[float], str], *, is_logarithmic: bool
) -> ValueOverlay | None:
    if not values:
        return None
    largest = max(values.values())
    if is_logarithmic:
        positive = [value for value in values.values() if value > 0]
        smallest = max(min(positive, default=1.0), largest / 10**_MOST_DECADES)
        span = math.log(largest / smallest) if largest > smallest > 0 else 0.0
        scaled = {id_: _log_share(value, smallest, span) for id_, value in values.items()}
    else:
        smallest = 0.0
        scaled = {id_: value / largest if largest else 0.0 for id_, value in values.items()}
    return ValueOverlay(
        title=title,
        values=scaled,
        labels={id_: text(value) for id_, value in values.items()},
        minimum_text=("≤ " if is_logarithmic else "") + text(smallest),
        maximum_text=text(largest),
        scale="log" if is_logarithmic else "linear",
    )


def _log_share(value: float, smallest: float, span: float) -> float:
    if value <= smallest or not span:
        return 0.0 if span else 1.0
    return math.log(value / smallest) / span
