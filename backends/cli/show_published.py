"""The verb ``published``: numbers that others published, searched, or beside an own model and run."""

import argparse
from pathlib import Path

from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import open_model, parse_place
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import UsageError, add_report_arguments
from backends.published.beside import chipset_name, chipset_of, find_beside
from backends.published.search import search_published
from backends.reports.content import Content
from backends.reports.published_content import BesideContent, PublishedContent
from backends.runs.store import read_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("words", nargs="*", metavar="WORD", help="rows that hold all these words; none for everything")
    parser.add_argument(
        "--model", metavar="MODEL", type=parse_place, help="what was published for the network that this model is"
    )
    parser.add_argument("--chipset", metavar="NAME", default="", help="with --model: on this chipset only")
    parser.add_argument("--run", metavar="RUN", type=Path, help="with --model: an own run (JSON) to set beside")
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Write what fits."""
    check_output(arguments.output, force=arguments.force)
    content: Content
    if arguments.model is None:
        if arguments.run is not None or arguments.chipset:
            raise UsageError("--run and --chipset go with --model.")
        wanted = " ".join(arguments.words)
        content = PublishedContent(search_published(wanted), wanted)
    else:
        if arguments.words:
            raise UsageError("WORD and --model do not go together.")
        model = open_model(arguments.model)
        run = read_run(arguments.run) if arguments.run is not None else None
        chipset = arguments.chipset or (chipset_of(run) if run is not None else "")
        found = find_beside(model, chipset, run, file_name=arguments.model.path.name)
        content = BesideContent(model.name, found, chipset_name(chipset))
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE
