"""The verb ``inspect``: what a model holds."""

import argparse

from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.query_argument import add_query_argument, answer_query, check_query
from backends.cli.usage import add_report_arguments
from backends.model.cost import estimate_model
from backends.reports.model_content import ModelContent
from backends.targets.lint import check_lint, load_lint_rules


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    add_query_argument(parser)
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Read the model, estimate its work and write both."""
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    check_query(arguments.query)
    model = open_model(arguments.model)
    if arguments.query:
        answer = answer_query(arguments.query, model)
        write_outputs(answer, format_name=arguments.format, path=arguments.output)
        return ExitCode.DONE
    costs, summary = estimate_model(model)
    content = ModelContent(model, costs, summary, check_lint(model, load_lint_rules()))
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE
