"""What rules look at, gathered once for a model and shared by all targets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from backends.model.cost import operator_cost
from backends.model.dtype import dtype_of
from backends.model.model import NO_TENSOR, Model, Operator, OptionValue, Subgraph, Tensor
from backends.targets.control_edges import read_control_edges
from backends.targets.dynamic_sizes import open_operators
from backends.targets.links import SubgraphLinks
from backends.targets.partitions import ExecutionOrder
from backends.targets.prepared_shapes import prepared_tensors
from backends.targets.target import WeightsPolicy

ABSENT = Tensor(index=NO_TENSOR, name="", dtype="none", shape=())
"""Stands for an operand that an operator does not have."""

MOST_VALUES = 4096
"""How many values of a constant are looked at; operands that decide about support are far smaller."""

_OUTPUTS_FOLLOW = -2
"""Stands between inputs and outputs in the key of an operator."""

ReadConstant = Callable[[Tensor], tuple[int, ...]]
"""Gives the values of a constant integer tensor; empty for any other tensor."""


class OperatorFacts:
    """One operator with its tensors resolved, as the constraints see it.

    Attributes:
        kind: builtin kind, or ``CUSTOM:<code>``.
        inputs: input tensors, ``ABSENT`` where an optional one is left out. Behind a delegate that looks through
            float16 weights they are the float16 constants.
        links: which operators write and read a tensor.
    """

    __slots__ = ("inputs", "kind", "links", "operator", "options", "outputs", "read_constant", "version")

    def __init__(
        self,
        operator: Operator,
        inputs: tuple[Tensor, ...],
        outputs: tuple[Tensor, ...],
        read_constant: ReadConstant,
        links: SubgraphLinks,
    ) -> None:
        self.operator = operator
        self.kind = kind_of(operator)
        self.version = operator.version
        self.options: Mapping[str, OptionValue] = operator.options
        self.inputs = inputs
        self.outputs = outputs
        self.read_constant = read_constant
        self.links = links

    def input(self, position: int) -> Tensor:
        """Give the input at a position, or ``ABSENT``."""
        return self.inputs[position] if position < len(self.inputs) else ABSENT

    def output(self, position: int) -> Tensor:
        """Give the output at a position, or ``ABSENT``."""
        return self.outputs[position] if position < len(self.outputs) else ABSENT


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubgraphFacts:
    """Operators of a subgraph, numbered by what rules look at: equal numbers mean equal answers.

    Compared by identity: what was answered about one is kept beside it.
    """

    subgraph: Subgraph
    operators: tuple[OperatorFacts, ...]
    forms: tuple[int, ...]
    """Numbers of all but sizes and values: types, ranks, constness, options."""
    signatures: tuple[int, ...]
    """Numbers of all but values."""
    folded: frozenset[int]
    """Operators that are looked through (DEQUANTIZE of a float16 constant), by index."""
    by_kind: Mapping[str, tuple[int, ...]]
    """Indices of the operators of each kind, without the folded ones."""
    execution_order: ExecutionOrder
    """What waits for what. The runtime cuts before it rewires float16 weights, so that it is the same for all."""


class ModelFacts:
    """Facts of all subgraphs, for each way of treating float16 weights.

    Args:
        model: the model.

    Attributes:
        answers: what was answered already; targets that say the same about a kind share it.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._numbers: dict[object, int] = {}
        self._options: dict[int, int] = {}
        self._control_edges = read_control_edges(model)
        self._orders: dict[int, ExecutionOrder] = {}
        self.answers: dict[tuple[object, object], Any] = {}
        self._views: dict[WeightsPolicy, tuple[SubgraphFacts, ...]] = {}

    def view(self, policy: WeightsPolicy) -> tuple[SubgraphFacts, ...]:
        """Give the facts of every subgraph as a delegate with this policy sees them."""
        found = self._views.get(policy)
        if found is None:
            found = tuple(self._gather(subgraph, policy) for subgraph in self.model.subgraphs)
            self._views[policy] = found
        return found

    @cached_property
    def macs(self) -> tuple[tuple[int, ...], ...]:
        """Estimated multiply-accumulates of each operator, 0 where there are none or they are not known."""
        known: dict[int, int] = {}
        found: list[tuple[int, ...]] = []
        for facts in self.view(WeightsPolicy.ASK):
            for op, signature in zip(facts.operators, facts.signatures, strict=True):
                if signature not in known:
                    known[signature] = operator_cost(self.model, op.operator).macs or 0
            found.append(tuple([known[signature] for signature in facts.signatures]))
        return tuple(found)

    @cached_property
    def open_operators(self) -> tuple[Operator, ...]:
        """The first operator of each subgraph after which sizes are only known at run time."""
        return open_operators(self.model)

    def read_constant(self, tensor: Tensor) -> tuple[int, ...]:
        """Give the values of a constant integer tensor, in one row; empty for any other tensor."""
        dtype = dtype_of(tensor.dtype)
        if not tensor.is_constant or not dtype.is_integer or dtype.numpy != tensor.dtype:
            return ()
        if not 0 <= tensor.buffer < len(self.model.buffers):
            return ()
        offset, size = self.model.buffers[tensor.buffer]
        holder = np.dtype(tensor.dtype).newbyteorder("<")
        values = np.frombuffer(self.model.data, holder, count=size // holder.itemsize, offset=offset)
        return tuple(values[:MOST_VALUES].tolist())

    def _gather(self, subgraph: Subgraph, policy: WeightsPolicy) -> SubgraphFacts:
        folded: dict[int, int] = {}
        tensors = list(self._prepared(subgraph))
        if policy is WeightsPolicy.LOOK_THROUGH:
            folded = {op.id.index: op.inputs[0] for op in subgraph.operators if is_float16_weight(op, subgraph)}
            for index, source in folded.items():
                tensors[subgraph.operators[index].outputs[0]] = tensors[source]
        if not folded and policy is not WeightsPolicy.ASK:
            return self.view(WeightsPolicy.ASK)[subgraph.index]
        form_keys = [self._form_key(tensor) for tensor in tensors]
        size_keys = [self._number((tensor.shape, tensor.shape_signature)) for tensor in tensors]
        links = SubgraphLinks(subgraph)
        operators: list[OperatorFacts] = []
        forms: list[int] = []
        signatures: list[int] = []
        for operator in subgraph.operators:
            # A folded operator is never asked, so that it may see its own output replaced.
            inputs = tuple([ABSENT if i == NO_TENSOR else tensors[i] for i in operator.inputs])
            outputs = tuple([tensors[i] for i in operator.outputs if i != NO_TENSOR])
            operators.append(OperatorFacts(operator, inputs, outputs, self.read_constant, links))
            forms.append(self._form(operator, form_keys))
            signatures.append(self._number((forms[-1], _of_tensors(operator, size_keys))))
        by_kind: dict[str, list[int]] = {}
        for index, op in enumerate(operators):
            if index not in folded:
                by_kind.setdefault(op.kind, []).append(index)
        return SubgraphFacts(
            subgraph=subgraph,
            operators=tuple(operators),
            forms=tuple(forms),
            signatures=tuple(signatures),
            folded=frozenset(folded),
            by_kind={kind: tuple(indices) for kind, indices in by_kind.items()},
            execution_order=self._order(subgraph),
        )

    def _prepared(self, subgraph: Subgraph) -> tuple[Tensor, ...]:
        """Give the tensors as a delegate sees them: if all sizes are known, with those that the runtime works out."""
        return subgraph.tensors if self.open_operators else prepared_tensors(subgraph, self.read_constant)

    def _order(self, subgraph: Subgraph) -> ExecutionOrder:
        found = self._orders.get(subgraph.index)
        if found is None:
            edges = self._control_edges[subgraph.index] if self._control_edges else None
            found = self._orders[subgraph.index] = ExecutionOrder(subgraph, edges)
        return found

    def _form_key(self, tensor: Tensor) -> int:
        """Number what is looked at of a tensor but its sizes and values."""
        quantization = tensor.quantization
        scheme: tuple[int, int, int] | None = None
        if quantization is not None:
            scheme = (len(quantization.scale), quantization.dimension, quantization.block_size)
        flags = (tensor.is_constant, tensor.is_variable, tensor.is_sparse, tensor.has_rank)
        return self._number((tensor.dtype, len(tensor.shape), flags, scheme))

    def _form(self, operator: Operator, keys: list[int]) -> int:
        options = tuple(operator.options.items())
        return self._number(
            (operator.kind, operator.custom_code, operator.version, options, _of_tensors(operator, keys))
        )

    def _number(self, key: object) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def _of_tensors(operator: Operator, keys: list[int]) -> tuple[int, ...]:
    """Give the keys of an operator's tensors, inputs and outputs apart."""
    inputs = [NO_TENSOR if i == NO_TENSOR else keys[i] for i in operator.inputs]
    return (*inputs, _OUTPUTS_FOLLOW, *[keys[i] for i in operator.outputs if i != NO_TENSOR])


def kind_of(operator: Operator) -> str:
    """Give the name by which rules know an operator: its kind, or ``CUSTOM:<code>``."""
    return f"CUSTOM:{operator.custom_code}" if operator.kind == "CUSTOM" else operator.kind


def is_float16_weight(operator: Operator, subgraph: Subgraph) -> bool:
    """Whether the operator only turns a float16 constant into float32."""
    if operator.kind != "DEQUANTIZE" or not operator.inputs or not operator.outputs:
        return False
    if operator.inputs[0] == NO_TENSOR or operator.outputs[0] == NO_TENSOR:
        return False
    source = subgraph.tensors[operator.inputs[0]]
    return source.is_constant and source.dtype == "float16"
