"""What a target accepts as a table to search: a row for each demand on each operator type."""

from dataclasses import dataclass

from backends.reports.columns import Column
from backends.targets.accepts import Demand, accepted_kinds
from backends.targets.target import Effect, Target

EFFECT_WORDS = {
    Effect.FALLBACK: "falls back to the CPU",
    Effect.UNKNOWN: "unknown",
    Effect.MEASURE: "measure",
    Effect.SLOW: "off the fast path",
    Effect.NOTE: "note",
}
"""What happens to an operator that does not meet a demand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRow:
    """One demand on one operator type; ``demand`` is ``None`` for a type that is taken without any."""

    kind: str
    is_available: bool
    """Whether any operator of the type can be accelerated."""
    engines: tuple[str, ...]
    demand: Demand | None = None


def demand_rows(target: Target) -> tuple[DemandRow, ...]:
    """List all demands of a target, by type."""
    rows = []
    for kind in accepted_kinds(target):
        for demand in kind.demands or (None,):
            rows.append(DemandRow(kind=kind.kind, is_available=kind.is_available, engines=kind.engines, demand=demand))
    return tuple(rows)


DEMAND_COLUMNS: tuple[Column[DemandRow], ...] = (
    Column(id="kind", title="Type", value=lambda row: row.kind),
    Column(
        id="demand",
        title="What must hold",
        value=lambda row: row.demand.demand if row.demand else "nothing beyond its type",
    ),
    Column(id="applies", title="Where", value=lambda row: row.demand.circumstances if row.demand else ""),
    Column(id="otherwise", title="Otherwise", value=lambda row: EFFECT_WORDS[row.demand.effect] if row.demand else ""),
    Column(id="reason", title="Reason", value=lambda row: row.demand.reason if row.demand else ""),
    Column(id="remedy", title="Way out", value=lambda row: row.demand.remedy if row.demand else ""),
    Column(id="engines", title="Engines", value=lambda row: ", ".join(row.engines)),
    Column(id="source", title="Source", value=lambda row: source_text(row.demand) if row.demand else ""),
    Column(id="rule", title="Rule", value=lambda row: row.demand.rule if row.demand else "", is_default=False),
)


def demand_sentences(row: DemandRow) -> tuple[tuple[str, str], ...]:
    """Tell a row in full, as names and texts; those without text are left out."""
    demand = row.demand
    if demand is None:
        return (("Must hold", "Nothing beyond its type."),)
    facts = (
        ("Must hold", demand.demand),
        ("Where", demand.circumstances),
        ("Otherwise", f"{EFFECT_WORDS[demand.effect]} ({demand.reason})"),
        ("Way out", demand.remedy),
        ("Rule", demand.rule),
        ("Source", f"{source_text(demand)}, looked at on {demand.source.checked_on.isoformat()}"),
    )
    return tuple(fact for fact in facts if fact[1])


def source_text(demand: Demand) -> str:
    """Name the source of a demand, and the place in it."""
    return f"{demand.source.text}, {demand.at}" if demand.at else demand.source.text
