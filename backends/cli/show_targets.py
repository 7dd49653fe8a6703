"""The verb ``targets``: the list of targets, or with ``show ID`` what one accepts."""

import argparse

from backends.cli.exit_code import ExitCode
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets, known_targets
from backends.cli.usage import UsageError, add_report_arguments
from backends.reports.content import Content
from backends.reports.target_content import TargetContent, TargetListContent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("action", nargs="?", choices=["show"], help="show what one target accepts, with sources")
    parser.add_argument("id", nargs="?", metavar="ID", help="id of that target, as listed")
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Write the list or the page."""
    check_output(arguments.output, force=arguments.force)
    content: Content
    if arguments.action == "show":
        if arguments.id is None:
            raise UsageError("targets show needs the ID of a target; `targets` lists them.")
        content = TargetContent(choose_targets([arguments.id])[0])
    else:
        content = TargetListContent(known_targets())
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE
