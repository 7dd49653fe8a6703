"""Which accelerator a phone's chipset has and which targets judge the ways to it."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Any

from backends.errors import ResourceError

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRange:
    """All models of a family from ``first`` to ``last``, both included."""

    family: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """An accelerator that chipsets have.

    ``routes`` are ways for a model to reach it (``nnapi`` or a delegate); ``targets`` are ids of the targets that
    judge these routes, fewer than routes where a delegate publishes no rules.
    """

    id: str
    vendor: str
    name: str
    kind: str
    precisions: tuple[str, ...]
    routes: tuple[str, ...]
    targets: tuple[str, ...]
    models: tuple[str, ...]
    ranges: tuple[ModelRange, ...]
    note: str
    source: str

    def is_in(self, chipset: str) -> bool:
        """Whether the chipset of this name has it; case, spaces and a suffix such as ``G`` do not count."""
        wanted = _normalise(chipset)
        if any(_normalise(model) == wanted for model in self.models):
            return True
        return any(_is_in_range(wanted, range_) for range_ in self.ranges)


def load_chipsets(text: str | None = None) -> tuple[Accelerator, ...]:
    """Read the chipset table.

    Args:
        text: TOML instead of the table that comes with the program.

    Raises:
        ResourceError: the table is wrong; says where.
    """
    if text is None:
        text = resources.files("resources").joinpath("chipsets.toml").read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResourceError("The chipset table is not valid TOML.", detail=str(error)) from error
    if table.get("schema_version") != SCHEMA_VERSION:
        raise ResourceError(f"The chipset table has schema version {table.get('schema_version')!r}, not 1.")
    titles = {key: str(source.get("title", key)) for key, source in table.get("sources", {}).items()}
    rows = tuple(_accelerator(row, titles) for row in table.get("accelerator", ()))
    ids = [row.id for row in rows]
    repeated = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if repeated:
        raise ResourceError(f"The chipset table repeats the id {repeated[0]!r}.")
    return rows


def find_accelerators(chipset: str, accelerators: Iterable[Accelerator]) -> tuple[Accelerator, ...]:
    """Give the accelerators that the chipset of this name (``Snapdragon 855``) has, in the table's order."""
    return tuple(accelerator for accelerator in accelerators if accelerator.is_in(chipset))


def search_accelerators(text: str, accelerators: Iterable[Accelerator]) -> tuple[Accelerator, ...]:
    """Give the accelerators that fit what somebody typed: those of that chipset, else those that name all the words.

    Words are looked for in vendor, name, precisions, ways and chipsets; nothing typed gives all.
    """
    known = tuple(accelerators)
    found = find_accelerators(text, known)
    if found or not text.strip():
        return found or known
    words = text.casefold().split()
    return tuple(row for row in known if all(word in _words(row) for word in words))


def _words(row: Accelerator) -> str:
    parts = (row.vendor, row.name, row.kind, *row.precisions, *row.routes, *row.models)
    return " ".join((*parts, *(range_.family for range_ in row.ranges))).casefold()


def _accelerator(row: dict[str, Any], titles: dict[str, str]) -> Accelerator:
    where = f"accelerator {row.get('id', '?')!r} of the chipset table"
    try:
        source = row["source"]
        if source not in titles:
            raise ResourceError(f"The {where} names the source {source!r}, which is not listed.")
        return Accelerator(
            id=row["id"],
            vendor=row["vendor"],
            name=row["name"],
            kind=row["kind"],
            precisions=tuple(row["precisions"]),
            routes=tuple(row["routes"]),
            targets=tuple(row["targets"]),
            models=tuple(row["models"]),
            ranges=tuple(ModelRange(**range_) for range_ in row["ranges"]),
            note=row["note"],
            source=titles[source],
        )
    except (KeyError, TypeError) as error:
        raise ResourceError(f"The {where} lacks a field or has a wrong one.", detail=str(error)) from error


def _normalise(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


def _is_in_range(normalised: str, range_: ModelRange) -> bool:
    match = re.fullmatch(re.escape(_normalise(range_.family)) + r"(\d+)(?:g|5g|\+|plus|x|z|l|bionic)?", normalised)
    return match is not None and range_.first <= int(match.group(1)) <= range_.last
