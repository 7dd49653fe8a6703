"""The verb ``export``: write a run in the formats that other tools open."""

import argparse
import json
import sys
from pathlib import Path

from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import add_model_argument, open_model, parse_place
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import UsageError
from backends.compare.align import align_models
from backends.exchange.imported import Imported
from backends.exchange.reading import read_foreign
from backends.exchange.sync_mapping import sync_mapping_of
from backends.exchange.writing import FORMATS, Exported, ExportKind, render_export
from backends.model.model import Model
from backends.reports.import_content import ImportContent
from backends.reports.report_file import replaced_file

_TABLES = ("csv", "json")
_MAPPING = "mapping"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    parser.add_argument(
        "runs",
        type=Path,
        nargs="*",
        metavar="RUN",
        help="a run that was saved with --output run.json, or anything that `import` reads",
    )
    kinds = [*(format_.kind.value for format_ in FORMATS), _MAPPING, *_TABLES]
    titles = "; ".join(f"{format_.kind.value}: {format_.title}" for format_ in FORMATS)
    parser.add_argument(
        "--to",
        required=True,
        choices=kinds,
        metavar="KIND",
        help=f"{titles}; mapping: pairs of nodes for two panes of Model Explorer; csv, json: a table",
    )
    parser.add_argument("--column", default="", metavar="ID", help="which numbers node-data shall show (time_us, ...)")
    parser.add_argument(
        "--with", dest="other", type=parse_place, metavar="MODEL", help="the other model of a mapping (right pane)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to FILE instead of the standard output")
    parser.add_argument("--force", action="store_true", help="replace FILE if it exists")


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Read model and runs, and write them."""
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    needs_run = arguments.to in _TABLES or any(item.needs_run and item.kind.value == arguments.to for item in FORMATS)
    if needs_run and not arguments.runs:
        raise UsageError(f"--to {arguments.to} needs a RUN: a saved run, or a file of another tool.")
    model = open_model(arguments.model)
    if arguments.to == _MAPPING:
        _write(_mapping(model, arguments), arguments.output)
        return ExitCode.DONE
    found = read_foreign(arguments.runs, model)
    if arguments.to in _TABLES:
        _write_table(ImportContent(model, found), arguments)
        return ExitCode.DONE
    what = _exported(model, found, arguments.column)
    text = render_export(ExportKind(arguments.to), what)
    _write(text, arguments.output)
    return ExitCode.DONE


def _write(text: str, path: Path | None) -> None:
    if path is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    with replaced_file(path) as stream:
        stream.write(text.encode("ascii"))


def _mapping(model: Model, arguments: argparse.Namespace) -> str:
    if arguments.other is None:
        raise UsageError("--to mapping needs the other model: --with MODEL.")
    return json.dumps(sync_mapping_of(align_models(model, open_model(arguments.other)))) + "\n"


def _write_table(content: ImportContent, arguments: argparse.Namespace) -> None:
    if arguments.output is None:
        write_outputs(content, format_name=arguments.to, path=None)
        return
    from backends.reports.report import find_report
    from backends.reports.report_file import write_report

    write_report(arguments.output, find_report(arguments.to), content)


def _exported(model: Model, found: tuple[Imported, ...], column: str) -> Exported:
    runs = [item.run for item in found if item.run is not None]
    if len(runs) > 1:
        raise UsageError("These formats hold one run; export the runs one by one.")
    return Exported(
        model=model,
        run=runs[0] if runs else None,
        columns=tuple(column for item in found for column in item.columns),
        column=column,
    )
