"""Finding out which operators of two models belong together."""

from collections import Counter
from collections.abc import Sequence

from backends.compare.alignment import Alignment, Correction, Match, Reason, collect, correct
from backends.compare.anchors import Found, are_names_trusted, ascending, find_anchors
from backends.compare.features import GraphFeatures, Interner
from backends.compare.likeness import Likeness
from backends.compare.neighbours import join_fused, match_neighbours, replaced_groups
from backends.compare.sequence import align_stretch
from backends.model.model import Model, OperatorId
from backends.progress import Progress

_REPLACED_CONFIDENCE = 0.5


def align_models(
    a: Model, b: Model, corrections: Sequence[Correction] = (), progress: Progress | None = None
) -> Alignment:
    """Find the counterparts of all operators.

    Sure ones first: equal learned constants, then names that mean something (a converter's running numbers do not),
    then operators with the same work before or behind them. What lies between them is aligned in the order of execution
    by kind, shapes, attributes and neighbours; then matched neighbours decide about the rest, also where the order
    differs. Operators that one side fused into a neighbour are joined to its match. Control flow bodies are aligned
    with the body of the same signature, name or number.

    Args:
        a: the reference.
        b: the other model.
        corrections: what a user said about it.
        progress: for steps and cancelling.

    Raises:
        Cancelled: the user cancelled.
    """
    if a.sha256 == b.sha256 and a.sha256:
        matches = [
            Match(a=(operator.id,), b=(operator.id,), confidence=1.0, reason=Reason.IDENTICAL)
            for graph in a.subgraphs
            for operator in graph.operators
        ]
        return correct(collect(matches, a, b), corrections, a, b)
    matches = []
    for a_index, b_index in subgraph_pairs(a, b):
        if progress is not None:
            progress.check()
        matches += _align_subgraphs(a, a_index, b, b_index, progress)
    return correct(collect(matches, a, b), corrections, a, b)


def subgraph_pairs(a: Model, b: Model) -> tuple[tuple[int, int], ...]:
    """Pair the subgraphs: by signature, the primary ones, by a name that is unique, then by number."""
    pairs: dict[int, int] = {}

    def pair(i: int, j: int) -> None:
        if i not in pairs and j not in pairs.values() and i < len(a.subgraphs) and j < len(b.subgraphs):
            pairs[i] = j

    keys = {signature.key: signature.subgraph for signature in b.signatures}
    if len(keys) > 1:
        for signature in a.signatures:
            if signature.key in keys:
                pair(signature.subgraph, keys[signature.key])
    pair(0, 0)
    names = Counter(graph.name for graph in b.subgraphs)
    places = {graph.name: graph.index for graph in b.subgraphs if graph.name and names[graph.name] == 1}
    for graph in a.subgraphs:
        if graph.name in places:
            pair(graph.index, places[graph.name])
    for graph in a.subgraphs:
        pair(graph.index, graph.index)
    return tuple(sorted(pairs.items()))


def _align_subgraphs(a: Model, a_index: int, b: Model, b_index: int, progress: Progress | None) -> list[Match]:
    interner = Interner()
    a_side, b_side = GraphFeatures(a, a_index, interner), GraphFeatures(b, b_index, interner)
    if not len(a_side) or not len(b_side):
        return []
    trusts_names = are_names_trusted(a_side, b_side)
    found = find_anchors(a_side, b_side, trusts_names=trusts_names)
    likeness = Likeness(a_side, b_side, trusts_names=trusts_names)
    _fill_stretches(found, likeness, len(a_side), len(b_side), progress)
    match_neighbours(a_side, b_side, found, likeness)
    return _matches(a_side, b_side, found)


def _fill_stretches(found: Found, likeness: Likeness, a_count: int, b_count: int, progress: Progress | None) -> None:
    """Align what lies between the sure matches."""
    taken = {j for j, _, _ in found.values()}
    a_start = b_start = 0
    for a_end, b_end in (*ascending(found), (a_count, b_count)):
        if a_end > a_start and b_end > b_start:
            if progress is not None:
                progress.check()
            for i, j, alike in align_stretch(likeness, range(a_start, a_end), range(b_start, b_end)):
                if i not in found and j not in taken:
                    found[i] = (j, 0.9 * alike, Reason.ORDER)
                    taken.add(j)
        a_start, b_start = a_end + 1, b_end + 1


def _matches(a: GraphFeatures, b: GraphFeatures, found: Found) -> list[Match]:
    """Make the matches, with what was fused into them."""
    b_partner = {j: i for i, (j, _, _) in found.items()}
    a_joined = join_fused(a, b, {i: j for i, (j, _, _) in found.items()})
    b_joined = join_fused(b, a, b_partner)
    a_more: dict[int, list[int]] = {}
    b_more: dict[int, list[int]] = {}
    for joined, more in ((a_joined, a_more), (b_joined, b_more)):
        for place, (main, _) in sorted(joined.items()):
            more.setdefault(main, []).append(place)
    matches = []
    for i, (j, confidence, reason) in found.items():
        extra = [a_joined[p][1] for p in a_more.get(i, ())] + [b_joined[p][1] for p in b_more.get(j, ())]
        matches.append(
            Match(
                a=_ids(a, [i, *a_more.get(i, ())]),
                b=_ids(b, [j, *b_more.get(j, ())]),
                confidence=round(min([confidence, *extra]), 3),
                reason=Reason.FUSION if extra else reason,
            )
        )
    for a_group, b_group in replaced_groups(a, b, found, (set(a_joined), set(b_joined))):
        matches.append(
            Match(a=_ids(a, a_group), b=_ids(b, b_group), confidence=_REPLACED_CONFIDENCE, reason=Reason.REPLACED)
        )
    return matches


def _ids(features: GraphFeatures, places: Sequence[int]) -> tuple[OperatorId, ...]:
    return tuple(features.operators[place].id for place in places)
