"""From what is known about a model to what is painted on its graph."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from backends.model.model import NO_TENSOR, Model, Operator, OperatorId
from backends.reports.columns import speed_word
from backends.targets.check import Verdicts
from backends.targets.flows import after_limits
from backends.targets.verdict import ModelVerdict, Partition, Placement, Verdict
from profiler_gui.canvas.overlay import CategoryOverlay, Group, GroupOverlay, PlacementOverlay
from profiler_gui.canvas.overlay import Overlay as CanvasOverlay
from profiler_gui.overlay_choices import METRIC_OF, TITLES, column_of, title_of
from profiler_gui.session import OpenModel, Overlay
from profiler_gui.value_colours import value_overlay

_ELSEWHERE = {Placement.FALLBACK: "CPU", Placement.UNKNOWN: "not known"}
_TEXTURES = {"": "plain", "fast": "plain", "slow": "hatched", "measure": "dotted"}


_MOST_GROUPS = 8
"""Further ones share the last entry of the legend."""


def overlay_of(record: OpenModel) -> CanvasOverlay | None:
    """Give what to paint for the chosen overlay and the colour rules; ``None`` while nothing is known for it."""
    choice, tints = record.overlay, record.tints
    overlay = _chosen_overlay(record)
    if overlay is None:
        return CategoryOverlay(title=TITLES[Overlay.NONE], tints=tints) if tints else None
    return replace(overlay, shows_labels=choice.shows_values, tints=tints)


def _chosen_overlay(record: OpenModel) -> CanvasOverlay | None:
    choice = record.overlay
    if choice.overlay is Overlay.COLUMN or choice.overlay in METRIC_OF:
        column = column_of(record, choice)
        if column is None:
            return None
        return value_overlay(title_of(record, choice), column, is_logarithmic=choice.is_logarithmic)
    if choice.overlay is Overlay.RAN_ON:
        times = record.run.operators if record.run is not None else ()
        return _named_groups("Ran on", {time.operator: time.placement for time in times if time.placement})
    if choice.overlay is Overlay.DTYPE:
        return _named_groups(TITLES[Overlay.DTYPE], _dtypes(record.model))
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
    placements = _placements(verdict)
    return PlacementOverlay(title=title, placements=placements, counts=Counter(placements.values()))


def _named_groups(title: str, names: Mapping[OperatorId, str]) -> GroupOverlay | None:
    """Group operators by a name, the most frequent first."""
    if not names:
        return None
    known = [name for name, _ in Counter(names.values()).most_common()]
    shown = known if len(known) <= _MOST_GROUPS else [*known[: _MOST_GROUPS - 1], "others"]
    places = {name: min(place, len(shown) - 1) for place, name in enumerate(known)}
    textures = ("plain", "hatched", "dotted")
    return GroupOverlay(
        title=title,
        # Each round of colours has a texture of its own, so that no two groups look alike.
        groups=tuple(
            Group(name=name, colour=place, texture=textures[place // 4 % 3]) for place, name in enumerate(shown)
        ),
        members={id_: places[name] for id_, name in names.items()},
        counts=_counts(len(shown), (places[name] for name in names.values())),
        labels=dict(names),
    )


def _counts(groups: int, members: Iterable[int]) -> tuple[int, ...]:
    """Count the operators of each group."""
    counted = Counter(members)
    return tuple(counted[place] for place in range(groups))


def _dtypes(model: Model) -> dict[OperatorId, str]:
    return {
        operator.id: graph.tensors[first].dtype
        for graph in model.subgraphs
        for operator in graph.operators
        if (first := _first_output(operator)) is not None
    }


def _first_output(operator: Operator) -> int | None:
    return next((index for index in operator.outputs if index != NO_TENSOR), None)


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
        counts=_counts(len(groups), members.values()),
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
    placements = _placements(verdict)
    return PlacementOverlay(
        title=title,
        placements=placements,
        counts=Counter(placements.values()),
        labels=labels,
        regions=regions,
        islands=frozenset(number for number, part in enumerate(parts) if not part.is_accelerated),
    )


def _placements(verdict: ModelVerdict) -> dict[OperatorId, Placement]:
    if isinstance(verdict.verdicts, Verdicts):
        return verdict.verdicts.placements()
    return {id_: answer.placement for id_, answer in verdict.verdicts.items()}
