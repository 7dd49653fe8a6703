"""Finding operators by what they are called and what they handle; plain values, no widgets."""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backends.model.model import Model, Operator, OperatorId, OptionValue, Tensor
from backends.progress import Progress
from backends.reports.plain_text import plain
from backends.targets.verdict import ModelVerdict
from backends.units import format_shape

_FIELDS = {
    "type": "kind",
    "op": "kind",
    "kind": "kind",
    "name": "name",
    "tensor": "name",
    "shape": "shape",
    "dtype": "dtype",
    "attr": "attribute",
    "target": "placement",
}
_ANYWHERE = ("kind", "name", "shape", "dtype")
_PROGRESS_STEP = 500
_MAX_SEARCHED = 2000
"""Characters of one field that are looked at; longer names come from broken or hostile files only."""

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition: a pattern in one field, or anywhere if ``field`` is empty."""

    field: str
    matches: Callable[[str], bool]


def parse_query(query: str) -> tuple[Term, ...]:
    """Split a query into terms; quotes keep spaces, and what is no valid expression is taken literally."""
    try:
        words = shlex.split(query.replace("\\", "\\\\").replace("'", "\\'"))
    except ValueError:  # a quote that is not closed yet
        words = query.replace('"', " ").split()
    return tuple(_term(word) for word in words if word)


def find_operators(
    model: Model, query: str, progress: Progress | None = None, verdict: ModelVerdict | None = None
) -> tuple[OperatorId, ...]:
    """List the operators of all subgraphs that fit every term, in execution order.

    Args:
        model: where to look.
        query: the terms; nothing is found for none.
        progress: to cancel with.
        verdict: a target's answer, for ``target:fallback``.

    Raises:
        Cancelled: the user cancelled.
    """
    terms = parse_query(query)
    if not terms:
        return ()
    progress = progress or Progress()
    found = []
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if operator.id.index % _PROGRESS_STEP == 0:
                progress.check()
            if _fits(_texts_of(model, operator, verdict), terms):
                found.append(operator.id)
    return tuple(found)


def _term(word: str) -> Term:
    prefix, colon, rest = word.partition(":")
    field = _FIELDS.get(prefix.lower(), "") if colon and rest else ""
    return Term(field=field, matches=_matcher(rest if field else word))


def _matcher(text: str) -> Callable[[str], bool]:
    literal = text.casefold()
    try:
        pattern = re.compile(text, re.IGNORECASE)
    except re.error:
        return lambda value: literal in value.casefold()
    return lambda value: literal in value.casefold() or pattern.search(value) is not None


def _fits(texts: Texts, terms: tuple[Term, ...]) -> bool:
    for term in terms:
        fields = (term.field,) if term.field else _ANYWHERE
        if not any(term.matches(line) for field in fields for line in texts[field].split("\n")):
            return False
    return True


def _value_text(value: OptionValue) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _texts_of(model: Model, operator: Operator, verdict: ModelVerdict | None) -> Texts:
    inputs, outputs = model.operator_tensors(operator)
    tensors = [tensor for tensor in (*inputs, *outputs) if tensor is not None]
    answer = verdict.verdicts.get(operator.id) if verdict is not None else None
    return {
        "kind": operator.label if operator.label == operator.kind else f"{operator.label}\n{operator.kind}",
        "name": "\n".join(plain(tensor.name[:_MAX_SEARCHED]) for tensor in tensors),
        "shape": "\n".join(_shape_text(tensor) for tensor in tensors),
        "dtype": "\n".join({tensor.dtype for tensor in tensors}),
        "attribute": "\n".join(f"{key}={_value_text(value)}" for key, value in operator.options.items()),
        "placement": str(answer.placement) if answer is not None else "",
    }


def _shape_text(tensor: Tensor) -> str:
    return format_shape(tensor.display_shape) if tensor.has_rank else "?"
