"""Answering a query: a mask over all operators for each node of its tree."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backends.model.dtype import DTYPES
from backends.model.model import OperatorId
from backends.model.operators import kind_of, operator_table
from backends.progress import Progress
from backends.query.compare import attribute_mask, number_mask
from backends.query.facts import Mask, QueryFacts
from backends.query.field import FIELDS, FieldKind
from backends.query.flag import flag_mask, quantisation_mask
from backends.query.pattern import fit_shapes, fit_texts, fit_words
from backends.query.syntax import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Form,
    Node,
    Not,
    Value,
    Word,
    is_empty,
    parse_query,
)
from backends.query.target_answer import placement_mask, targets_mask, verdict_texts

_WORD_SIDES: Mapping[str, bool | None] = {"name": None, "input": False, "output": True}


def asks_targets(node: Node) -> bool:
    """Whether a query can only be answered once targets were checked."""
    if isinstance(node, AllOf | AnyOf):
        return any(asks_targets(part) for part in node.parts)
    if isinstance(node, Not):
        return asks_targets(node.part)
    field = FIELDS.get(node.field) if isinstance(node, Condition) else None
    return field is not None and (field.kind is FieldKind.TARGETS or field.takes_target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a query found."""

    operators: tuple[OperatorId, ...]
    """In execution order."""
    notes: tuple[str, ...] = ()
    """Why something could not be answered, as sentences: no run yet, targets not checked yet."""


def find_operators(query: str, facts: QueryFacts, progress: Progress | None = None) -> Found:
    """Find the operators of all subgraphs for which a query holds; an empty query finds nothing.

    Raises:
        QueryError: the query cannot be understood.
        Cancelled: the user cancelled.
    """
    node = parse_query(query, [column.id for column in facts.columns])
    if is_empty(node):
        return Found(operators=())
    finder = _Finder(facts, progress or Progress())
    mask = finder.mask(node)
    ids = facts.index.ids
    return Found(
        operators=tuple(ids[place] for place in np.flatnonzero(mask).tolist()), notes=tuple(dict.fromkeys(finder.notes))
    )


class _Finder:
    """Answers one query."""

    def __init__(self, facts: QueryFacts, progress: Progress) -> None:
        self._facts = facts
        self._index = facts.index
        self._progress = progress
        self.notes: list[str] = []

    def mask(self, node: Node) -> Mask:
        """Tell for which operators a node holds."""
        self._progress.check()
        if isinstance(node, AllOf):
            result = np.ones(self._index.count, bool)
            for part in node.parts:
                result &= self.mask(part)
            return result
        if isinstance(node, AnyOf):
            result = np.zeros(self._index.count, bool)
            for part in node.parts:
                result |= self.mask(part)
            return result
        if isinstance(node, Not):
            return ~self.mask(node.part)
        if isinstance(node, Word):
            return self._anywhere(node.value)
        found = self._condition(node)
        return ~found if node.comparison is Comparison.UNEQUAL else found

    def _anywhere(self, value: Value) -> Mask:
        contains = Comparison.CONTAINS
        return (
            self._kinds(value, contains)
            | self._tensors(fit_texts(self._index.names, value, contains), None)
            | self._tensors(self._distinct(self._index.shapes, value, contains, "shape"), None)
            | self._tensors(self._distinct(self._index.dtypes, value, contains, "text"), None)
        )

    def _condition(self, node: Condition) -> Mask:
        field = FIELDS.get(node.field)
        if field is None or field.kind is FieldKind.NUMBER:
            return self._noted(number_mask(node, self._facts))
        if field.kind is FieldKind.TARGETS:
            return self._noted(targets_mask(node, self._facts))
        if field.id == "attr":
            return attribute_mask(node, self._index)
        result = np.zeros(self._index.count, bool)
        for value in node.values:
            result |= self._value(node, value)
        return result

    def _value(self, node: Condition, value: Value) -> Mask:
        comparison = node.comparison
        head, _, side = node.field.partition(".")
        if side:
            place = head == "output"
            texts = self._index.shapes if side == "shape" else self._index.dtypes
            return self._tensors(self._distinct(texts, value, comparison, side), place)
        if head in _WORD_SIDES:
            if value.form is Form.PLAIN and value.text.lstrip("#").isdigit() and head != "name":
                wanted = int(value.text.lstrip("#"))
                numbered = np.asarray([tensor.index == wanted for tensor in self._index.tensors], bool)
                return self._tensors(numbered, _WORD_SIDES[head])
            return self._tensors(fit_texts(self._index.names, value, comparison), _WORD_SIDES[head])
        if head in ("shape", "dtype"):
            texts = self._index.shapes if head == "shape" else self._index.dtypes
            return self._tensors(self._distinct(texts, value, comparison, head), None)
        if head == "type":
            return self._kinds(value, comparison)
        return self._other(node, value)

    def _other(self, node: Condition, value: Value) -> Mask:
        comparison, index = node.comparison, self._index
        if node.field == "category":
            texts = tuple(kind_of(operator).category for operator in index.operators)
            return self._words(texts, value, comparison)
        if node.field == "scope":
            return fit_texts(index.scopes, _within_path(value), Comparison.CONTAINS)
        if node.field == "quantised":
            return quantisation_mask(value, index)
        if node.field == "is":
            return flag_mask(value, self._facts)
        if node.field == "verdict":
            return self._noted(placement_mask(node, value, self._facts))
        if node.field in ("ran", "kernel"):
            if self._facts.run is None:
                self.notes.append("The model was not measured yet, so nothing is known of who ran what.")
            texts = self._facts.texts(lambda time: time.placement if node.field == "ran" else time.kernel)
            return self._told(texts, value, comparison)
        lines, note = verdict_texts(node, self._facts)
        self.notes += [note] if note else []
        mask = np.zeros(index.count, bool)
        for texts in lines:
            mask |= self._told(texts, value, comparison)
        return mask

    def _told(self, texts: tuple[str, ...], value: Value, comparison: Comparison) -> Mask:
        """Compare words where there are any."""
        is_told = np.asarray([bool(text) for text in texts], bool)
        is_told &= self._words(texts, value, comparison)
        return is_told

    def _noted(self, answer: tuple[Mask, str]) -> Mask:
        """Take the note that comes with a mask."""
        mask, note = answer
        if note:
            self.notes.append(note)
        return mask

    def _kinds(self, value: Value, comparison: Comparison) -> Mask:
        operators = self._index.operators
        labels, kinds = tuple(op.label for op in operators), tuple(op.kind for op in operators)
        known = {name.casefold() for name in operator_table().builtin}
        return self._words(labels, value, comparison, known) | self._words(kinds, value, comparison, known)

    def _words(
        self, texts: tuple[str, ...], value: Value, comparison: Comparison, known: set[str] | None = None
    ) -> Mask:
        """Compare words that occur many times: each different one once."""
        distinct = tuple(dict.fromkeys(texts))
        known = (known or set()) | {text.casefold() for text in distinct}
        fits = dict(zip(distinct, fit_words(distinct, value, comparison, known).tolist(), strict=True))
        return np.asarray([fits[text] for text in texts], bool)

    def _distinct(self, texts: tuple[str, ...], value: Value, comparison: Comparison, how: str) -> Mask:
        distinct = tuple(dict.fromkeys(texts))
        if how == "shape":
            mask = fit_shapes(distinct, value, comparison)
        elif how == "dtype":
            mask = fit_words(distinct, value, comparison, DTYPES)
        else:
            mask = fit_texts(distinct, value, comparison)
        fits = dict(zip(distinct, mask.tolist(), strict=True))
        return np.asarray([fits[text] for text in texts], bool)

    def _tensors(self, tensors: Mask, side: bool | None) -> Mask:
        return self._index.uses.operators_with(tensors, side, self._index.count)


def _within_path(value: Value) -> Value:
    """Take a path for whole parts of a name: ``block_3`` is not ``block_31``."""
    if value.form is not Form.PLAIN or set("*?") & set(value.text):
        return value
    return Value(text=f"/{value.text.strip('/')}/", form=Form.QUOTED, start=value.start, end=value.end)
