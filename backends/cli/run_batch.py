"""The verb ``batch``: all models of a folder, checked against targets and measured on devices."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.list_devices import server_address
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets
from backends.cli.usage import UsageError, add_report_arguments, at_least
from backends.devices.adb.server import AdbServer
from backends.devices.device import Device
from backends.devices.discovery import list_devices
from backends.reports.batch_content import BatchContent
from backends.reports.plain_text import plain
from backends.runs.batch import BatchItem, execute_batch, find_models, read_batch_model
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.execution import HOST, is_called
from backends.runs.plan import Plan
from backends.sessions.session_file import SessionFile, now
from backends.sessions.values import KeptModel, KeptRun

_DEFAULT_RUNS = 20
_DEFAULT_SECONDS = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER", help="folders and files with models")
    parser.add_argument(
        "--target", action="append", default=[], metavar="ID", help="check this target only; may be repeated"
    )
    group = parser.add_argument_group("measuring")
    group.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="ID",
        help="measure all models on this device (`host` is this computer); may be repeated; without it nothing is",
    )
    group.add_argument(
        "--delegate", choices=load_delegates().ids, default="xnnpack", help="what runs them there (default: xnnpack)"
    )
    group.add_argument("--runs", type=at_least(1), default=_DEFAULT_RUNS, metavar="N", help="default: %(default)s")
    group.add_argument(
        "--max-seconds",
        type=at_least(1),
        default=round(_DEFAULT_SECONDS),
        metavar="S",
        help="spend no longer on one model (default: %(default)s)",
    )
    group.add_argument("--session", type=Path, metavar="FILE", help="also put each run into this session, at once")
    group.add_argument(
        "--adb-server",
        type=server_address,
        metavar="HOST:PORT",
        help="the adb server that knows the devices (default: that of this computer)",
    )
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Check and measure all models and write the table; fails when one of them does."""
    check_output(arguments.output, force=arguments.force)
    missing = [path for path in arguments.paths if not path.exists()]
    if missing:
        raise UsageError(f"There is no {missing[0]}.")
    if arguments.session is not None and not arguments.device:
        raise UsageError("--session keeps runs; name a --device to measure on.")
    targets = choose_targets(arguments.target)
    devices, plans = _plans(arguments)
    with shown_progress(stops_first=True) as progress:
        models = find_models(arguments.paths, progress)
        if not models:
            raise UsageError(f"No model was found in {', '.join(map(str, arguments.paths))}.")
        keeper = _Keeper(arguments.session)
        items = execute_batch(
            models, targets, plans, progress, on_item=keeper.take, find_devices=lambda: _devices(arguments)
        )
        was_stopped = progress.is_stopping
    name = arguments.paths[0].resolve().name if len(arguments.paths) == 1 else f"{len(arguments.paths)} places"
    content = BatchContent(name, items, targets, devices)
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    if was_stopped:
        return ExitCode.INTERRUPTED
    failed = sum(bool(item.failures) for item in items)
    return ExitCode.RUN_FAILED if failed else ExitCode.DONE


class _Keeper:
    """Says what became of each model, and saves its runs at once."""

    def __init__(self, session: Path | None) -> None:
        self._file = SessionFile(session) if session is not None else None

    def take(self, item: BatchItem) -> None:
        """Take a model that is done."""
        for text in item.failures.values():
            sys.stderr.write(plain(f"{item.model.name}: {text}") + "\n")
        if self._file is None or not item.runs:
            return
        size = read_batch_model(item.model).size_bytes
        model = KeptModel(
            sha256=item.sha256,
            name=item.model.name,
            path=str(item.model.path.absolute()),
            member=item.model.member,
            size_bytes=size,
        )
        for run in item.runs.values():
            self._file.add_run(KeptRun(run=run, tags=("batch",), added_at=now()), model)


def _plans(arguments: argparse.Namespace) -> tuple[tuple[tuple[str, str], ...], tuple[Plan, ...]]:
    """Give id and name of each device, and a plan for it.

    Raises:
        UsageError: there is no such device.
    """
    if not arguments.device:
        return (), ()
    known = tuple(_devices(arguments))
    found: dict[str, str] = {}
    for id_ in arguments.device:
        device = next((device for device in known if is_called(device, id_)), None)
        if device is None:
            names = ", ".join(device.info.id for device in known)
            raise UsageError(f"There is no device '{id_}'; reachable now: {names}.")
        found[device.info.id] = "This computer" if device.info.id == HOST else device.info.name
    plans = tuple(
        Plan(
            device=id_,
            runs=arguments.runs,
            max_seconds=float(arguments.max_seconds),
            delegate="" if id_ == HOST else arguments.delegate,
        )
        for id_ in found
    )
    return tuple(found.items()), plans


def _devices(arguments: argparse.Namespace) -> Iterable[Device]:
    """List devices; adb is only asked where another than this computer is meant."""
    return list_devices() if set(arguments.device) <= {HOST} else list_devices(AdbServer(arguments.adb_server))
