"""Which nodes of two models belong together, for Model Explorer's two panes side by side (``sync_navigation``)."""

from collections.abc import Mapping

from backends.compare.alignment import Alignment
from backends.exchange.json_text import Json


def sync_mapping_of(alignment: Alignment, left_subgraph: int = 0, right_subgraph: int = 0) -> Mapping[str, Json]:
    """Give the matches between two subgraphs; nodes without one are coloured as missing or new.

    Nodes go by their ids, which are the operators' indices.
    """
    entries = []
    for match in alignment.matches:
        left = [str(id_.index) for id_ in match.a if id_.subgraph == left_subgraph]
        right = [str(id_.index) for id_ in match.b if id_.subgraph == right_subgraph]
        if left and right:
            entries.append({"leftNodeIds": left, "rightNodeIds": right})
    return {
        "type": "sync_navigation",
        "mapping": {},
        "mappingEntries": entries,
        "disableMappingFallback": True,
        "showDiffHighlights": True,
    }
