"""The verb ``profile``: how long each operator takes."""

import argparse
from collections.abc import Sequence

from backends.cli.accuracy_arguments import add_accuracy_arguments, check_accuracy_arguments, compare_outputs
from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.list_devices import server_address
from backends.cli.meter_arguments import add_meter_arguments, with_meter
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.profile_matrix import profile_matrix
from backends.cli.query_argument import add_query_argument, answer_query, check_query
from backends.cli.usage import UsageError, add_report_arguments, at_least, named_file, named_shape
from backends.devices.adb.server import AdbServer
from backends.devices.device import Device
from backends.devices.discovery import list_devices
from backends.model.cost import estimate_model
from backends.reports.accuracy_content import MeasuredContent
from backends.reports.run_content import RunContent
from backends.runs.benchmark.command import check_options
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.execution import HOST, execute_plan, is_called
from backends.runs.plan import InputKind, Kernels, Plan
from backends.runs.precision import Precision, fit_plan

_DEFAULT = Plan()
_DEFAULT_DELEGATE = "xnnpack"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    how = parser.add_argument_group("measuring")
    how.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="ID",
        help="device to measure on (default: host); several measure at the same time",
    )
    how.add_argument(
        "--kernels",
        choices=[str(kind) for kind in Kernels],
        default=str(_DEFAULT.kernels),
        help="fused: XNNPACK as it really runs; exact: XNNPACK, one partition per operator; builtin: TFLite's own "
        "kernels; reference: its reference kernels, timed as a whole only (default: fused)",
    )
    how.add_argument("--threads", type=at_least(1), default=_DEFAULT.threads, metavar="N", help="default: %(default)s")
    how.add_argument("--runs", type=at_least(1), default=_DEFAULT.runs, metavar="N", help="default: %(default)s")
    how.add_argument("--warmup", type=at_least(0), default=_DEFAULT.warmup, metavar="N", help="default: %(default)s")
    add_meter_arguments(parser)
    _add_device_arguments(parser)
    add_accuracy_arguments(parser)
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
    add_query_argument(parser)
    add_report_arguments(parser)


def _add_device_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_argument_group("devices", "measuring with TFLite's benchmark_model")
    where.add_argument(
        "--delegate",
        action="append",
        choices=load_delegates().ids,
        default=[],
        help=f"what runs the model on the device (default: {_DEFAULT_DELEGATE}); several are measured one after the "
        "other, and what does not fit the model is skipped",
    )
    where.add_argument(
        "--option",
        type=named_value,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the delegate, such as accelerator=google-edgetpu or affinity=4-7; of several delegates "
        "those get it that have it",
    )
    where.add_argument(
        "--precision",
        type=Precision,
        action="append",
        choices=tuple(Precision),
        default=[],
        help="what to compute in: sets the delegate's options, and fails or skips what does not fit the model",
    )
    where.add_argument(
        "--cool-down", type=_at_least_zero, default=0.0, metavar="S", help="wait between two measurements on a device"
    )
    where.add_argument(
        "--wait-until-cool", action="store_true", help="also wait until the device is no longer hot or throttled"
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
    """Measure as asked and write the run, or the table of all runs."""
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    check_query(arguments.query)
    devices = find_devices(arguments)
    delegates = choose_delegates(arguments, devices)
    plan = with_meter(make_plan(arguments, devices[0].info.id, delegates[0]), arguments)
    is_matrix = len(devices) > 1 or len(delegates) > 1 or len(arguments.precision) > 1
    check_accuracy_arguments(arguments, delegates, is_matrix=is_matrix)
    if is_matrix:
        if arguments.query:
            raise UsageError("--query is for one measurement, not for a table of several.")
        return profile_matrix(arguments, plan, devices, delegates)
    if plan.delegate:
        check_options(plan, load_delegates())
    model = open_model(arguments.model)
    for precision in arguments.precision:
        plan = fit_plan(plan, model, precision)
    with shown_progress() as progress:
        run = execute_plan(arguments.model.path, model, plan, progress, devices=devices)
        accuracy = compare_outputs(arguments, model, run, devices, progress)
    costs, _ = estimate_model(model)
    if arguments.query:
        answer = answer_query(arguments.query, model, run=run)
        write_outputs(answer, format_name=arguments.format, path=arguments.output)
        return ExitCode.DONE
    content = RunContent(model, run, costs)
    write_outputs(
        content if accuracy is None else MeasuredContent(content, accuracy),
        format_name=arguments.format,
        path=arguments.output,
    )
    return ExitCode.DONE


def find_devices(arguments: argparse.Namespace) -> tuple[Device, ...]:
    """Give the devices that are meant, each once; adb is only asked where another than this computer is meant.

    Raises:
        UsageError: there is no such device.
    """
    wanted = arguments.device or [HOST]
    known = list_devices() if set(wanted) == {HOST} else list_devices(AdbServer(arguments.adb_server))
    found = {}
    for id_ in wanted:
        device = next((device for device in known if is_called(device, id_)), None)
        if device is None:
            names = ", ".join(device.info.id for device in known)
            raise UsageError(f"There is no device '{id_}'; reachable now: {names}.")
        found[device.info.id] = device
    return tuple(found.values())


def choose_delegates(arguments: argparse.Namespace, devices: Sequence[Device]) -> tuple[str, ...]:
    """Give the ids of what shall run the model; empty where that is this computer's own runtime.

    Raises:
        UsageError: options for devices are given for this computer.
    """
    delegates = tuple(dict.fromkeys(arguments.delegate))
    is_host_alone = all(device.info.id == HOST for device in devices) and not arguments.runner
    if not is_host_alone:
        return delegates or (_DEFAULT_DELEGATE,)
    if delegates or arguments.option or arguments.rate or arguments.min_seconds or arguments.precision:
        raise UsageError(
            "--delegate, --option, --precision, --rate and --min-seconds are for devices; on this computer they need "
            "--runner with a build of benchmark_model."
        )
    return ("",)


def make_plan(arguments: argparse.Namespace, device: str, delegate: str) -> Plan:
    """Make the plan for the first device and delegate.

    Raises:
        UsageError: a number is out of range.
    """
    kind = InputKind.FILE if arguments.input else InputKind.ZEROS if arguments.zeros else InputKind.RANDOM
    try:
        return Plan(
            device=device,
            kernels=Kernels(arguments.kernels),
            threads=arguments.threads,
            runs=arguments.runs,
            warmup=arguments.warmup,
            signature=arguments.signature,
            input_kind=kind,
            seed=arguments.seed,
            input_files=dict(arguments.input),
            input_shapes=dict(arguments.shape),
            delegate=delegate,
            delegate_options=dict(arguments.option),
            runner=arguments.runner,
            rate_hz=arguments.rate,
            min_seconds=arguments.min_seconds,
        )
    except ValueError as error:
        raise UsageError(f"{error}.") from error


def named_value(text: str) -> tuple[str, str]:
    """Read ``NAME=VALUE``.

    Raises:
        argparse.ArgumentTypeError: it does not read so.
    """
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
