"""The verb ``accuracy``: how far a model's outputs, and its layers, are from those of the original."""

import argparse
import sys
from dataclasses import replace

from backends.accuracy.child import KERNELS
from backends.accuracy.comparison import compare_models
from backends.accuracy.layers import find_layer_errors
from backends.accuracy.threshold import MEASURES, Threshold, parse_threshold
from backends.cli.data_arguments import add_data_arguments, chosen_data, known_truth
from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.model_argument import add_model_argument, open_model, parse_place
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import UsageError, add_report_arguments, at_least
from backends.errors import ProfilerError
from backends.reports.model_accuracy_content import ModelAccuracyContent

_SAMPLES = 32


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    how = parser.add_argument_group("comparison")
    how.add_argument(
        "--against",
        type=parse_place,
        metavar="MODEL",
        help="the model that is right, usually the float32 one (default: the same model on other kernels)",
    )
    how.add_argument("--kernels", choices=KERNELS, default=KERNELS[0], help="what runs the model (default: xnnpack)")
    how.add_argument(
        "--against-kernels", choices=KERNELS, default="", help="what runs the other (default: as the model, or builtin)"
    )
    how.add_argument("--layers", action="store_true", help="also compare every layer, and find where the error enters")
    how.add_argument(
        "--layer-samples", type=at_least(1), default=4, metavar="N", help="samples for the layers (default: 4)"
    )
    how.add_argument(
        "--fail-if",
        type=_threshold,
        action="append",
        default=[],
        metavar="CONDITION",
        help=f"exit with 1 if an output is so, such as 'psnr<30' or 'top1<95%%'; of {', '.join(MEASURES)}",
    )
    add_data_arguments(parser, samples=_SAMPLES)
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Compare and write what came out."""
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    is_same = arguments.against is None
    other = arguments.against_kernels or ("builtin" if is_same else arguments.kernels)
    if is_same and other == arguments.kernels:
        raise UsageError("There is nothing to compare: name the original with --against, or other --against-kernels.")
    model = open_model(arguments.model)
    reference = model if arguments.against is None else open_model(arguments.against)
    data = chosen_data(arguments)
    with shown_progress() as progress:
        found = compare_models(
            reference, model, data, progress, kernels=(other, arguments.kernels), truth=known_truth(arguments)
        )
        layers = None
        if arguments.layers and not is_same:
            few = replace(data, count=min(data.count, arguments.layer_samples))
            try:
                layers = find_layer_errors(reference, model, few, progress)
            except ProfilerError as error:
                # What XNNPACK runs, TFLite's own kernels may refuse: the outputs are known all the same.
                found = replace(found, notes=(*found.notes, f"The layers are not known: {error.message}."))
    write_outputs(ModelAccuracyContent(found, layers), format_name=arguments.format, path=arguments.output)
    met = [
        f"{output.name}: {text}"
        for text, threshold in arguments.fail_if
        for output in found.outputs
        if threshold.is_met(output)
    ]
    for text in met:
        sys.stderr.write(f"condition met: {text}\n")
    return ExitCode.CONDITION_MET if met else ExitCode.DONE


def _threshold(text: str) -> tuple[str, Threshold]:
    try:
        return text, parse_threshold(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
