"""What targets answer: on which an operator would fall back, and why."""

import difflib
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

import numpy as np

from backends.model.model import OperatorId
from backends.query.error import QueryError
from backends.query.facts import Mask, QueryFacts
from backends.query.field import PLACEMENTS
from backends.query.flag import one_of
from backends.query.syntax import Comparison, Condition, Value
from backends.targets.check import Verdicts
from backends.targets.verdict import ModelVerdict, Placement

_UNCHECKED = "The targets were not checked yet, so their answers are not known."
_NO_TARGET = "No target is chosen."
_WIDE = ("any", "all", "chosen")


def targets_mask(node: Condition, facts: QueryFacts) -> tuple[Mask, str]:
    """Tell which operators the named targets place so; several values are alternatives.

    Raises:
        QueryError: there is no such target.
    """
    if node.comparison not in (Comparison.CONTAINS, Comparison.EQUAL, Comparison.UNEQUAL):
        raise QueryError(f"{node.field} takes targets, as in {node.field}:nnapi-1.1.", node.start, node.end)
    result, note = np.zeros(facts.index.count, bool), ""
    for value in node.values:
        ids = _targets_of(value, facts)
        known = [facts.verdicts[id_] for id_ in ids if id_ in facts.verdicts]
        if not known:
            note = _NO_TARGET if value.text == "chosen" and not facts.target_id else _UNCHECKED
            continue
        masks = [facts.index.mask_of(placed_so(verdict, node.field)) for verdict in known]
        result |= np.logical_and.reduce(masks) if value.text == "all" else np.logical_or.reduce(masks)
    return result, note


def placement_mask(node: Condition, value: Value, facts: QueryFacts) -> tuple[Mask, str]:
    """Tell which operators one target, usually the chosen one, places as asked.

    Raises:
        QueryError: there is no such target or answer.
    """
    name = one_of(value, PLACEMENTS, "verdict")
    verdict, note = _verdict_of(node, facts)
    if verdict is None:
        return np.zeros(facts.index.count, bool), note
    return facts.index.mask_of(placed_so(verdict, name)), ""


def verdict_texts(node: Condition, facts: QueryFacts) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Give the texts by operator to look into for ``reason``, ``engine`` or ``partition``, and why there are none.

    Raises:
        QueryError: there is no such target.
    """
    verdict, note = _verdict_of(node, facts)
    if verdict is None:
        return (), note
    ids = facts.index.ids
    if node.field == "engine":
        engines = {id_: answer.engine for id_, answer in verdict.verdicts.items()}
        return (tuple(engines.get(id_, "") for id_ in ids),), ""
    if node.field == "partition":
        names = partition_names(verdict)
        return tuple(tuple(found.get(id_, "") for id_ in ids) for found in names), ""
    most = max((len(answer.findings) for answer in verdict.verdicts.values()), default=0)
    lines = []
    for place in range(most):
        found = {i: a.findings[place] for i, a in verdict.verdicts.items() if place < len(a.findings)}
        lines.append(tuple(found[id_].reason if id_ in found else "" for id_ in ids))
        lines.append(tuple(found[id_].rule if id_ in found else "" for id_ in ids))
        lines.append(tuple(found[id_].message if id_ in found else "" for id_ in ids))
    return tuple(lines), ""


def placed_so(verdict: ModelVerdict, placement: str) -> Iterable[OperatorId]:
    """Give the operators that a target accelerates, leaves to the CPU, ...; or whose delegate's limits decide."""
    if placement in ("blocked", "delegated"):
        wanted = placement == "delegated"
        return (
            OperatorId(part.subgraph, index)
            for part in verdict.partitions
            if part.is_accelerated and part.delegated == wanted
            for index in part.operators
        )
    placed = Placement(placement)
    if isinstance(verdict.verdicts, Verdicts):
        return (id_ for id_, found in verdict.verdicts.placements().items() if found is placed)
    return (id_ for id_, answer in verdict.verdicts.items() if answer.placement is placed)


def partition_names(verdict: ModelVerdict) -> tuple[dict[OperatorId, str], ...]:
    """Give the names of the parts by support, as on the graph (``P2``, ``C1``), and their numbers alone."""
    names: dict[OperatorId, str] = {}
    numbers: dict[OperatorId, str] = {}
    counts = {True: 0, False: 0}
    for part in verdict.partitions:
        counts[part.is_accelerated] += 1
        number = counts[part.is_accelerated]
        for index in part.operators:
            names[OperatorId(part.subgraph, index)] = f"{'P' if part.is_accelerated else 'C'}{number}"
            if part.is_accelerated:
                numbers[OperatorId(part.subgraph, index)] = str(number)
    return names, numbers


def _verdict_of(node: Condition, facts: QueryFacts) -> tuple[ModelVerdict | None, str]:
    if node.detail:
        place = node.start + len(node.field) + 1
        text = Value(text=node.detail, form=node.values[0].form, start=place, end=place + len(node.detail))
        ids = _targets_of(text, facts)
        return next((facts.verdicts[id_] for id_ in ids if id_ in facts.verdicts), None), _UNCHECKED
    if not facts.target_id:
        return None, _NO_TARGET
    return facts.verdicts.get(facts.target_id), _UNCHECKED


def _targets_of(value: Value, facts: QueryFacts) -> tuple[str, ...]:
    """Give the ids that are meant; spelling with or without dashes and spaces is the same.

    Raises:
        QueryError: there is no such target.
    """
    known = facts.target_ids or tuple(facts.verdicts)
    if value.text in _WIDE:
        return (facts.target_id,) if value.text == "chosen" else known
    wanted = _bare(value.text)
    found = tuple(id_ for id_ in known if fnmatchcase(_bare(id_), wanted))
    if found or not known:
        return found
    plain = {_bare(id_): id_ for id_ in known}
    close = difflib.get_close_matches(wanted, plain, 1, 0.6)
    hint = f"did you mean {plain[close[0]]}" if close else f"there is any, all, {', '.join(known)}"
    raise QueryError(f"There is no target '{value.text}'; {hint}.", value.start, value.end)


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9.*?]", "", text.casefold())
