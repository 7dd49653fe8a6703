"""What targets would do with a model, as a report."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.reports.advice_content import advice_sections, advice_tree, some_operators
from backends.reports.columns import FINDING_COLUMNS, TARGET_COLUMNS, default_columns
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.rows import finding_rows
from backends.reports.tabulation import table_of
from backends.reports.what_if import outcome_of, supposition_tree, what_if_sections
from backends.targets.lint import LintFinding
from backends.targets.supposition import Supposition, describe
from backends.targets.verdict import Finding, ModelVerdict, Partition, Placement, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What the verdicts of a report suppose, and what the targets say without."""

    supposition: Supposition
    before: Sequence[ModelVerdict]
    """One for each verdict, in the same order."""
    costs: Mapping[OperatorId, OperatorCost]


class VerdictContent:
    """The answers of one or more targets for a model.

    Args:
        model: the model that was checked.
        verdicts: one answer for each target, in the order to show.
        advice: what makes the model a poor fit for these targets.
        what_if: what the verdicts suppose; ``None`` for nothing.
    """

    schema = "tflite-profiler/check/1"

    def __init__(
        self,
        model: Model,
        verdicts: Sequence[ModelVerdict],
        *,
        advice: Sequence[LintFinding] = (),
        what_if: WhatIf | None = None,
    ) -> None:
        self._model = model
        self._verdicts = tuple(verdicts)
        self._advice = tuple(advice)
        self._what_if = what_if

    @property
    def title(self) -> str:
        """Name the model."""
        return f"{self._model.name}: where its operators would run"

    def sections(self) -> Sequence[Section]:
        """Give the summary of all targets, then for each the reasons with counts."""
        table = table_of(default_columns(TARGET_COLUMNS), self._verdicts)
        sections = [self._target_section(verdict) for verdict in self._verdicts]
        silent = [section.title for section in sections if not section.sentences and section.table is None]
        clear = [f"Nothing to report on: {', '.join(silent)}."] if silent else []
        return [
            *self._what_if_sections(),
            Section(title="Targets", table=table),
            *(section for section in sections if section.title not in silent),
            *([Section(title="", sentences=tuple(clear))] if clear else []),
            *advice_sections(self._advice),
        ]

    def records(self) -> Records:
        """Give a record for each finding, and one for each operator without any."""
        rows = finding_rows(self._model, self._verdicts)
        columns = [column for column in FINDING_COLUMNS if column.id not in {"target", "index"}]
        return Records(
            fields=("target", "subgraph", "index", *(column.id for column in columns)),
            rows=[
                (row.target_id, row.operator.subgraph, row.operator.index, *(column.value(row) for column in columns))
                for row in rows
            ],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give every verdict, finding and partition."""
        tree: dict[str, Tree] = {
            "model": {
                "name": self._model.name,
                "path": self._model.path,
                "sha256": self._model.sha256,
                "size_bytes": self._model.size_bytes,
            },
        }
        if self._what_if is not None:
            tree["supposition"] = supposition_tree(self._what_if.supposition)
        before = self._what_if.before if self._what_if else [None] * len(self._verdicts)
        tree["targets"] = [self._target_tree(*pair) for pair in zip(self._verdicts, before, strict=True)]
        tree["lint"] = advice_tree(self._advice)
        return tree

    def _what_if_sections(self) -> list[Section]:
        found = self._what_if
        if found is None:
            return []
        rows = [
            (
                now.target_name,
                outcome_of(self._model, before, found.costs),
                outcome_of(self._model, now, found.costs),
            )
            for before, now in zip(found.before, self._verdicts, strict=True)
        ]
        return what_if_sections(found.supposition, rows)

    def _target_section(self, target: ModelVerdict) -> Section:
        verdicts = sorted(target.verdicts.items())
        groups = _grouped_findings(self._model, verdicts)
        supposed = describe(self._what_if.supposition) if self._what_if else ()
        notes = [note for note in target.notes if note not in supposed]
        sentences = (*notes, *_engine_sentence(verdict for _, verdict in verdicts))
        if not groups:
            return Section(title=target.target_name, sentences=sentences)
        table = Table(
            headings=("Count", "Type", "Placement", "Reason", "Operators", "Finding"),
            rows=tuple(
                (
                    str(len(group.operators)),
                    group.kind,
                    str(group.finding.effect),
                    group.finding.reason,
                    some_operators(group.operators),
                    " – ".join(text for text in (group.finding.message, group.finding.remedy) if text),
                )
                for group in groups
            ),
            right_aligned=frozenset({0}),
        )
        return Section(title=target.target_name, sentences=sentences, table=table)

    def _target_tree(self, target: ModelVerdict, before: ModelVerdict | None) -> Tree:
        tree: dict[str, Tree] = {
            "id": target.target_id,
            "name": target.target_name,
            "operators": [self._verdict_tree(verdict) for _, verdict in sorted(target.verdicts.items())],
            "partitions": [_partition_tree(partition) for partition in target.partitions],
            "summary": asdict(target.summary),
            "notes": list(target.notes),
        }
        if before is not None:
            tree["summary_before"] = asdict(before.summary)
        return tree

    def _verdict_tree(self, verdict: Verdict) -> Tree:
        operator = self._model.operator(verdict.operator)
        tree: dict[str, Tree] = {
            "subgraph": operator.id.subgraph,
            "index": operator.id.index,
            "kind": operator.kind,
            "placement": str(verdict.placement),
            "findings": [_finding_tree(finding) for finding in verdict.findings],
        }
        if operator.custom_code:
            tree["custom_code"] = operator.custom_code
        if verdict.engine:
            tree["engine"] = verdict.engine
        if verdict.fast_path is not None:
            tree["fast_path"] = verdict.fast_path
        return tree


@dataclass(frozen=True, slots=True, kw_only=True)
class _FindingGroup:
    """One rule on all operators of one type; ``finding`` is the first one's."""

    kind: str
    finding: Finding
    operators: tuple[OperatorId, ...]


def _grouped_findings(model: Model, verdicts: Iterable[tuple[OperatorId, Verdict]]) -> list[_FindingGroup]:
    """Group by type and rule: what loses operators first, the most frequent first."""
    members: dict[tuple[str, str], list[OperatorId]] = defaultdict(list)
    first: dict[tuple[str, str], Finding] = {}
    for id_, verdict in verdicts:
        kind = model.operator(id_).label
        for finding in verdict.findings:
            key = (kind, finding.rule)
            first.setdefault(key, finding)
            if id_ not in members[key][-1:]:
                members[key].append(id_)
    groups = [_FindingGroup(kind=k[0], finding=f, operators=tuple(members[k])) for k, f in first.items()]
    return sorted(groups, key=lambda g: (g.finding.effect is Placement.ACCELERATED, -len(g.operators), g.kind))


def _engine_sentence(verdicts: Iterable[Verdict]) -> list[str]:
    found = tuple(verdicts)
    engines = Counter(verdict.engine for verdict in found if verdict.engine)
    counts = ", ".join(f"{engine} {count}" for engine, count in engines.most_common())
    fast, slow, open_ = (sum(v.engine != "" and v.fast_path is state for v in found) for state in (True, False, None))
    ways = f" {fast} on the fast path, {slow} off it, {open_} to be measured."
    return [f"Operators by engine: {counts}.{ways}"] if counts else []


def _finding_tree(finding: Finding) -> Tree:
    return {
        "rule": finding.rule,
        "reason": finding.reason,
        "message": finding.message,
        "source": finding.source,
        "found": finding.found,
        "allowed": finding.allowed,
        "remedy": finding.remedy,
        "effect": str(finding.effect),
    }


def _partition_tree(partition: Partition) -> Tree:
    return {
        "subgraph": partition.subgraph,
        "accelerated": partition.is_accelerated,
        "operators": list(partition.operators),
        "delegated": partition.delegated,
    }
