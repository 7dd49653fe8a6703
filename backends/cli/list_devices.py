"""The verb ``devices``: what can measure now, what speaks against it, and the runners for them."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import UsageError, add_report_arguments, named_file
from backends.devices.adb.address import ServerAddress, parse_address
from backends.devices.adb.device import AdbDevice
from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.devices.device import Check, Device
from backends.devices.discovery import list_devices
from backends.errors import DeviceError
from backends.progress import Progress
from backends.reports.device_content import DeviceContent
from backends.reports.plain_text import plain
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.plan import Plan
from backends.runs.preflight import check_delegate, check_runner
from backends.runs.runner_download import download_runner
from backends.runs.runner_settings import (
    RunnerChoice,
    choose_runner,
    find_runner_source,
    load_runner_sources,
    read_runner_choices,
    with_chosen_runner,
)
from backends.units import format_bytes


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
    group.add_argument(
        "--clean",
        action="append",
        default=[],
        metavar="ID",
        help="remove everything from a device that was copied there for measuring",
    )
    _add_check_arguments(parser)
    _add_runner_arguments(parser)
    add_report_arguments(parser)


def _add_check_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("checks before measuring")
    group.add_argument(
        "--check", action="store_true", help="also look for the runner, and for what each delegate needs"
    )
    group.add_argument(
        "--delegate",
        action="append",
        choices=load_delegates().ids,
        default=[],
        help="with --check: look for what this one needs (default: all that need no option)",
    )
    group.add_argument(
        "--runner", default="", metavar="PATH", help="with --check: the benchmark_model to use, here or on the device"
    )


def _add_runner_arguments(parser: argparse.ArgumentParser) -> None:
    known = ", ".join(source.id for source in load_runner_sources())
    group = parser.add_argument_group("runners", "builds of benchmark_model that are used where a plan names none")
    group.add_argument(
        "--download-runner", metavar="KIND", help=f"fetch the build for a kind of device, and use it there: {known}"
    )
    group.add_argument(
        "--from", dest="address", default="", metavar="URL", help="fetch it from this address, also later on"
    )
    group.add_argument(
        "--sha256", default="", metavar="HEX", help="refuse a download that has another checksum than this"
    )
    group.add_argument(
        "--use-runner",
        type=named_file,
        action="append",
        default=[],
        metavar="KIND=PATH",
        help="use this build for a kind of device",
    )


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Carry out what is asked for, then list the devices with their facts and preflight answers.

    Touches no adb server and no address that was not asked for.
    """
    check_output(arguments.output, force=arguments.force)
    adb = AdbServer(arguments.adb_server)
    _prepare_runners(arguments)
    _prepare(adb, arguments)
    for id_ in arguments.clean:
        device = AdbProvider(adb).find_device(id_)
        device.remove_files()
        sys.stderr.write(plain(f"Removed {device.work_folder} from {device.info.id}.") + "\n")
    find_checks = partial(_further_checks, arguments) if arguments.check else None
    content = DeviceContent(list_devices(adb), find_checks)
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


def _prepare_runners(arguments: argparse.Namespace) -> None:
    """Keep and fetch runners as asked.

    Raises:
        RunError: one cannot be fetched, or there is no such kind of device.
        StoreError: the choice cannot be kept.
        UsageError: a file does not exist.
    """
    for id_, path in arguments.use_runner:
        find_runner_source(id_)
        if not Path(path).is_file():
            raise UsageError(f"There is no file {path}.")
        choose_runner(id_, RunnerChoice(path=str(Path(path).resolve())))
    if not arguments.download_runner:
        return
    with shown_progress() as progress:
        got = download_runner(
            arguments.download_runner, url=arguments.address, sha256=arguments.sha256, progress=progress
        )
    sys.stderr.write(
        plain(f"Fetched {got.url}") + f" ({format_bytes(got.size_bytes)})\n"
        f"SHA-256 {got.sha256}\n" + plain(f"Kept as {got.path}") + "\n"
    )


def _further_checks(arguments: argparse.Namespace, device: Device) -> Sequence[Check]:
    """Answer what is asked about runner and delegates of a device over adb."""
    if not isinstance(device, AdbDevice):
        return ()
    plan = with_chosen_runner(Plan(device=device.info.id, runner=arguments.runner), device, read_runner_choices())
    progress = Progress()
    tool, checks = check_runner(replace(plan, delegate="cpu"), device, progress)
    delegates = arguments.delegate or [id_ for id_ in load_delegates().ids if id_ != "external"]
    return (
        *checks,
        *(check for id_ in delegates for check in check_delegate(replace(plan, delegate=id_), device, tool)),
    )
