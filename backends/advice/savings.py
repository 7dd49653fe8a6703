"""How much of the work of some operators goes away when a pattern is changed as its remedy says."""

from collections.abc import Callable, Collection, Mapping

from backends.advice.gain import Costs
from backends.model.model import NO_TENSOR, Model, OperatorId

_SMALL_SIDE = 3


def saved_part(rule: str, model: Model, operators: Collection[OperatorId], costs: Costs) -> float | None:
    """Give the part (0..1) of the operators' work that goes away, or ``None`` where the pattern does not say.

    Args:
        rule: id of the pattern.
        model: the model.
        operators: what would be changed.
        costs: estimates of all operators.
    """
    formula = _FORMULAS.get(rule)
    return formula(model, operators, costs) if formula is not None and operators else None


def _smaller_kernels(model: Model, operators: Collection[OperatorId], costs: Costs) -> float:
    """A k x k kernel becomes (k - 1) / 2 kernels of 3 x 3 with the same field of view: 9 (k - 1) / 2 of k x k products.

    The channels in between are taken to be as many as before. Kernels of two different sides are taken by their area.
    """
    total = saved = 0.0
    for id_ in operators:
        operator = model.operator(id_)
        shape = model.subgraphs[id_.subgraph].tensors[operator.inputs[1]].shape
        macs = float(costs[id_].macs or 0) if id_ in costs else 0.0
        area = shape[1] * shape[2]
        steps = max((max(shape[1], shape[2]) - 1) / 2, 1.0)
        total += macs
        saved += macs * max(0.0, 1 - steps * min(_SMALL_SIDE**2, area) / area)
    return saved / total if total else 0.0


def _half_size(_model: Model, _operators: Collection[OperatorId], _costs: Costs) -> float:
    """The same layers at half the height and width: a quarter of the products is left."""
    return 0.75


def _all(_model: Model, _operators: Collection[OperatorId], _costs: Costs) -> float:
    """The operators go away."""
    return 1.0


def _low_resolution(model: Model, operators: Collection[OperatorId], _costs: Costs) -> float:
    """The same layers at the input's size instead of the output's: the ratio of their areas is left."""
    graph = model.subgraphs[next(iter(operators)).subgraph]
    sizes = [graph.tensors[i].shape for ends in (graph.inputs[:1], graph.outputs[:1]) for i in ends if i != NO_TENSOR]
    if len(sizes) != 2 or any(len(shape) != 4 for shape in sizes):
        return 0.0
    small, large = (shape[1] * shape[2] for shape in sizes)
    return max(0.0, 1 - small / large) if large else 0.0


_FORMULAS: Mapping[str, Callable[[Model, Collection[OperatorId], Costs], float]] = {
    "large-kernel": _smaller_kernels,
    "work-at-full-size": _half_size,
    "work-after-enlarging": _low_resolution,
    "layout-at-ends": _all,
    "unfused-clip": _all,
    "interpolated-skip": _all,
}
