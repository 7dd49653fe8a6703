"""Which operators write and read a tensor, for constraints that look at neighbours."""

from collections.abc import Sequence
from functools import cached_property

from backends.model.model import Operator, Subgraph


class SubgraphLinks:
    """Writers and readers of the tensors of a subgraph, gathered when somebody first asks."""

    def __init__(self, subgraph: Subgraph) -> None:
        self._subgraph = subgraph

    def writers(self, tensor: int) -> Sequence[Operator]:
        """Give the operators that write a tensor, once for each time they name it."""
        return self._writers.get(tensor, ())

    def readers(self, tensor: int) -> Sequence[Operator]:
        """Give the operators that read a tensor, once for each time they name it."""
        return self._readers.get(tensor, ())

    def output_dtype(self, operator: Operator) -> str:
        """Give the type of an operator's first output; empty where it has none."""
        first = operator.outputs[0] if operator.outputs else -1
        return self._subgraph.tensors[first].dtype if first >= 0 else ""

    def input_dtype(self, operator: Operator) -> str:
        """Give the type of an operator's first input; empty where it has none."""
        first = operator.inputs[0] if operator.inputs else -1
        return self._subgraph.tensors[first].dtype if first >= 0 else ""

    def reads_constant(self, operator: Operator) -> bool:
        """Whether an operator's first input is a constant, or unpacked from one."""
        first = operator.inputs[0] if operator.inputs else -1
        if first < 0:
            return False
        if self._subgraph.tensors[first].is_constant:
            return True
        # Sparse float16 weights are made dense first, then dequantised.
        writers = self.writers(first)
        return any(w.kind == "DENSIFY" and w.inputs and self._is_constant(w.inputs[0]) for w in writers)

    def _is_constant(self, tensor: int) -> bool:
        return tensor >= 0 and self._subgraph.tensors[tensor].is_constant

    @cached_property
    def _writers(self) -> dict[int, list[Operator]]:
        found: dict[int, list[Operator]] = {}
        for operator in self._subgraph.operators:
            for tensor in operator.outputs:
                found.setdefault(tensor, []).append(operator)
        return found

    @cached_property
    def _readers(self) -> dict[int, list[Operator]]:
        found: dict[int, list[Operator]] = {}
        for operator in self._subgraph.operators:
            for tensor in operator.inputs:
                found.setdefault(tensor, []).append(operator)
        return found
