"""Totals over several operators."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.reports.plain_text import plain
from backends.runs.run import OperatorTime, Run
from backends.units import format_bytes, format_count, format_latency, format_share
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.section import Fact, FactGrid, Section

_SHOWN_TYPES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionTotals:
    """What several operators amount to together."""

    count: int
    facts: tuple[Fact, ...]
    kinds: tuple[tuple[str, int], ...]
    """How many there are of each type, the most frequent first."""


def total_selection(
    model: Model, costs: Mapping[OperatorId, OperatorCost], run: Run | None, chosen: Collection[OperatorId]
) -> SelectionTotals:
    """Add up operators; takes a while for many."""
    ids = sorted(chosen)
    times = [time for time in run.operators if time.operator in chosen] if run is not None else []
    return SelectionTotals(
        count=len(ids),
        facts=(*_time_facts(times), *_cost_facts([costs[id_] for id_ in ids if id_ in costs])),
        kinds=tuple(Counter(plain(model.operator(id_).label) for id_ in ids).most_common()),
    )


class SelectionView(QWidget):
    """Shows what several operators amount to together."""

    def __init__(self, totals: SelectionTotals) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        head = plain_label(f"{totals.count} operators", role="title")
        head.setContentsMargins(16, 4, 16, 8)
        column.addWidget(head)
        together = Section("Together")
        together.add(FactGrid(totals.facts))
        column.addWidget(together)
        types = Section("Types")
        types.add(FactGrid((kind, str(count)) for kind, count in totals.kinds[:_SHOWN_TYPES]))
        if len(totals.kinds) > _SHOWN_TYPES:
            types.add(plain_label(f"and {len(totals.kinds) - _SHOWN_TYPES} more types", role="dim"))
        column.addWidget(types)
        column.addStretch(1)


def _time_facts(times: Sequence[OperatorTime]) -> list[Fact]:
    measured = [time.time_ns for time in times if time.time_ns is not None]
    if not measured:
        return []
    share = sum(time.share for time in times if time.share is not None)
    return [("Time", f"{format_latency(sum(measured))}  ({format_share(share)})")]


def _cost_facts(costs: Sequence[OperatorCost]) -> list[Fact]:
    moved = [cost.bytes_moved for cost in costs if cost.bytes_moved is not None]
    return [
        ("MACs", format_count(sum(cost.macs or 0 for cost in costs))),
        ("Parameters", format_count(sum(cost.parameter_count for cost in costs))),
        ("Bytes moved", format_bytes(sum(moved)) + (" at least" if len(moved) < len(costs) else "")),
    ]
