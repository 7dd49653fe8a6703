"""The verb ``check``: where operators would run, and why not where they should."""

import argparse
import sys
from collections.abc import Iterable

from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets
from backends.cli.usage import add_report_arguments
from backends.reports.plain_text import plain
from backends.reports.verdict_content import VerdictContent
from backends.targets.check import check_all
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
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Check the model and write the verdicts."""
    targets = choose_targets(arguments.target)
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    model = open_model(arguments.model)
    verdicts = check_all(model, targets)
    write_outputs(VerdictContent(model, verdicts), format_name=arguments.format, path=arguments.output)
    failed = [verdict.target_name for verdict in verdicts if _is_met(arguments.fail_on, verdict)]
    if failed:
        print(f"--fail-on {' '.join(arguments.fail_on)} is met on: {plain(', '.join(failed))}", file=sys.stderr)
        return ExitCode.CONDITION_MET
    return ExitCode.DONE


def _is_met(conditions: Iterable[str], verdict: ModelVerdict) -> bool:
    """Whether an operator is placed so; float16 weights that the delegate reads itself are no fallback."""
    summary = verdict.summary
    counts = {
        Placement.FALLBACK: summary.fallback_count - summary.folded_count,
        Placement.UNKNOWN: summary.unknown_count,
    }
    return any(counts[_CONDITIONS[condition]] > 0 for condition in conditions)
