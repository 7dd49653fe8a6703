"""Queries over many operators: time of each, and as a share of the 100 ms that nobody notices.

``python -m tests.benchmarks.bench_query [MODEL FILE | COUNT]...``
"""

import sys
import time
from pathlib import Path

from backends.model.cost import estimate_model
from backends.model.model import Model
from backends.model.reader import read_model
from backends.query.completion import complete_query
from backends.query.facts import OperatorIndex, QueryFacts
from backends.query.find import find_operators
from tests.support.builders import a_chain

_QUERIES = (
    "relu",
    "type:CONV_2D dtype:int8 shape:*x112x112x* macs>1M",
    "-type:conv (shape:7x7 OR intensity>4)",
    "attr.stride_w=2",
    "quantised:per-channel",
    "name:*a*b*",
    "name:/tensor_.*7$/",
    "name:/(a+)+$/",
)
_UNNOTICED_MS = 100.0
_ROUNDS = 5


def main(arguments: list[str]) -> None:
    for argument in arguments or ["1000", "20000"]:
        model = made_up(int(argument)) if argument.isdigit() else read_model(Path(argument))
        costs, _ = estimate_model(model)
        start = time.perf_counter()
        index = OperatorIndex(model)
        print(f"{argument}: {index.count} operators, listed once in {_ms(start):.0f} ms")
        facts = QueryFacts(index=index, costs=costs)
        for query in _QUERIES:
            best, found = float("inf"), 0
            for _ in range(_ROUNDS):
                start = time.perf_counter()
                found = len(find_operators(query, facts).operators)
                best = min(best, _ms(start))
            print(f"  {best:7.1f} ms  {best / _UNNOTICED_MS:6.1%}  {found:6} found  {query}")
        start = time.perf_counter()
        complete_query("name:a", 6, facts)
        print(f"  {_ms(start):7.1f} ms  completing a name")


def made_up(count: int) -> Model:
    kinds = ("CONV_2D", "RELU", "DEPTHWISE_CONV_2D", "ADD")
    return a_chain([kinds[number % len(kinds)] for number in range(count)])


def _ms(start: float) -> float:
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main(sys.argv[1:])
