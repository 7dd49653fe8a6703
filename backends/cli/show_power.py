"""The verb ``power``: which meters a device has, and why not; or the energy of a saved run from a meter's file."""

import argparse
from pathlib import Path

from backends.cli.exit_code import ExitCode
from backends.cli.list_devices import server_address
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import UsageError, add_report_arguments
from backends.devices.adb.server import AdbServer
from backends.devices.discovery import list_devices
from backends.errors import ProfilerError
from backends.power.meter import Place
from backends.power.meters import AUTOMATIC, FILE, KINDS, NONE, MeterKind, open_meter
from backends.reports.energy_content import EnergyContent
from backends.reports.meters_content import MeterRow, MetersContent
from backends.runs.execution import HOST
from backends.runs.metering import place_of
from backends.runs.plan import Plan
from backends.runs.recordings import add_recording
from backends.runs.store import read_run, write_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("run", nargs="?", type=Path, metavar="RUN.json", help="a run saved with --format json")
    parser.add_argument(
        "--recording", type=Path, metavar="FILE", help="export of an external meter to put into the run"
    )
    parser.add_argument(
        "--offset",
        type=float,
        metavar="S",
        help="seconds to add to the recording's times (default: matched with the load)",
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="where the run with its energy is saved")
    parser.add_argument("--device", default=HOST, metavar="ID", help="list the meters of this device (default: host)")
    parser.add_argument(
        "--adb-server", type=server_address, metavar="HOST:PORT", help="the adb server that knows the device"
    )
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """List meters, or show the energy of a run."""
    check_output(arguments.output, force=arguments.force)
    if arguments.run is None:
        if arguments.recording or arguments.save:
            raise UsageError("--recording and --save need a saved run.")
        return _list_meters(arguments)
    if arguments.save is not None:
        check_output(arguments.save, force=arguments.force)
    run = read_run(arguments.run)
    if arguments.recording is not None:
        run = add_recording(run, arguments.recording, offset_s=arguments.offset)
    if arguments.save is not None:
        write_run(run, arguments.save)
    write_outputs(EnergyContent(run), format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE


def _list_meters(arguments: argparse.Namespace) -> ExitCode:
    devices = list_devices() if arguments.device == HOST else list_devices(AdbServer(arguments.adb_server))
    place, _ = place_of(Plan(device=arguments.device), devices)
    rows = [_row(kind, place) for kind in KINDS if kind.id not in (AUTOMATIC, NONE) and place.kind in kind.places]
    title = f"Meters of {'this computer' if place.shell is None else place.device}"
    write_outputs(MetersContent(title, rows), format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE


def _row(kind: MeterKind, place: Place) -> MeterRow:
    if kind.id in (FILE, "constant"):
        return MeterRow(id=kind.id, title=kind.title, is_there=True, text=kind.help, argument=kind.argument)
    try:
        meter = open_meter(kind.id, place)
    except ProfilerError as error:
        text = f"{error.message[:1].upper()}{error.message[1:]}. {error.hint}".strip()
        return MeterRow(id=kind.id, title=kind.title, is_there=False, text=text, argument=kind.argument)
    remarks = [f"{check.message} {check.remedy}".strip() for check in meter.checks() if not check.is_ok]
    text = " ".join((meter.info.measures, *remarks))
    return MeterRow(id=kind.id, title=meter.info.title, is_there=True, text=text, argument=kind.argument)
