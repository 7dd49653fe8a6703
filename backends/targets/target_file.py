"""One target file as it is written, before what it extends is added."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import TypeVar

from backends.targets.constraints.binding import bind
from backends.targets.entries import Entry
from backends.targets.target import (
    Condition,
    Effect,
    EngineRule,
    OperatorCount,
    Partitioning,
    Rule,
    Source,
    WeightsPolicy,
)

SCHEMA_VERSION = 1
"""The only version of target files there is."""

MESSAGE_FIELDS = frozenset({"kind", "found", "required"})
"""What a message template may name."""

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFile:
    """What a file states itself; ``None`` and empty stand for what it leaves to the target it extends."""

    entry: Entry
    """For complaints about the file as a whole."""
    origin: str
    id: str
    name: str
    order: int
    description: str
    extends: str
    caveats: tuple[str, ...]
    accepts: tuple[str, ...]
    removes_kinds: tuple[str, ...]
    removes_rules: tuple[str, ...]
    unlisted: Rule | None
    folded: Rule | None
    rules: tuple[Rule, ...]
    engines: tuple[EngineRule, ...]
    partitioning: Partitioning | None
    reasons: Mapping[str, str]
    sources: Mapping[str, Source]
    published_counts: tuple[OperatorCount, ...]


def read_target_file(values: Mapping[str, object], origin: str) -> TargetFile:
    """Validate the content of a file.

    Raises:
        ResourceError: a key is missing, unknown or wrong.
    """
    entry = Entry(values, file=origin)
    version = entry.integer("schema_version")
    if version != SCHEMA_VERSION:
        raise entry.wrong("schema_version", f"is {version}; this program reads {SCHEMA_VERSION}")
    default_source = entry.text("rule_source", "")
    found = TargetFile(
        entry=entry,
        origin=origin,
        id=entry.text("id"),
        name=entry.text("name"),
        order=entry.integer("order", 1000),
        description=entry.text("description"),
        extends=entry.text("extends", ""),
        caveats=entry.texts("caveats", ()),
        accepts=entry.texts("accepts", ()),
        removes_kinds=entry.texts("removes_kinds", ()),
        removes_rules=entry.texts("removes_rules", ()),
        unlisted=_read_statement(entry.entry("unlisted"), "unlisted"),
        folded=_read_statement(entry.entry("folded"), "folded"),
        rules=tuple(_read_rule(item, default_source) for item in entry.entries("rules")),
        engines=tuple(_read_engine(item) for item in entry.entries("engines")),
        partitioning=_read_partitioning(entry.entry("partitioning")),
        reasons=_read_reasons(entry.entry("reasons")),
        sources={source.id: source for source in map(_read_source, entry.entries("sources"))},
        published_counts=tuple(_read_count(item) for item in entry.entries("published_counts")),
    )
    entry.finish()
    return found


def _read_rule(entry: Entry, default_source: str) -> Rule:
    requires = entry.entry("requires")
    if requires is None:
        raise entry.wrong("requires", "missing")
    rule = Rule(
        id=entry.text("id"),
        kinds=entry.texts("kinds"),
        condition=_read_condition(requires),
        reason=entry.text("reason"),
        source=entry.text("source", default_source or None),
        at=entry.text("at", ""),
        message=_read_message(entry),
        remedy=entry.text("remedy", ""),
        effect=_read_choice(entry, "effect", Effect.FALLBACK),
        when=tuple(_read_condition(item) for item in entry.entries("when")),
        unless=tuple(_read_condition(item) for item in entry.entries("unless")),
    )
    entry.finish()
    return rule


def _read_statement(entry: Entry | None, id_: str) -> Rule | None:
    """Read a rule that always fails: it has no condition of its own."""
    if entry is None:
        return None
    rule = Rule(
        id=id_,
        kinds=("*",),
        condition=Condition(constraint="never"),
        reason=entry.text("reason"),
        source=entry.text("source"),
        at=entry.text("at", ""),
        message=_read_message(entry),
        remedy=entry.text("remedy", ""),
        effect=_read_choice(entry, "effect", Effect.FALLBACK),
    )
    entry.finish()
    return rule


def _read_message(entry: Entry) -> str:
    message = entry.text("message", "")
    try:
        fields = {name for _, name, _, _ in Formatter().parse(message) if name is not None}
    except ValueError as error:
        raise entry.wrong("message", str(error)) from error
    if not fields <= MESSAGE_FIELDS:
        raise entry.wrong("message", f"may name {', '.join(sorted(MESSAGE_FIELDS))} in braces, nothing else")
    return message


def _read_condition(entry: Entry) -> Condition:
    constraint = entry.text("constraint")
    negated = entry.flag("not", False)
    condition = Condition(constraint=constraint, negated=negated, limits=entry.limits())
    try:
        bind(condition)
    except ValueError as error:
        raise entry.wrong("", str(error)) from error
    return condition


def _read_engine(entry: Entry) -> EngineRule:
    rule = EngineRule(
        engine=entry.text("engine"),
        kinds=entry.texts("kinds"),
        source=entry.text("source"),
        when=tuple(_read_condition(item) for item in entry.entries("when")),
    )
    entry.finish()
    return rule


def _read_partitioning(entry: Entry | None) -> Partitioning | None:
    if entry is None:
        return None
    partitioning = Partitioning(
        max_partitions=entry.integer("max_partitions", 0),
        min_nodes=entry.integer("min_nodes", 1),
        float16_weights=_read_choice(entry, "float16_weights", WeightsPolicy.ASK),
        refuses_dynamic_tensors=entry.flag("refuses_dynamic_tensors", True),
        source=entry.text("source"),
    )
    entry.finish()
    return partitioning


def _read_source(entry: Entry) -> Source:
    source = Source(
        id=entry.text("id"), text=entry.text("text"), checked_on=entry.day("checked_on"), url=entry.text("url", "")
    )
    entry.finish()
    return source


def _read_count(entry: Entry) -> OperatorCount:
    count = OperatorCount(count=entry.integer("count"), source=entry.text("source"), note=entry.text("note"))
    entry.finish()
    return count


def _read_reasons(entry: Entry | None) -> dict[str, str]:
    return {} if entry is None else {key: str(value) for key, value in entry.limits().items()}


def _read_choice(entry: Entry, key: str, default: E) -> E:
    text = entry.text(key, default.value)
    choices = type(default)
    try:
        return choices(text)
    except ValueError as error:
        raise entry.wrong(key, f"must be one of {', '.join(choices)}") from error
