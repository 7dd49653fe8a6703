"""The verb ``import``: attach what other tools measured to a model."""

import argparse
from pathlib import Path

from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import add_report_arguments
from backends.exchange.reading import read_foreign
from backends.reports.import_content import ImportContent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    parser.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="output, CSV or proto of benchmark_model; AI Hub or ONNX Runtime profile; Chrome trace; Vela's per-layer "
        "CSV; Model Explorer node data; Netron attachment; all that benchmark_model wrote counts as one measurement",
    )
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Read the files and write what they say about the model."""
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    model = open_model(arguments.model)
    content = ImportContent(model, read_foreign(arguments.files, model))
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    return ExitCode.DONE
