"""What colour, pattern and label each node wears: by category, or by an overlay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import overload

import numpy as np

from backends.graph.boxes import Ints
from backends.model.model import OperatorId
from backends.query.tint import Tint
from backends.targets.verdict import Placement
from profiler_gui.canvas.colour_map import STEPS, colour_table, steps_of, text_on
from profiler_gui.canvas.overlay import Group, GroupOverlay, Overlay, PlacementOverlay, ValueOverlay
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import GraphPicture

NO_REGION = -1


class Pattern(IntEnum):
    """Drawn over the header colour, so that colour alone never carries the meaning."""

    PLAIN = 0
    HATCHED = 1
    DOTTED = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coat:
    """Per node: its place in the tables of colours, its pattern, its badge and label."""

    colours: tuple[str, ...]
    text_colours: tuple[str, ...]
    colour: Ints
    pattern: Ints
    badges: tuple[str, ...]
    labels: Sequence[str]
    region: Ints
    region_tints: Ints
    """For each region its place in the tints of the palette."""
    shows_labels: bool = True
    """Whether labels are painted; they are told under the pointer in any case."""


class _NodeLabels(Sequence[str]):
    """The label of each node, looked up when it is painted."""

    def __init__(self, picture: GraphPicture, labels: Mapping[OperatorId, str]) -> None:
        self._nodes = picture.nodes
        self._labels = labels

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self))))
        key = self._nodes[place].key
        return self._labels.get(key, "") if key else ""

    def __len__(self) -> int:
        return len(self._nodes)


BADGES = {Placement.ACCELERATED: "✓", Placement.FALLBACK: "!", Placement.UNKNOWN: "?"}
PLACEMENT_TEXT = {
    Placement.ACCELERATED: "accelerated",
    Placement.FALLBACK: "falls back to the CPU",
    Placement.UNKNOWN: "not known",
}
TEXTURES = {"plain": Pattern.PLAIN, "hatched": Pattern.HATCHED, "dotted": Pattern.DOTTED}
PATTERNS = {
    Placement.ACCELERATED: Pattern.PLAIN,
    Placement.FALLBACK: Pattern.HATCHED,
    Placement.UNKNOWN: Pattern.DOTTED,
}


def dress(picture: GraphPicture, palette: Palette, overlay: Overlay | None) -> Coat:
    """Choose what each node of a picture wears."""
    if isinstance(overlay, ValueOverlay):
        coat = _by_value(picture, palette, overlay)
    elif isinstance(overlay, PlacementOverlay):
        coat = _by_placement(picture, palette, overlay)
    elif isinstance(overlay, GroupOverlay):
        coat = _by_group(picture, palette, overlay)
    else:
        coat = _coat(picture, [palette.category(name) for name in picture.categories], picture.category)
    return _tinted(coat, picture, overlay.tints) if overlay is not None and overlay.tints else coat


def _tinted(coat: Coat, picture: GraphPicture, tints: tuple[Tint, ...]) -> Coat:
    """Colour what colour rules pick out; a group of operators as soon as one of them is."""
    colour, pattern = coat.colour.copy(), coat.pattern.copy()
    badges = list(coat.badges) or [""] * len(picture.nodes)
    marks = [""] * len(picture.nodes)
    for place in range(len(tints) - 1, -1, -1):  # backwards, so that the first rule is on top
        wanted = tints[place].operators
        nodes = sorted({picture.node_of[id_] for id_ in wanted if id_ in picture.node_of})
        colour[nodes] = len(coat.colours) + place
        pattern[nodes] = Pattern.PLAIN
        for node in nodes:
            marks[node] = tint_mark(place)
    colours = tuple(tint.colour for tint in tints)
    return replace(
        coat,
        colours=(*coat.colours, *colours),
        text_colours=(*coat.text_colours, *(text_on(colour) for colour in colours)),
        colour=colour,
        pattern=pattern,
        badges=tuple(" ".join(filter(None, both)) for both in zip(marks, badges, strict=True)),
    )


def tint_mark(place: int) -> str:
    """Give the mark of a colour rule, so that colour alone never tells which one it is."""
    return f"R{place + 1}"


def placement_colour(palette: Palette, placement: Placement) -> str:
    """Give the colour that stands for a placement."""
    return {
        Placement.ACCELERATED: palette.accelerated,
        Placement.FALLBACK: palette.fallback,
        Placement.UNKNOWN: palette.unknown,
    }[placement]


def group_colour(palette: Palette, group: Group) -> str:
    """Give the colour of a group."""
    if isinstance(group.colour, Placement):
        return placement_colour(palette, group.colour)
    return palette.groups[group.colour % len(palette.groups)]


def region_tints(overlay: PlacementOverlay, palette: Palette) -> list[int]:
    """Give for each region its place in ``palette.tints``: partitions take turns, islands share the last one."""
    tints, taken = [], 0
    for region in range(max(overlay.regions.values(), default=-1) + 1):
        is_island = region in overlay.islands
        tints.append(len(palette.regions) if is_island else taken % len(palette.regions))
        taken += not is_island
    return tints


def _by_value(picture: GraphPicture, palette: Palette, overlay: ValueOverlay) -> Coat:
    colours = [*colour_table(overlay.colour_map, is_dark=palette.is_dark), palette.not_measured, palette.ends]
    values = np.asarray([overlay.values.get(node.key, np.nan) if node.key else np.nan for node in picture.nodes], float)
    is_missing = np.isnan(values)
    colour = np.where(is_missing, STEPS, steps_of(values))
    colour = np.where(picture.is_end, STEPS + 1, colour)
    pattern = np.where(is_missing & ~picture.is_end, Pattern.HATCHED, Pattern.PLAIN)
    return _coat(picture, colours, colour, pattern=pattern, overlay=overlay)


def _by_placement(picture: GraphPicture, palette: Palette, overlay: PlacementOverlay) -> Coat:
    known = list(Placement)
    colours = [*(placement_colour(palette, placement) for placement in known), palette.ends]
    colour, pattern, badges, region = [], [], [], []
    for node in picture.nodes:
        placement = overlay.placements.get(node.key, Placement.UNKNOWN) if node.key else None
        colour.append(known.index(placement) if placement else len(known))
        pattern.append(PATTERNS[placement] if placement else Pattern.PLAIN)
        badges.append(BADGES[placement] if placement else "")
        region.append(overlay.regions.get(node.key, NO_REGION) if node.key else NO_REGION)
    return _coat(
        picture,
        colours,
        np.asarray(colour, np.int64),
        pattern=np.asarray(pattern, np.int64),
        badges=tuple(badges),
        region=np.asarray(region, np.int64),
        region_tints=np.asarray(region_tints(overlay, palette), np.int64),
        overlay=overlay,
    )


def _by_group(picture: GraphPicture, palette: Palette, overlay: GroupOverlay) -> Coat:
    groups = overlay.groups
    colours = [*(group_colour(palette, group) for group in groups), palette.ends]
    textures = [*(TEXTURES[group.texture] for group in groups), Pattern.PLAIN]
    places = [overlay.members.get(node.key, -1) if node.key else -1 for node in picture.nodes]
    return _coat(
        picture,
        colours,
        np.asarray(places, np.int64) % len(colours),
        pattern=np.asarray([textures[place] for place in places], np.int64),
        overlay=overlay,
    )


def _coat(  # noqa: PLR0913 - one optional part for each kind of overlay
    picture: GraphPicture,
    colours: list[str],
    colour: Ints,
    *,
    pattern: Ints | None = None,
    badges: tuple[str, ...] = (),
    region: Ints | None = None,
    region_tints: Ints | None = None,
    overlay: Overlay | None = None,
) -> Coat:
    count = len(picture.nodes)
    labels: Sequence[str] = ()
    if overlay is not None and overlay.labels:
        labels = _NodeLabels(picture, overlay.labels)
    return Coat(
        colours=tuple(colours),
        text_colours=tuple(text_on(colour) for colour in colours),
        colour=colour,
        pattern=np.zeros(count, np.int64) if pattern is None else pattern,
        badges=badges,
        labels=labels,
        region=np.full(count, NO_REGION, np.int64) if region is None else region,
        region_tints=np.zeros(0, np.int64) if region_tints is None else region_tints,
        shows_labels=overlay is None or overlay.shows_labels,
    )
