"""Turns the flat list of a run's profiler events into spans: which nodes each event may belong to.

Events come in the order they began. An operator on the CPU has one event of its own. The kernels of a delegate's
partition follow each other, numbered from 0; the partition itself has no event. Events of a called subgraph (body of a
loop, branch) lie behind the event of the operator that called it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from backends.model.model import Model
from backends.runs.host.child import EventTemplate
from backends.runs.host.nodes import Group, NodePlan, callees, group_nodes, plan_nodes, split_nodes
from backends.runs.host.rewrite import Rewrite

RUNTIME_EVENT, OPERATOR_EVENT, KERNEL_EVENT = 1, 2, 8
"""Types of events: a stretch of the runtime's own work, an operator on the CPU, a kernel of a delegate."""

_INVOKE = "Invoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Events that belong to these nodes of a runtime subgraph, in order; one event and node on the CPU."""

    subgraph: int
    is_delegated: bool
    nodes: tuple[int, ...]
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanList:
    """A run's spans, and for each event the event of the operator that called it (-1 for none)."""

    spans: tuple[Span, ...]
    callers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPlan:
    """Nodes and groups of each runtime subgraph that ran."""

    nodes: Mapping[int, NodePlan]
    groups: Mapping[int, tuple[Group, ...]]


@dataclass(slots=True)
class _Frame:
    """One running invocation of a subgraph."""

    subgraph: int
    caller: int
    events: list[int] = field(default_factory=list)


def plan_graph(
    model: Model, templates: Collection[EventTemplate], rewrite: Rewrite, *, has_delegate: bool
) -> GraphPlan:
    """Find which nodes a delegate took: those without an event of their own in a subgraph that ran."""
    on_cpu: dict[int, set[int]] = {}
    for template in templates:
        for kind, node, subgraph in zip(template.types, template.nodes, template.subgraphs, strict=True):
            if kind == RUNTIME_EVENT:
                continue
            nodes = on_cpu.setdefault(subgraph, set())
            if kind == OPERATOR_EVENT:
                nodes.add(node)
    plans = {
        subgraph: plan_nodes(model, subgraph, rewrite) for subgraph in on_cpu if 0 <= subgraph < len(model.subgraphs)
    }
    group = split_nodes if rewrite.isolates else group_nodes
    groups = {
        subgraph: group(plan, set(plan.order) - on_cpu[subgraph] if has_delegate else set())
        for subgraph, plan in plans.items()
    }
    return GraphPlan(nodes=plans, groups=groups)


def find_spans(model: Model, graph: GraphPlan, template: EventTemplate) -> SpanList:
    """Split a run's events into spans."""
    frames, callers = _split_invocations(model, graph, template)
    spans: list[Span] = []
    for frame in frames:
        if frame.subgraph in graph.groups:
            spans.extend(_match(frame, graph.groups[frame.subgraph], template))
    return SpanList(spans=tuple(spans), callers=tuple(callers))


def _split_invocations(model: Model, graph: GraphPlan, template: EventTemplate) -> tuple[list[_Frame], list[int]]:
    """Give each invocation of a subgraph its own events, and each event its caller."""
    frames: list[_Frame] = []
    callers: list[int] = []
    stack: list[_Frame] = []
    for event, (kind, subgraph) in enumerate(zip(template.types, template.subgraphs, strict=True)):
        if kind == RUNTIME_EVENT and template.tags[event] != _INVOKE:
            callers.append(_calling_event(model, graph, template, stack))
            continue
        if subgraph in [frame.subgraph for frame in stack]:
            while stack[-1].subgraph != subgraph:
                stack.pop()
            if kind == RUNTIME_EVENT:
                stack.pop()
        if not stack or stack[-1].subgraph != subgraph:
            while stack and not _calls(model, graph, template, stack[-1], subgraph):
                stack.pop()
            stack.append(_Frame(subgraph, stack[-1].events[-1] if stack else -1))
            frames.append(stack[-1])
        if kind != RUNTIME_EVENT:
            stack[-1].events.append(event)
        callers.append(stack[-1].caller)
    return frames, callers


def _calling_event(model: Model, graph: GraphPlan, template: EventTemplate, stack: Sequence[_Frame]) -> int:
    """Give the operator event that a piece of the runtime's work serves, such as allocating a body's tensors."""
    if not stack:
        return -1
    if stack[-1].events and _callees(model, graph, template, stack[-1]):
        return stack[-1].events[-1]
    return stack[-1].caller


def _calls(model: Model, graph: GraphPlan, template: EventTemplate, frame: _Frame, subgraph: int) -> bool:
    """Say whether the frame's last event is an operator that runs this subgraph."""
    return subgraph in _callees(model, graph, template, frame)


def _callees(model: Model, graph: GraphPlan, template: EventTemplate, frame: _Frame) -> tuple[int, ...]:
    """Give the subgraphs that the operator of the frame's last event runs."""
    plan = graph.nodes.get(frame.subgraph)
    if plan is None or not frame.events:
        return ()
    event = frame.events[-1]
    if template.types[event] != OPERATOR_EVENT or template.nodes[event] >= len(plan.nodes):
        return ()
    node = plan.nodes[template.nodes[event]]
    return () if node.is_marker else callees(model.operator(node.operator))


def _match(frame: _Frame, groups: Sequence[Group], template: EventTemplate) -> list[Span]:
    """Give each event of one invocation its node, and each run of kernels its partition."""
    steps: list[tuple[int, ...]] = []
    position: dict[int, int] = {}
    for group in groups:
        if group.is_delegated:
            steps.append(group.nodes)
            continue
        for node in group.nodes:
            position[node] = len(steps)
            steps.append(())
    spans: list[Span] = []
    kernels: list[list[int]] = []
    at = 0
    for event in frame.events:
        if template.types[event] == KERNEL_EVENT:
            if template.nodes[event] == 0 or not kernels:
                kernels.append([])
            kernels[-1].append(event)
            continue
        node = template.nodes[event]
        here = position.get(node, -1)
        if here < at:
            # The same subgraph began anew, without an event of its caller in between.
            spans += _partitions(frame.subgraph, steps[at:], kernels)
            kernels, at = [], 0
        spans += _partitions(frame.subgraph, steps[at : max(here, 0)], kernels)
        kernels, at = [], here + 1
        spans.append(Span(subgraph=frame.subgraph, is_delegated=False, nodes=(node,), events=(event,)))
    return spans + _partitions(frame.subgraph, steps[at:], kernels)


def _partitions(subgraph: int, steps: Sequence[tuple[int, ...]], kernels: Sequence[Sequence[int]]) -> list[Span]:
    """Pair the partitions of a stretch with the runs of kernels seen in it; where their numbers differ, as a whole."""
    partitions = [nodes for nodes in steps if nodes]
    if not partitions and not kernels:
        return []
    if len(partitions) != len(kernels):
        partitions = [tuple(node for nodes in partitions for node in nodes)]
        kernels = [[event for events in kernels for event in events]]
    return [
        Span(subgraph=subgraph, is_delegated=True, nodes=nodes, events=tuple(events))
        for nodes, events in zip(partitions, kernels, strict=True)
    ]
