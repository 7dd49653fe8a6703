"""The argument ``--query``: list only the operators that a query finds."""

import argparse
from collections.abc import Iterable, Mapping, Sequence

from backends.cli.target_choice import choose_targets
from backends.cli.usage import UsageError
from backends.model.cost import OperatorCost, estimate_model
from backends.model.model import Model, OperatorId
from backends.query.error import QueryError
from backends.query.facts import OperatorIndex, QueryFacts
from backends.query.find import Found, asks_targets, find_operators
from backends.query.syntax import parse_query
from backends.reports.columns import OPERATOR_COLUMNS, Column
from backends.reports.query_content import Answer, QueryContent
from backends.reports.rows import OperatorRow, operator_rows
from backends.runs.run import Run
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.verdict import ModelVerdict

_HELP = (
    "list only the operators that fit, e.g. 'type:CONV_2D dtype:int8 time>1ms -fallback:nnapi-1.1'; "
    "the README lists all fields"
)


def add_query_argument(parser: argparse.ArgumentParser) -> None:
    """Declare ``--query``."""
    parser.add_argument("--query", default="", metavar="QUERY", help=_HELP)


def check_query(query: str) -> None:
    """Refuse a query that cannot be understood before anything takes time.

    Raises:
        UsageError: it cannot be understood.
    """
    try:
        parse_query(query)
    except QueryError as error:
        raise _refused(query, error) from error


def answer_query(
    query: str,
    model: Model,
    *,
    run: Run | None = None,
    verdicts: Sequence[ModelVerdict] = (),
    columns: Iterable[Column[OperatorRow]] = (),
) -> QueryContent:
    """Find the operators, with the targets checked as far as the query asks for them.

    Args:
        query: what to find.
        model: where.
        run: the measurement that times are asked of.
        verdicts: answers that are known already; all targets are checked if there are none and the query needs them.
        columns: further columns to tell.

    Raises:
        UsageError: the query cannot be understood.
    """
    costs, _ = estimate_model(model)
    targets = choose_targets([])
    try:
        if asks_targets(parse_query(query)) and not verdicts:
            facts = ModelFacts(model)
            verdicts = tuple(check_model(model, target, facts=facts) for target in targets)
        found = find_operators(
            query,
            QueryFacts(
                index=OperatorIndex(model),
                costs=costs,
                run=run,
                verdicts={verdict.target_id: verdict for verdict in verdicts},
                target_ids=tuple(target.id for target in targets),
                target_id=verdicts[0].target_id if len(verdicts) == 1 else "",
            ),
        )
    except QueryError as error:
        raise _refused(query, error) from error
    answer = Answer(
        model_name=model.name,
        query=query,
        operator_count=sum(len(graph.operators) for graph in model.subgraphs),
        rows=_rows(model, costs, run, found),
        notes=found.notes,
    )
    return QueryContent(answer, (*_columns(run), *columns))


def _rows(
    model: Model, costs: Mapping[OperatorId, OperatorCost], run: Run | None, found: Found
) -> tuple[OperatorRow, ...]:
    wanted = set(found.operators)
    return tuple(row for row in operator_rows(model, costs, run) if row.id in wanted)


def _columns(run: Run | None) -> tuple[Column[OperatorRow], ...]:
    shown = {"index", "kind", "name", "shape", "dtype", "macs", "parameters", "moved_bytes"}
    if run is not None:
        shown |= {"time_ns", "share", "placement", "fused_into"}
    return tuple(column for column in OPERATOR_COLUMNS if column.id in shown)


def _refused(query: str, error: QueryError) -> UsageError:
    """Point at the place, as compilers do."""
    mark = " " * error.start + "^" * max(error.end - error.start, 1)
    return UsageError(f"--query: {error.message}", hint=error.hint, detail=f"{query}\n{mark}")
