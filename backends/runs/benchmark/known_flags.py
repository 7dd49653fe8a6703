"""Which flags a build of the tool knows, from its ``--help``; only these are ever used.

The tool ignores flags it does not know with a mere warning, so a measurement would silently be of something else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FLAG = re.compile(
    r"^\s*--(?P<name>[A-Za-z][\w-]{0,79})=(?P<default>.*?)\s*\t\s*(?P<type>bool|int32|int64|float|string)\b"
)
_MAX_LINES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFlags:
    """Flag names, without dashes, to the default that the tool states."""

    defaults: dict[str, str]

    def __contains__(self, name: object) -> bool:
        return name in self.defaults

    @property
    def is_benchmark_tool(self) -> bool:
        """Whether a program with these flags measures models."""
        return "graph" in self.defaults and "num_runs" in self.defaults


def parse_help(lines: Iterable[str]) -> KnownFlags:
    """Read the help text; both streams together, because versions differ in where they write it."""
    defaults: dict[str, str] = {}
    for _, line in zip(range(_MAX_LINES), lines, strict=False):
        if match := _FLAG.match(line):
            defaults.setdefault(match["name"], match["default"])
    return KnownFlags(defaults=defaults)
