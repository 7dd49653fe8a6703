"""The verb ``advise``: what to change in a model, in order of what it can gain."""

import argparse
from pathlib import Path

from backends.advice.suggestion import mattering_on, suggest, with_what_ifs
from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets
from backends.cli.usage import UsageError, add_report_arguments
from backends.model.cost import estimate_model
from backends.reports.suggestion_content import SuggestionContent
from backends.runs.store import read_run
from backends.targets.check import check_model
from backends.targets.lint import check_lint, load_lint_rules


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    parser.add_argument("--target", metavar="ID", help="also what stands in the way on this target, with what-ifs")
    parser.add_argument("--run", metavar="RUN", type=Path, help="a saved run (JSON) of the model: rank by its times")
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Write the suggestions."""
    check_output(arguments.output, force=arguments.force)
    model = open_model(arguments.model)
    target = choose_targets([arguments.target])[0] if arguments.target else None
    run = read_run(arguments.run) if arguments.run is not None else None
    if run is not None and run.model_sha256 != model.sha256:
        raise UsageError(f"{arguments.run} is a run of {run.model_name}, another model.")
    costs, _summary = estimate_model(model)
    verdict = check_model(model, target) if target is not None else None
    lint = check_lint(model, load_lint_rules())
    if target is not None:
        lint = mattering_on(lint, target.id)
    suggestions = suggest(model, costs, lint, verdict=verdict, run=run)
    if target is not None and verdict is not None:
        suggestions = with_what_ifs(suggestions, model, target, verdict)
    content = SuggestionContent(
        model.name, suggestions, target_name=target.name if target else "", has_run=run is not None
    )
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE
