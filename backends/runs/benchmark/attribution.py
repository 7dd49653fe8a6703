"""From the tool's operator profile to what each operator and each partition took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backends.model.cost import estimate_model
from backends.model.model import Model, OperatorId
from backends.runs.benchmark.kernel_runs import Step, split_kernels
from backends.runs.benchmark.op_profile import OpProfile, ProfileRow, ProfileTable, RowKind
from backends.runs.benchmark.runtime_info import RuntimeGraph
from backends.runs.host.alignment import GUESSED, Kernel, align
from backends.runs.host.fusion import FusedNodes
from backends.runs.host.nodes import NodePlan, callees, group_nodes, plan_nodes
from backends.runs.host.rewrite import Rewrite
from backends.runs.run import Certainty, RunPartition

CPU = "CPU"


@dataclass(slots=True)
class Share:
    """What is known about one operator; ``time_us`` is ``None`` where it has no time of its own."""

    placement: str
    time_us: float | None = None
    calls: float = 1.0
    kernels: dict[str, None] = field(default_factory=dict)
    certainty: Certainty = Certainty.MEASURED
    fused_into: OperatorId | None = None
    group: int | None = None


@dataclass(slots=True)
class Attributed:
    """Everything that could be said; operators that did not run are absent."""

    shares: dict[OperatorId, Share] = field(default_factory=dict)
    partitions: list[RunPartition] = field(default_factory=list)
    unmapped_us: float = 0.0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Partition:
    """Nodes that a delegate took; ``index`` is that of the delegate's node, -1 where it is not known."""

    index: int
    delegate: str
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateNames:
    """How delegates' nodes are shown, and what to call one that only its gaps betray."""

    shown: Mapping[str, str]
    default: str
    counts_cycles: bool = False
    """Whether the delegate puts cycles where times belong."""

    def of(self, node_type: str) -> str:
        """Give the name to show."""
        return self.shown.get(node_type, node_type) or self.default


class Attributor:
    """Divides a profile among a model's operators, one subgraph after the other.

    Args:
        model: the model that ran.
        names: names of delegates.
        graphs: the exported graphs; without them the partitions are found from the gaps between rows.
    """

    def __init__(self, model: Model, names: DelegateNames, graphs: Sequence[RuntimeGraph]) -> None:
        self._model = model
        self._names = names
        self._graphs = {graph.subgraph: graph for graph in graphs}
        self._result = Attributed()
        self._macs = {id_: cost.macs or 0 for id_, cost in estimate_model(model)[0].items()}

    def attribute(self, profile: OpProfile) -> Attributed:
        """Give operators and partitions what they took."""
        inclusive: dict[int, float] = {}
        for table in profile.runs:
            if 0 <= table.subgraph < len(self._model.subgraphs):
                inclusive[table.subgraph] = sum(row.time_us for row in table.rows)
                self._attribute_table(table, profile.internal)
            else:
                self._result.unmapped_us += sum(row.time_us for row in table.rows)
        self._take_off_bodies(inclusive)
        return self._result

    def _attribute_table(self, table: ProfileTable, internal: Sequence[ProfileRow]) -> None:
        plan = plan_nodes(self._model, table.subgraph, Rewrite())
        partitions = self._partitions(table, plan)
        inside = {node: part for part in partitions for node in part.nodes}
        reported: dict[int, list[ProfileRow]] = {}
        rows_of_delegates: dict[int, ProfileRow] = {}
        for row in table.rows:
            if row.kind is not RowKind.NODE:
                continue
            if row.index >= len(plan.nodes):
                rows_of_delegates[row.index] = row
            elif row.index in inside:
                reported.setdefault(inside[row.index].index, []).append(row)
            else:
                self._book_cpu(plan, row)
        silent = [part for part in partitions if part.index not in rows_of_delegates]
        for part in partitions:
            whole = rows_of_delegates.pop(part.index, None)
            if whole is not None:
                own = reported.get(part.index) or (internal if len(partitions) == 1 and table.subgraph == 0 else ())
                self._book_group(table.subgraph, plan, part, whole, own)
        self._result.unmapped_us += sum(row.time_us for row in rows_of_delegates.values())
        self._book_silent(table, plan, partitions, silent)

    def _partitions(self, table: ProfileTable, plan: NodePlan) -> list[_Partition]:
        """Give the partitions in the order they run: as exported, or the gaps between the rows of nodes."""
        graph = self._graphs.get(table.subgraph)
        if graph is not None:
            ordered = [graph.delegates[index] for index in graph.order if index in graph.delegates]
            found = [
                _Partition(
                    index=node.index,
                    delegate=self._names.of(node.delegate),
                    nodes=tuple(i for i in node.replaced if 0 <= i < len(plan.nodes)),
                )
                for node in ordered
            ]
            return [part for part in found if part.nodes]
        delegates = sorted(row.index for row in table.rows if row.kind is RowKind.NODE and row.index >= len(plan.nodes))
        if not delegates and not any(row.kind is RowKind.KERNEL for row in table.rows):
            return []
        on_cpu = {row.index for row in table.rows if row.kind is RowKind.NODE and self._is_own(plan, row)}
        groups = [group.nodes for group in group_nodes(plan, set(plan.order) - on_cpu) if group.is_delegated]
        if delegates and len(delegates) != len(groups):
            groups, delegates = [tuple(node for group in groups for node in group)], delegates[:1]
            self._result.notes.append(
                "Which operators each partition took could not be told apart; they are one group."
            )
        types = {row.index: row.node_type for row in table.rows if row.kind is RowKind.NODE}
        return [
            _Partition(
                index=delegates[i] if delegates else len(plan.nodes) + i,
                delegate=self._names.of(types.get(delegates[i], "") if delegates else ""),
                nodes=nodes,
            )
            for i, nodes in enumerate(groups)
            if nodes
        ]

    def _is_own(self, plan: NodePlan, row: ProfileRow) -> bool:
        """Whether a row is of TFLite's kernel, and not what a delegate that counts cycles reports under its number."""
        if row.index >= len(plan.nodes):
            return False
        operator = self._model.operator(plan.nodes[row.index].operator)
        return not self._names.counts_cycles or row.node_type.partition("/")[0] in (operator.kind, operator.label)

    def _share(self, operator: OperatorId, placement: str) -> Share:
        return self._result.shares.setdefault(operator, Share(placement=placement))

    def _add(self, share: Share, time_us: float, kernel: str) -> None:
        share.time_us = (share.time_us or 0.0) + time_us
        if kernel:
            share.kernels[kernel] = None

    def _book_cpu(self, plan: NodePlan, row: ProfileRow) -> None:
        share = self._share(plan.nodes[row.index].operator, CPU)
        share.calls = row.calls
        self._add(share, row.time_us, row.node_type)

    def _book_group(
        self, subgraph: int, plan: NodePlan, part: _Partition, whole: ProfileRow, own: Sequence[ProfileRow]
    ) -> None:
        """Book a partition with a row of its own; what is inside is divided only by what the delegate says itself."""
        if len(part.nodes) == 1:
            share = self._share(plan.nodes[part.nodes[0]].operator, part.delegate)
            share.calls = whole.calls
            self._add(share, whole.time_us, whole.node_type)
            self._append(subgraph, plan, part, None)
            return
        weights = self._inner_weights(plan, part, own)
        group = self._append(subgraph, plan, part, None if weights else whole.time_us)
        total = sum(weights.values())
        for node in part.nodes:
            share = self._share(plan.nodes[node].operator, part.delegate)
            share.calls = whole.calls
            if total > 0:
                share.certainty = Certainty.ESTIMATED
                self._add(share, whole.time_us * weights.get(node, 0.0) / total, "")
            else:
                share.certainty, share.group = Certainty.NOT_ATTRIBUTABLE, group
                share.kernels[whole.node_type] = None

    def _inner_weights(self, plan: NodePlan, part: _Partition, own: Sequence[ProfileRow]) -> dict[int, float]:
        """Give the nodes' parts of a group: cycles by node, or kernels matched by name."""
        weights: dict[int, float] = {}
        if own and own[0].kind is RowKind.NODE:
            for row in own:
                weights[row.index] = weights.get(row.index, 0.0) + row.time_us
            return weights if sum(weights.values()) > 0 else {}
        for row, position in zip(own, self._align(plan, part.nodes, own), strict=True):
            node = part.nodes[position]
            weights[node] = weights.get(node, 0.0) + row.time_us
        return weights if sum(weights.values()) > 0 else {}

    def _book_silent(
        self, table: ProfileTable, plan: NodePlan, partitions: Sequence[_Partition], silent: Sequence[_Partition]
    ) -> None:
        """Book partitions of a delegate that reports its kernels instead of itself."""
        steps = self._steps(table, plan, partitions)
        expected = {node: self._expected(plan, node) for part in silent for node in part.nodes}
        runs = split_kernels(table.rows, steps, expected)
        users: dict[str, list[OperatorId]] = {}
        rows: dict[str, ProfileRow] = {}
        for part in silent:
            kernels = runs.get(part.nodes, [])
            positions = self._align(plan, part.nodes, kernels)
            self._book_members(table.subgraph, plan, part, kernels, positions)
            for row, position in zip(kernels, positions, strict=True):
                rows[row.name] = row
                users.setdefault(row.name, []).append(plan.nodes[part.nodes[position]].operator)
        for name, operators in users.items():
            self._divide(rows[name], operators)
        self._result.unmapped_us += sum(
            row.time_us for row in table.rows if row.kind is RowKind.KERNEL and row.name not in users
        )

    def _book_members(
        self, subgraph: int, plan: NodePlan, part: _Partition, kernels: Sequence[ProfileRow], positions: Sequence[int]
    ) -> None:
        group = self._append(subgraph, plan, part, None)
        timed = {part.nodes[position] for position in positions}
        fused = FusedNodes(self._model, plan, self._model.subgraphs[subgraph].outputs) if timed else None
        is_plain = len(kernels) == len(part.nodes) == len(timed)
        for node in part.nodes:
            share = self._share(plan.nodes[node].operator, part.delegate)
            if node in timed:
                share.calls = max((row.calls for row in kernels if row.calls == round(row.calls)), default=1.0)
                share.certainty = Certainty.MEASURED if is_plain else Certainty.ESTIMATED
                share.calls = 1.0 if subgraph == 0 else share.calls
            elif fused is None:
                share.certainty, share.group = Certainty.NOT_ATTRIBUTABLE, group
            elif (target := fused.target(node, timed)) is not None:
                share.fused_into = plan.nodes[target].operator

    def _divide(self, row: ProfileRow, operators: Sequence[OperatorId]) -> None:
        """Give a kernel's time to its operator; one that stands for several is divided by their work."""
        macs = [float(self._macs.get(operator, 0)) for operator in operators]
        total = sum(macs)
        for operator, work in zip(operators, macs, strict=True):
            share = self._result.shares[operator]
            part = work / total if total > 0 else 1 / len(operators)
            self._add(share, row.time_us * part, row.node_type)
            if len(set(operators)) > 1:
                share.certainty = Certainty.ESTIMATED

    def _steps(self, table: ProfileTable, plan: NodePlan, partitions: Sequence[_Partition]) -> list[Step]:
        graph = self._graphs.get(table.subgraph)
        by_index = {part.index: part for part in partitions}
        if graph is not None:
            return [by_index[index].nodes if index in by_index else index for index in graph.order]
        delegated = {node for part in partitions for node in part.nodes}
        steps: list[Step] = []
        for group in group_nodes(plan, delegated):
            steps.extend([group.nodes] if group.is_delegated else group.nodes)
        return steps

    def _expected(self, plan: NodePlan, node: int) -> Kernel:
        return Kernel(GUESSED + self._model.operator(plan.nodes[node].operator).kind, 1.0)

    def _align(self, plan: NodePlan, nodes: Sequence[int], kernels: Sequence[ProfileRow]) -> list[int]:
        """Give for each kernel the position of its node; kernels nobody expected go with the one before."""
        if len(nodes) == 1:
            return [0] * len(kernels)
        expected = [self._expected(plan, node) for node in nodes]
        matches = align(expected, [Kernel(row.node_type, 1.0) for row in kernels])
        last = next((match for match in matches if match >= 0), 0)
        filled = []
        for match in matches:
            last = match if match >= 0 else last
            filled.append(last)
        return filled

    def _append(self, subgraph: int, plan: NodePlan, part: _Partition, time_us: float | None) -> int:
        operators = tuple(dict.fromkeys(plan.nodes[node].origin.index for node in part.nodes))
        self._result.partitions.append(
            RunPartition(
                subgraph=subgraph,
                delegate=part.delegate,
                operators=operators,
                time_ns=None if time_us is None else 1000 * time_us,
            )
        )
        return len(self._result.partitions) - 1

    def _take_off_bodies(self, inclusive: Mapping[int, float]) -> None:
        """Leave operators that run subgraphs what is their own; several that run the same one share it by time."""
        callers: dict[int, list[OperatorId]] = {}
        for graph in self._model.subgraphs:
            for operator in graph.operators:
                if operator.id in self._result.shares:
                    for body in callees(operator):
                        callers.setdefault(body, []).append(operator.id)
        whole = {id_: share.time_us or 0.0 for id_, share in self._result.shares.items()}
        for body, operators in callers.items():
            total = sum(whole[id_] for id_ in operators)
            for id_ in operators:
                share = self._result.shares[id_]
                if share.time_us is not None and total > 0:
                    taken = inclusive.get(body, 0.0) * whole[id_] / total
                    share.time_us = max(0.0, share.time_us - taken)
                    if len(operators) > 1:
                        share.certainty = Certainty.ESTIMATED
