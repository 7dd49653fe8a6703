"""Operators that are sure to belong together, found one kind of evidence after the other."""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence

from backends.compare.alignment import Reason
from backends.compare.features import TRANSPARENT, GraphFeatures

_TRUSTED_SHARE = 0.7

Found = dict[int, tuple[int, float, Reason]]
"""By place in A: place in B, confidence, reason."""


def find_anchors(a: GraphFeatures, b: GraphFeatures, *, trusts_names: bool) -> Found:
    """Match what only one operator of each side can be: by weights, names, and everything before or behind it."""
    anchors = _Anchors(a, b)
    anchors.add(_unique_pairs(a.weights, b.weights), 0.99, Reason.WEIGHTS)
    if trusts_names:
        anchors.add(name_pairs(a, b), 0.97, Reason.NAME)
        anchors.add(_part_pairs(a, b, anchors.found), 0.93, Reason.NAME)
    for strict, confidence in ((True, 0.95), (False, 0.8)):
        a_tokens, b_tokens = a.tokens(strict=strict), b.tokens(strict=strict)
        a_up, b_up = a.upstream(a_tokens).tolist(), b.upstream(b_tokens).tolist()
        a_down, b_down = a.downstream(a_tokens).tolist(), b.downstream(b_tokens).tolist()
        both = _unique_pairs(list(zip(a_up, a_down, strict=True)), list(zip(b_up, b_down, strict=True)))
        anchors.add(both, confidence, Reason.STRUCTURE)
        anchors.add(_unique_pairs(a_up, b_up), confidence - 0.05, Reason.STRUCTURE)
        anchors.add(_unique_pairs(a_down, b_down), confidence - 0.05, Reason.STRUCTURE)
    return anchors.found


def name_pairs(a: GraphFeatures, b: GraphFeatures) -> list[tuple[int, int]]:
    """Give pairs of the same kind whose name is unique on both sides, and says more than a number."""
    a_names = [name if not numbered else "" for name, numbered in zip(a.names, a.is_numbered.tolist(), strict=True)]
    b_names = [name if not numbered else "" for name, numbered in zip(b.names, b.is_numbered.tolist(), strict=True)]
    return _unique_pairs(a_names, b_names)


def are_names_trusted(a: GraphFeatures, b: GraphFeatures) -> bool:
    """Whether operators of the same name mostly look alike; if not, names were given anew and mean nothing."""
    pairs = name_pairs(a, b)
    if not pairs:
        return True
    same = sum(a.label[i] == b.label[j] and a.weight_shape[i] == b.weight_shape[j] for i, j in pairs)
    return bool(same >= _TRUSTED_SHARE * len(pairs))


def ascending(found: Found) -> list[tuple[int, int]]:
    """Give the longest run of matches whose places ascend on both sides; the others are out of order."""
    pairs = sorted((i, j) for i, (j, _, _) in found.items())
    tails: list[int] = []
    ends: list[int] = []
    before = [-1] * len(pairs)
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        before[number] = ends[place - 1] if place else -1
        if place == len(tails):
            tails.append(j)
            ends.append(number)
        else:
            tails[place], ends[place] = j, number
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    chain.reverse()
    return chain


class _Anchors:
    """Collects matches; what is matched stays."""

    def __init__(self, a: GraphFeatures, b: GraphFeatures) -> None:
        self._a, self._b = a, b
        self._taken: set[int] = set()
        self.found: Found = {}

    def add(self, pairs: Iterable[tuple[int, int]], confidence: float, reason: Reason) -> None:
        for i, j in pairs:
            if i not in self.found and j not in self._taken and self._a.label[i] == self._b.label[j]:
                self.found[i] = (j, confidence, reason)
                self._taken.add(j)


def _unique_pairs(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Give the places of things that are on each side exactly once; empty ones are none."""
    places = _once(b)
    return [(i, places[thing]) for thing, i in _once(a).items() if thing in places]


def _once(things: Sequence[Hashable]) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    twice = set()
    for place, thing in enumerate(things):
        if not thing or thing in twice:
            continue
        if thing in places:
            del places[thing]
            twice.add(thing)
        else:
            places[thing] = place
    return places


def _part_pairs(a: GraphFeatures, b: GraphFeatures, found: Found) -> list[tuple[int, int]]:
    """Give pairs that share a part of a joined name (``conv/Relu;conv/BiasAdd``) which nobody else has."""
    taken = {j for j, _, _ in found.values()}
    a_parts = _once_parts(a, set(found))
    b_parts = _once_parts(b, taken)
    return sorted({(i, b_parts[part]) for part, i in a_parts.items() if part in b_parts})


def _once_parts(features: GraphFeatures, skipped: set[int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for place, name in enumerate(features.names):
        if ";" in name or "/" in name:
            for part in set(name.split(";")):
                counts[part] = place if part not in counts else -1
    kinds = features.operators
    return {
        part: place
        for part, place in counts.items()
        if place >= 0 and place not in skipped and kinds[place].kind not in TRANSPARENT
    }
