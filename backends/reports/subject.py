"""What a whole report is about: a model with everything that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.model.summary import ModelSummary
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run
from backends.targets.lint import LintFinding
from backends.targets.verdict import ModelVerdict


class Detail(StrEnum):
    """How much a report tells."""

    FULL = "full"
    """Everything, for a file that is kept."""
    PAPER = "paper"
    """Everything that fits on pages: tables are shorter, and there is no wide matrix of targets."""
    BRIEF = "brief"
    """What fits into an issue or a paper: the slowest layers, the summary of the targets, the environment."""


def detail_of(format_name: str) -> Detail:
    """Give the detail that suits a format: an excerpt for issues and papers, pages in a PDF, everything elsewhere."""
    return {"markdown": Detail.BRIEF, "latex": Detail.BRIEF, "pdf": Detail.PAPER}.get(format_name, Detail.FULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model, what targets say, and what was measured."""

    model: Model
    costs: Mapping[OperatorId, OperatorCost]
    summary: ModelSummary
    verdicts: tuple[ModelVerdict, ...] = ()
    advice: tuple[LintFinding, ...] = ()
    runs: tuple[Run, ...] = ()
    """In the order to show; the first one colours the graph."""
    baseline: Run | None = None
    """What the other runs are compared with; the first run where there is none."""
    baseline_model: Model | None = None
    """Where the baseline is of another model, and that is at hand."""
    columns: tuple[OperatorColumn, ...] = ()
    chosen_target: str = ""
    """Id of the target that colours the graph where there is no run, and whose reasons a brief report gives."""
    notes: tuple[str, ...] = ()
    """What the user wrote."""
    made_at: str = ""
    """ISO 8601 time of the report; empty to leave it out."""
    version: str = ""
    """Of the program."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where runs came from, by the run's id, for those that were imported."""
