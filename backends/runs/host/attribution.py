"""From profiled runs to what each operator took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backends.model.model import Model, OperatorId
from backends.runs.host.alignment import GUESSED, Kernel, align
from backends.runs.host.averaging import disturbance, event_cost_us, outside_us, quiet_means, sum_by_owner
from backends.runs.host.child import EventTemplate, ProfiledSample
from backends.runs.host.fusion import FusedNodes, takes_in_what_it_reads
from backends.runs.host.nodes import COMPOSITE, NodePlan
from backends.runs.host.rewrite import Rewrite
from backends.runs.host.spans import GraphPlan, Span, find_spans, plan_graph
from backends.runs.run import RunPartition

Dictionary = Mapping[OperatorId, tuple[Kernel, ...]]
"""The kernels each operator runs when it is alone."""

DELEGATE, CPU = "XNNPACK", "CPU"
_UNMAPPED = -1
_NOBODY, _MARKER, _FIRST = 0, 1, 2
"""Columns of the table of times: events of nobody, of markers put in to isolate operators, of the first operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorShare:
    """One operator over the profiled runs; ``time_us`` is ``None`` when it has no event of its own."""

    time_us: float | None
    calls: float
    placement: str
    kernels: tuple[str, ...] = ()
    kernel_calls: float = 0.0
    """Kernels of the delegate per inference, each of which reports whole microseconds, rounded down."""
    fused_into: OperatorId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What the profiled runs say; operators that did not run are absent."""

    operators: Mapping[OperatorId, OperatorShare]
    partitions: tuple[RunPartition, ...]
    unmapped_us: float
    outside_us: float
    """Time of a run outside the interpreter: handing over buffers."""


@dataclass(slots=True)
class _Ledger:
    """Collects, over all templates."""

    numbers: dict[OperatorId, int] = field(default_factory=dict)
    placement: dict[OperatorId, str] = field(default_factory=dict)
    kernels: dict[OperatorId, dict[str, None]] = field(default_factory=dict)
    calls: dict[OperatorId, int] = field(default_factory=dict)
    kernel_calls: dict[OperatorId, int] = field(default_factory=dict)
    timed: dict[int, set[int]] = field(default_factory=dict)
    """Nodes with a kernel of their own, for each subgraph."""
    untimed: list[tuple[int, int, set[int]]] = field(default_factory=list)
    """Subgraph and node without a kernel, and the nodes of its partition that have one."""

    def number(self, operator: OperatorId) -> int:
        return self.numbers.setdefault(operator, len(self.numbers))


def read_dictionary(
    model: Model, samples: Sequence[ProfiledSample], rewrite: Rewrite
) -> dict[OperatorId, tuple[Kernel, ...]]:
    """Read from runs of the isolated model which kernels each operator runs alone, and for how long."""
    template = samples[-1].template
    runs = [sample.elapsed_us for sample in samples if sample.template == template]
    times = np.mean(np.array(runs, dtype=np.float64), axis=0)
    graph = plan_graph(model, [template], rewrite, has_delegate=True)
    dictionary: dict[OperatorId, tuple[Kernel, ...]] = {}
    for span in find_spans(model, graph, template).spans:
        if span.is_delegated and len(span.nodes) == 1:
            operator = graph.nodes[span.subgraph].nodes[span.nodes[0]].operator
            dictionary[operator] = tuple(Kernel(template.tags[event], float(times[event])) for event in span.events)
    return dictionary


def attribute(
    model: Model,
    samples: Sequence[ProfiledSample],
    dictionary: Dictionary,
    rewrite: Rewrite,
    *,
    plain_ns: Sequence[int],
    has_delegate: bool,
) -> Attribution:
    """Give each operator the events that are its own.

    Times are means over the quietest runs. ``plain_ns``, the latencies without the profiler, tell how much longer than
    its quietest runs a run takes on average: a disturbance hits whichever operator happens to run, so all operators'
    times are lengthened by that factor.
    """
    typical_ns = float(np.median(plain_ns))
    by_template: dict[EventTemplate, list[ProfiledSample]] = {}
    for sample in samples:
        by_template.setdefault(sample.template, []).append(sample)
    graph = plan_graph(model, by_template.keys(), rewrite, has_delegate=has_delegate)
    ledger = _Ledger()
    tables: list[NDArray[np.float64]] = []
    for template, runs in by_template.items():
        elapsed = np.array([run.elapsed_us for run in runs], dtype=np.float64).reshape(len(runs), len(template.tags))
        event_costs = np.array([event_cost_us(run, typical_ns) for run in runs])
        owners, callers = _own_events(model, graph, template, dictionary, elapsed.mean(axis=0), ledger, len(runs))
        tables.append(sum_by_owner(elapsed, template, owners, callers, event_costs))
    width = len(ledger.numbers) + _FIRST
    table = np.vstack([np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in tables])
    times = quiet_means(table) * disturbance(plain_ns)
    return Attribution(
        operators=_shares(model, ledger, times, _find_fused(model, graph, ledger), len(samples)),
        partitions=_partitions(graph),
        unmapped_us=float(times[_NOBODY]),
        outside_us=outside_us(samples),
    )


def _own_events(  # noqa: PLR0913 - fills the ledger from one template
    model: Model,
    graph: GraphPlan,
    template: EventTemplate,
    dictionary: Dictionary,
    times: NDArray[np.float64],
    ledger: _Ledger,
    run_count: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give for each event the column of its operator, and its caller."""
    spans = find_spans(model, graph, template)
    owners = np.zeros(len(template.tags), dtype=np.int64)
    known: dict[tuple[int, tuple[int, ...], tuple[str, ...]], list[int]] = {}
    for span in spans.spans:
        plan = graph.nodes[span.subgraph]
        if not span.is_delegated:
            owners[span.events[0]] = _book_cpu(plan, span, template, ledger, run_count)
            continue
        tags = tuple(template.tags[event] for event in span.events)
        key = (span.subgraph, span.nodes, tags)
        if key not in known:
            known[key] = _align_span(
                model,
                graph,
                span,
                dictionary,
                [Kernel(t, float(times[e])) for t, e in zip(tags, span.events, strict=True)],
            )
            _book_kernels(span, known[key], ledger)
        for event, position in zip(span.events, known[key], strict=True):
            if position >= 0:
                operator = plan.nodes[span.nodes[position]].operator
                owners[event] = _book(ledger, operator, DELEGATE, template.tags[event], run_count)
        for index in span.nodes:
            operator = plan.nodes[index].operator
            ledger.placement.setdefault(operator, DELEGATE)
            ledger.calls[operator] = ledger.calls.get(operator, 0) + run_count
    return owners, np.array(spans.callers, dtype=np.int64)


def _book_cpu(plan: NodePlan, span: Span, template: EventTemplate, ledger: _Ledger, run_count: int) -> int:
    if span.nodes[0] >= len(plan.nodes):
        return _NOBODY
    node = plan.nodes[span.nodes[0]]
    if node.is_marker:
        return _MARKER
    ledger.calls[node.operator] = ledger.calls.get(node.operator, 0) + run_count
    return _book(ledger, node.operator, CPU, template.tags[span.events[0]], run_count)


def _book(ledger: _Ledger, operator: OperatorId, placement: str, tag: str, run_count: int) -> int:
    ledger.placement[operator] = placement
    ledger.kernels.setdefault(operator, {})[tag] = None
    if placement == DELEGATE:
        ledger.kernel_calls[operator] = ledger.kernel_calls.get(operator, 0) + run_count
    return ledger.number(operator) + _FIRST


def _align_span(
    model: Model, graph: GraphPlan, span: Span, dictionary: Dictionary, seen: Sequence[Kernel]
) -> list[int]:
    """Give for each kernel of a partition the position of its node in the partition."""
    if len(span.nodes) == 1:
        return [0] * len(seen)
    plan = graph.nodes[span.subgraph]
    expected: list[Kernel] = []
    owners: list[int] = []
    for position, index in enumerate(span.nodes):
        operator = plan.nodes[index].operator
        guess = (Kernel(GUESSED + model.operator(operator).kind, 0.0),)
        kernels = dictionary.get(operator, guess)
        expected.extend(kernels)
        owners.extend([position] * len(kernels))
    matches = align(expected, seen)
    positions = [owners[match] if match >= 0 else _UNMAPPED for match in matches]
    return _fill_gaps(positions, len(span.nodes))


def _fill_gaps(positions: list[int], node_count: int) -> list[int]:
    """Give kernels nobody expected to the operator before them, the first ones to the first operator."""
    filled: list[int] = []
    last = next((position for position in positions if position >= 0), 0 if node_count else _UNMAPPED)
    for position in positions:
        last = position if position >= 0 else last
        filled.append(last)
    return filled


def _book_kernels(span: Span, positions: Sequence[int], ledger: _Ledger) -> None:
    """Remember which nodes of a partition have a kernel and which have none."""
    timed = {span.nodes[position] for position in positions if position >= 0}
    ledger.timed.setdefault(span.subgraph, set()).update(timed)
    ledger.untimed.extend((span.subgraph, index, timed) for index in span.nodes if index not in timed)


def _find_fused(model: Model, graph: GraphPlan, ledger: _Ledger) -> dict[OperatorId, OperatorId]:
    """Give into which operator each one without a kernel went: in its own partition, else anywhere in the subgraph."""
    neighbours = {
        subgraph: FusedNodes(
            model, graph.nodes[subgraph], model.subgraphs[subgraph].outputs, _absorbing(graph.nodes[subgraph], ledger)
        )
        for subgraph in {subgraph for subgraph, _index, _timed in ledger.untimed}
    }
    fused: dict[OperatorId, OperatorId] = {}
    for subgraph, index, timed in ledger.untimed:
        target = neighbours[subgraph].target(index, timed or ledger.timed[subgraph])
        if target is not None:
            nodes = graph.nodes[subgraph].nodes
            fused.setdefault(nodes[index].operator, nodes[target].operator)
    return fused


def _absorbing(plan: NodePlan, ledger: _Ledger) -> frozenset[int]:
    """Give the nodes with a kernel that also does the work of nodes before it."""
    found = (any(map(takes_in_what_it_reads, ledger.kernels.get(node.operator, ()))) for node in plan.nodes)
    return frozenset(index for index, is_absorbing in enumerate(found) if is_absorbing)


def _shares(
    model: Model,
    ledger: _Ledger,
    times: NDArray[np.float64],
    fused: Mapping[OperatorId, OperatorId],
    run_count: int,
) -> dict[OperatorId, OperatorShare]:
    shares: dict[OperatorId, OperatorShare] = {}
    for operator, placement in ledger.placement.items():
        number = ledger.numbers.get(operator)
        shares[operator] = OperatorShare(
            time_us=None if number is None else float(times[number + _FIRST]),
            calls=ledger.calls.get(operator, 0) / run_count,
            placement=placement,
            kernels=tuple(ledger.kernels.get(operator, ())),
            kernel_calls=ledger.kernel_calls.get(operator, 0) / run_count,
            fused_into=fused.get(operator) if number is None else None,
        )
    _add_composites(model, shares)
    return shares


def _add_composites(model: Model, shares: dict[OperatorId, OperatorShare]) -> None:
    """Composites were replaced by their decomposition: point to its most expensive operator."""
    for graph in model.subgraphs:
        for operator in graph.operators:
            body = operator.options.get("decomposition_subgraph_index") if operator.kind == COMPOSITE else None
            if operator.id in shares or not isinstance(body, int):
                continue
            parts = {id_: share for id_, share in shares.items() if id_.subgraph == body and share.time_us is not None}
            if parts:
                largest = max(parts, key=lambda id_: parts[id_].time_us or 0.0)
                shares[operator.id] = OperatorShare(
                    time_us=None, calls=parts[largest].calls, placement=parts[largest].placement, fused_into=largest
                )


def _partitions(graph: GraphPlan) -> tuple[RunPartition, ...]:
    """Give the groups as operators of the subgraph they ran in; stretches without operators (markers) are left out."""
    partitions = []
    for subgraph, groups in sorted(graph.groups.items()):
        nodes = graph.nodes[subgraph].nodes
        for group in groups:
            operators = dict.fromkeys(nodes[index].origin.index for index in group.nodes if not nodes[index].is_marker)
            if operators:
                name = DELEGATE if group.is_delegated else ""
                partitions.append(RunPartition(subgraph=subgraph, delegate=name, operators=tuple(operators)))
    return tuple(partitions)
