"""The number of operator types that a target may accelerate, beside numbers that others published."""

from collections.abc import Sequence

from backends.reports.columns import Align, Column
from backends.targets.accepts import available_kinds
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict


def count_text(target: Target) -> str:
    """Give our count, and the published ones in brackets: ``41 (37)``."""
    published = ", ".join(str(row.count) for row in target.published_counts)
    ours = str(len(available_kinds(target)))
    return f"{ours} ({published})" if published else ours


def count_sentences(target: Target) -> tuple[str, ...]:
    """Say who published which number, and why ours differs."""
    return tuple(
        f"{target.sources[row.source].text}: {row.count}. {row.note}".strip() for row in target.published_counts
    )


def types_column(targets: Sequence[Target]) -> Column[ModelVerdict]:
    """Give the column of counts for a table of targets' verdicts."""
    texts = {target.id: count_text(target) for target in targets}
    ours = {target.id: len(available_kinds(target)) for target in targets}
    return Column(
        id="types",
        title="Types (published)",
        short_title="Types",
        value=lambda row: texts.get(row.target_id),
        sort_key=lambda row: ours.get(row.target_id),
        align=Align.RIGHT,
        description="Operator types that it may accelerate; in brackets the number that was published for it.",
    )
