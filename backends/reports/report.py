"""The kinds of report and how to get one by name."""

from typing import Protocol, TextIO

from backends.reports.content import Content
from backends.reports.csv_report import CsvReport
from backends.reports.html_report import HtmlReport
from backends.reports.json_report import JsonReport
from backends.reports.latex_report import LatexReport
from backends.reports.markdown_report import MarkdownReport
from backends.reports.text_report import TextReport


class Report(Protocol):
    """Writes any content in one format; never chooses a file itself."""

    name: str
    """What the user calls the format."""
    suffix: str
    """Usual end of a file's name, with the dot."""

    def write(self, stream: TextIO, content: Content) -> None:
        """Write the whole content to the stream, ending with a line break."""


REPORTS: tuple[Report, ...] = (TextReport(), JsonReport(), CsvReport(), MarkdownReport(), HtmlReport(), LatexReport())
"""All formats; the first is the default."""


def find_report(name: str) -> Report:
    """Give the report of this name.

    Raises:
        KeyError: there is none.
    """
    return {report.name: report for report in REPORTS}[name]
