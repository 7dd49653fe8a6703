"""The verb ``profile``: how long each operator takes."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from backends.cli.exit_code import ExitCode
from backends.cli.list_devices import server_address
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.progress_line import ProgressLine
from backends.cli.usage import UsageError, add_report_arguments, at_least, named_file, named_shape
from backends.devices.adb.server import AdbServer
from backends.devices.device import Device
from backends.devices.discovery import list_devices
from backends.model.cost import estimate_model
from backends.progress import Progress
from backends.reports.run_content import RunContent
from backends.runs.benchmark.command import check_options
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.execution import HOST, execute_plan
from backends.runs.plan import InputKind, Kernels, Plan

_DEFAULT = Plan()
_DEFAULT_DELEGATE = "xnnpack"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    how = parser.add_argument_group("measuring")
    how.add_argument("--device", default="host", metavar="ID", help="device to measure on (default: host)")
    how.add_argument(
        "--kernels",
        choices=[str(kind) for kind in Kernels],
        default=str(_DEFAULT.kernels),
        help="fused: XNNPACK as it really runs; exact: XNNPACK, one partition per operator; builtin: TFLite's own "
        "kernels; reference: its reference kernels (default: fused)",
    )
    how.add_argument("--threads", type=at_least(1), default=_DEFAULT.threads, metavar="N", help="default: %(default)s")
    how.add_argument("--runs", type=at_least(1), default=_DEFAULT.runs, metavar="N", help="default: %(default)s")
    how.add_argument("--warmup", type=at_least(0), default=_DEFAULT.warmup, metavar="N", help="default: %(default)s")
    _add_device_arguments(parser)
    what = parser.add_argument_group("inputs")
    what.add_argument("--signature", default="", metavar="KEY", help="signature to run (default: the first)")
    what.add_argument(
        "--shape", type=named_shape, action="append", default=[], metavar="NAME=1x3", help="shape of an input"
    )
    source = what.add_mutually_exclusive_group()
    source.add_argument(
        "--input", type=named_file, action="append", default=[], metavar="NAME=FILE", help="a .npy array or an image"
    )
    source.add_argument("--zeros", action="store_true", help="fill the inputs with zeros instead of random values")
    what.add_argument("--seed", type=at_least(0), default=0, metavar="N", help="seed of the random values")
    add_report_arguments(parser)


def _add_device_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_argument_group("devices", "measuring with TFLite's benchmark_model")
    where.add_argument(
        "--delegate",
        choices=load_delegates().ids,
        default="",
        help=f"what runs the model on the device (default: {_DEFAULT_DELEGATE})",
    )
    where.add_argument(
        "--option",
        type=_named_value,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the delegate, such as accelerator=google-edgetpu or affinity=4-7",
    )
    where.add_argument(
        "--runner",
        default="",
        metavar="PATH",
        help="benchmark_model for the device: a file here, which is copied there, or a path there (default: search)",
    )
    where.add_argument(
        "--rate", type=_at_least_zero, default=0.0, metavar="HZ", help="inferences per second to keep to"
    )
    where.add_argument(
        "--min-seconds", type=_at_least_zero, default=0.0, metavar="S", help="measure at least so long, with more runs"
    )
    where.add_argument(
        "--adb-server",
        type=server_address,
        metavar="HOST:PORT",
        help="the adb server that knows the device (default: that of this computer)",
    )


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Measure as asked and write the run."""
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    plan = _plan(arguments)
    model = open_model(arguments.model)
    line = ProgressLine(sys.stderr)
    progress = Progress(line)
    try:
        with _cancelled_by_signals(progress):
            run = execute_plan(arguments.model.path, model, plan, progress, devices=_devices(arguments))
    finally:
        line.clear()
    costs, _ = estimate_model(model)
    write_outputs(RunContent(model, run, costs), format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE


def _plan(arguments: argparse.Namespace) -> Plan:
    """Make the plan.

    Raises:
        RunError: an option does not fit the delegate.
        UsageError: there is no such device, or options for devices are given for this computer.
    """
    known = [device.info.id for device in _devices(arguments)]
    if arguments.device not in (*known, *(id_.partition(":")[2] for id_ in known)):
        raise UsageError(f"There is no device '{arguments.device}'; reachable now: {', '.join(known)}.")
    has_tool = arguments.device != HOST or bool(arguments.runner)
    if not has_tool and (arguments.delegate or arguments.option or arguments.rate or arguments.min_seconds):
        raise UsageError(
            "--delegate, --option, --rate and --min-seconds are for devices; on this computer they need --runner with "
            "a build of benchmark_model."
        )
    kind = InputKind.FILE if arguments.input else InputKind.ZEROS if arguments.zeros else InputKind.RANDOM
    try:
        plan = Plan(
            device=arguments.device,
            kernels=Kernels(arguments.kernels),
            threads=arguments.threads,
            runs=arguments.runs,
            warmup=arguments.warmup,
            signature=arguments.signature,
            input_kind=kind,
            seed=arguments.seed,
            input_files=dict(arguments.input),
            input_shapes=dict(arguments.shape),
            delegate=(arguments.delegate or _DEFAULT_DELEGATE) if has_tool else "",
            delegate_options=dict(arguments.option),
            runner=arguments.runner,
            rate_hz=arguments.rate,
            min_seconds=arguments.min_seconds,
        )
    except ValueError as error:
        raise UsageError(f"{error}.") from error
    if has_tool:
        check_options(plan, load_delegates())
    return plan


def _devices(arguments: argparse.Namespace) -> Sequence[Device]:
    """Give what can measure; adb is only asked where another device than this computer is meant."""
    return list_devices() if arguments.device == HOST else list_devices(AdbServer(arguments.adb_server))


def _named_value(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not (name and separator and value):
        raise argparse.ArgumentTypeError(f"'{text}' should look like NAME=VALUE")
    return name, value


def _at_least_zero(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of at least 0")
    return value


@contextmanager
def _cancelled_by_signals(progress: Progress) -> Iterator[None]:
    """Turn Ctrl+C and a request to end into a cancel, which also ends the child process.

    The cancel runs in a thread of its own: the interrupted main thread may hold the lock that it needs.
    """

    def cancel(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=progress.cancel, daemon=True).start()

    before = {number: signal.signal(number, cancel) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
