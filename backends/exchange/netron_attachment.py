"""Netron's attachments: facts and numbers that it shows in the sidebar of an open model, read and written.

A file holds ``"signature": "netron:attachment"`` and the lists ``metadata`` and ``metrics`` of
``{kind, target or identifier, name, value, type}``. Netron drops rows without a kind, or without both target and
identifier, without a word. TFLite operators have no name there; their identifier is the index in the subgraph, so
that those of several subgraphs cannot be told apart.
"""

from collections.abc import Iterable, Mapping

from backends.errors import StoreError
from backends.exchange.imported import Imported
from backends.exchange.json_text import Json, list_of, number_of, text_of
from backends.exchange.matching import OperatorFinder
from backends.exchange.number_columns import make_column, told_apart
from backends.model.model import Model, OperatorId
from backends.runs.operator_column import OperatorColumn

KIND = "Netron attachment"
SIGNATURE = "netron:attachment"
_OF_NODES = frozenset({"node", "value", "tensor"})


def is_attachment(value: Json) -> bool:
    """Whether JSON is an attachment."""
    return isinstance(value, dict) and value.get("signature") == SIGNATURE


def read_attachment(value: Json, name: str, model: Model) -> Imported:
    """Attach its numbers to the operators of a model; facts about the model and texts are left out.

    Raises:
        StoreError: it holds no number of an operator of the model.
    """
    finder = OperatorFinder(model)
    found: dict[str, dict[OperatorId, float]] = {}
    total = matched = others = 0
    for row in [*list_of(value.get("metrics")), *list_of(value.get("metadata"))]:
        number = number_of(row.get("value")) if isinstance(row, dict) else None
        if number is None or row.get("kind") not in _OF_NODES:
            others += 1
            continue
        total += 1
        operator = _operator(finder, row)
        if operator is not None:
            matched += 1
            found.setdefault(text_of(row.get("name")) or "Value", {})[operator] = number
    if not found:
        raise StoreError(
            f"{name} holds no number of an operator of {model.name}.",
            hint="Its rows need the kind 'node', and the operator's index as 'identifier'.",
        )
    notes = [f"{others} rows are texts or about the whole model and were left out."] if others else []
    if len(model.subgraphs) > 1:
        notes.append("Netron does not tell subgraphs apart: indices were taken for those of the first one.")
    return Imported(
        kind=KIND,
        sources=(name,),
        columns=told_apart(make_column(title, values, source=name) for title, values in found.items()),
        matched=matched,
        total=total,
        notes=tuple(notes),
    )


def _operator(finder: OperatorFinder, row: Mapping[str, Json]) -> OperatorId | None:
    identifier = text_of(row.get("identifier"))
    if row.get("kind") == "node" and identifier.isdecimal() and len(identifier) < 10:
        return finder.at(0, int(identifier))
    target = text_of(row.get("target"))
    return finder.named(target) if target else None


def attachment_of(columns: Iterable[OperatorColumn], facts: Iterable[tuple[str, str]]) -> Mapping[str, Json]:
    """Give columns as metrics of nodes, and facts about a run as metadata of the model.

    Operators of other subgraphs than the first are left out: Netron would show them on the first one's.
    """
    metrics = [
        {
            "kind": "node",
            "identifier": str(id_.index),
            "name": f"{column.title} ({column.unit})" if column.unit else column.title,
            "value": value,
        }
        for column in columns
        for id_, value in sorted(column.values.items())
        if id_.subgraph == 0
    ]
    metadata = [{"kind": "model", "target": "", "name": name, "value": text} for name, text in facts]
    return {"signature": SIGNATURE, "metadata": metadata, "metrics": metrics}
