"""The verb ``report``: everything about a model in one file."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from backends.api import collect
from backends.cli.compared_side import read_baseline
from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output
from backends.cli.target_choice import choose_targets
from backends.cli.usage import UsageError, at_least
from backends.exchange.reading import read_foreign
from backends.reports.full_content import FullContent
from backends.reports.plain_text import plain
from backends.reports.report import REPORTS, find_report
from backends.reports.report_file import find_report_for, write_report
from backends.reports.subject import Detail, Subject, detail_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    parser.add_argument(
        "runs",
        type=Path,
        nargs="*",
        metavar="RUN",
        help="a run saved with --output run.json, or anything that `import` reads; the first one colours the graph",
    )
    parser.add_argument(
        "--target", action="append", default=[], metavar="ID", help="tell about this target only; may be repeated"
    )
    parser.add_argument(
        "--baseline",
        metavar="RUN",
        help="what the runs are compared with, also of another model that lies beside it (default: the first run)",
    )
    parser.add_argument("--note", action="append", default=[], metavar="TEXT", help="add a sentence; may be repeated")
    parser.add_argument(
        "--rows", type=at_least(1), metavar="N", help="rows of a table of operators (html: 1000, pdf: 150, md, tex: 15)"
    )
    parser.add_argument("--full", action="store_true", help="tell everything in Markdown and LaTeX too")
    names = ", ".join(report.name for report in REPORTS)
    parser.add_argument(
        "--format", choices=[report.name for report in REPORTS], help=f"of the standard output: {names}"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="write to FILE in the format of its ending (.html .pdf .md .tex .json .csv .txt)",
    )
    parser.add_argument("--force", action="store_true", help="replace FILE if it exists")


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Read and check the model, read the runs, and write the report."""
    targets = choose_targets(arguments.target)
    check_output(arguments.output, force=arguments.force, model=arguments.model.path)
    report = find_report_for(arguments.output) if arguments.output is not None else None
    if arguments.output is not None and report is None:
        raise UsageError(f"--output {arguments.output}: end the name in .html, .pdf, .md, .tex, .json, .csv or .txt.")
    model = open_model(arguments.model)
    found = read_foreign(arguments.runs, model)
    ids = [target.id for target in targets] if arguments.target else None
    subject = collect(model, found, ids, arguments.note)
    if arguments.baseline is not None:
        base = read_baseline(arguments.baseline, arguments.model)
        subject = replace(subject, baseline=base.run, baseline_model=base.model)
    if report is not None:
        write_report(arguments.output, report, _content(subject, report.name, arguments))
        print(f"{plain(str(arguments.output))} written", file=sys.stderr)
    if report is None or arguments.format is not None:
        name = arguments.format or "text"
        find_report(name).write(sys.stdout, _content(subject, name, arguments))
        sys.stdout.flush()
    return ExitCode.DONE


def _content(subject: Subject, format_name: str, arguments: argparse.Namespace) -> FullContent:
    detail = Detail.FULL if arguments.full else detail_of(format_name)
    return FullContent(subject, detail=detail, most_rows=arguments.rows)
