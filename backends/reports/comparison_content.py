"""A comparison of two sides as a report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from backends.compare.alignment import Alignment
from backends.compare.comparison import Comparison, Subject
from backends.compare.condition import ConditionResult
from backends.compare.judgement import Judgement
from backends.compare.layer_difference import LayerRow
from backends.compare.model_difference import ModelDifference, Status
from backends.reports.comparison_columns import (
    FACT_COLUMNS,
    LAYER_DIFFERENCE_COLUMNS,
    NUMBER_COLUMNS,
    TARGET_DIFFERENCE_COLUMNS,
    number_rows,
)
from backends.reports.comparison_figures import (
    graph_figures,
    latency_comparison_figures,
    layer_figures,
    layer_links,
    power_figures,
)
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.tabulation import records_of, table_of

_LAYER_COLUMNS = ("status", "a_index", "b_index", "kind", "a_time", "b_time", "difference_ns", "relative", "changes")
METHOD = (
    "A difference is real if its 95 % interval excludes zero and the rank test of Brunner and Munzel agrees "
    "(p < 0.05).",
    "Intervals come from 1,999 resamplings of the runs in blocks that follow their dependence, expanded for short "
    "series; warm-up and drift are taken out before. Means of processes (devices, several runs) are compared by "
    "Student's t.",
)


class Drawn(StrEnum):
    """What a report's format can show of a comparison."""

    NOTHING = ""
    """Words and tables only."""
    PAGES = "pages"
    SCREEN = "screen"
    """Graphs to move about in, and tables to filter."""


_MOST_LAYERS = {Drawn.NOTHING: 30, Drawn.PAGES: 60, Drawn.SCREEN: 1000}


def drawn_of(suffix: str) -> Drawn:
    """Give what a file with this ending can show."""
    return {".html": Drawn.SCREEN, ".pdf": Drawn.PAGES}.get(suffix.lower(), Drawn.NOTHING)


class ComparisonContent:
    """What differs from A to B.

    Args:
        comparison: both sides and their differences.
        conditions: what was asked to fail the build, with the answers.
        drawn: for what graphs are laid out and plots drawn; then the table has the rows without difference too.
    """

    schema = "tflite-profiler/compare/1"

    def __init__(
        self, comparison: Comparison, conditions: Sequence[ConditionResult] = (), *, drawn: Drawn = Drawn.NOTHING
    ) -> None:
        self._drawn = drawn
        self._comparison = comparison
        self._conditions = tuple(conditions)

    @property
    def title(self) -> str:
        """Name both sides."""
        return f"{self._comparison.a.title} (A) and {self._comparison.b.title} (B)"

    def sections(self) -> Sequence[Section]:
        """Give the answer, then latency, models, layers, targets and surroundings."""
        comparison = self._comparison
        return [
            Section(title="", facts=_sides(comparison), sentences=headlines(comparison)),
            *self._condition_sections(),
            *_latency_sections(comparison, drawn=self._drawn),
            *_model_sections(comparison, drawn=self._drawn),
            *_layer_sections(comparison, drawn=self._drawn),
            *_target_sections(comparison),
            *_surrounding_sections(comparison),
        ]

    def records(self) -> Records:
        """Give a record for each row of layers, times in ns."""
        columns = [column for column in LAYER_DIFFERENCE_COLUMNS if column.id not in ("a_time", "b_time")]
        rows = self._comparison.layers
        records = records_of(columns, rows)
        return Records(
            fields=(*records.fields, "a_ns", "b_ns"),
            rows=[(*values, row.a_ns, row.b_ns) for row, values in zip(rows, records.rows, strict=True)],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give everything."""
        comparison = self._comparison
        model = comparison.model
        return {
            "a": _side_tree(comparison.a),
            "b": _side_tree(comparison.b),
            "headlines": list(headlines(comparison)),
            "conditions": [
                {"condition": result.condition.text, "met": result.is_met, "reason": result.reason}
                for result in self._conditions
            ],
            "latency": _judgement_tree(comparison.judgement),
            "single_values": [
                {"id": value.id, "unit": value.unit, "a": value.a, "b": value.b, "relative": value.relative}
                for value in comparison.single_values
            ],
            "model": None
            if model is None
            else {
                "summary": list(model.sentences),
                "counts": {str(status): model.count(status) for status in Status},
                "facts": [{"label": fact.label, "a": fact.a, "b": fact.b} for fact in model.facts],
            },
            "layers": [_layer_tree(row) for row in comparison.layers],
            "alignment": _alignment_tree(comparison.alignment),
            "targets": [
                {
                    "id": target.target_id,
                    "name": target.target_name,
                    "lost": [_change_tree(change) for change in target.lost],
                    "gained": [_change_tree(change) for change in target.gained],
                }
                for target in comparison.targets
            ],
            "environment": [{"label": fact.label, "a": fact.a, "b": fact.b} for fact in comparison.surroundings],
        }

    def _condition_sections(self) -> list[Section]:
        if not self._conditions:
            return []
        table = Table(
            headings=("Condition", "", "Why"),
            rows=tuple(
                (result.condition.text, "FAILED" if result.is_met else "passed", result.reason)
                for result in self._conditions
            ),
        )
        return [Section(title="Conditions", table=table)]


def headlines(comparison: Comparison) -> tuple[str, ...]:
    """Give what to know first: the judgement, and the most important changes of model and targets."""
    lines = []
    if comparison.judgement is not None:
        lines.append(comparison.judgement.headline)
    if comparison.model is not None:
        lines.append(_count_text(comparison.model))
        if comparison.judgement is None and comparison.alignment.matches:
            lines += [line for line in comparison.model.sentences[:2] if line not in lines]
    worse = [target.target_name for target in comparison.targets if target.is_regression]
    if worse:
        lines.append(f"Targets that take less of B: {', '.join(worse)}.")
    return tuple(lines)


def _count_text(model: ModelDifference) -> str:
    """Count the operators by what became of them; identical files say so."""
    counts = {status: model.count(status) for status in Status}
    if not any(counts[status] for status in (Status.CHANGED, Status.ADDED, Status.REMOVED)):
        return model.sentences[0] if model.sentences else "The models agree in everything."
    words = {Status.SAME: "the same", Status.CHANGED: "changed", Status.ADDED: "only in B", Status.REMOVED: "only in A"}
    told = [f"{count} {words[status]}" for status, count in counts.items() if count]
    return f"Operators: {', '.join(told)}."


def _sides(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    return tuple((letter, _side_text(side)) for letter, side in (("A", comparison.a), ("B", comparison.b)))


def _side_text(side: Subject) -> str:
    parts = [side.title]
    if side.run is not None:
        count = len(side.runs)
        parts.append(f"{count} runs on {side.run.plan.device}" if count > 1 else f"run of {side.run.started_at}")
    return ", ".join(parts)


def _latency_sections(comparison: Comparison, *, drawn: Drawn) -> list[Section]:
    judgement = comparison.judgement
    if judgement is None:
        return []
    test = judgement.rank_test
    facts = []
    if test is not None:
        facts.append(
            ("Rank test", f"p = {test.p_value:.2g}; chance that B takes longer: {test.superiority * 100:.0f} %")
        )
    facts.append(("Values", f"{len(judgement.a.values_ns)} and {len(judgement.b.values_ns)} {judgement.a.what}"))
    rows = number_rows(comparison)
    table = table_of(NUMBER_COLUMNS, rows) if rows else None
    figures = (*latency_comparison_figures(comparison), *power_figures(comparison)) if drawn else ()
    return [
        Section(
            title="Is the difference real?",
            facts=tuple(facts),
            sentences=(*judgement.notes, *METHOD),
            figures=figures,
            table=table,
        )
    ]


def _model_sections(comparison: Comparison, *, drawn: Drawn) -> list[Section]:
    model = comparison.model
    if model is None:
        return []
    figures, not_drawn = graph_figures(comparison) if drawn else ((), ())
    return [
        Section(
            title="Models",
            sentences=(*model.sentences, *not_drawn),
            figures=figures,
            is_side_by_side=True,
            table=table_of(FACT_COLUMNS, model.facts) if model.facts else None,
        )
    ]


def _layer_sections(comparison: Comparison, *, drawn: Drawn) -> list[Section]:
    rows = comparison.layers
    telling = [row for row in rows if drawn or row.status is not Status.SAME or row.difference_ns]
    if not telling:
        return []
    has_times = any(row.difference_ns is not None for row in rows)
    ordered = sorted(telling, key=lambda row: -abs(row.difference_ns or 0.0)) if has_times else telling
    columns = [column for column in LAYER_DIFFERENCE_COLUMNS if column.id in _LAYER_COLUMNS]
    shown = ordered[: _MOST_LAYERS[drawn]]
    sentences: tuple[str, ...] = ()
    if len(ordered) > len(shown):
        what = "of the largest difference" if has_times else "in execution order"
        sentences = (f"The {len(shown)} of {len(ordered)} {what}; CSV and JSON hold all.",)
    table = replace(table_of(columns, shown), links=layer_links(comparison, shown) if drawn else ())
    figures = layer_figures(comparison) if drawn else ()
    return [Section(title="Layers", sentences=sentences, figures=figures, table=table)]


def _target_sections(comparison: Comparison) -> list[Section]:
    different = [target for target in comparison.targets if target.is_different]
    if not different:
        text = "All targets answer alike for both." if comparison.targets else ""
        return [Section(title="Targets", sentences=(text,))] if text else []
    return [Section(title="Targets", table=table_of(TARGET_DIFFERENCE_COLUMNS, different))]


def _surrounding_sections(comparison: Comparison) -> list[Section]:
    if comparison.judgement is None:
        return []
    if not comparison.surroundings:
        return [Section(title="Surroundings", sentences=("Plan and environment of both runs agree.",))]
    return [Section(title="Surroundings that differ", table=table_of(FACT_COLUMNS, comparison.surroundings))]


def _side_tree(side: Subject) -> Mapping[str, Tree]:
    return {
        "title": side.title,
        "model": None if side.model is None else {"name": side.model.name, "sha256": side.model.sha256},
        "runs": [{"id": run.id, "model": run.model_name, "started_at": run.started_at} for run in side.runs],
    }


def _judgement_tree(judgement: Judgement | None) -> Tree:
    if judgement is None:
        return None
    return {
        "outcome": str(judgement.outcome),
        "headline": judgement.headline,
        "more_needed": judgement.more_needed,
        "values": str(judgement.a.what),
        "p_value": judgement.rank_test.p_value if judgement.rank_test else None,
        "superiority": judgement.rank_test.superiority if judgement.rank_test else None,
        "notes": list(judgement.notes),
        "metrics": [
            {
                "id": metric.id,
                "a_us": metric.a_ns / 1000,
                "b_us": metric.b_ns / 1000,
                "relative": metric.relative,
                "low": metric.interval.low if metric.interval else None,
                "high": metric.interval.high if metric.interval else None,
            }
            for metric in judgement.metrics
        ],
    }


def _layer_tree(row: LayerRow) -> Mapping[str, Tree]:
    return {
        "a": [list(id_) for id_ in row.a],
        "b": [list(id_) for id_ in row.b],
        "kind": row.kind,
        "name": row.name,
        "status": str(row.status),
        "a_us": _us(row.a_ns),
        "b_us": _us(row.b_ns),
        "difference_us": _us(row.difference_ns),
        "relative": row.relative,
        "confidence": row.confidence,
        "reason": row.reason,
        "changes": [{"aspect": str(c.aspect), "what": c.what, "a": c.a, "b": c.b} for c in row.changes],
    }


def _alignment_tree(alignment: Alignment) -> Mapping[str, Tree]:
    return {
        "matches": len(alignment.matches),
        "a_only": [list(id_) for id_ in alignment.a_only],
        "b_only": [list(id_) for id_ in alignment.b_only],
    }


def _change_tree(change: Any) -> Mapping[str, Tree]:
    return {
        "a": None if change.a is None else list(change.a),
        "b": None if change.b is None else list(change.b),
        "before": None if change.before is None else str(change.before),
        "after": None if change.after is None else str(change.after),
        "message": change.message,
    }


def _us(ns: float | None) -> float | None:
    return None if ns is None else ns / 1000
