"""What may come next in a query: fields, and values that occur in the model."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from backends.model.operators import kind_of
from backends.query.facts import QueryFacts
from backends.query.field import FIELDS, NAMES, Field, FieldKind
from backends.query.quantity import example_of
from backends.query.target_answer import partition_names
from backends.units import format_count

MOST_CHOICES = 40
_TOKEN = re.compile(r'(?:"[^"]*"?|[^\s"])*$')
_HEAD = re.compile(r"([A-Za-z_#][\w.\-]*?)(:|!=|>=|<=|=|>|<)(.*)", re.DOTALL)
_KEYWORDS = (("OR", "either the one or the other"), ("NOT", "what must not hold; a minus before it does the same"))
_WIDE = (("any", "at least one target"), ("all", "every target"), ("chosen", "the chosen target"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to go on."""

    text: str
    """What stands instead of what was typed of it."""
    note: str = ""
    """What it means, or how often it occurs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Ways to go on: each replaces the query's text from ``start`` to ``end``."""

    start: int
    end: int
    choices: tuple[Choice, ...]


def complete_query(query: str, cursor: int, facts: QueryFacts) -> Completion:
    """Give what may stand at the cursor, best first."""
    token = _token_before(query, cursor)
    start = cursor - len(token)
    skipped = len(token) - len(token.lstrip("-("))
    token, start = token[skipped:], start + skipped
    head = _HEAD.fullmatch(token)
    prefix, dot, begun = token.partition(".")
    if head is None and dot and prefix.lower() in ("attr", "attribute"):
        names = ((name, _times(count)) for name, count in attribute_names(facts).items())
        return Completion(start=start + len(prefix) + 1, end=cursor, choices=tuple(_fitting(names, begun)))
    if head is None:
        return Completion(start=start, end=cursor, choices=tuple(_starts(token, facts))[:MOST_CHOICES])
    name, comparison, rest = head[1], head[2], head[3]
    part = rest.rsplit(",", 1)[-1].lstrip('"')
    at = cursor - len(rest.rsplit(",", 1)[-1])
    values = _values_of(name, facts)
    field = FIELDS.get(NAMES.get(name.lower(), ""))
    if field is not None and field.kind is FieldKind.NUMBER and comparison == ":":
        values = ()
    fitting = _fitting(values, part)
    return Completion(start=at, end=cursor, choices=tuple(fitting)[:MOST_CHOICES])


def _token_before(query: str, cursor: int) -> str:
    """Give what is typed from the last space outside quotes up to the cursor."""
    typed = query[:cursor]
    found = _TOKEN.search(typed)
    return found[0] if found else ""


def _starts(token: str, facts: QueryFacts) -> Iterable[Choice]:
    """Give fields and types that what was typed may become."""
    low = token.lower()
    begun, inside = [], []
    for field in FIELDS.values():
        names = (field.id, *field.aliases)
        if any(name.startswith(low) for name in names):
            begun.append(Choice(text=_with_sign(field), note=field.description))
        elif low and low in field.id:
            inside.append(Choice(text=_with_sign(field), note=field.description))
    for column in facts.columns:
        if low in column.id.lower():
            note = f"{column.title}{f' in {column.unit}' if column.unit else ''}"
            begun.append(Choice(text=f"{column.id}>", note=note))
    kinds = [
        Choice(text=f"type:{_quoted(label)}", note=_times(count))
        for label, count in Counter(op.label for op in facts.index.operators).most_common()
        if len(low) > 1 and low in label.lower()
    ]
    words = [Choice(text=f"{word} ", note=note) for word, note in _KEYWORDS if token and word.startswith(token)]
    return (*begun, *words, *kinds, *inside)


def _with_sign(field: Field) -> str:
    if field.id == "attr":
        return "attr."
    return field.id + (">" if field.kind is FieldKind.NUMBER and field.id not in ("index", "subgraph") else ":")


def _fitting(values: Iterable[tuple[str, str]], part: str) -> list[Choice]:
    low = part.casefold()
    begun, inside = [], []
    for text, note in values:
        choice = Choice(text=_quoted(text), note=note)
        if text.casefold().startswith(low):
            begun.append(choice)
        elif low in text.casefold():
            inside.append(choice)
        if len(begun) >= MOST_CHOICES:
            break
    return begun + inside


def _values_of(name: str, facts: QueryFacts) -> Iterable[tuple[str, str]]:
    """Give values of a field that occur in the model, most frequent first, each with a note."""
    head, _, detail = name.partition(".")
    if head.lower() in ("attr", "attribute") and detail:
        return _attribute_values(detail, facts)
    id_ = NAMES.get(name.lower()) or NAMES.get(head.lower(), "")
    field = FIELDS.get(id_)
    if field is None:
        column = next((column for column in facts.columns if column.id.lower() == name.lower()), None)
        return () if column is None else ((example_of(column.unit), column.title),)
    if field.kind is FieldKind.NUMBER:
        return ((example_of(field.unit), "for example"),) if field.unit else ()
    if field.kind is FieldKind.TARGETS:
        return (
            *_WIDE,
            *((target, _target_name(target, facts)) for target in facts.target_ids or tuple(facts.verdicts)),
        )
    if field.values:
        return tuple((value, "") for value in field.values)
    return tuple((text, _times(count)) for text, count in _texts_of(id_, detail, facts).most_common() if text)


def _texts_of(id_: str, detail: str, facts: QueryFacts) -> Counter[str]:
    index = facts.index
    operators = index.operators
    of_model: Mapping[str, Callable[[], Iterable[str]]] = {
        "shape": lambda: index.shapes,
        "dtype": lambda: index.dtypes,
        "name": lambda: index.names,
        "input": lambda: index.names,
        "output": lambda: index.names,
        "type": lambda: (operator.label for operator in operators),
        "category": lambda: (kind_of(operator).category for operator in operators),
        "scope": lambda: (path.strip("/") for text in index.scopes for path in text.split(";")),
        "ran": lambda: facts.texts(lambda time: time.placement),
        "kernel": lambda: facts.texts(lambda time: time.kernel),
    }
    texts = of_model.get(id_.rpartition(".")[2])
    return Counter(texts()) if texts is not None else _texts_of_target(id_, detail, facts)


def _texts_of_target(id_: str, detail: str, facts: QueryFacts) -> Counter[str]:
    verdict = facts.verdicts.get(detail or facts.target_id)
    if verdict is None:
        return Counter()
    if id_ == "partition":
        return Counter(partition_names(verdict)[0].values())
    answers = verdict.verdicts.values()
    if id_ == "engine":
        return Counter(answer.engine for answer in answers)
    return Counter(finding.reason for answer in answers for finding in answer.findings)


def _attribute_values(name: str, facts: QueryFacts) -> Iterable[tuple[str, str]]:
    found = Counter(
        str(value)
        for operator in facts.index.operators
        for key, value in operator.options.items()
        if key.casefold() == name.casefold() and not isinstance(value, bytes)
    )
    return tuple((text, _times(count)) for text, count in found.most_common())


def attribute_names(facts: QueryFacts) -> Mapping[str, int]:
    """Give the names of all attributes in the model, with how many operators have each."""
    return Counter(key for operator in facts.index.operators for key in operator.options)


def _target_name(id_: str, facts: QueryFacts) -> str:
    verdict = facts.verdicts.get(id_)
    return verdict.target_name if verdict else ""


def _times(count: int) -> str:
    return f"{format_count(count)} ×"


def _quoted(text: str) -> str:
    return f'"{text}"' if re.search(r"[\s,()]", text) else text
