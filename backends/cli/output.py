"""Where a report goes: the standard output, and a file where one was asked for."""

import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import TextIO

from backends.cli.usage import UsageError
from backends.errors import StoreError
from backends.reports.content import Content
from backends.reports.report import REPORTS, Report, find_report


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
        _write_file(path, _report_for(path) or report, content)
    try:
        report.write(sys.stdout, content)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(f"The standard output cannot be written: {_reason(error)}.") from error


def _report_for(path: Path) -> Report | None:
    suffix = path.suffix.lower()
    return next((report for report in REPORTS if report.suffix == suffix), None)


def _write_file(path: Path, report: Report, content: Content) -> None:
    """Write beside the file and put it in place at the end, so that a full disk leaves the old one."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:64]}.")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {_reason(error)}.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            report.write(stream, content)
        _give_usual_mode(Path(temporary))
        Path(temporary).replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {_reason(error)}.", hint=_hint(error)) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def _give_usual_mode(path: Path) -> None:
    """Give the permissions of an ordinary new file; temporary ones are private."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)


def _hint(error: OSError) -> str:
    return "Free some space or choose another folder." if error.errno == errno.ENOSPC else ""


def discard_standard_output() -> None:
    """Make later flushes harmless after the reader has gone away (see the note on SIGPIPE in Python's docs)."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - the null device is no path of ours
        stream: TextIO = sys.stdout
        os.dup2(nowhere.fileno(), stream.fileno())
