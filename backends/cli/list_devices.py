"""The verb ``devices``: what can measure now."""

import argparse

from backends.cli.exit_code import ExitCode
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import add_report_arguments
from backends.devices.adb.address import ServerAddress, parse_address
from backends.devices.adb.server import AdbServer
from backends.devices.discovery import list_devices
from backends.errors import DeviceError
from backends.reports.device_content import DeviceContent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    group = parser.add_argument_group("phones and boards, over adb")
    group.add_argument(
        "--adb-server",
        type=server_address,
        metavar="HOST:PORT",
        help="the adb server to ask (default: that of this computer, if it runs)",
    )
    group.add_argument("--start-adb", action="store_true", help="start the adb server of this computer if none runs")
    group.add_argument(
        "--pair",
        nargs=2,
        metavar=("HOST:PORT", "CODE"),
        help="first pair with a device by the code that it shows (Android 11 and later)",
    )
    group.add_argument(
        "--connect", action="append", default=[], metavar="HOST:PORT", help="connect to a device over the network"
    )
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Write the list of devices with their facts and preflight answers; touches no server that was not asked for."""
    check_output(arguments.output, force=arguments.force)
    adb = AdbServer(arguments.adb_server)
    _prepare(adb, arguments)
    content = DeviceContent(list_devices(adb))
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE


def server_address(text: str) -> ServerAddress:
    """Read the address of an adb server.

    Raises:
        argparse.ArgumentTypeError: it does not read HOST:PORT.
    """
    try:
        return parse_address(text)
    except DeviceError as error:
        raise argparse.ArgumentTypeError(f"{error.message}: it does not read HOST:PORT") from None


def _prepare(adb: AdbServer, arguments: argparse.Namespace) -> None:
    """Start, pair and connect as asked.

    Raises:
        DeviceError: that is not possible, or an adb server that was named does not answer.
    """
    if arguments.start_adb:
        adb.start()
    elif arguments.adb_server is not None:
        # A server that was named must answer; listing alone is silent about one that does not.
        adb.entries()
    if arguments.pair:
        adb.pair(*arguments.pair)
    for target in arguments.connect:
        adb.connect(target)
