"""Wrong use of the command line, and the argument types that several verbs share."""

import argparse
from pathlib import Path

from backends.reports.report import REPORTS


class UsageError(Exception):
    """The command cannot be carried out as typed; the text is the sentence to show.

    Args:
        message: the sentence.
        hint: the next step, or empty.
        detail: lines to show below as they are.
    """

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.detail = detail


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``, ``--output`` and ``--force``."""
    names = [report.name for report in REPORTS]
    group = parser.add_argument_group("report")
    group.add_argument(
        "--format", choices=names, default=names[0], help="what the standard output gets (default: text)"
    )
    group.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="also write to FILE, in the format of its ending (.json .csv .md .html .txt), else in that of --format",
    )
    group.add_argument("--force", action="store_true", help="replace FILE if it exists")


def at_least(smallest: int) -> "_AtLeast":
    """Give an argument type for whole numbers from ``smallest`` on."""
    return _AtLeast(smallest)


class _AtLeast:
    """A whole number that is not too small."""

    def __init__(self, smallest: int) -> None:
        self._smallest = smallest

    def __call__(self, text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if number < self._smallest:
            raise argparse.ArgumentTypeError(f"{number} is below {self._smallest}")
        return number


def named_shape(text: str) -> tuple[str, tuple[int, ...]]:
    """Read ``NAME=1x224x224x3``.

    Raises:
        argparse.ArgumentTypeError: it does not read so.
    """
    name, _, sizes = text.rpartition("=")
    parts = sizes.lower().replace(",", "x").split("x") if sizes else []
    if not parts or not name or not all(part.strip().isdecimal() for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} does not read NAME=1x224x224x3")
    return name, tuple(int(part) for part in parts)


def named_file(text: str) -> tuple[str, str]:
    """Read ``NAME=FILE``.

    Raises:
        argparse.ArgumentTypeError: it does not read so.
    """
    name, separator, path = text.partition("=")
    if not separator or not name or not path:
        raise argparse.ArgumentTypeError(f"{text!r} does not read NAME=FILE")
    return name, path
