"""The verb ``convert``: the kinds of TFLite models that a network can become, and which of them runs where."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from backends.cli.data_arguments import add_data_arguments, chosen_data, known_truth
from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets
from backends.cli.usage import UsageError, add_report_arguments, at_least, named_shape
from backends.conversion.child import ConversionChild
from backends.conversion.conversion import Conversion, convert, name_of
from backends.conversion.examples import EXAMPLES
from backends.conversion.kinds import KINDS, POST_TRAINING, Kind
from backends.conversion.request import ConversionRequest
from backends.conversion.siblings import HOST_PLAN, Evaluation, evaluate
from backends.conversion.source import CODE_HINT, Source, SourceFormat, read_source
from backends.errors import RunError
from backends.progress import Progress
from backends.reports.conversion_content import ConversionContent
from backends.reports.plain_text import plain
from backends.runs.execution import HOST
from backends.runs.plan import Plan

_LARGEST_SIDE = 4096
_CALIBRATED = 100
"""Samples for calibration, as the slides of the Mobile AI workshop use."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "network",
        nargs="?",
        type=Path,
        metavar="NETWORK",
        help="a .keras or .h5 file, the folder of a SavedModel, a frozen graph (.pb), .onnx or .pt2",
    )
    what = parser.add_argument_group("kinds")
    what.add_argument(
        "--kind",
        action="append",
        choices=[str(kind) for kind in Kind],
        default=[],
        help="make this kind only, several times for several (default: all but as-trained): "
        + "; ".join(f"{kind}: {facts.title.lower()}" for kind, facts in KINDS.items()),
    )
    what.add_argument(
        "--shape",
        type=_shape,
        action="append",
        default=[],
        metavar="[NAME=]1x3",
        help="shape of an input whose sizes are free",
    )
    what.add_argument(
        "--batch", type=at_least(1), default=1, metavar="N", help="what a free batch becomes (default: 1)"
    )
    what.add_argument("--signature", default="", metavar="KEY", help="entry point of a SavedModel")
    what.add_argument(
        "--per-tensor", action="store_true", help="one scale for the weights of a layer instead of one for each channel"
    )
    what.add_argument(
        "--allow-code",
        action="store_true",
        help="run Python code in the file (Lambda layers, pickled objects): only if you trust where it comes from",
    )
    what.add_argument(
        "--allow-tensorflow-ops", action="store_true", help="keep operators that have no TFLite kernel (Flex)"
    )
    what.add_argument(
        "--example", choices=tuple(EXAMPLES), help="convert an example network instead, which is written as well"
    )
    what.add_argument(
        "--example-size",
        type=_size,
        metavar="HxW",
        help="height and width of the images that the example network takes (default: small ones)",
    )
    where = parser.add_argument_group("results")
    where.add_argument(
        "--folder", type=Path, default=Path(), metavar="DIR", help="where the models go (default: the current folder)"
    )
    where.add_argument(
        "--target", action="append", default=[], metavar="ID", help="check against this target only (default: all)"
    )
    where.add_argument("--no-latency", action="store_true", help="do not measure")
    where.add_argument("--no-accuracy", action="store_true", help="do not compare with the float32 model")
    where.add_argument("--device", default=HOST, metavar="ID", help="measure latency there (default: this computer)")
    where.add_argument("--delegate", default="", metavar="ID", help="what runs the models on a device")
    where.add_argument("--runs", type=at_least(1), default=HOST_PLAN.runs, metavar="N", help="default: %(default)s")
    where.add_argument("--log", action="store_true", help="show what TensorFlow prints")
    add_data_arguments(parser, samples=_CALIBRATED)
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Convert, find out about the results, and write what came out."""
    if (arguments.network is None) == (arguments.example is None):
        raise UsageError("Name a network to convert, or one of the examples with --example.")
    if arguments.example_size is not None and arguments.example is None:
        raise UsageError("--example-size goes with --example.")
    check_output(arguments.output, force=arguments.force)
    if not arguments.folder.is_dir():
        raise UsageError(f"The folder of --folder {arguments.folder} does not exist.")
    source = _source(arguments)
    kinds = tuple(dict.fromkeys(Kind(kind) for kind in arguments.kind)) or POST_TRAINING
    request = ConversionRequest(
        source=source,
        kinds=kinds,
        data=chosen_data(arguments),
        shapes=dict(arguments.shape),
        batch=arguments.batch,
        allows_code=arguments.allow_code,
        allows_tensorflow=arguments.allow_tensorflow_ops,
        is_per_channel=not arguments.per_tensor,
        signature=arguments.signature,
    )
    _check_files(request, arguments.folder, is_forced=arguments.force)
    targets = choose_targets(arguments.target)
    evaluation = Evaluation(
        targets=targets,
        plan=None if arguments.no_latency else _plan(arguments),
        compares=not arguments.no_accuracy,
        data=request.data,
        truth=known_truth(arguments),
    )
    with shown_progress(stops_first=True, log=_print_line if arguments.log else None) as progress:
        if arguments.example is not None:
            with ConversionChild(progress) as child:
                child.make_example(arguments.example, source.path, size=arguments.example_size)
        conversion = _convert(request, arguments.folder, progress)
        siblings = evaluate(conversion, evaluation, progress)
    content = ConversionContent(conversion, siblings, targets)
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    if len(conversion.results) < len(kinds):
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if len(conversion.made) == len(kinds) else ExitCode.RUN_FAILED


def _size(text: str) -> tuple[int, int]:
    """Read height and width.

    Raises:
        argparse.ArgumentTypeError: the text is something else, or a side is too large.
    """
    height, _, width = text.lower().partition("x")
    if not (height.isdecimal() and width.isdecimal() and 1 <= min(int(height), int(width)) <= _LARGEST_SIDE):
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 360x640")
    if max(int(height), int(width)) > _LARGEST_SIDE:
        raise argparse.ArgumentTypeError(f"{text!r} is larger than {_LARGEST_SIDE} at a side")
    return int(height), int(width)


def _convert(request: ConversionRequest, folder: Path, progress: Progress) -> Conversion:
    try:
        return convert(request, folder, progress)
    except RunError as error:
        if error.hint != CODE_HINT:
            raise
        raise RunError(error.message, hint=f"{CODE_HINT} Then add --allow-code.", detail=error.detail) from error


def _source(arguments: argparse.Namespace) -> Source:
    """Give what is converted; an example is written first, and needs a free name.

    Raises:
        UsageError: a file of the example's name exists.
    """
    if arguments.example is None:
        return read_source(arguments.network)
    path = arguments.folder / f"{arguments.example}.keras"
    if path.exists() and not arguments.force:
        raise UsageError(f"{path} exists already; add --force to replace it.")
    return Source(path=path, format=SourceFormat.KERAS)


def _check_files(request: ConversionRequest, folder: Path, *, is_forced: bool) -> None:
    existing = [path for kind in request.kinds if (path := folder / name_of(request, kind)).exists()]
    if existing and not is_forced:
        others = f" and {len(existing) - 1} more" if len(existing) > 1 else ""
        raise UsageError(f"{existing[0]}{others} would be replaced; choose another --folder, or add --force.")


def _plan(arguments: argparse.Namespace) -> Plan:
    if arguments.device == HOST:
        return replace(HOST_PLAN, runs=arguments.runs)
    return Plan(device=arguments.device, delegate=arguments.delegate or "xnnpack", runs=arguments.runs)


def _shape(text: str) -> tuple[str, tuple[int, ...]]:
    try:
        name, shape = named_shape(text if "=" in text else f"input={text}")
    except argparse.ArgumentTypeError:
        shape = ()
    if not shape or min(shape) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} does not read 1x224x224x3 or NAME=1x224x224x3")
    return name if "=" in text else "", shape


def _print_line(line: str) -> None:
    sys.stderr.write(f"  | {plain(line)}\n")


__all__: Sequence[str] = ("add_arguments", "execute")
