"""Runs of float operators inside a quantised graph."""

from dataclasses import dataclass

from backends.model.model import NO_TENSOR, Operator, Subgraph

_FLOATS = frozenset({"float32", "float16", "bfloat16", "float64"})
_BORDERS = frozenset({"QUANTIZE", "DEQUANTIZE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """Connected float operators; ``borders`` are the QUANTIZE and DEQUANTIZE around them."""

    operators: tuple[int, ...]
    borders: tuple[int, ...]
    enters: bool
    """Whether some of its data was dequantised."""
    leaves: bool
    """Whether some of its results are quantised again."""

    @property
    def place(self) -> str:
        """Where it lies, for a sentence."""
        if self.enters and self.leaves:
            return "between DEQUANTIZE and QUANTIZE"
        return "behind the last DEQUANTIZE" if self.enters else "before the first QUANTIZE"


def find_islands(subgraph: Subgraph) -> tuple[Island, ...]:
    """Give the float islands in execution order; float operators that touch no quantised data form none."""
    groups = _Groups(len(subgraph.tensors))
    operators = [op for op in subgraph.operators if op.kind not in _BORDERS and _is_float(subgraph, op)]
    for operator in operators:
        tensors = _float_activations(subgraph, operator)
        for tensor in tensors[1:]:
            groups.join(tensors[0], tensor)
    entries: dict[int, list[int]] = {}
    exits: dict[int, list[int]] = {}
    for operator in subgraph.operators:
        if operator.kind == "DEQUANTIZE" and _reads_activation(subgraph, operator):
            entries.setdefault(groups.root(operator.outputs[0]), []).append(operator.id.index)
        elif operator.kind == "QUANTIZE" and operator.inputs and _is_float_tensor(subgraph, operator.inputs[0]):
            exits.setdefault(groups.root(operator.inputs[0]), []).append(operator.id.index)
    members: dict[int, list[int]] = {}
    for operator in operators:
        members.setdefault(groups.root(_float_activations(subgraph, operator)[0]), []).append(operator.id.index)
    roots = [root for root in dict.fromkeys([*members, *entries]) if root in entries or root in exits]
    return tuple(
        Island(
            operators=tuple(members.get(root, ())),
            borders=tuple(sorted({*entries.get(root, ()), *exits.get(root, ())})),
            enters=root in entries,
            leaves=root in exits,
        )
        for root in roots
        if root in members or (root in entries and root in exits)
    )


class _Groups:
    """Tensors that belong together (union of disjoint sets)."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def root(self, item: int) -> int:
        parents = self._parents
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    def join(self, first: int, second: int) -> None:
        self._parents[self.root(first)] = self.root(second)


def _is_float_tensor(subgraph: Subgraph, index: int) -> bool:
    return index != NO_TENSOR and subgraph.tensors[index].dtype in _FLOATS


def _float_activations(subgraph: Subgraph, operator: Operator) -> list[int]:
    indices = [i for i in (*operator.inputs, *operator.outputs) if _is_float_tensor(subgraph, i)]
    return [i for i in indices if not subgraph.tensors[i].is_constant]


def _is_float(subgraph: Subgraph, operator: Operator) -> bool:
    return bool(_float_activations(subgraph, operator))


def _reads_activation(subgraph: Subgraph, operator: Operator) -> bool:
    """Whether a DEQUANTIZE reads data of the run, not weights."""
    if not operator.inputs or not operator.outputs or operator.inputs[0] == NO_TENSOR:
        return False
    return not subgraph.tensors[operator.inputs[0]].is_constant
