"""Which TFLite runtime a model needs, from the versions of its operators."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from backends.errors import ResourceError
from backends.model.model import Model

SCHEMA_VERSION = 1
_STATED = "min_runtime_version"
"""Name of the metadata buffer in which converters state the version themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeNeed:
    """The oldest runtime that knows every operator version of a model.

    ``version`` is empty if no operator is known. ``because`` is an operator that needs it. ``unknown`` lists operator
    versions that no known runtime states to run (newer, or never released); custom operators do not count.
    """

    version: str
    because: str
    unknown: tuple[str, ...]
    stated: str
    """What the file itself says, or empty."""


def runtime_need(model: Model) -> RuntimeNeed:
    """Find the oldest runtime that knows every operator version of a model.

    Raises:
        ResourceError: the table of versions is wrong.
    """
    table = _first_runtimes()
    needed, because, unknown = "", "", set()
    for kind, version in sorted({(op.kind, op.version) for graph in model.subgraphs for op in graph.operators}):
        if kind in ("CUSTOM", "DELEGATE"):
            continue
        versions = table.get(kind, ())
        first = versions[version - 1] if 0 < version <= len(versions) else ""
        if not first:
            unknown.add(f"{kind} version {version}")
        elif _order(first) > _order(needed):
            needed, because = first, f"{kind} version {version}"
    return RuntimeNeed(version=needed, because=because, unknown=tuple(sorted(unknown)), stated=stated_version(model))


def stated_version(model: Model) -> str:
    """Give the minimal runtime version that the file states in its metadata, or an empty string."""
    for entry in model.metadata:
        if entry.name == _STATED and entry.buffer < len(model.buffers):
            start, length = model.buffers[entry.buffer]
            text = bytes(model.data[start : start + min(length, 32)]).split(b"\0")[0].decode("ascii", "replace")
            return text if all(part.isdecimal() for part in text.split(".")) else ""
    return ""


@cache
def _first_runtimes() -> Mapping[str, tuple[str, ...]]:
    """The first runtime of each version of each operator."""
    text = resources.files("resources").joinpath("runtime_versions.toml").read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResourceError("The table of runtime versions is not valid TOML.", detail=str(error)) from error
    if table.get("schema_version") != SCHEMA_VERSION:
        raise ResourceError(f"The table of runtime versions has schema version {table.get('schema_version')!r}, not 1.")
    return {kind: tuple(versions) for kind, versions in table["first_runtime"].items()}


def _order(version: str) -> tuple[int, ...]:
    """Sort key of a version; an empty one sorts first."""
    return tuple(int(part) for part in version.split(".")) if version else ()
