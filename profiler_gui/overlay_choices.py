"""What the graph can be coloured by: the choices for a model, in groups, with what each means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from backends.runs.operator_column import OperatorColumn
from backends.runs.operator_metrics import METRICS, metric_column
from profiler_gui.session import OpenModel, Overlay, OverlayChoice

TITLES: Mapping[Overlay, str] = MappingProxyType(
    {
        Overlay.NONE: "Operator category",
        Overlay.DTYPE: "Data type",
        Overlay.VERDICT: "Target verdict",
        Overlay.PARTITIONS: "Partitions by support",
        Overlay.DELEGATED: "Partitions delegated",
        Overlay.ENGINE: "Engine and fast path",
        Overlay.TIME: "Measured time",
        Overlay.SHARE: "Share of time",
        Overlay.RATE: "MACs per second",
        Overlay.BANDWIDTH: "Bytes per second",
        Overlay.RAN_ON: "Ran on",
        Overlay.MACS: "MACs (estimate)",
        Overlay.BYTES: "Bytes moved (estimate)",
        Overlay.INTENSITY: "MACs per byte (estimate)",
        Overlay.PARAMETERS: "Parameters",
        Overlay.WEIGHTS: "Weight bytes",
    }
)
METRIC_OF: Mapping[Overlay, str] = MappingProxyType(
    {
        Overlay.TIME: "time",
        Overlay.SHARE: "share",
        Overlay.RATE: "rate",
        Overlay.BANDWIDTH: "bandwidth",
        Overlay.MACS: "macs",
        Overlay.BYTES: "bytes",
        Overlay.INTENSITY: "intensity",
        Overlay.PARAMETERS: "params",
        Overlay.WEIGHTS: "weights",
    }
)
VALUE_OVERLAYS = frozenset({*METRIC_OF, Overlay.COLUMN})
"""Overlays of numbers, which can be linear or logarithmic."""
TARGET_OVERLAYS = frozenset({Overlay.VERDICT, Overlay.PARTITIONS, Overlay.DELEGATED, Overlay.ENGINE})
"""Overlays of what the chosen target says."""

_GROUPS: tuple[tuple[str, tuple[Overlay, ...]], ...] = (
    ("Operators", (Overlay.NONE, Overlay.DTYPE)),
    ("Chosen target", (Overlay.VERDICT, Overlay.PARTITIONS, Overlay.DELEGATED, Overlay.ENGINE)),
    ("Measured in the chosen run", (Overlay.TIME, Overlay.SHARE, Overlay.RATE, Overlay.BANDWIDTH, Overlay.RAN_ON)),
    (
        "From shapes",
        (Overlay.MACS, Overlay.BYTES, Overlay.INTENSITY, Overlay.PARAMETERS, Overlay.WEIGHTS),
    ),
)
_MORE = "Computed, compared and imported"
_MEANING: Mapping[Overlay, str] = MappingProxyType(
    {
        Overlay.NONE: "What kind of work each operator does.",
        Overlay.DTYPE: "Data type of what each operator gives.",
        Overlay.VERDICT: "Where each operator would run on the chosen target.",
        Overlay.PARTITIONS: "Which operators the accelerator could take together, by support alone.",
        Overlay.DELEGATED: "What is left of the partitions after the delegate's own limits.",
        Overlay.ENGINE: "Which compute engine runs each operator, and whether fast.",
        Overlay.RAN_ON: "Who ran each operator in the chosen run.",
    }
)
_NO_RUN = "Profile the model first (Ctrl+R)."


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayEntry:
    """One thing to colour by."""

    group: str
    title: str
    meaning: str
    choice: OverlayChoice
    is_known: bool
    """Whether there is something to show now."""


def overlay_entries(record: OpenModel) -> tuple[OverlayEntry, ...]:
    """List everything that a model can be coloured by, group by group, columns of others last."""
    entries = [
        OverlayEntry(
            group=group,
            title=TITLES[overlay],
            meaning=_meaning(overlay) if _is_known(record, overlay) else f"{_meaning(overlay)} {_NO_RUN}",
            choice=OverlayChoice(overlay=overlay),
            is_known=_is_known(record, overlay),
        )
        for group, overlays in _GROUPS
        for overlay in overlays
    ]
    entries += [
        OverlayEntry(
            group=_MORE,
            title=column.title,
            meaning=", ".join(filter(None, (f"in {column.unit}" if column.unit else "", column.source))),
            choice=OverlayChoice(overlay=Overlay.COLUMN, column=column.id),
            is_known=bool(column.values),
        )
        for column in record.columns
    ]
    return tuple(entries)


def chosen(record: OpenModel, choice: OverlayChoice) -> OverlayChoice:
    """Give a choice with the way of showing that was chosen before; differences start on a linear scale."""
    column = column_of(record, choice)
    is_linear = column is not None and column.is_diverging
    return replace(
        record.overlay,
        overlay=choice.overlay,
        column=choice.column,
        is_logarithmic=record.overlay.is_logarithmic and not is_linear,
    )


def column_of(record: OpenModel, choice: OverlayChoice) -> OperatorColumn | None:
    """Give the numbers that a choice colours by; ``None`` for one that is none of numbers, or is gone."""
    if choice.overlay in METRIC_OF:
        return metric_column(METRIC_OF[choice.overlay], record.costs, record.run)
    if choice.overlay is Overlay.COLUMN:
        return next((column for column in record.columns if column.id == choice.column), None)
    return None


def title_of(record: OpenModel, choice: OverlayChoice) -> str:
    """Give the name of a choice."""
    if choice.overlay is not Overlay.COLUMN:
        return TITLES[choice.overlay]
    column = column_of(record, choice)
    return column.title if column is not None else "(gone)"


def _meaning(overlay: Overlay) -> str:
    metric = METRIC_OF.get(overlay)
    return METRICS[metric].description if metric is not None else _MEANING[overlay]


def _is_known(record: OpenModel, overlay: Overlay) -> bool:
    needs_run = overlay is Overlay.RAN_ON or (overlay in METRIC_OF and METRICS[METRIC_OF[overlay]].needs_run)
    return record.run is not None or not needs_run
