"""From the text of a query to its tree.

    query     = either { "OR" either }
    either    = { ["AND"] part }
    part      = ("-" | "NOT") part | "(" query ")" | condition | word
    condition = field (":" | "=" | "!=" | "<" | "<=" | ">" | ">=") value { "," value }
    value     = "text in quotes" | /expression/ | text without spaces

A word whose part before the colon is no field, such as ``StatefulPartitionedCall:0``, is a word and no mistake unless
it looks like a misspelt field.
"""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from backends.query.error import QueryError
from backends.query.field import FIELDS, NAMES

MOST_CHARACTERS = 2000
_MOST_DEPTH = 40
_HEAD = re.compile(r"#|[A-Za-z_][\w.\-]*")
_COMPARISON = re.compile(r"\s*(!=|>=|<=|>|<|=)\s*")
_COLON = re.compile(r":\s*")
_FLAGS = re.compile(r"i?(?=[\s),]|$)")
_DOTTED = ("attr", *(field.id for field in FIELDS.values() if field.takes_target))
_CLOSE = 0.72
"""Similarity from which a name is taken for a misspelt field."""


class Comparison(StrEnum):
    """How a value is compared."""

    CONTAINS = ":"
    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


class Form(StrEnum):
    """How a value was typed."""

    PLAIN = "plain"
    QUOTED = "quoted"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What to look for, and where it stands in the query."""

    text: str
    form: Form
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Something that must occur in type, names, shapes or data types."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A field compared with values, of which one has to fit."""

    field: str
    """Id of a field, or of a column."""
    detail: str
    """Name of the attribute, or id of the target; empty where neither is named."""
    comparison: Comparison
    values: tuple[Value, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class AllOf:
    """What must hold together; nothing for an empty query."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Of which one must hold."""

    parts: tuple["Node", ...]


Node = Word | Condition | Not | AllOf | AnyOf


def parse_query(text: str, columns: Collection[str] = ()) -> Node:
    """Parse a query.

    Args:
        text: as typed.
        columns: ids of further columns that may be asked for.

    Raises:
        QueryError: it cannot be understood.
    """
    if len(text) > MOST_CHARACTERS:
        raise QueryError(f"The query is longer than {MOST_CHARACTERS} characters.", MOST_CHARACTERS, len(text))
    return _Parser(text, columns).parse()


def is_empty(node: Node) -> bool:
    """Whether nothing is asked."""
    return isinstance(node, AllOf) and not node.parts


def is_plain(node: Node) -> bool:
    """Whether a query is nothing but words that must all occur."""
    if isinstance(node, AllOf):
        return all(is_plain(part) for part in node.parts)
    return isinstance(node, Word) and node.value.form is Form.PLAIN and not set("*?") & set(node.value.text)


class _Parser:
    """Reads a query from left to right."""

    def __init__(self, text: str, columns: Collection[str]) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._brackets = 0
        self._columns = {id_.lower(): id_ for id_ in columns}

    def parse(self) -> Node:
        node = self._either()
        if self._at < len(self._text):  # only a bracket that nothing opened ends it early
            raise QueryError("This bracket closes nothing.", self._at, self._at + 1)
        return node

    def _either(self) -> Node:
        parts = [self._all()]
        while self._takes_keyword("OR"):
            before = parts[-1]
            if is_empty(before):
                raise QueryError("OR needs something before it.", max(self._at - 2, 0), self._at)
            parts.append(self._all())
            if is_empty(parts[-1]):
                raise QueryError("OR needs something after it.", self._at, self._at, is_incomplete=True)
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self) -> Node:
        parts: list[Node] = []
        while True:
            self._skip_spaces()
            if self._at >= len(self._text) or self._text[self._at] == ")" or self._sees_keyword("OR"):
                break
            if self._takes_keyword("AND"):
                continue
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _part(self) -> Node:
        self._skip_spaces()
        start = self._at
        if self._takes_keyword("NOT") or self._takes_minus():
            self._skip_spaces()
            if self._at >= len(self._text):
                raise QueryError("Something has to follow that is not wanted.", start, self._at, is_incomplete=True)
            return self._nested(lambda: Not(self._part()), start)
        if self._text[self._at] == "(":
            return self._nested(self._group, start)
        return self._term()

    def _nested(self, read, start: int) -> Node:  # type: ignore[no-untyped-def]  # a function without arguments
        if self._depth >= _MOST_DEPTH:
            raise QueryError("The query is nested too deeply.", start, len(self._text))
        self._depth += 1
        try:
            node: Node = read()
        finally:
            self._depth -= 1
        return node

    def _group(self) -> Node:
        start = self._at
        self._at += 1
        self._brackets += 1
        node = self._either()
        self._brackets -= 1
        if self._at >= len(self._text):
            raise QueryError("The bracket is not closed.", start, start + 1, is_incomplete=True)
        self._at += 1
        return node

    def _term(self) -> Node:
        start = self._at
        head = _HEAD.match(self._text, start)
        if head is not None:
            name, end = head[0], head.end()
            comparison = _COMPARISON.match(self._text, end)
            if comparison is not None and (self._field_of(name) or comparison.start(1) == end):
                return self._condition(name, start, Comparison(comparison[1]), comparison.end())
            colon = _COLON.match(self._text, end)
            if colon is not None:
                if self._field_of(name):
                    after = re.compile(r"(>=|<=|>|<|!=)").match(self._text, colon.end())
                    if after is not None:
                        return self._condition(name, start, Comparison(after[1]), after.end())
                    return self._condition(name, start, Comparison.CONTAINS, colon.end())
                self._refuse_misspelt(name, start, end)
            if comparison is None and colon is None and name.lower().startswith(("attr.", "attribute.")):
                raise QueryError(
                    f"{name} needs a comparison, such as {name.rstrip('.')}=2.", start, end, is_incomplete=True
                )
        return Word(value=self._value(start, is_listed=False))

    def _field_of(self, name: str) -> tuple[str, str] | None:
        """Give the id of the field that a name means, and its detail."""
        low = name.lower()
        if low in NAMES:
            return NAMES[low], ""
        if low in self._columns:
            return self._columns[low], ""
        head, _, rest = name.partition(".")
        if rest and head.lower() in ("attr", "attribute"):
            return "attr", rest
        if rest and head.lower() in NAMES and FIELDS[NAMES[head.lower()]].takes_target:
            return NAMES[head.lower()], rest
        return None

    def _condition(self, name: str, start: int, comparison: Comparison, at: int) -> Condition:
        found = self._field_of(name)
        if found is None:
            self._refuse_misspelt(name, start, start + len(name), is_certain=True)
            raise AssertionError("unreachable")
        values = [self._value(at, is_listed=True)]
        while self._at < len(self._text) and self._text[self._at] == ",":
            values.append(self._value(self._at + 1, is_listed=True))
        kept = tuple(value for value in values if value.text)
        if not kept:
            raise QueryError(f"{name} needs a value.", start, self._at, is_incomplete=self._at >= len(self._text))
        field, detail = found
        return Condition(field=field, detail=detail, comparison=comparison, values=kept, start=start, end=self._at)

    def _refuse_misspelt(self, name: str, start: int, end: int, *, is_certain: bool = False) -> None:
        """Say what was probably meant.

        Raises:
            QueryError: the name looks like that of a field, or ``is_certain``.
        """
        known = [*NAMES, *self._columns]
        head, _, rest = name.partition(".")
        close = difflib.get_close_matches(name.lower(), known, 1, _CLOSE)
        better = close[0] if close else ""
        if not better and rest:
            heads = difflib.get_close_matches(
                head.lower(), ["attr", "reason", "engine", "verdict", "partition"], 1, _CLOSE
            )
            better = f"{heads[0]}.{rest}" if heads else ""
        if better or is_certain:
            suggestion = self._text[:start] + better + self._text[end:] if better else ""
            hint = "" if better else " Put it in quotes to look for the text."
            raise QueryError(f"There is no field '{name}'.{hint}", start, end, suggestion=suggestion)

    def _value(self, at: int, *, is_listed: bool) -> Value:
        """Read a value; in a list, commas end it."""
        text = self._text
        if at < len(text) and text[at] == '"':
            end = text.find('"', at + 1)
            if end < 0:
                raise QueryError("The quote is not closed.", at, len(text), is_incomplete=True)
            self._at = end + 1
            return Value(text=text[at + 1 : end], form=Form.QUOTED, start=at, end=self._at)
        end = self._expression_end(at)
        if end:
            self._at = end
            inner = text[at + 1 : text.rindex("/", at, end)]
            return Value(text=inner, form=Form.EXPRESSION, start=at, end=end)
        end, balance = at, 0
        while end < len(text) and not text[end].isspace() and not (is_listed and text[end] == ","):
            if text[end] == "(":
                balance += 1
            elif text[end] == ")":
                if balance == 0 and self._brackets:
                    break
                balance -= 1
            end += 1
        self._at = end
        return Value(text=text[at:end], form=Form.PLAIN, start=at, end=end)

    def _expression_end(self, at: int) -> int:
        """Give the place behind an expression between slashes that starts here; 0 where none does."""
        text = self._text
        if at >= len(text) or text[at] != "/":
            return 0
        place = at + 1
        while place < len(text):
            if text[place] == "\\":
                place += 2
                continue
            if text[place] == "/" and place > at + 1:
                flags = _FLAGS.match(text, place + 1)
                if flags is not None:
                    return flags.end()
            place += 1
        return 0

    def _takes_minus(self) -> bool:
        if self._text[self._at] == "-" and self._at + 1 < len(self._text) and not self._text[self._at + 1].isspace():
            self._at += 1
            return True
        return False

    def _sees_keyword(self, word: str) -> bool:
        end = self._at + len(word)
        behind = self._text[end : end + 1]
        return self._text[self._at : end] == word and (not behind or behind.isspace() or behind in "()")

    def _takes_keyword(self, word: str) -> bool:
        self._skip_spaces()
        if self._sees_keyword(word):
            self._at += len(word)
            return True
        return False

    def _skip_spaces(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1


__all__ = [
    "AllOf",
    "AnyOf",
    "Comparison",
    "Condition",
    "Form",
    "Node",
    "Not",
    "Value",
    "Word",
    "is_empty",
    "is_plain",
    "parse_query",
]
