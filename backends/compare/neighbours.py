"""What the matched operators tell about those beside them: moved, fused, split and replaced ones."""

from collections import deque
from collections.abc import Iterable

from backends.compare.alignment import Reason
from backends.compare.anchors import Found
from backends.compare.features import GraphFeatures
from backends.compare.likeness import Likeness
from backends.model.model import NO_TENSOR
from backends.model.operators import kind_of
from backends.model.topology import NO_OPERATOR

_LEAST = 0.55
_LEAST_REACH = 64
_MOST_REPLACED = 16
_ABSORBED = frozenset({"ADD", "SUB", "MUL", "DIV", "PAD", "PADV2", "BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND"})
"""Kinds that converters fold into the multiplication or convolution beside them, besides activations."""

Joined = dict[int, tuple[int, float]]
"""By place of an unmatched operator: the place (on the same side) of the matched one that it was fused into."""


def match_neighbours(a: GraphFeatures, b: GraphFeatures, found: Found, likeness: Likeness) -> None:
    """Match operators that lie beside matched ones on both sides and are alike, whatever their order in the file."""
    taken = {j for j, _, _ in found.values()}
    waiting = deque(found.items())
    while waiting:
        i, (j, _, _) = waiting.popleft()
        for a_near, b_near in ((a.consumers[i], b.consumers[j]), (a.producers[i], b.producers[j])):
            a_free = [p for p in dict.fromkeys(a_near) if p != NO_OPERATOR and p not in found][:_LEAST_REACH]
            b_free = [p for p in dict.fromkeys(b_near) if p != NO_OPERATOR and p not in taken][:_LEAST_REACH]
            scored = sorted(((likeness.pair(p, q), -p, -q) for p in a_free for q in b_free), reverse=True)
            for alike, p, q in scored:
                if alike >= _LEAST and -p not in found and -q not in taken:
                    found[-p] = (-q, 0.75 * alike, Reason.NEIGHBOURS)
                    taken.add(-q)
                    waiting.append((-p, found[-p]))


def join_fused(features: GraphFeatures, others: GraphFeatures, partner: dict[int, int]) -> Joined:
    """Find unmatched operators of one side that the other side's counterpart of a neighbour does as well.

    Args:
        features: the side whose unmatched operators are looked at.
        others: the other side.
        partner: matches, from places of the first side to places of the other.
    """
    joined: Joined = {}
    for _ in range(2):  # a second round for chains: convolution, addition, activation
        for place in range(len(features)):
            if place in partner or place in joined:
                continue
            for main, is_behind in _hosts(features, place, partner, joined):
                confidence = _fusion_confidence(features, place, others, main, partner[main], is_behind=is_behind)
                if confidence:
                    joined[place] = (main, confidence)
                    break
    return joined


def replaced_groups(
    a: GraphFeatures, b: GraphFeatures, found: Found, skipped: tuple[set[int], set[int]]
) -> list[tuple[list[int], list[int]]]:
    """Find connected unmatched operators of both sides that lie between the same matched ones."""
    b_partner = {j: i for i, (j, _, _) in found.items()}
    a_groups = _groups(a, set(found) | skipped[0], {i: i for i in found})
    b_groups = _groups(b, set(b_partner) | skipped[1], b_partner)
    result = []
    for border, a_group in a_groups.items():
        b_group = b_groups.get(border)
        if not a_group or not b_group:
            continue
        # A compiler for an accelerator puts any number of operators, or all of them, into a custom one.
        is_compiled = any(
            len(group) == 1 and side.operators[group[0]].custom_code for side, group in ((a, a_group), (b, b_group))
        )
        if is_compiled or (any(border) and max(len(a_group), len(b_group)) <= _MOST_REPLACED):
            result.append((a_group, b_group))
    return result


def _hosts(features: GraphFeatures, place: int, partner: dict[int, int], joined: Joined) -> Iterable[tuple[int, bool]]:
    """Give matched neighbours that an operator may have been fused into, and whether it stands behind them."""
    for source in dict.fromkeys(features.producers[place]):
        main = joined[source][0] if source in joined else source
        if main != NO_OPERATOR and main in partner and len(features.consumers[source]) == 1:
            yield main, True
    readers = features.consumers[place]
    if len(readers) >= 1:
        main = joined[readers[0]][0] if readers[0] in joined else readers[0]
        if main in partner:
            yield main, False


def _fusion_confidence(
    features: GraphFeatures, place: int, others: GraphFeatures, main: int, other: int, *, is_behind: bool
) -> float:
    """Say how sure it is that ``other``, the counterpart of ``main``, does the work of ``place`` too; 0 if not."""
    operator, host, counterpart = features.operators[place], features.operators[main], others.operators[other]
    name = features.names[place]
    if name and not features.is_numbered[place] and name in others.names[other].split(";"):
        return 0.95
    fused = counterpart.options.get("fused_activation_function", "NONE")
    if is_behind and fused not in ("NONE", host.options.get("fused_activation_function", "NONE")):
        if operator.kind == fused:
            return 0.95
        if kind_of(operator).category == "activation":
            return 0.6
    if not is_behind and operator.kind in ("PAD", "PADV2"):
        paddings = host.options.get("padding"), counterpart.options.get("padding")
        return 0.9 if paddings[0] == "VALID" and paddings[1] == "SAME" else 0.0
    if not is_behind and operator.kind == "DEQUANTIZE" and _reads_constants_only(features, place):
        return 0.9
    is_host_heavy = kind_of(host).category in ("convolution", "dense")
    if is_host_heavy and operator.kind in _ABSORBED and _has_constant(features, place):
        gained = len(counterpart.inputs) > len(host.inputs) or operator.kind in ("MUL", "DIV")
        return 0.8 if gained else 0.0
    return 0.0


def _reads_constants_only(features: GraphFeatures, place: int) -> bool:
    tensors = features.subgraph.tensors
    return all(tensors[i].is_constant for i in features.operators[place].inputs if i != NO_TENSOR)


def _has_constant(features: GraphFeatures, place: int) -> bool:
    tensors = features.subgraph.tensors
    return any(tensors[i].is_constant for i in features.operators[place].inputs if i != NO_TENSOR)


_Border = tuple[frozenset[int], frozenset[int]]


def _groups(features: GraphFeatures, matched: set[int], names: dict[int, int]) -> dict[_Border, list[int]]:
    """Give connected unmatched operators by the matched ones before and behind them; those of equal border are none."""
    group_of: dict[int, int] = {}
    groups: list[list[int]] = []
    for place in range(len(features)):
        if place in matched or place in group_of:
            continue
        group: list[int] = []
        waiting = [place]
        while waiting:
            current = waiting.pop()
            if current in group_of or current in matched:
                continue
            group_of[current] = len(groups)
            group.append(current)
            waiting += [p for p in (*features.producers[current], *features.consumers[current]) if p != NO_OPERATOR]
        groups.append(sorted(group))
    result: dict[_Border, list[int]] = {}
    for group in groups:
        members = set(group)
        before = frozenset(names[p] for g in group for p in features.producers[g] if p not in members and p in names)
        behind = frozenset(names[p] for g in group for p in features.consumers[g] if p not in members and p in names)
        result[before, behind] = [] if (before, behind) in result else group
    return result
