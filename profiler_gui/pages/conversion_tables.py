"""How kinds and targets stand in the tables of a conversion."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from backends.conversion.choice import choose_for
from backends.conversion.kinds import KINDS
from backends.conversion.siblings import Sibling, accelerated_share, is_mostly_slow, runs_wholly
from backends.reports.columns import Column
from backends.reports.conversion_content import CHOICE_RULE, cell_text
from backends.targets.target import Target
from backends.units import format_share
from profiler_gui.tables.look import Look
from profiler_gui.theme import colors_of

BEST = "best"


def target_columns(siblings: Sequence[Sibling]) -> tuple[Column[Target], ...]:
    """Give the columns of the table of targets: one for each kind, and the one to try first."""
    known = [sibling for sibling in siblings if sibling.verdicts]

    def best(target: Target) -> str:
        found = choose_for(known, target.id)
        return KINDS[found.sibling.result.kind].title if found is not None else "none"

    title: Column[Target] = Column(id="target", title="Target", value=lambda target: target.name)
    choice: Column[Target] = Column(
        id=BEST,
        title="Try first",
        value=best,
        description=CHOICE_RULE,
    )
    kinds = tuple(_kind_column(sibling) for sibling in known)
    return (title, *((choice,) if known else ()), *kinds)


def _kind_column(sibling: Sibling) -> Column[Target]:
    return Column(
        id=str(sibling.result.kind),
        title=KINDS[sibling.result.kind].title,
        value=lambda target: cell_text(sibling, target.id),
    )


class KindLook:
    """Colours what failed and what should be looked at in the table of kinds."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    def __call__(self, row: Sibling, column: str) -> Look | None:
        """Give the look of a cell."""
        colors = colors_of(self._widget)
        result = row.result
        text = "\n".join(filter(None, (result.error, result.hint, *row.problems, *result.notes)))
        if column == "kind":
            return Look(tooltip=KINDS[result.kind].sentence, is_bold=True)
        if column == "state":
            is_trap = row.comparison is not None and bool(row.comparison.traps)
            color = colors.error if result.error else colors.warning if row.problems or is_trap else colors.success
            return Look(color=QColor(color), tooltip=text)
        return None


class TargetLook:
    """Colours how much of a kind a target takes."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self.siblings: Sequence[Sibling] = ()

    def __call__(self, row: Any, column: str) -> Look | None:
        """Give the look of a cell."""
        if column == BEST:
            found = choose_for(self.siblings, row.id)
            return Look(is_bold=True, tooltip=found.reason if found is not None else "It takes nothing of any kind")
        sibling = next((one for one in self.siblings if str(one.result.kind) == column), None)
        verdict = sibling.verdicts.get(row.id) if sibling is not None else None
        if verdict is None:
            return None
        colors = colors_of(self._widget)
        share = accelerated_share(verdict) or 0.0
        tip = (
            f"{verdict.summary.accelerated_count} of {verdict.summary.operator_count} operators, "
            f"{format_share(share)} of the work, in {verdict.summary.partition_count} partitions"
        )
        if is_mostly_slow(verdict):
            return Look(color=QColor(colors.warning), tooltip=f"{tip}; most of it on the slow engine")
        color = colors.accelerated if runs_wholly(verdict) else colors.fallback
        return Look(color=QColor(color), tooltip=tip)
