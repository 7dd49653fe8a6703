"""A challenge as its report states it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from backends.errors import ResourceError
from backends.published.table import read_toml

_FOLDER = "challenges"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that an entry must be; ``check`` names the function of ``requirements`` that looks."""

    check: str
    text: str
    source: str
    limits: Mapping[str, Any]
    """What the check needs to know, such as a shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A quality that enters the score, in ``unit``, from ``least`` to ``most``."""

    id: str
    title: str
    unit: str
    least: float
    most: float
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponent:
    """A metric's part of the exponent of two."""

    metric: str
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A challenge.

    An entry scores 2 ** (sum of factor x metric) / (C x runtime), the runtime in milliseconds. C is not published; it
    is fitted from the table of entries.
    """

    id: str
    title: str
    table: str
    """Id of the published table of entries."""
    target: str
    """Id of the target that an entry must be accepted by."""
    chipset: str
    source: str
    checked_on: str
    note: str
    runtime_column: str
    score_column: str
    exponents: tuple[Exponent, ...]
    requirements: tuple[Requirement, ...]
    metrics: tuple[Metric, ...]


def load_challenges() -> tuple[Challenge, ...]:
    """Read the challenges that come with the program, by title.

    Raises:
        ResourceError: one of them is wrong; says which and where.
    """
    entries = resources.files("resources").joinpath(_FOLDER).iterdir()
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in entries if entry.name.endswith(".toml")}
    return tuple(sorted((parse_challenge(text, name) for name, text in texts.items()), key=lambda one: one.title))


def parse_challenge(text: str, name: str) -> Challenge:
    """Make a challenge from TOML.

    Raises:
        ResourceError: it is not valid, lacks a field, or its score names a metric that it does not list.
    """
    data = read_toml(text, name)
    try:
        score = data["score"]
        challenge = Challenge(
            id=data["id"],
            title=data["title"],
            table=data["table"],
            target=data["target"],
            chipset=data["chipset"],
            source=data["source"],
            checked_on=str(data["checked_on"]),
            note=data.get("note", ""),
            runtime_column=score["runtime"],
            score_column=score["published"],
            exponents=tuple(Exponent(**row) for row in score["exponents"]),
            requirements=tuple(_requirement(row) for row in data["requirements"]),
            metrics=tuple(Metric(**row) for row in data["metrics"]),
        )
    except (KeyError, TypeError) as error:
        raise ResourceError(f"The challenge {name} lacks a field or has a wrong one.", detail=str(error)) from error
    known = {metric.id for metric in challenge.metrics}
    if any(part.metric not in known for part in challenge.exponents):
        raise ResourceError(f"The score of the challenge {name} names a metric that is not listed.")
    return challenge


def _requirement(row: Mapping[str, Any]) -> Requirement:
    limits = {key: value for key, value in row.items() if key not in {"check", "text", "source"}}
    return Requirement(check=row["check"], text=row["text"], source=row["source"], limits=limits)
