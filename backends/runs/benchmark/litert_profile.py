"""Reads the table of operators that LiteRT's newer benchmark tool prints with ``--use_profiler``.

It counts all inferences since the start, those of the warm-up too; cells are aligned with spaces, and names are only
the node's number (litert/runtime/profiler_summarizer.cc in LiteRT). The table tells no subgraphs.
"""

import re
from collections.abc import Sequence
from itertools import islice

from backends.runs.benchmark.op_profile import OpProfile, ProfileRow, ProfileTable, RowKind

_NUMBER = r"\d{1,15}(?:\.\d{1,6})?"
_BEGIN = re.compile(r"=+ Run Order =+\s*\Z")
_ROW = re.compile(
    rf"\s*(?P<type>\S.*?)\s+{_NUMBER}\s+(?P<first>{_NUMBER})\s+(?P<avg>{_NUMBER})\s+(?P<share>{_NUMBER})%"
    rf"\s+{_NUMBER}%\s+{_NUMBER}\s+(?P<count>\d{{1,15}})\s+\[(?P<kind>Builtin|Delegate)\]:(?P<index>\d{{1,9}})\s*\Z"
)
_TOTAL = re.compile(r"Timings \(microseconds\): count=\d+ curr=(?P<value>\d{1,18})\b")
_MAX_LINES = 500_000
_AVERAGE_STEP_US, _SHARE_STEP = 1.0, 1e-5
"""Last digits of an average in ms and of a percentage as printed; the finer one of a row is used."""


def parse_litert_profile(lines: Sequence[str], inferences: int) -> OpProfile:
    """Read the last table of an output; gives an empty profile where there is none.

    Args:
        lines: what the tool printed.
        inferences: how many it counted, at least 1.
    """
    found: list[re.Match[str]] = []
    is_inside, total_us = False, 0.0
    for line in islice(lines, _MAX_LINES):
        if _BEGIN.search(line):
            is_inside, found = True, []
        elif match := _TOTAL.search(line):
            total_us = float(match["value"])
        elif is_inside and (match := _ROW.match(line)):
            found.append(match)
        elif is_inside and not line.strip():
            is_inside = False
    if not found:
        return OpProfile()
    rows = tuple(_row(match, total_us, max(1, inferences)) for match in found)
    return OpProfile(runs=(ProfileTable(subgraph=0, name="", rows=rows),), total_us=total_us / max(1, inferences))


def _row(match: re.Match[str], total_us: float, inferences: int) -> ProfileRow:
    count = int(match["count"])
    time_us = 1000 * float(match["avg"]) * count
    if 0 < _SHARE_STEP * total_us < _AVERAGE_STEP_US * count:
        time_us = float(match["share"]) / 100 * total_us
    is_kernel = match["kind"] == "Delegate"
    return ProfileRow(
        kind=RowKind.KERNEL if is_kernel else RowKind.NODE,
        node_type=match["type"].removeprefix("Delegate/") if is_kernel else match["type"],
        name=f"{match['type']}:{match['index']}",
        index=int(match["index"]),
        time_us=time_us / inferences,
        first_us=1000 * float(match["first"]),
        calls=count / inferences,
    )
