"""Targets as reports: the list of them, and the page of what one accepts, rendered from its rules."""

from collections.abc import Mapping, Sequence

from backends.reports.content import Records, Section, Table, Tree
from backends.reports.demand_columns import EFFECT_WORDS, source_text
from backends.reports.published_counts import count_sentences, count_text
from backends.targets.accepts import EVERY_KIND, AcceptedKind, Demand, accepted_kinds, available_kinds, tell
from backends.targets.constraints.binding import sentence
from backends.targets.target import Rule, Target


class TargetListContent:
    """All targets, one line each."""

    schema = "tflite-profiler/targets/1"
    title = "Targets"

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = tuple(targets)

    def sections(self) -> Sequence[Section]:
        """Give one table."""
        table = Table(
            headings=("Id", "Name", "Types (published)", "Rules", "Description"),
            rows=tuple((t.id, t.name, count_text(t), str(len(t.rules)), t.description) for t in self._targets),
            right_aligned=frozenset({2, 3}),
        )
        notes = tuple(f"{target.name}: {sentence}" for target in self._targets for sentence in count_sentences(target))
        return [
            Section(title="", table=table),
            *([Section(title="Published numbers of operators", sentences=notes)] if notes else []),
        ]

    def records(self) -> Records:
        """Give a record for each target."""
        return Records(
            fields=("id", "name", "extends", "accepted_count", "rule_count", "description", "origin"),
            rows=[
                (t.id, t.name, t.extends, len(t.accepts), len(t.rules), t.description, t.origin) for t in self._targets
            ],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give all targets without their rules."""
        return {"targets": [_overview(target) for target in self._targets]}


class TargetContent:
    """What one target accepts, on which conditions, and where each claim comes from."""

    schema = "tflite-profiler/targets/1"

    def __init__(self, target: Target) -> None:
        self._target = target

    @property
    def title(self) -> str:
        """Name the target."""
        return f"{self._target.name}: what it accepts"

    def sections(self) -> Sequence[Section]:
        """Give the facts, the operator types with their conditions, and the sources."""
        target = self._target
        types = f"{len(available_kinds(target))} of {len(target.accepts)} known"
        facts = [("Id", target.id), ("Operator types", types), ("Rules", str(len(target.rules)))]
        if target.extends:
            facts.insert(1, ("Extends", target.extends))
        facts += [("Limit", text) for text in limit_sentences(target)]
        facts += [("Published", sentence) for sentence in count_sentences(target)]
        return [
            Section(title="", facts=tuple(facts), sentences=(target.description, *target.caveats)),
            Section(title="Operator types", table=_conditions_table(target)),
            *_engine_sections(target),
            Section(title="Sources", table=_sources_table(target)),
        ]

    def records(self) -> Records:
        """Give a record for each condition of each operator type, and one for each type without any."""
        target = self._target
        rows: list[tuple[str, ...]] = []
        for row in accepted_kinds(target):
            rows += [(target.id, row.kind, *_demand_values(demand)) for demand in row.demands]
            if not row.demands:
                rows.append((target.id, row.kind, "", "", "", "", "", "", ""))
        return Records(
            fields=("target", "kind", "rule", "effect", "reason", "demand", "applies", "remedy", "source"), rows=rows
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give the target with its rules and sources."""
        target = self._target
        details = {
            **_overview(target),
            "accepts": sorted(target.accepts),
            "rules": [_rule_tree(target, rule) for rule in target.rules],
            "engines": [
                {
                    "engine": row.engine,
                    "kinds": list(row.kinds),
                    "when": [sentence(condition) for condition in row.when],
                    "source": target.sources[row.source].text,
                }
                for row in target.engines
            ],
            "partitioning": {
                "max_partitions": target.partitioning.max_partitions or None,
                "min_nodes": target.partitioning.min_nodes,
                "float16_weights": str(target.partitioning.float16_weights),
            },
            "reasons": dict(target.reasons),
            "sources": [
                {"id": s.id, "text": s.text, "checked_on": s.checked_on.isoformat(), "url": s.url}
                for s in target.sources.values()
            ],
        }
        return {"targets": [details]}


def _overview(target: Target) -> dict[str, Tree]:
    return {
        "id": target.id,
        "name": target.name,
        "description": target.description,
        "extends": target.extends,
        "origin": target.origin,
        "accepted_count": len(target.accepts),
        "available_count": len(available_kinds(target)),
        "published_counts": [
            {"count": row.count, "source": target.sources[row.source].text, "note": row.note}
            for row in target.published_counts
        ],
        "rule_count": len(target.rules),
        "caveats": list(target.caveats),
    }


def _rule_tree(target: Target, rule: Rule) -> Tree:
    told = tell(target, rule)
    return {
        "id": rule.id,
        "kinds": list(rule.kinds),
        "effect": str(rule.effect),
        "reason": rule.reason,
        "demand": told.demand,
        "when": [sentence(condition) for condition in rule.when],
        "unless": [sentence(condition) for condition in rule.unless],
        "remedy": rule.remedy,
        "source": source_text(told),
    }


def _demand_values(demand: Demand) -> tuple[str, ...]:
    what = (demand.rule, str(demand.effect), demand.reason, demand.demand, demand.circumstances)
    return (*what, demand.remedy, source_text(demand))


def _conditions_table(target: Target) -> Table:
    shared = [tell(target, rule) for rule in target.rules if EVERY_KIND in rule.kinds]
    rows = [("all types", *_demand_cells(demand)) for demand in shared]
    for row in accepted_kinds(target):
        rows += _kind_rows(row)
    return Table(headings=("Type", "Otherwise", "Reason", "Source", "Condition"), rows=tuple(rows))


def _kind_rows(row: AcceptedKind) -> list[tuple[str, ...]]:
    own = [demand for demand in row.demands if not demand.is_about_all]
    if not own:
        return [(row.kind, "", "", "", "")]
    return [(row.kind if i == 0 else "", *_demand_cells(demand)) for i, demand in enumerate(own)]


def _demand_cells(demand: Demand) -> tuple[str, ...]:
    condition = f"{demand.demand} [{demand.circumstances}]" if demand.circumstances else demand.demand
    return EFFECT_WORDS[demand.effect], demand.reason, f"{demand.source.id} {demand.at}".strip(), condition


def _engine_sections(target: Target) -> list[Section]:
    if not target.engines:
        return []
    rows = tuple(
        (row.engine, ", ".join(row.kinds), "; ".join(sentence(condition) for condition in row.when))
        for row in target.engines
    )
    return [Section(title="Engines", table=Table(headings=("Engine", "Types", "Condition"), rows=rows))]


def _sources_table(target: Target) -> Table:
    rows = tuple((s.id, s.checked_on.isoformat(), " ".join((s.text, s.url)).strip()) for s in target.sources.values())
    return Table(headings=("Id", "Checked on", "Source"), rows=rows)


def limit_sentences(target: Target) -> list[str]:
    """Say what the delegate's own limits leave of the partitions."""
    rules = target.partitioning
    limits = []
    if rules.max_partitions:
        limits.append(f"at most {rules.max_partitions} partitions are delegated")
    if rules.min_nodes > 1:
        limits.append(f"a partition needs at least {rules.min_nodes} operators")
    return limits
