"""Reads operator profiles as text tables: printed by any version of the tool, or written as CSV.

Columns are found by the header, because versions differ (an extra ``start``). The name is the last column and may
hold the separator itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from backends.errors import RunError
from backends.runs.benchmark.op_profile import OpProfile, ProfileRow, ProfileTable, RowKind, classify

MAX_BYTES = 64 << 20
_MAX_LINES = 2_000_000
_MAX_COLUMNS = 30

_INIT, _RUNS = (
    "Profiling Info for Benchmark Initialization:",
    "Operator-wise Profiling Info for Regular Benchmark Runs:",
)
_INTERNAL = "Delegate internal:"
_BANNER = re.compile(r"=+ (?P<title>[^=]+?) =+\s*\Z")
_PRIMARY = re.compile(r"Primary graph \(name: (?P<name>.*)\) profile:")
_SUBGRAPH = re.compile(r"Subgraph \(index: (?P<index>\d{1,9}), name: (?P<name>.*)\) profile:")
_TOTAL = re.compile(r"^(?:Subgraph \(.*\) )?Timings \(microseconds\): count=\d+ (?:.*\bavg|curr)=(?P<value>[\d.e+]+)")
_RUN_ORDER = "Run Order"
_LOG_PREFIX = re.compile(r"^(?:INFO|VERBOSE|WARN(?:ING)?): ")
_AVERAGE_STEP_US, _SHARE_STEP = 1.0, 1e-5
"""Last digits of an average in ms and of a percentage as printed; the finer one of a row is used."""


@dataclass(slots=True)
class _Section:
    """One subgraph's tables while they are read."""

    part: str = ""
    subgraph: int = 0
    name: str = ""
    columns: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    raw: list[dict[str, str]] = field(default_factory=list)
    total_us: float = 0.0


def parse_profile_text(text: str) -> OpProfile:
    """Read the tables out of a text that may hold other lines as well; gives an empty profile where there are none.

    Raises:
        RunError: the text is too large.
    """
    if len(text) > MAX_BYTES:
        raise RunError(f"the operator profile is too large ({len(text) >> 20} MiB)", hint="Use fewer runs.")
    sections = _read_sections(text)
    runs = [section for section in sections if section.part == _RUNS]
    primary = next((section.total_us for section in runs if section.subgraph == 0 and section.total_us > 0), None)
    return OpProfile(
        init=tuple(_table(section) for section in sections if section.part == _INIT),
        runs=tuple(_table(section) for section in runs),
        internal=tuple(row for section in sections if section.part == _INTERNAL for row in _rows(section)),
        total_us=primary,
    )


def _read_sections(text: str) -> list[_Section]:
    sections: list[_Section] = []
    part, graph, in_order = "", (0, ""), False
    for line in islice(text.splitlines(), _MAX_LINES):
        plain = _LOG_PREFIX.sub("", line).strip()
        if plain in (_INIT, _RUNS, _INTERNAL):
            part, graph, in_order = plain, (0, ""), False
        elif match := _PRIMARY.match(plain):
            graph = (0, match["name"])
        elif match := _SUBGRAPH.match(plain):
            graph = (int(match["index"]), match["name"])
        elif match := _BANNER.match(plain):
            in_order = match["title"] == _RUN_ORDER and bool(part)
            if in_order:
                sections.append(_Section(part=part, subgraph=graph[0], name=graph[1]))
        elif not plain:
            in_order = False
        elif in_order:
            _read_line(sections[-1], line)
        elif sections and (total := _TOTAL.search(plain)):
            sections[-1].total_us = _number(total["value"])
    return sections


def _read_line(section: _Section, line: str) -> None:
    # A tab begins each text line.
    line = line.strip("\t")
    if not section.columns:
        cells = line.split("\t") if "\t" in line else line.split(",")
        section.columns = tuple(cell.strip(" []").lower() for cell in cells)
        section.pattern = _row_pattern(section.columns, "\t" if "\t" in line else ", ")
    elif section.pattern is not None and (match := section.pattern.match(line)):
        section.raw.append(dict(zip(section.columns, (cell.strip() for cell in match.groups()), strict=True)))


def _row_pattern(columns: Sequence[str], separator: str) -> re.Pattern[str] | None:
    """Match rows: type and name, the first and the last column, may hold the separator, the numbers between do not."""
    if len(columns) < 3 or (columns[0], columns[-1]) != ("node type", "name") or len(columns) > _MAX_COLUMNS:
        return None
    number = re.escape(separator) + r"(\s*[\d.eE+-]{1,40}%?)"
    return re.compile(rf"(.{{0,4000}}?){number * (len(columns) - 2)}{re.escape(separator)}(.*)\Z", re.DOTALL)


def _table(section: _Section) -> ProfileTable:
    return ProfileTable(subgraph=section.subgraph, name=section.name, rows=tuple(_rows(section)))


def _rows(section: _Section) -> Iterator[ProfileRow]:
    for cells in section.raw:
        # CSV writes tabs for the commas inside a name.
        name = cells.get("name", "").replace("\t", ", ")
        kind, index = classify(name, is_internal=section.part == _INTERNAL)
        calls = _number(cells.get("times called", ""))
        yield ProfileRow(
            kind=kind,
            node_type=cells.get("node type", ""),
            name=name,
            index=index,
            time_us=_time_us(cells, calls, section, kind),
            first_us=1000 * _number(cells.get("first", "")),
            calls=calls,
        )


def _time_us(cells: dict[str, str], calls: float, section: _Section, kind: RowKind) -> float:
    """Give the time per inference from the average per call, or from the share where that has finer digits."""
    average = 1000 * _number(cells.get("avg ms", cells.get("avg_ms", ""))) * calls
    share_step = _SHARE_STEP * section.total_us
    if kind is RowKind.INTERNAL or share_step <= 0 or share_step >= _AVERAGE_STEP_US * max(1.0, calls):
        return average
    return _number(cells.get("%", "").rstrip("%")) / 100 * section.total_us


def _number(text: str | None) -> float:
    """Give a number that is finite and not negative; 0 for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return 0.0
    return value if 0.0 <= value < 1e18 else 0.0
