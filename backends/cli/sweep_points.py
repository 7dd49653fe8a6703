"""The verb ``sweep``: the power-performance curve over operating points."""

import argparse
from collections.abc import Callable
from dataclasses import replace

from backends.cli import profile_model
from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.meter_arguments import with_meter
from backends.cli.model_argument import open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import UsageError
from backends.errors import ProfilerError
from backends.power.typed import TypedMeter
from backends.reports.curve_content import CurveContent
from backends.runs.execution import HOST, execute_plan
from backends.runs.metering import capped, governed
from backends.runs.operating_points import describe_point, sweep_plans
from backends.runs.plan import Kernels
from backends.runs.run import Run

_RUNS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments: those of ``profile``, and what is varied."""
    group = parser.add_argument_group("operating points", "every combination of what is given is measured")
    group.add_argument("--vary-threads", type=_list(int, 1), default=[], metavar="1,2,4", help="numbers of threads")
    group.add_argument(
        "--vary-rates",
        type=_list(float, 0),
        default=[],
        metavar="0,30,60",
        help="inferences per second to keep to; 0 is as fast as possible",
    )
    group.add_argument(
        "--vary-kernels",
        type=_list(Kernels, None),
        default=[],
        metavar="fused,builtin",
        help="kinds of kernels on this computer",
    )
    group.add_argument(
        "--vary-option",
        action="append",
        type=profile_model.named_value,
        default=[],
        metavar="NAME=VALUE",
        help="an option of the delegate for a point of its own, such as affinity=0-3 and again affinity=4-7",
    )
    group.add_argument(
        "--vary-cap",
        type=_list(float, 1),
        default=[],
        metavar="1000,2000",
        help="frequency caps of the processor in MHz; needs root on the device",
    )
    group.add_argument(
        "--vary-governor",
        type=_list(str, None),
        default=[],
        metavar="powersave,performance",
        help="governors that choose the processor's clocks; needs root on the device; the old one comes back",
    )
    group.add_argument(
        "--budget", type=_power, metavar="POWER", help="power budget above idle to answer for, such as 800 or 1.5W"
    )
    group.add_argument(
        "--target-rate", type=float, default=30.0, metavar="HZ", help="rate to answer for (default: %(default)g)"
    )
    profile_model.add_arguments(parser)
    parser.set_defaults(meter="auto", runs=_RUNS)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Measure all points and write the curve; points that fail are named, the others count."""
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    devices = profile_model.find_devices(arguments)
    delegates = tuple(dict.fromkeys(arguments.delegate))
    if len(delegates) <= 1:
        delegates = profile_model.choose_delegates(arguments, devices)
    if not 0 < arguments.target_rate < 1e6:
        raise UsageError("--target-rate must be positive.")
    model = open_model(arguments.model)
    plans = [
        point
        for device in devices
        for point in sweep_plans(
            with_meter(profile_model.make_plan(arguments, device.info.id, delegates[0]), arguments),
            threads=arguments.vary_threads,
            rates_hz=arguments.vary_rates,
            delegates=delegates if len(delegates) > 1 else (),
            options=arguments.vary_option,
            kernels=arguments.vary_kernels if device.info.id == HOST else (),
        )
    ]
    points = [
        (plan, governor, cap)
        for plan in plans
        for governor in dict.fromkeys(arguments.vary_governor or [""])
        for cap in arguments.vary_cap or [0.0]
    ]
    runs, failures = list[Run](), list[str]()
    with shown_progress(stops_first=True) as progress:
        for number, (plan, governor, cap) in enumerate(points, 1):
            parts = [describe_point(plan), governor and f"governor {governor}", f"at most {cap:g} MHz" if cap else ""]
            name = ", ".join(filter(None, parts))
            if progress.is_stopping:
                failures.append(f"{name}: it was stopped before.")
                continue
            progress.step(f"Point {number} of {len(points)}: {name}")
            try:
                with governed(plan, governor, devices) as first, capped(plan, cap, devices) as second:
                    run = execute_plan(arguments.model.path, model, plan, progress, devices=devices)
                runs.append(replace(run, environment={**run.environment, **first, **second}))
            except ProfilerError as error:
                if len(points) == 1:
                    raise
                failures.append(f"{name}: {error.message}. {error.hint}".strip())
    content = CurveContent(model, runs, failures, budget_mw=arguments.budget, rate_hz=arguments.target_rate)
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.RUN_FAILED if failures else ExitCode.DONE


def _list(kind: Callable[[str], object], least: float | None) -> Callable[[str], list[object]]:
    def read(text: str) -> list[object]:
        try:
            values = [kind(part.strip()) for part in text.split(",") if part.strip()]
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is not a list of values with commas") from None
        if not values or (least is not None and any(float(str(value)) < least for value in values)):
            raise argparse.ArgumentTypeError(f"'{text}' holds no value, or one that is too small")
        return values

    return read


def _power(text: str) -> float:
    try:
        return TypedMeter(text).power_mw
    except ProfilerError as error:
        raise argparse.ArgumentTypeError(error.message) from None
