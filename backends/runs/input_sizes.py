"""Values for inputs that set a shape, an axis or a position: those that lead to the shapes which the file states."""

from collections.abc import Callable, Mapping
from math import prod

from backends.model.model import NO_TENSOR, Operator, Subgraph

Values = tuple[int, ...]

_MOST = 16
"""No operand that sets a shape has more values: two for each of at most eight dimensions."""


class _Shapes:
    """What is stated about one operator that reads the input; what is missing raises ``IndexError``."""

    def __init__(self, subgraph: Subgraph, operator: Operator, count: int) -> None:
        self._subgraph = subgraph
        self._operator = operator
        self.count = count
        """How many values are wanted."""

    def input(self, position: int = 0) -> Values:
        return self._shape(self._operator.inputs[position])

    def result(self) -> Values:
        return self._shape(self._operator.outputs[0])

    def _shape(self, tensor: int) -> Values:
        if tensor == NO_TENSOR:
            raise IndexError
        return self._subgraph.tensors[tensor].shape


def _zeros(shapes: _Shapes) -> Values:
    return (0,) * shapes.count


def _ones(shapes: _Shapes) -> Values:
    return (1,) * shapes.count


def _result(shapes: _Shapes) -> Values:
    return shapes.result()


def _new_shape(shapes: _Shapes) -> Values:
    return shapes.result() if prod(shapes.result()) == prod(shapes.input()) else ()


def _image(shapes: _Shapes) -> Values:
    return shapes.result()[1:3]


def _all(shapes: _Shapes) -> Values:
    return shapes.input()


def _same_order(shapes: _Shapes) -> Values:
    return tuple(range(shapes.count))


def _last(shapes: _Shapes) -> Values:
    return shapes.result()[-1:]


def _times(shapes: _Shapes) -> Values:
    pairs = zip(shapes.result(), shapes.input(), strict=True)
    return tuple(max(1, after // max(1, before)) for after, before in pairs)


_AXIS_AT = {
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"), 1),
    **dict.fromkeys(("ARG_MAX", "ARG_MIN", "EXPAND_DIMS", "CUMSUM", "REVERSE_V2"), 1),
    "SPLIT": 0,
    "SPLIT_V": 2,
}
_RULES: Mapping[tuple[str, int], Callable[[_Shapes], Values]] = {
    **dict.fromkeys(_AXIS_AT.items(), _zeros),
    **dict.fromkeys((("PAD", 1), ("PADV2", 1), ("MIRROR_PAD", 1), ("SLICE", 1), ("STRIDED_SLICE", 1)), _zeros),
    **dict.fromkeys((("DYNAMIC_UPDATE_SLICE", 2),), _zeros),
    **dict.fromkeys((("TRANSPOSE_CONV", 0), ("FILL", 0), ("RANDOM_UNIFORM", 0), ("SLICE", 2)), _result),
    **dict.fromkeys((("BROADCAST_TO", 1), ("RANDOM_STANDARD_NORMAL", 0), ("SCATTER_ND", 2)), _result),
    **dict.fromkeys((("RESIZE_BILINEAR", 1), ("RESIZE_NEAREST_NEIGHBOR", 1)), _image),
    ("RESHAPE", 1): _new_shape,
    ("STRIDED_SLICE", 2): _all,
    ("STRIDED_SLICE", 3): _ones,
    ("TILE", 1): _times,
    ("TRANSPOSE", 1): _same_order,
    ("TOPK_V2", 1): _last,
}
"""By kind and position of the operand."""


def stated_values(subgraph: Subgraph, tensor: int, count: int) -> Values:
    """Give ``count`` values for an input that sets a shape; empty where it does not, or the file states no such shape.

    Args:
        subgraph: where the input is.
        tensor: the input's index.
        count: how many values it takes.
    """
    for operator in subgraph.operators if count <= _MOST else ():
        for position, index in enumerate(operator.inputs):
            rule = _RULES.get((operator.kind, position)) if index == tensor else None
            if rule is not None:
                return _fitting(rule, _Shapes(subgraph, operator, count))
    return ()


def _fitting(rule: Callable[[_Shapes], Values], shapes: _Shapes) -> Values:
    try:
        found = rule(shapes)
    except (IndexError, ValueError):
        return ()
    return found if len(found) == shapes.count and min(found, default=-1) >= 0 else ()
