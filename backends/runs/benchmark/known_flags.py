"""Which flags a build of the tool knows, from its ``--help``; only these are ever used.

The tool ignores flags it does not know with a mere warning, so a measurement would silently be of something else.

LiteRT's package for Python brings a tool too (``litert-benchmark``), with a help and with flags in Python's manner. Its
flags go by the names that the other tools have; ``write`` knows how it wants them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_FLAG = re.compile(
    r"^\s*--(?P<name>[A-Za-z][\w-]{0,79})=(?P<default>.*?)\s*\t\s*(?P<type>bool|int32|int64|float|string)\b"
)
_PYTHON_FLAG = re.compile(r"\[?--(?P<name>[a-z]\w{0,79})(?: (?P<value>[A-Z]\w*))?")
_MAX_LINES = 5000
_PYTHON_NAMES: Mapping[str, str] = {
    "model": "graph", "signature": "signature_to_run_for", "compiler_plugin_path": "compiler_plugin_library_path"
}  # fmt: skip
"""Names of the tool for Python to those of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFlags:
    """Flag names, without dashes, to the default that the tool states."""

    defaults: dict[str, str]
    is_python: bool = False
    """Whether it is the tool for Python."""

    def __contains__(self, name: object) -> bool:
        return name in self.defaults

    @property
    def is_benchmark_tool(self) -> bool:
        """Whether a program with these flags measures models."""
        return "graph" in self.defaults and "num_runs" in self.defaults

    @property
    def has_profiler(self) -> bool:
        """Whether it can time operators."""
        return not {"enable_op_profiling", "use_profiler"}.isdisjoint(self.defaults)

    def write(self, name: str, value: str) -> list[str]:
        """Give the arguments that set a flag."""
        if not self.is_python:
            return [f"--{name}={value}"]
        if name == "use_cpu":
            return [] if value == "true" else ["--no_cpu"]
        if self.defaults[name] == "switch":
            return [f"--{name}"] if value == "true" else []
        own = next((own for own, usual in _PYTHON_NAMES.items() if usual == name), name)
        return [f"--{own}={value}"]


def parse_help(lines: Iterable[str]) -> KnownFlags:
    """Read the help text; both streams together, because versions differ in where they write it."""
    defaults: dict[str, str] = {}
    kept = [line for _, line in zip(range(_MAX_LINES), lines, strict=False)]
    for line in kept:
        if match := _FLAG.match(line):
            defaults.setdefault(match["name"], match["default"])
    return KnownFlags(defaults=defaults) if defaults else _parse_python_help(kept)


def _parse_python_help(lines: Iterable[str]) -> KnownFlags:
    """Read the summary of usage, which ends with an empty line."""
    usage: list[str] = []
    for line in lines:
        if line.startswith("usage: "):
            usage = [line]
        elif usage and line.strip():
            usage.append(line)
        elif usage:
            break
    found = {match["name"]: match["value"] for match in _PYTHON_FLAG.finditer(" ".join(map(str.strip, usage)))}
    defaults = {_PYTHON_NAMES.get(name, name): "" if value else "switch" for name, value in found.items()}
    return KnownFlags(defaults=defaults, is_python=True)
