"""The meters of a device, as a report: which are there, what they measure, and why others are not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from backends.reports.content import Records, Section, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRow:
    """One meter."""

    id: str
    title: str
    is_there: bool
    text: str
    """What it measures and what to mind, or why it is not there."""
    argument: str = ""
    """What may follow ``=``."""


class MetersContent:
    """A list of meters.

    Args:
        title: names the device.
        rows: the meters.
    """

    schema = "tflite-profiler/meters/1"

    def __init__(self, title: str, rows: Sequence[MeterRow]) -> None:
        self.title = title
        self._rows = tuple(rows)

    def sections(self) -> Sequence[Section]:
        """Give those that can be used, then the others with the reason."""
        parts = []
        for title, is_there in (("Can be used", True), ("Not here", False)):
            facts = tuple((self._label(row), row.text) for row in self._rows if row.is_there is is_there)
            if facts:
                parts.append(Section(title=title, facts=facts))
        return parts

    def records(self) -> Records:
        """Give a record for each meter."""
        fields = ("id", "title", "is_there", "text", "argument")
        return Records(fields=fields, rows=[tuple(getattr(row, name) for name in fields) for row in self._rows])

    def tree(self) -> Mapping[str, Tree]:
        """Give all meters."""
        return {"meters": [asdict(row) for row in self._rows]}

    def _label(self, row: MeterRow) -> str:
        return f"{row.id}={row.argument}" if row.is_there and row.argument else row.id
