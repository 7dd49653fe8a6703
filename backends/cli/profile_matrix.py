"""The verb ``profile`` with several devices, delegates or precisions: a table of all results."""

import argparse
import sys
import threading
from collections.abc import Iterable, Sequence

from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.model_argument import open_model
from backends.cli.output import write_outputs
from backends.devices.adb.server import AdbServer
from backends.devices.device import Device
from backends.devices.discovery import list_devices
from backends.progress import Sample, Step
from backends.reports.matrix_content import MatrixContent
from backends.reports.plain_text import plain
from backends.runs.cool_down import CoolDown
from backends.runs.execution import HOST
from backends.runs.matrix import Cell, CellState, execute_matrix, make_matrix
from backends.runs.plan import Plan


def profile_matrix(
    arguments: argparse.Namespace, plan: Plan, devices: Sequence[Device], delegates: Sequence[str]
) -> ExitCode:
    """Measure all combinations and write the table; fails when one of them does."""
    model = open_model(arguments.model)
    matrix = make_matrix(
        model,
        plan,
        devices=[device.info.id for device in devices],
        delegates=delegates,
        precisions=arguments.precision,
        cool_down=CoolDown(seconds=arguments.cool_down, waits_for_heat=arguments.wait_until_cool),
    )
    has_adb = any(device.info.id != HOST for device in devices)

    def find_devices() -> Iterable[Device]:
        return list_devices(AdbServer(arguments.adb_server)) if has_adb else list_devices()

    with shown_progress(stops_first=True) as progress:
        teller = _Teller()
        done = execute_matrix(
            arguments.model.path,
            model,
            matrix,
            progress,
            find_devices=find_devices,
            on_event=teller.tell_event,
            on_cell=teller.tell_cell,
        )
    names = {device.info.id: f"{device.info.name} ({device.info.id})" for device in devices}
    write_outputs(MatrixContent(model, done, names), format_name=arguments.format, path=arguments.output)
    if done.count(CellState.NOT_RUN):
        return ExitCode.INTERRUPTED
    return ExitCode.RUN_FAILED if done.count(CellState.FAILED) else ExitCode.DONE


class _Teller:
    """Says on the error stream which device does what, a line for each new thing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, str] = {}

    def tell_event(self, device: str, event: Step | Sample) -> None:
        """Say what a device begins with."""
        if isinstance(event, Step) and self._said.get(device) != event.text:
            self._said[device] = event.text
            self._write(f"{device}: {event.text}")

    def tell_cell(self, _index: int, cell: Cell) -> None:
        """Say what became of a plan."""
        self._write(f"{cell.plan.device}: {cell.delegate} {cell.state}. {cell.reason}".rstrip())

    def _write(self, text: str) -> None:
        with self._lock:
            sys.stderr.write(plain(text) + "\n")
            sys.stderr.flush()
