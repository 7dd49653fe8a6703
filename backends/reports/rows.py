"""What tables list: one value per row, joined from a model, its costs, a run and verdicts.

A row holds plain values only; how they read is said in ``columns``. Rows whose ``id`` is ``None`` stand for something
that is not an operator: the runtime overhead, or a total.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from backends.model.cost import OperatorCost
from backends.model.model import NO_TENSOR, Model, Operator, OperatorId, Subgraph
from backends.runs.prediction import PredictionRow
from backends.runs.run import Certainty, OperatorTime, Run
from backends.runs.summary import LatencySummary, summarize_latencies
from backends.targets.verdict import Finding, ModelVerdict, Placement, Verdict

OVERHEAD = "Runtime overhead"
TOTAL = "Total"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRow:
    """One operator with everything known about it."""

    id: OperatorId | None
    kind: str
    name: str = ""
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    macs: int | None = None
    parameters: int | None = None
    bytes_moved: int | None = None
    time_ns: float | None = None
    share: float | None = None
    cumulative: float | None = None
    """Share of this operator and all that took longer (0..1)."""
    placement: str = ""
    kernel: str = ""
    fused_into: OperatorId | None = None
    verdict: Verdict | None = None
    certainty: Certainty | None = None
    """What the time is worth; ``None`` in runs whose times are all measured."""
    prediction: PredictionRow | None = None
    """What was expected of a delegate beside what it did."""

    @property
    def macs_per_second(self) -> float | None:
        """Throughput, where both the work and the time are known."""
        return _rate(self.macs, self.time_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """All operators of one type together."""

    kind: str
    count: int | None
    """``None`` for what is not made of operators (the overhead)."""
    operators: tuple[OperatorId, ...] = ()
    macs: int | None = None
    parameters: int | None = None
    bytes_moved: int | None = None
    time_ns: float | None = None
    share: float | None = None
    cumulative: float | None = None
    fallback_count: int | None = None

    @property
    def macs_per_second(self) -> float | None:
        """Throughput, where both the work and the time are known."""
        return _rate(self.macs, self.time_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding of one target about one operator; ``finding`` is ``None`` where the target had nothing to say."""

    target_id: str
    target_name: str
    operator: OperatorId
    kind: str
    placement: Placement
    engine: str = ""
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run with its statistics; ``None`` where there is nothing to count."""

    run: Run
    latency: LatencySummary | None
    warmup_ns: float | None
    """Mean of the warm-up runs."""

    @property
    def inferences_per_second(self) -> float | None:
        """Throughput at the mean latency."""
        return 1e9 / self.latency.mean_ns if self.latency and self.latency.mean_ns else None


def operator_rows(
    model: Model,
    costs: Mapping[OperatorId, OperatorCost] | None = None,
    run: Run | None = None,
    verdict: ModelVerdict | None = None,
    predictions: Iterable[PredictionRow] = (),
) -> tuple[OperatorRow, ...]:
    """List all operators of all subgraphs in execution order, joined with what is given."""
    operators = run.operators if run else ()
    known = _Known(
        costs=costs or {},
        times={time.operator: time for time in run.operators} if run else {},
        cumulative=_cumulative(run.operators) if run else {},
        verdicts=verdict.verdicts if verdict else {},
        predictions={row.operator: row for row in predictions},
        tells_certainty=any(item.certainty is not Certainty.MEASURED for item in operators),
    )
    return tuple(
        _operator_row(subgraph, operator, known) for subgraph in model.subgraphs for operator in subgraph.operators
    )


def _group_rows(run: Run) -> tuple[OperatorRow, ...]:
    """Give one row for each partition whose operators have no times of their own."""
    total = run.profiled_total_ns
    return tuple(
        OperatorRow(
            id=None,
            kind=f"Partition of {len(part.operators)}",
            name="measured as a whole",
            time_ns=part.time_ns,
            share=part.time_ns / total if total else None,
            placement=part.delegate,
        )
        for part in run.partitions
        if part.time_ns is not None
    )


def total_rows(rows: Iterable[OperatorRow], run: Run | None = None) -> tuple[OperatorRow, ...]:
    """Give the rows below the table: groups measured as a whole only, the overhead, where measured, and the total.

    The total of the time includes the overhead only when ``run`` is given, so that it equals the profiled total.
    """
    rows = tuple(rows)
    below: list[OperatorRow] = []
    time_ns = _sum(row.time_ns for row in rows)
    share = _sum(row.share for row in rows)
    if run is not None and run.overhead_ns is not None:
        total = run.profiled_total_ns or 0
        below.extend(_group_rows(run))
        time_ns = _sum((time_ns, *(row.time_ns for row in below)))
        share = _sum((share, *(row.share for row in below)))
        overhead_share = run.overhead_ns / total if total else None
        below.append(OperatorRow(id=None, kind=OVERHEAD, time_ns=run.overhead_ns, share=overhead_share))
        time_ns = (time_ns or 0.0) + run.overhead_ns
        share = _sum((share, overhead_share))
    below.append(
        OperatorRow(
            id=None,
            kind=TOTAL,
            name=f"{len(rows)} operators" if len(rows) != 1 else "1 operator",
            macs=_sum_int(row.macs for row in rows),
            parameters=_sum_int(row.parameters for row in rows),
            bytes_moved=_sum_int(row.bytes_moved for row in rows),
            time_ns=time_ns,
            share=share,
        )
    )
    return tuple(below)


def kind_rows(rows: Iterable[OperatorRow]) -> tuple[KindRow, ...]:
    """Group operators by type: the slowest type first, or the most frequent where nothing was measured."""
    groups: dict[str, list[OperatorRow]] = defaultdict(list)
    for row in rows:
        if row.id is not None:
            groups[row.kind].append(row)
    kinds = [_kind_row(kind, members) for kind, members in groups.items()]
    kinds.sort(key=lambda row: (-(row.time_ns or 0.0), -len(row.operators), row.kind))
    running = 0.0
    result = []
    for kind_row in kinds:
        running += kind_row.share or 0.0
        result.append(replace(kind_row, cumulative=None if kind_row.share is None else running))
    return tuple(result)


def kind_totals(totals: Iterable[OperatorRow], count: int) -> tuple[KindRow, ...]:
    """Give what ``total_rows`` made as the rows below a table of types; ``count`` is that of all operators."""
    return tuple(
        KindRow(
            kind=row.kind,
            count=None if row.kind == OVERHEAD else count,
            macs=row.macs,
            parameters=row.parameters,
            bytes_moved=row.bytes_moved,
            time_ns=row.time_ns,
            share=row.share,
        )
        for row in totals
    )


def finding_rows(model: Model, verdicts: Sequence[ModelVerdict]) -> tuple[FindingRow, ...]:
    """List all findings of all targets in execution order; an operator without one still has a row."""
    rows = []
    for target in verdicts:
        for id_, verdict in sorted(target.verdicts.items()):
            kind = model.operator(id_).label
            for finding in verdict.findings or (None,):
                rows.append(
                    FindingRow(
                        target_id=target.target_id,
                        target_name=target.target_name,
                        operator=id_,
                        kind=kind,
                        placement=verdict.placement,
                        engine=verdict.engine,
                        finding=finding,
                    )
                )
    return tuple(rows)


def run_row(run: Run) -> RunRow:
    """Count a run's statistics."""
    return RunRow(
        run=run,
        latency=summarize_latencies(run.latencies_ns) if run.latencies_ns else None,
        warmup_ns=summarize_latencies(run.warmup_ns).mean_ns if run.warmup_ns else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is joined to the operators."""

    costs: Mapping[OperatorId, OperatorCost]
    times: Mapping[OperatorId, OperatorTime]
    cumulative: Mapping[OperatorId, float]
    verdicts: Mapping[OperatorId, Verdict]
    predictions: Mapping[OperatorId, PredictionRow]
    tells_certainty: bool


def _operator_row(subgraph: Subgraph, operator: Operator, known: _Known) -> OperatorRow:
    id_ = operator.id
    index = next((index for index in operator.outputs if index != NO_TENSOR), NO_TENSOR)
    first = subgraph.tensors[index] if index != NO_TENSOR else None
    cost, time = known.costs.get(id_), known.times.get(id_)
    return OperatorRow(
        id=id_,
        kind=operator.label,
        name=first.name if first else "",
        shape=first.display_shape if first and first.has_rank else None,
        dtype=first.dtype if first else "",
        macs=cost.macs if cost else None,
        parameters=cost.parameter_count if cost else None,
        bytes_moved=cost.bytes_moved if cost else None,
        time_ns=time.time_ns if time else None,
        share=time.share if time else None,
        cumulative=known.cumulative.get(id_),
        placement=time.placement if time else "",
        kernel=time.kernel if time else "",
        fused_into=time.fused_into if time else None,
        verdict=known.verdicts.get(id_),
        certainty=time.certainty if time and time.placement and known.tells_certainty else None,
        prediction=known.predictions.get(id_),
    )


def _kind_row(kind: str, members: Sequence[OperatorRow]) -> KindRow:
    verdicts = [row.verdict for row in members if row.verdict is not None]
    return KindRow(
        kind=kind,
        count=len(members),
        operators=tuple(row.id for row in members if row.id is not None),
        macs=_sum_int(row.macs for row in members),
        parameters=_sum_int(row.parameters for row in members),
        bytes_moved=_sum_int(row.bytes_moved for row in members),
        time_ns=_sum(row.time_ns for row in members),
        share=_sum(row.share for row in members),
        fallback_count=sum(v.placement is not Placement.ACCELERATED for v in verdicts) if verdicts else None,
    )


def _cumulative(times: Iterable[OperatorTime]) -> dict[OperatorId, float]:
    measured = [(-time.share, time.operator) for time in times if time.share is not None]
    measured.sort()
    running = 0.0
    result = {}
    for share, operator in measured:
        running -= share
        result[operator] = running
    return result


def _rate(macs: int | None, time_ns: float | None) -> float | None:
    return macs / time_ns * 1e9 if macs and time_ns else None


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _sum_int(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
