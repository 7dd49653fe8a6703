"""How alike operators of two subgraphs are, many at once."""

import numpy as np

from backends.compare.features import GraphFeatures
from backends.model.operators import kind_of

LEAST = 0.42
"""Less alike than this is not the same operator."""
_SAME_CATEGORY = 0.55
_VAGUE = frozenset({"data", "math", "logic", "custom", "unknown", "control", "state", "quantisation"})
"""Categories whose operators have little in common."""
_KIND, _SHAPE, _WEIGHTS, _ATTRIBUTES, _BEFORE, _AFTER, _DEPTH = 0.50, 0.12, 0.12, 0.08, 0.07, 0.07, 0.04
_NAME = 0.25
_NUMBERED_NAME = 0.03


class Likeness:
    """Compares operators of A with those of B; 1 is as alike as can be.

    Args:
        a: operators of A.
        b: operators of B.
        trusts_names: whether equal names mean the same operator in these two files.
    """

    def __init__(self, a: GraphFeatures, b: GraphFeatures, *, trusts_names: bool) -> None:
        self._a, self._b = a, b
        self._kinds = self._compare_kinds()
        self._name_bonus = np.where(a.is_numbered, _NUMBERED_NAME, _NAME if trusts_names else _NUMBERED_NAME)

    def row(self, place: int, first: int, end: int) -> np.ndarray:
        """Compare one operator of A with those of B from ``first`` up to ``end``."""
        return self.some(place, slice(first, end))

    def some(self, place: int, others: "slice | np.ndarray") -> np.ndarray:
        """Compare one operator of A with some of B."""
        a, b = self._a, self._b
        kind = self._kinds[place][b.label[others]]
        looks = (
            _KIND
            + _SHAPE * (b.shape[others] == a.shape[place])
            + _WEIGHTS * (b.weight_shape[others] == a.weight_shape[place])
            + _ATTRIBUTES * (b.attributes[others] == a.attributes[place])
            + _BEFORE * (b.before[others] == a.before[place])
            + _AFTER * (b.after[others] == a.after[place])
            + _DEPTH * (1.0 - np.abs(b.depth[others] - a.depth[place]))
        )
        alike = kind * looks
        named = self._name_bonus[place] * (b.name[others] == a.name[place])
        return np.asarray(np.where(alike > 0.0, np.minimum(alike + named, 1.0), 0.0), np.float64)

    def pair(self, place: int, other: int) -> float:
        """Compare two operators."""
        return float(self.some(place, slice(other, other + 1))[0])

    def _compare_kinds(self) -> list[np.ndarray]:
        """For each operator of A, by the number of a label: how alike the kinds are."""
        a, b = self._a, self._b
        size = int(max(a.label.max(initial=0), b.label.max(initial=0))) + 1
        category = {}
        for features in (a, b):
            for place, number in enumerate(features.label.tolist()):
                if number not in category:
                    category[number] = kind_of(features.operators[place]).category
        tables: dict[int, np.ndarray] = {}
        for number in set(a.label.tolist()):
            table = np.zeros(size)
            for other, name in category.items():
                if name == category[number] and name not in _VAGUE:
                    table[other] = _SAME_CATEGORY
            table[number] = 1.0
            tables[number] = table
        return [tables[number] for number in a.label.tolist()]
