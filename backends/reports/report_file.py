"""Putting a report into a file."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from backends.errors import StoreError
from backends.reports.content import Content
from backends.reports.pdf_report import PdfReport
from backends.reports.report import REPORTS, Report

_PDF = PdfReport()


def find_report_for(path: Path) -> Report | PdfReport | None:
    """Give the format that a file's suffix stands for, or ``None``."""
    suffix = path.suffix.lower()
    if suffix == _PDF.suffix:
        return _PDF
    return next((report for report in REPORTS if report.suffix == suffix), None)


def write_report(path: Path, report: Report | PdfReport, content: Content) -> None:
    """Write beside the file and put it in place at the end, so that a failure leaves the old one.

    Raises:
        StoreError: the file cannot be written.
    """
    if isinstance(report, PdfReport):
        with replaced_file(path) as stream:
            report.write_bytes(stream, content)
        return
    with replaced_file(path) as stream, TextIOWrapper(stream, encoding="utf-8", newline="") as text:
        report.write(text, content)


@contextmanager
def replaced_file(path: Path) -> Iterator[BinaryIO]:
    """Give a stream beside the file, which takes its place when all went well; otherwise the old one stays.

    Raises:
        StoreError: the file cannot be written.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".report-")
        with os.fdopen(handle, "wb") as stream:
            yield stream
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise StoreError(
            f"{path.name} cannot be written: {reason}.", hint="Check the folder and the free space."
        ) from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
