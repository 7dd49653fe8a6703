"""The verb ``check``: where operators would run, and why not where they should."""

import argparse
import sys
from collections.abc import Iterable

from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.query_argument import add_query_argument, answer_query, check_query
from backends.cli.supposition_arguments import add_supposition_arguments, read_supposition
from backends.cli.target_choice import choose_targets
from backends.cli.usage import add_report_arguments
from backends.model.cost import estimate_model
from backends.model.model import Model
from backends.reports.columns import matrix_columns
from backends.reports.plain_text import plain
from backends.reports.query_content import QueryContent
from backends.reports.verdict_content import VerdictContent, WhatIf
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.lint import LintFinding, check_lint, load_lint_rules
from backends.targets.supposition import check_supposing
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict, Placement

_CONDITIONS = {"fallback": Placement.FALLBACK, "unknown": Placement.UNKNOWN}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    parser.add_argument(
        "--target", action="append", default=[], metavar="ID", help="check this target only; may be repeated"
    )
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        choices=sorted(_CONDITIONS),
        help="exit with 1 when an operator on a checked target is placed so; may be repeated",
    )
    add_query_argument(parser)
    add_supposition_arguments(parser)
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Check the model and write the verdicts."""
    targets = choose_targets(arguments.target)
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    check_query(arguments.query)
    model = open_model(arguments.model)
    supposition = read_supposition(arguments, model, targets)
    facts = ModelFacts(model)
    verdicts = tuple(check_model(model, target, facts=facts) for target in targets)
    what_if: WhatIf | None = None
    if not supposition.is_empty:
        what_if = WhatIf(supposition=supposition, before=verdicts, costs=estimate_model(model)[0])
        verdicts = tuple(check_supposing(model, target, supposition, facts=facts) for target in targets)
    content: VerdictContent | QueryContent = VerdictContent(
        model, verdicts, advice=_advice(model, targets), what_if=what_if
    )
    if arguments.query:
        places = matrix_columns(verdicts)[-len(verdicts) :]
        content = answer_query(arguments.query, model, verdicts=verdicts, columns=places)
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    failed = [verdict.target_name for verdict in verdicts if _is_met(arguments.fail_on, verdict)]
    if failed:
        print(f"--fail-on {' '.join(arguments.fail_on)} is met on: {plain(', '.join(failed))}", file=sys.stderr)
        return ExitCode.CONDITION_MET
    return ExitCode.DONE


def _advice(model: Model, targets: Iterable[Target]) -> tuple[LintFinding, ...]:
    """Give what matters on one of the targets."""
    asked = {target.id for target in targets}
    return tuple(found for found in check_lint(model, load_lint_rules()) if asked & set(found.targets))


def _is_met(conditions: Iterable[str], verdict: ModelVerdict) -> bool:
    """Whether an operator is placed so; float16 weights that the delegate reads itself are no fallback."""
    summary = verdict.summary
    counts = {
        Placement.FALLBACK: summary.fallback_count - summary.folded_count,
        Placement.UNKNOWN: summary.unknown_count,
    }
    return any(counts[_CONDITIONS[condition]] > 0 for condition in conditions)
