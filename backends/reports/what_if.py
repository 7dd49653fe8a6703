"""What a supposition changes: the numbers before and after, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.reports.columns import MISSING
from backends.reports.content import Section, Table, Tree
from backends.targets.flows import Cut, after_limits, count_cut, folded_operators
from backends.targets.supposition import Supposition, describe
from backends.targets.verdict import ModelVerdict
from backends.units import format_bytes, format_count, format_share

DELEGATED = ", delegated"
"""Ends the names of numbers after the delegate's own limits."""

Costs = Mapping[OperatorId, OperatorCost]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a target does with a model: by support alone, and after the delegate's own limits."""

    supported: Cut
    delegated: Cut

    @property
    def is_limited(self) -> bool:
        """Whether the delegate gives something back."""
        return self.supported != self.delegated


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One number before and after, as text; they are equal where nothing changed."""

    name: str
    before: str
    after: str


def outcome_of(model: Model, verdict: ModelVerdict, costs: Costs) -> Outcome:
    """Count both cuts of a verdict."""
    folded = folded_operators(model, verdict)
    return Outcome(
        supported=count_cut(model, verdict.partitions, costs, folded),
        delegated=count_cut(model, after_limits(verdict.partitions), costs, folded),
    )


def changes(before: Outcome, after: Outcome) -> tuple[Change, ...]:
    """Compare two outcomes; the rows after the delegate's limits are there where it gives anything back."""
    rows = list(_changes("", before.supported, after.supported))
    if before.is_limited or after.is_limited:
        rows += _changes(DELEGATED, before.delegated, after.delegated)
    return tuple(rows)


def changes_text(rows: Sequence[Change]) -> str:
    """Tell in one line what is other than before: first by support alone, then after the delegate's own limits."""
    told: dict[bool, list[str]] = {False: [], True: []}
    for row in rows:
        if row.before != row.after:
            name = row.name.removesuffix(DELEGATED)
            told[name != row.name].append(f"{name} {row.before} → {row.after}")
    delegated = f"delegated: {', '.join(told[True])}" if told[True] else ""
    return "; ".join(filter(None, (", ".join(told[False]), delegated))) or "nothing changes"


def sentence_of(cut: Cut, operator_count: int) -> str:
    """Tell a cut in one line: ``24 of 26 operators, 99 % of MACs, 2 partitions, 1 CPU island, …``."""
    share = "" if cut.macs_share is None else f", {format_share(cut.macs_share)} of MACs"
    crossing = "bytes not known" if cut.crossing_bytes is None else f"{format_bytes(cut.crossing_bytes)} cross"
    return (
        f"{cut.operator_count} of {operator_count} operators{share}, {_counted(cut.partition_count, 'partition')}, "
        f"{_counted(cut.island_count, 'CPU island')}, {_counted(cut.transition_count, 'transition')}, {crossing}"
    )


def what_if_sections(supposition: Supposition, rows: Sequence[tuple[str, Outcome, Outcome]]) -> list[Section]:
    """Give what is supposed and a table of targets (name, before, after); only numbers that change are listed."""
    lines = [
        (name if number == 0 else "", change.name, change.before, change.after)
        for name, before, after in rows
        for number, change in enumerate(row for row in changes(before, after) if row.before != row.after)
    ]
    table = Table(
        headings=("Target", "Number", "Before", "Supposed"), rows=tuple(lines), right_aligned=frozenset({2, 3})
    )
    nothing = () if lines else ("Nothing changes on the checked targets.",)
    return [Section(title="What if", sentences=(*describe(supposition), *nothing), table=table if lines else None)]


def supposition_tree(supposition: Supposition) -> Tree:
    """Give a supposition for programs."""
    return {
        "max_partitions": supposition.max_partitions,
        "excluded": [list(id_) for id_ in sorted(supposition.excluded)],
        "accepted_kinds": sorted(supposition.accepted_kinds),
        "holding_rules": sorted(supposition.holding_rules),
        "sentences": list(describe(supposition)),
    }


def _changes(suffix: str, before: Cut, after: Cut) -> list[Change]:
    pairs = (
        ("operators", str(before.operator_count), str(after.operator_count)),
        ("MACs", _share(before.macs_share), _share(after.macs_share)),
        ("partitions", str(before.partition_count), str(after.partition_count)),
        ("CPU islands", str(before.island_count), str(after.island_count)),
        ("transitions", str(before.transition_count), str(after.transition_count)),
        ("bytes that cross", _bytes(before.crossing_bytes), _bytes(after.crossing_bytes)),
    )
    return [Change(name=name + suffix, before=old, after=new) for name, old, new in pairs]


def _counted(count: int, noun: str) -> str:
    return f"{format_count(count)} {noun}" if count == 1 else f"{format_count(count)} {noun}s"


def _share(share: float | None) -> str:
    return MISSING if share is None else format_share(share)


def _bytes(count: int | None) -> str:
    return MISSING if count is None else format_bytes(count)
