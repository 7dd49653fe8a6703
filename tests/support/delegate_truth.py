"""What the real delegates answered for the reference models, beside what our targets say.

Run as a script to print the table: ``python -m tests.support.delegate_truth [target prefix]...``.
"""

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from backends.model.model import Model, OperatorId
from backends.model.reader import read_model
from backends.targets.check import check_all
from backends.targets.loader import load_targets
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict, Placement
from tests.support.shared import SHARED

TRUTH = SHARED / "models" / "truth" / "truth.json.gz" if SHARED else None

TOLD_OTHERWISE = frozenset({"gpu-float"})
"""Targets whose answers are told as a difference to those of another."""

UNREADABLE = frozenset({"gen_bad_input_index_oor.tflite"})
"""Loads in the runtime, which only notices the wrong index later; our reader refuses it at once."""


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """Something on which a target and the real delegate differ."""

    model: str
    target: str
    subgraph: int
    what: str
    """``operator``, ``partitions`` or ``delegated``."""
    index: int
    kind: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        place = f"{self.model} {self.subgraph}:{self.index} {self.kind}".strip()
        return f"{self.target:10} {self.what:10} {place}: ours {self.ours}; theirs {self.theirs}"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All that was compared for some targets."""

    operator_counts: Counter[str]
    """Operators asked, by target."""
    disagreements: tuple[Disagreement, ...]

    def agreement(self, target: str) -> float:
        """Give the share of operators on which a target agrees."""
        wrong = sum(item.target == target and item.what == "operator" for item in self.disagreements)
        return 1 - wrong / self.operator_counts[target]

    def table(self) -> str:
        """Give all disagreements, one a line, below the counts."""
        lines = [
            f"{target}: {count} operators, {self.agreement(target):.4%} agree"
            for target, count in self.operator_counts.items()
        ]
        return "\n".join(lines + [str(item) for item in self.disagreements])


@cache
def compare(*prefixes: str) -> Comparison:
    """Compare the targets whose ids begin so, over all reference models that the runtime loads."""
    targets = [target for target in load_targets() if not prefixes or target.id.startswith(prefixes)]
    counts: Counter[str] = Counter()
    found: list[Disagreement] = []
    for name, truth in _truth().items():
        if name in UNREADABLE:
            continue
        model = read_model(SHARED / "models" / "files" / name)
        verdicts = {verdict.target_id: verdict for verdict in check_all(model, targets)}
        for theirs in _distinct(truth["subgraphs"]):
            for target in targets:
                answer = theirs["targets"].get(target.id)
                if answer is not None and target.id not in TOLD_OTHERWISE:
                    counts[target.id] += len(theirs["operators"])
                    found += _differences(model, target, verdicts[target.id], theirs["subgraph"], answer)
    return Comparison(operator_counts=counts, disagreements=tuple(found))


def _truth() -> dict[str, Any]:
    with gzip.open(TRUTH) as file:
        return json.load(file)


def _distinct(subgraphs: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Bodies of nested control flow are asked again each time somebody calls them."""
    return {item["subgraph"]: item for item in subgraphs}.values()


def _differences(
    model: Model, target: Target, verdict: ModelVerdict, number: int, answer: dict[str, Any]
) -> Iterator[Disagreement]:
    def differ(what: str, ours: object, theirs: object, index: int = -1, kind: str = "") -> Disagreement:
        return Disagreement(
            model=model.name,
            target=target.id,
            subgraph=number,
            what=what,
            index=index,
            kind=kind,
            ours=str(ours),
            theirs=str(theirs),
        )

    accepted = set(answer["accelerated"])
    for operator in model.subgraphs[number].operators:
        ours = verdict.verdicts[OperatorId(number, operator.id.index)]
        theirs = operator.id.index in accepted
        if (ours.placement is Placement.ACCELERATED) != theirs:
            said = [finding.rule for finding in ours.findings] or ours.placement
            reasons = "accelerated" if theirs else answer.get("reasons", {}).get(str(operator.id.index))
            yield differ("operator", said, reasons, operator.id.index, operator.label)
    mine = [partition for partition in verdict.partitions if partition.subgraph == number]
    count = sum(partition.is_accelerated for partition in mine)
    if answer.get("partitions", count) != count:
        yield differ("partitions", count, answer["partitions"])
    delegated = sorted(index for partition in mine if partition.delegated for index in partition.operators)
    if sorted(answer.get("delegated", delegated)) != delegated:
        yield differ("delegated", delegated[:20], sorted(answer["delegated"])[:20])


def refusal_kinds(prefix: str) -> Iterator[tuple[str, str, Sequence[str], Sequence[str]]]:
    """Give operator, target, our reason codes and those of the delegate, where both refuse."""
    targets = [target for target in load_targets() if target.id.startswith(prefix)]
    for name, truth in _truth().items():
        if name in UNREADABLE:
            continue
        model = read_model(SHARED / "models" / "files" / name)
        for verdict in check_all(model, targets):
            for theirs in _distinct(truth["subgraphs"]):
                reasons = theirs["targets"].get(verdict.target_id, {}).get("reasons", {})
                for index, codes in reasons.items():
                    ours = verdict.verdicts[OperatorId(theirs["subgraph"], int(index))]
                    mine = sorted({finding.reason for finding in ours.findings})
                    yield theirs["operators"][int(index)], verdict.target_id, mine, sorted(set(codes))


if __name__ == "__main__":
    print(compare(*sys.argv[1:]).table())  # noqa: T201 - a script that prints a table
