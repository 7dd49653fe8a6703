"""Which operator of a model an entry of a foreign file is about."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from backends.model.model import NO_TENSOR, Model, OperatorId
from backends.runs.run import Certainty

_BRACKETS = re.compile(r"\[(?P<outputs>.*)\]:(?P<index>\d{1,9})\Z", re.DOTALL)
_SUFFIX = re.compile(r"(?::OpId_\d{1,9}|_kernel_time|_fence_before|_fence_after)\Z")
_MOST_ALIGNED = 4000
"""Comparing sequences takes time that grows with the product of their lengths."""
_CLASSES = {
    "CONV": "CONV", "CONV2D": "CONV", "DEPTHWISECONV2D": "CONV", "FUSEDCONV": "CONV", "QLINEARCONV": "CONV",
    "CONV2DBIAS": "CONV", "DEPTHWISECONV2DBIAS": "CONV", "FULLYCONNECTED": "MATMUL", "GEMM": "MATMUL",
    "MATMUL": "MATMUL", "FUSEDMATMUL": "MATMUL", "BATCHMATMUL": "MATMUL", "MAXPOOL2D": "MAXPOOL",
    "AVERAGEPOOL2D": "AVERAGEPOOL", "AVGPOOL": "AVERAGEPOOL", "LOGISTIC": "SIGMOID", "CONCATENATION": "CONCAT",
    "DEQUANTIZE": "DEQUANTIZELINEAR", "QUANTIZE": "QUANTIZELINEAR", "TRANSPOSECONV": "CONVTRANSPOSE",
    "RESIZEBILINEAR": "RESIZE", "RESIZENEARESTNEIGHBOR": "RESIZE", "REDUCEMEAN": "MEAN",
}  # fmt: skip
"""Names that neighbours have for the same operator type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The operator that an entry belongs to, and how sure that is."""

    operator: OperatorId
    certainty: Certainty


class OperatorFinder:
    """Finds operators by index and by the names of what they give.

    Args:
        model: where to look.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._by_name: dict[str, list[OperatorId]] = defaultdict(list)
        self._by_part: dict[str, list[OperatorId]] = defaultdict(list)
        for graph in model.subgraphs:
            for operator in graph.operators:
                for name in dict.fromkeys(graph.tensors[i].name for i in operator.outputs if i != NO_TENSOR):
                    if name:
                        self._by_name[name].append(operator.id)
                        for part in name.split(";"):
                            self._by_part[part].append(operator.id)

    def at(self, subgraph: int, index: int) -> OperatorId | None:
        """Give the operator at a place, if there is one."""
        graphs = self._model.subgraphs
        exists = 0 <= subgraph < len(graphs) and 0 <= index < len(graphs[subgraph].operators)
        return OperatorId(subgraph, index) if exists else None

    def named(self, name: str, subgraph: int | None = None) -> OperatorId | None:
        """Give the one operator that gives a tensor of this name; ``None`` where there is none or several.

        Understood are whole names, ``[names]:index`` of ``benchmark_model``, names that other tools added an ending
        to, and one part of a name that a converter joined of several.
        """
        if match := _BRACKETS.match(name):
            found = self.at(subgraph or 0, int(match["index"]))
            if found is not None:
                return found
            name = match["outputs"]
        for text in (name, _SUFFIX.sub("", name)):
            for table in (self._by_name, self._by_part):
                found = self._only(table.get(text, ()), subgraph)
                if found is not None:
                    return found
        parts = [self._only(self._by_part.get(part, ()), subgraph) for part in name.split(";")] if ";" in name else []
        known = {found for found in parts if found is not None}
        return known.pop() if len(known) == 1 else None

    def _only(self, found: Sequence[OperatorId], subgraph: int | None) -> OperatorId | None:
        inside = [id_ for id_ in found if subgraph is None or id_.subgraph == subgraph]
        return inside[0] if len(inside) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a file says about one operator: what it calls it and its type."""

    name: str
    kind: str = ""
    place: OperatorId | None = None
    """Where the file itself tells the place in the model."""


def match_entries(model: Model, entries: Sequence[Entry]) -> list[Match | None]:
    """Find the operator of each entry of a list in execution order.

    What is named is ``MEASURED``. What is left goes by type and order, between entries that are named, and counts as
    ``ESTIMATED``; a type alone, with nothing that fits around it, is no match.
    """
    finder = OperatorFinder(model)
    found: list[Match | None] = []
    for entry in entries:
        operator = finder.at(*entry.place) if entry.place is not None else finder.named(entry.name)
        found.append(Match(operator=operator, certainty=Certainty.MEASURED) if operator is not None else None)
    if not all(found):
        _align_rest(model, entries, found)
    return found


def _align_rest(model: Model, entries: Sequence[Entry], found: list[Match | None]) -> None:
    """Match what has no name by the order of types in the first subgraph."""
    operators = model.subgraphs[0].operators if model.subgraphs else ()
    taken = {match.operator for match in found if match is not None}
    if len(entries) > _MOST_ALIGNED or len(operators) > _MOST_ALIGNED:
        return
    # A matched entry and its operator share a word of their own, so that the alignment passes through them.
    words = [
        f"={match.operator.index}" if match and match.operator.subgraph == 0 else kind_class(entry.kind)
        for entry, match in zip(entries, found, strict=True)
    ]
    wanted = [f"={op.id.index}" if op.id in taken else kind_class(op.kind) for op in operators]
    same = SequenceMatcher(None, words, wanted, autojunk=False)
    is_whole = words == wanted
    for first, second, size in same.get_matching_blocks():
        if size < 2 and not is_whole and not any(found):
            continue
        for step in range(size):
            if found[first + step] is None and entries[first + step].kind:
                found[first + step] = Match(operator=operators[second + step].id, certainty=Certainty.ESTIMATED)


def kind_class(kind: str) -> str:
    """Give one word for an operator type, whatever a tool calls it."""
    word = "".join(c for c in kind.upper() if c.isalnum())
    return _CLASSES.get(word, word)
