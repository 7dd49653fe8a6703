"""The verb ``sustain``: minutes of continuous inference."""

import argparse

from backends.cli import profile_model
from backends.cli.exit_code import ExitCode

_MINUTES = 5.0
_RUNS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments: those of ``profile``, and the length."""
    parser.add_argument(
        "--minutes", type=_minutes, default=_MINUTES, metavar="M", help="length of the load (default: %(default)g)"
    )
    profile_model.add_arguments(parser)
    parser.set_defaults(meter="none", runs=_RUNS)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Measure, then repeat for minutes, and write the run with first minute against last."""
    arguments.loop_seconds = 60 * arguments.minutes
    return profile_model.execute(arguments)


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.3 <= value <= 24 * 60:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of minutes from 0.3 to 1440")
    return value
