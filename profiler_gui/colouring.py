"""From what is known about a model to what is painted on its graph."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from backends.model.model import OperatorId
from backends.reports.columns import speed_word
from backends.targets.flows import after_limits
from backends.targets.verdict import ModelVerdict, Partition, Placement, Verdict
from backends.units import format_bytes, format_count, format_latency
from profiler_gui.canvas.overlay import Group, GroupOverlay, PlacementOverlay, ValueOverlay
from profiler_gui.canvas.overlay import Overlay as CanvasOverlay
from profiler_gui.session import OpenModel, Overlay

_MOST_DECADES = 4.0
"""Values further below the largest one all get the lowest colour of a logarithmic scale."""

TITLES: Mapping[Overlay, str] = MappingProxyType(
    {
        Overlay.NONE: "Operator category",
        Overlay.VERDICT: "Target verdict",
        Overlay.PARTITIONS: "Partitions by support",
        Overlay.DELEGATED: "Partitions delegated",
        Overlay.ENGINE: "Engine and fast path",
        Overlay.TIME: "Measured time",
        Overlay.MACS: "MACs (estimate)",
        Overlay.BYTES: "Bytes moved (estimate)",
        Overlay.PARAMETERS: "Parameters",
    }
)
VALUE_OVERLAYS = frozenset({Overlay.TIME, Overlay.MACS, Overlay.BYTES, Overlay.PARAMETERS})
"""Overlays of numbers, which can be linear or logarithmic."""
TARGET_OVERLAYS = frozenset({Overlay.VERDICT, Overlay.PARTITIONS, Overlay.DELEGATED, Overlay.ENGINE})
"""Overlays of what the chosen target says."""

_ELSEWHERE = {Placement.FALLBACK: "CPU", Placement.UNKNOWN: "not known"}
_TEXTURES = {"": "plain", "fast": "plain", "slow": "hatched", "measure": "dotted"}


def overlay_of(record: OpenModel) -> CanvasOverlay | None:
    """Give what to paint for the chosen overlay; ``None`` while nothing is known for it."""
    choice = record.overlay
    if choice.overlay in VALUE_OVERLAYS:
        values, text = _values_of(record, choice.overlay)
        return _value_overlay(TITLES[choice.overlay], values, text, is_logarithmic=choice.is_logarithmic)
    verdict = record.verdict
    if choice.overlay is Overlay.NONE or verdict is None:
        return None
    title = f"{verdict.target_name}, what if" if not record.supposition.is_empty else verdict.target_name
    if choice.overlay is Overlay.ENGINE:
        return engine_overlay(title, verdict)
    if choice.overlay is Overlay.PARTITIONS:
        return _partition_overlay(f"{title}: partitions", verdict, verdict.partitions)
    if choice.overlay is Overlay.DELEGATED:
        return _partition_overlay(f"{title}: after the limits", verdict, after_limits(verdict.partitions))
    return PlacementOverlay(title=title, placements=_placements(verdict))


def engine_overlay(title: str, verdict: ModelVerdict) -> GroupOverlay:
    """Group the operators by engine and speed; a target with one engine has accelerated, CPU and unknown."""
    names = {id_: _group_of(answer) for id_, answer in verdict.verdicts.items()}
    engines = sorted({answer.engine for answer in verdict.verdicts.values() if answer.engine})
    groups = tuple(
        Group(
            name=" ".join(filter(None, key[1:])) or "accelerated",
            colour=engines.index(key[1]) if key[1] else Placement.ACCELERATED,
            texture=_TEXTURES[key[2]],
        )
        if key[0] is Placement.ACCELERATED
        else Group(name=_ELSEWHERE[key[0]], colour=key[0], texture="hatched")
        for key in sorted(set(names.values()))
    )
    places = {key: place for place, key in enumerate(sorted(set(names.values())))}
    members = {id_: places[key] for id_, key in names.items()}
    return GroupOverlay(
        title=f"{title}: engines",
        groups=groups,
        members=members,
        labels={id_: groups[place].name for id_, place in members.items()},
    )


def _group_of(answer: Verdict) -> tuple[Placement, str, str]:
    if answer.placement is not Placement.ACCELERATED:
        return answer.placement, "", ""
    return answer.placement, answer.engine, speed_word(answer)


def _partition_overlay(title: str, verdict: ModelVerdict, parts: Sequence[Partition]) -> PlacementOverlay:
    """Give each part of a cut a region of its own, the CPU islands between the partitions included."""
    regions: dict[OperatorId, int] = {}
    labels: dict[OperatorId, str] = {}
    counts = {True: 0, False: 0}
    for number, part in enumerate(parts):
        counts[part.is_accelerated] += 1
        name = f"{'P' if part.is_accelerated else 'CPU '}{counts[part.is_accelerated]}"
        for index in part.operators:
            regions[OperatorId(part.subgraph, index)] = number
            labels[OperatorId(part.subgraph, index)] = name
    return PlacementOverlay(
        title=title,
        placements=_placements(verdict),
        labels=labels,
        regions=regions,
        islands=frozenset(number for number, part in enumerate(parts) if not part.is_accelerated),
    )


def _placements(verdict: ModelVerdict) -> dict[OperatorId, Placement]:
    return {id_: answer.placement for id_, answer in verdict.verdicts.items()}


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
        minimum_text=f"≤ {text(smallest)}" if is_logarithmic else "0",
        maximum_text=text(largest),
        scale="log" if is_logarithmic else "linear",
    )


def _log_share(value: float, smallest: float, span: float) -> float:
    if value <= smallest or not span:
        return 0.0 if span else 1.0
    return math.log(value / smallest) / span
