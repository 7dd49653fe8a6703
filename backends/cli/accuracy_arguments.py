"""The arguments of ``profile`` that ask for accuracy beside speed."""

import argparse
from collections.abc import Sequence

from backends.cli.usage import UsageError
from backends.devices.device import Device
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.benchmark.accuracy import DEFAULT_TOLERANCE, Accuracy
from backends.runs.execution import compare_with_processor
from backends.runs.run import Run


def add_accuracy_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    group = parser.add_argument_group("accuracy", "outputs of the delegate beside those of the processor, same inputs")
    group.add_argument("--compare-outputs", action="store_true", help="also compare the outputs")
    group.add_argument(
        "--find-culprit",
        action="store_true",
        help="also search for the operators that make them deviate; takes long",
    )
    group.add_argument(
        "--tolerance",
        type=_share,
        default=DEFAULT_TOLERANCE,
        metavar="X",
        help="difference that is accepted, relative to an output's largest value (default: %(default)s)",
    )


def check_accuracy_arguments(arguments: argparse.Namespace, delegates: Sequence[str], *, is_matrix: bool) -> None:
    """Refuse what cannot be compared.

    Raises:
        UsageError: nothing but the processor is measured, or several things are.
    """
    if not (arguments.compare_outputs or arguments.find_culprit):
        return
    if is_matrix:
        raise UsageError("--compare-outputs and --find-culprit are for one measurement, not for a table of several.")
    if delegates[0] in ("", "cpu"):
        raise UsageError("--compare-outputs and --find-culprit need a delegate to compare with the processor.")


def compare_outputs(
    arguments: argparse.Namespace, model: Model, run: Run, devices: Sequence[Device], progress: Progress
) -> Accuracy | None:
    """Compare where that was asked for."""
    if not (arguments.compare_outputs or arguments.find_culprit):
        return None
    return compare_with_processor(
        arguments.model.path,
        model,
        run.plan,
        progress,
        devices=devices,
        tolerance=arguments.tolerance,
        finds_culprit=arguments.find_culprit,
    )


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e6:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of at least 0")
    return value
