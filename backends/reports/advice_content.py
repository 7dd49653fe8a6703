"""What makes a model a poor fit for integer accelerators, as parts of reports."""

from collections.abc import Sequence

from backends.model.model import OperatorId
from backends.reports.columns import format_operator
from backends.reports.content import Section, Table, Tree
from backends.targets.lint import LintFinding

_SHOWN_OPERATORS = 6


def advice_sections(findings: Sequence[LintFinding]) -> list[Section]:
    """Give one table, or nothing where there is no advice."""
    rows = tuple(
        (f.title, some_operators(f.operators), " ".join((f.detail, f.why, f.remedy)).strip()) for f in findings
    )
    table = Table(headings=("What", "Operators", "Finding"), rows=rows)
    return [Section(title="Fit for integer accelerators", table=table)] if rows else []


def advice_tree(findings: Sequence[LintFinding]) -> Tree:
    """Give all findings with the targets on which each matters."""
    return [
        {
            "rule": finding.rule,
            "title": finding.title,
            "detail": finding.detail,
            "why": finding.why,
            "remedy": finding.remedy,
            "targets": list(finding.targets),
            "source": finding.source,
            "operators": [list(id_) for id_ in finding.operators],
        }
        for finding in findings
    ]


def some_operators(operators: Sequence[OperatorId]) -> str:
    """Name the first few of many operators."""
    shown = ", ".join(format_operator(id_) for id_ in operators[:_SHOWN_OPERATORS])
    return f"{shown}, …" if len(operators) > _SHOWN_OPERATORS else shown
