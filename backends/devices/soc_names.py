"""Under which name a chipset is sold that a device reports by number or code name."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from backends.errors import ResourceError

_SCHEMA_VERSION = 1

# Properties that name the chipset, the most exact first; the last ones only name a board or its kernel.
_CODE_KEYS = ("ro.soc.model", "ro.mediatek.platform", "ro.hardware.chipname", "ro.chipname")
_PLATFORM_KEYS = ("ro.board.platform", "ro.product.board", "ro.hardware", "ro.arch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chipset:
    """What is known of a device's chipset."""

    name: str
    """The name it is sold under; the reported one where that is not known."""
    code: str
    """As the device reports it."""
    maker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    maker: str
    name: str
    codes: tuple[str, ...]
    platforms: tuple[str, ...]


def find_chipset(properties: Mapping[str, str], hardware: str = "") -> Chipset | None:
    """Name the chipset from a device's properties.

    Args:
        properties: the system properties (``getprop``).
        hardware: the line ``Hardware`` of ``/proc/cpuinfo``, or what the device tree says.
    """
    maker = properties.get("ro.soc.manufacturer", "")
    codes = [properties.get(key, "") for key in _CODE_KEYS]
    platforms = [properties.get(key, "") for key in _PLATFORM_KEYS]
    said = [text.strip() for text in (*codes, *platforms, hardware) if text.strip() and text.lower() != "unknown"]
    for text in said:
        row = _find_row(text)
        if row is not None:
            return Chipset(name=row.name, code=text, maker=row.maker)
    return Chipset(name=said[0], code=said[0], maker=maker) if said else None


def _find_row(text: str) -> _Row | None:
    """Find by the whole text, then without its suffix, then by the numbers that stand in a longer text."""
    whole = text.lower()
    words = re.findall(r"[a-z]+\d+", whole)
    for wanted in (whole, re.split(r"[-/_ ]", whole)[0], *words):
        for row in _rows():
            if wanted in (*row.codes, *row.platforms, row.name.lower()):
                return row
    return None


@cache
def _rows() -> Sequence[_Row]:
    """Read the table that comes with the program.

    Raises:
        ResourceError: the table is wrong.
    """
    table = tomllib.loads(resources.files("resources").joinpath("soc_names.toml").read_text(encoding="utf-8"))
    if table.get("schema_version") != _SCHEMA_VERSION:
        raise ResourceError(f"The table of chipset names has schema version {table.get('schema_version')!r}, not 1.")
    try:
        return tuple(
            _Row(maker=row["maker"], name=row["name"], codes=tuple(row["codes"]), platforms=tuple(row["platforms"]))
            for row in table["soc"]
        )
    except (KeyError, TypeError) as error:
        raise ResourceError("The table of chipset names lacks a field.", detail=str(error)) from error
