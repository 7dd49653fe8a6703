"""The GPU and Core ML targets against what the real delegates answered, on the reference models."""

import gzip
import json
import sys
from collections import Counter
from functools import cache
from typing import Any

import pytest

from backends.errors import ModelFileError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.loader import load_targets
from backends.targets.verdict import ModelVerdict, Placement
from tests.support.shared import SHARED

pytestmark = pytest.mark.skipif(SHARED is None, reason="the reference models are not on this machine")

TARGETS = {target.id: target for target in load_targets()}
WANTED_SHARE = 0.99


@cache
def _truth() -> dict[str, Any]:
    assert SHARED is not None
    found: dict[str, Any] = json.loads(gzip.decompress((SHARED / "models/truth/truth.json.gz").read_bytes()))
    return found


@cache
def _facts() -> dict[str, ModelFacts]:
    assert SHARED is not None
    found = {}
    for name in _truth():
        try:
            found[name] = ModelFacts(read_model(SHARED / "models/files" / name))
        except ModelFileError:
            continue
    return found


def _accepted(subgraph: dict[str, Any], target_id: str) -> set[int] | None:
    """Give what the delegate accepted; ``gpu-float`` is told as what it refuses beyond ``gpu``."""
    targets = subgraph["targets"]
    if target_id != "gpu-float":
        return set(targets[target_id]["accelerated"]) if target_id in targets else None
    if "gpu" not in targets:
        return None
    refused = targets.get("gpu-float", {}).get("reasons", {})
    return set(targets["gpu"]["accelerated"]) - {int(index) for index in refused}


def _placed(verdict: ModelVerdict, subgraph: int) -> set[int]:
    return {
        id_.index
        for id_, found in verdict.verdicts.items()
        if id_.subgraph == subgraph and found.placement is Placement.ACCELERATED
    }


def _delegated(verdict: ModelVerdict, subgraph: int) -> list[int]:
    parts = [part for part in verdict.partitions if part.subgraph == subgraph and part.delegated]
    return sorted(index for part in parts for index in part.operators)


def _tell(model: Model, verdict: ModelVerdict, subgraph: int, index: int, *, is_accepted: bool) -> tuple[str, ...]:
    operator = model.subgraphs[subgraph].operators[index]
    rules = ", ".join(finding.rule for finding in verdict.verdicts[operator.id].findings)
    return (operator.label, "accepted" if is_accepted else "refused", rules)


@pytest.mark.parametrize("target_id", ["gpu", "gpu-float", "coreml-2", "coreml-3"])
def test_verdicts_agree_with_the_delegate(target_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    table: Counter[tuple[str, ...]] = Counter()
    total = 0
    for name, facts in _facts().items():
        verdict = check_model(facts.model, TARGETS[target_id], facts=facts)
        for subgraph in _truth()[name]["subgraphs"]:
            accepted = _accepted(subgraph, target_id)
            if accepted is None:
                continue
            number = subgraph["subgraph"]
            total += len(subgraph["operators"])
            for index in accepted ^ _placed(verdict, number):
                row = _tell(facts.model, verdict, number, index, is_accepted=index in accepted)
                table[(name, *row)] += 1
    told = "".join(f"\n{target_id}: {count:5} {' | '.join(row)}" for row, count in table.most_common())
    with capsys.disabled():
        sys.stdout.write(told)

    assert total > 1000
    assert 1 - table.total() / total >= WANTED_SHARE, told


@pytest.mark.parametrize("target_id", ["gpu", "coreml-2", "coreml-3"])
def test_what_the_delegate_keeps_after_its_limits_agrees(target_id: str) -> None:
    different = []
    for name, facts in _facts().items():
        if "cycle" in name:
            continue  # the runtime hands a whole graph over without cutting it; this one cannot be cut
        verdict = check_model(facts.model, TARGETS[target_id], facts=facts)
        for subgraph in _truth()[name]["subgraphs"]:
            answer = subgraph["targets"].get(target_id)
            number = subgraph["subgraph"]
            if answer and set(answer["accelerated"]) == _placed(verdict, number):
                different += [(name, number)] * (sorted(answer["delegated"]) != _delegated(verdict, number))

    assert different == []
