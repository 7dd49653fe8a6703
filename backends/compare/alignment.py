"""Which operators of two models belong together: the answer, and what a user may correct about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backends.model.model import Model, OperatorId


class Reason(StrEnum):
    """Why operators are taken for the same."""

    IDENTICAL = "the files are identical"
    WEIGHTS = "same weights"
    NAME = "same name"
    STRUCTURE = "same place in the structure"
    ORDER = "alike, in the same order"
    NEIGHBOURS = "alike, beside the same neighbours"
    FUSION = "fused on one side"
    REPLACED = "between the same neighbours"
    HAND = "matched by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Operators of A and of B that do the same work; more than one on a side where a converter fused or split them."""

    a: tuple[OperatorId, ...]
    """Never empty; the first is the one that the others were joined to."""
    b: tuple[OperatorId, ...]
    confidence: float
    """0..1: how sure it is that they belong together; 1 for those of identical files and those matched by hand."""
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """All matches in the order of A, and the operators that have no counterpart."""

    matches: tuple[Match, ...]
    a_only: tuple[OperatorId, ...]
    b_only: tuple[OperatorId, ...]
    _of_a: Mapping[OperatorId, Match] = field(init=False, repr=False, compare=False)
    _of_b: Mapping[OperatorId, Match] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_of_a", {id_: match for match in self.matches for id_ in match.a})
        object.__setattr__(self, "_of_b", {id_: match for match in self.matches for id_ in match.b})

    def match_of_a(self, id_: OperatorId) -> Match | None:
        """Give the match that an operator of A is part of."""
        return self._of_a.get(id_)

    def match_of_b(self, id_: OperatorId) -> Match | None:
        """Give the match that an operator of B is part of."""
        return self._of_b.get(id_)

    def to_b(self, ids: Iterable[OperatorId]) -> frozenset[OperatorId]:
        """Give the counterparts in B of operators of A."""
        return frozenset(other for id_ in ids if id_ in self._of_a for other in self._of_a[id_].b)

    def to_a(self, ids: Iterable[OperatorId]) -> frozenset[OperatorId]:
        """Give the counterparts in A of operators of B."""
        return frozenset(other for id_ in ids if id_ in self._of_b for other in self._of_b[id_].a)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a user says about an alignment: ``a`` and ``b`` belong together; if one is empty, the other stays alone."""

    a: tuple[OperatorId, ...] = ()
    b: tuple[OperatorId, ...] = ()


def correct(alignment: Alignment, corrections: Sequence[Correction], a: Model, b: Model) -> Alignment:
    """Apply corrections, later ones over earlier ones; operators that do not exist are left out of them."""
    matches = list(alignment.matches)
    for correction in corrections:
        a_ids = tuple(id_ for id_ in correction.a if _exists(a, id_))
        b_ids = tuple(id_ for id_ in correction.b if _exists(b, id_))
        matches = [kept for match in matches if (kept := _without(match, a_ids, b_ids)) is not None]
        if a_ids and b_ids:
            matches.append(Match(a=a_ids, b=b_ids, confidence=1.0, reason=Reason.HAND))
    return collect(matches, a, b)


def collect(matches: Iterable[Match], a: Model, b: Model) -> Alignment:
    """Order the matches, and find out who has none."""
    ordered = tuple(sorted(matches, key=lambda match: (min(match.a), min(match.b))))
    in_a = {id_ for match in ordered for id_ in match.a}
    in_b = {id_ for match in ordered for id_ in match.b}
    return Alignment(
        matches=ordered,
        a_only=tuple(id_ for id_ in _ids(a) if id_ not in in_a),
        b_only=tuple(id_ for id_ in _ids(b) if id_ not in in_b),
    )


def _without(match: Match, a: tuple[OperatorId, ...], b: tuple[OperatorId, ...]) -> Match | None:
    """Take operators out of a match; without any left on a side it is none."""
    if not set(a) & set(match.a) and not set(b) & set(match.b):
        return match
    a_left = tuple(id_ for id_ in match.a if id_ not in a)
    b_left = tuple(id_ for id_ in match.b if id_ not in b)
    if not a_left or not b_left:
        return None
    return Match(a=a_left, b=b_left, confidence=match.confidence, reason=match.reason)


def _ids(model: Model) -> Iterable[OperatorId]:
    return (operator.id for graph in model.subgraphs for operator in graph.operators)


def _exists(model: Model, id_: OperatorId) -> bool:
    return 0 <= id_.subgraph < len(model.subgraphs) and 0 <= id_.index < len(model.subgraphs[id_.subgraph].operators)
