"""Colour rules: named queries with a colour, in an order, kept as JSON and shared between people."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backends.errors import StoreError
from backends.model.model import OperatorId
from backends.progress import Progress
from backends.query.error import QueryError
from backends.query.facts import QueryFacts
from backends.query.find import find_operators
from backends.query.syntax import MOST_CHARACTERS
from backends.query.tint import Tint

SCHEMA = "tflite-profiler/colour-rules/1"
MOST_RULES = 100
_MOST_BYTES = 1 << 20
_MOST_NAME = 200
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourRule:
    """Operators that fit a query get a colour; of several rules the first that fits counts."""

    name: str
    query: str
    colour: str
    """``#rrggbb``"""
    is_on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tinted:
    """What all rules pick out, and which could not be understood (place of the rule, sentence)."""

    tints: tuple[Tint, ...]
    mistakes: tuple[tuple[int, str], ...]


def apply_rules(rules: Sequence[ColourRule], facts: QueryFacts, progress: Progress | None = None) -> Tinted:
    """Find what each rule that is on picks out; an operator is counted for the first rule that fits it.

    Raises:
        Cancelled: the user cancelled.
    """
    taken: set[OperatorId] = set()
    tints: list[Tint] = []
    mistakes: list[tuple[int, str]] = []
    for place, rule in enumerate(rules):
        if not rule.is_on:
            continue
        try:
            found = frozenset(find_operators(rule.query, facts, progress).operators) - taken
        except QueryError as error:
            mistakes.append((place, error.message))
            continue
        taken |= found
        tints.append(Tint(name=rule.name or rule.query, colour=rule.colour, operators=found))
    return Tinted(tints=tuple(tints), mistakes=tuple(mistakes))


def rules_to_json(rules: Iterable[ColourRule]) -> str:
    """Give rules as the text of a file."""
    listed = [{"name": r.name, "query": r.query, "colour": r.colour, "on": r.is_on} for r in rules]
    return json.dumps({"schema": SCHEMA, "rules": listed}, indent=2, ensure_ascii=False) + "\n"


def rules_from_json(text: str) -> tuple[ColourRule, ...]:
    """Read rules that ``rules_to_json`` wrote; the file may come from anybody.

    Raises:
        StoreError: it is none of ours, or something in it is not as it must be.
    """
    if len(text) > _MOST_BYTES:
        raise StoreError("The file of colour rules is larger than 1 MiB.")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoreError("The file holds no JSON.", detail=str(error)) from error
    if not isinstance(tree, dict) or tree.get("schema") != SCHEMA or not isinstance(tree.get("rules"), list):
        raise StoreError("The file holds no colour rules.", hint=f"It should begin with the schema {SCHEMA}.")
    if len(tree["rules"]) > MOST_RULES:
        raise StoreError(f"The file holds more than {MOST_RULES} colour rules.")
    return tuple(_rule_of(item, number) for number, item in enumerate(tree["rules"], 1))


def _rule_of(item: object, number: int) -> ColourRule:
    if not isinstance(item, dict):
        raise StoreError(f"Rule {number} is no object.")
    name, query, colour, is_on = (item.get(key) for key in ("name", "query", "colour", "on"))
    if not isinstance(name, str) or len(name) > _MOST_NAME:
        raise StoreError(f"Rule {number} has no name of at most {_MOST_NAME} characters.")
    if not isinstance(query, str) or len(query) > MOST_CHARACTERS:
        raise StoreError(f"Rule {number} has no query of at most {MOST_CHARACTERS} characters.")
    if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
        raise StoreError(f"The colour of rule {number} is not written as #rrggbb.")
    return ColourRule(name=name, query=query, colour=colour.lower(), is_on=is_on is not False)
