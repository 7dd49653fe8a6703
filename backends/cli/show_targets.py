"""The verb ``targets``: the list of targets, with ``show ID`` what one accepts, with ``--chipsets`` those of phones."""

import argparse

from backends.cli.exit_code import ExitCode
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets, known_targets
from backends.cli.usage import UsageError, add_report_arguments
from backends.reports.chipset_content import ChipsetContent, find_by_name
from backends.reports.content import Content
from backends.reports.target_content import TargetContent, TargetListContent
from backends.targets.chipsets import load_chipsets
from backends.targets.user_folder import user_target_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("action", nargs="?", choices=["show"], help="show what one target accepts, with sources")
    parser.add_argument("id", nargs="?", metavar="ID", help="id of that target, as listed")
    parser.add_argument(
        "--chipsets",
        nargs="?",
        const="",
        metavar="NAME",
        help="show which accelerators chipsets have, their precisions, the ways to them and the targets that judge "
        "these; with NAME ('Snapdragon 855', or a part number as SM8150) of that chipset only",
    )
    parser.epilog = (
        f"Target files of your own (*.toml, form in resources/README.md) are read from {user_target_folder()}."
    ).replace("%", "%%")
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Write the list or the page."""
    check_output(arguments.output, force=arguments.force)
    content: Content
    if arguments.chipsets is not None:
        if arguments.action:
            raise UsageError("--chipsets and show do not go together.")
        name, found = find_by_name(arguments.chipsets, load_chipsets())
        content = ChipsetContent(found, name)
    elif arguments.action == "show":
        if arguments.id is None:
            raise UsageError("targets show needs the ID of a target; `targets` lists them.")
        content = TargetContent(choose_targets([arguments.id])[0])
    else:
        content = TargetListContent(known_targets())
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE
