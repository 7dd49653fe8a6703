"""Corrections of alignments as JSON, for the files that keep them."""

from collections.abc import Sequence
from typing import Any

from backends.compare.alignment import Correction
from backends.errors import StoreError
from backends.model.model import OperatorId

_MOST = 100_000


def corrections_to_json(corrections: Sequence[Correction]) -> list[dict[str, list[list[int]]]]:
    """Give ``[{"a": [[subgraph, operator], ...], "b": [...]}, ...]`` in the order they were made."""
    return [
        {"a": [list(id_) for id_ in correction.a], "b": [list(id_) for id_ in correction.b]}
        for correction in corrections
    ]


def corrections_from_json(value: Any) -> tuple[Correction, ...]:
    """Read what ``corrections_to_json`` gave; the file may come from anybody.

    Raises:
        StoreError: it has another form.
    """
    if not isinstance(value, list) or len(value) > _MOST or not all(isinstance(entry, dict) for entry in value):
        raise StoreError("The corrections of a comparison have a form that is not known.")
    return tuple(Correction(a=_ids(entry.get("a", [])), b=_ids(entry.get("b", []))) for entry in value)


def _ids(value: Any) -> tuple[OperatorId, ...]:
    if not isinstance(value, list) or len(value) > _MOST:
        raise StoreError("The operators of a correction have a form that is not known.")
    ids = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or not all(type(part) is int and part >= 0 for part in pair):
            raise StoreError("An operator of a correction is not named by subgraph and number.")
        ids.append(OperatorId(*pair))
    return tuple(ids)
