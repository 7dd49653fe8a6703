"""The verb ``devices``: what can measure now."""

import argparse

from backends.cli.exit_code import ExitCode
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import add_report_arguments
from backends.devices.discovery import list_devices
from backends.reports.device_content import DeviceContent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Write the list of devices with their preflight answers."""
    check_output(arguments.output, force=arguments.force)
    content = DeviceContent(list_devices())
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE
