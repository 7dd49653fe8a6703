"""Where a report goes: the standard output, and a file where one was asked for."""

import os
import sys
from pathlib import Path
from typing import TextIO

from backends.cli.usage import UsageError
from backends.errors import StoreError
from backends.reports.content import Content
from backends.reports.report import find_report
from backends.reports.report_file import find_report_for, write_report


def check_output(path: Path | None, *, force: bool, model: Path | None = None) -> None:
    """Refuse a file that must not be overwritten, before any long work.

    Raises:
        UsageError: the file exists and ``force`` is not given, is the model itself, or its folder is missing.
    """
    if path is None:
        return
    if path.is_dir():
        raise UsageError(f"--output {path} is a folder; give the name of a file.")
    if not path.parent.is_dir():
        raise UsageError(f"The folder of --output {path} does not exist.")
    if model is not None and path.exists() and model.exists() and path.samefile(model):
        raise UsageError("--output names the model itself; choose another file.")
    if path.exists() and not force:
        raise UsageError(f"{path} exists already; add --force to replace it.")


def write_outputs(content: Content, *, format_name: str, path: Path | None) -> None:
    """Write the content to the standard output in the asked format, and to ``path`` in the format of its suffix.

    Raises:
        StoreError: one of them cannot be written.
        BrokenPipeError: the reader of the standard output has gone away.
    """
    report = find_report(format_name)
    if path is not None:
        write_report(path, find_report_for(path) or report, content)
    try:
        report.write(sys.stdout, content)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(f"The standard output cannot be written: {_reason(error)}.") from error


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)


def discard_standard_output() -> None:
    """Make later flushes harmless after the reader has gone away (see the note on SIGPIPE in Python's docs)."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - the null device is no path of ours
        stream: TextIO = sys.stdout
        os.dup2(nowhere.fileno(), stream.fileno())
