"""The arguments about power that several verbs share."""

import argparse
from dataclasses import replace

from backends.cli.usage import UsageError
from backends.errors import MeterError
from backends.power.meters import KINDS, check_choice
from backends.runs.plan import Plan

METER_HELP = "; ".join(
    f"{kind.id}{f'={kind.argument.upper().split()[0]}' if kind.needs_argument else ''}: {kind.title}" for kind in KINDS
)


def add_meter_arguments(parser: argparse.ArgumentParser, *, loop_seconds: float = 10.0, default: str = "") -> None:
    """Add ``--meter``, ``--loop-seconds`` and ``--idle-seconds``."""
    group = parser.add_argument_group("power")
    group.add_argument(
        "--meter",
        type=_meter,
        default=default,
        metavar="METER",
        help=f"measure energy too, and sample temperatures and clocks: {METER_HELP}"
        + (f" (default: {default})" if default else ""),
    )
    group.add_argument(
        "--loop-seconds",
        type=_seconds,
        default=loop_seconds,
        metavar="S",
        help="with a meter: how long inferences follow each other for the energy (default: %(default)g)",
    )
    group.add_argument(
        "--idle-seconds",
        type=_seconds,
        default=3.0,
        metavar="S",
        help="with a meter: length of the idle baseline before and after, 0 for none (default: %(default)g)",
    )


def with_meter(plan: Plan, arguments: argparse.Namespace) -> Plan:
    """Give the plan with the meter that was asked for.

    Raises:
        UsageError: a number is out of range.
    """
    if not arguments.meter:
        return plan
    try:
        return replace(
            plan, meter=arguments.meter, loop_seconds=arguments.loop_seconds, idle_seconds=arguments.idle_seconds
        )
    except ValueError as error:
        raise UsageError(f"{error}.") from error


def _meter(text: str) -> str:
    if not text:
        return ""
    try:
        return str(check_choice(text))
    except MeterError as error:
        raise argparse.ArgumentTypeError(f"{error.message}. {error.hint}".strip()) from None


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds")
    return value
