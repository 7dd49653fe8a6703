"""Which operator first makes a tensor whose size is only known at run time.

Most delegates are refused the whole graph then: the runtime prepares all operators first, and applies a delegate for
static sizes only where every size came out. An operator's output size is open where an operand that decides about it
is neither constant nor worked out beforehand; a few operators and types are always open (tflite/kernels/*.cc, Prepare,
and tflite/core/subgraph.cc, ModifyGraphWithDelegateImpl, LiteRT f674577).
"""

from collections.abc import Iterator

from backends.model.model import NO_TENSOR, Model, Operator, OptionValue, Subgraph

_DECIDING: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        ("RESHAPE", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "TILE", "PAD", "PADV2", "MIRROR_PAD"), (1,)
    ),
    **dict.fromkeys(("TRANSPOSE", "ARG_MAX", "ARG_MIN", "EXPAND_DIMS", "TOPK_V2", "ONE_HOT", "BROADCAST_TO"), (1,)),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"), (1,)),
    **dict.fromkeys(("SPARSE_TO_DENSE", "SEGMENT_SUM", "MULTINOMIAL", "RFFT2D"), (1,)),
    **dict.fromkeys(("FILL", "SPLIT", "TRANSPOSE_CONV", "CONV_3D_TRANSPOSE", "WHERE"), (0,)),
    **dict.fromkeys(("RANDOM_UNIFORM", "RANDOM_STANDARD_NORMAL"), (0,)),
    **dict.fromkeys(("SLICE", "SPLIT_V", "BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND"), (1, 2)),
    **dict.fromkeys(("SCATTER_ND", "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5"), (2,)),
    **dict.fromkeys(("UNSORTED_SEGMENT_SUM", "UNSORTED_SEGMENT_PROD", "UNSORTED_SEGMENT_MAX"), (2,)),
    "UNSORTED_SEGMENT_MIN": (2,),
    "STRIDED_SLICE": (1, 2, 3),
    "RANGE": (0, 1, 2),
    "DILATE": (1, 2, 3),
}
"""Operands that must be known beforehand for the output's size to be."""

_ALWAYS_OPEN = frozenset({"UNIQUE", "EMBEDDING_LOOKUP_SPARSE"})
_WORKED_OUT = frozenset({"SHAPE", "RANK"})
_WORKED_OUT_FROM_KNOWN = frozenset(
    {"BROADCAST_ARGS", "CONCATENATION", "GATHER", "MUL", "RANGE", "REDUCE_PROD", "RESHAPE", "STRIDED_SLICE", "TILE"}
)
"""Operators that the runtime works out beforehand where all their inputs are known."""

_RESOLVED_CUSTOM = frozenset(
    {
        "AudioSpectrogram",
        "Mfcc",
        "NumericVerify",
        "TFLite_Detection_PostProcess",
        "aeq.hadamard_rotation",
    }
)
"""Custom operators that come with the runtime."""


_DEEPEST_CALL = 100
"""Loops and branches nested deeper than this are taken to leave no size open."""


def open_operators(model: Model) -> tuple[Operator, ...]:
    """Give for each subgraph that has one the first operator after which sizes are open."""
    search = _Search(model)
    found = (search.first_open(subgraph, 0) for subgraph in model.subgraphs)
    return tuple(operator for operator in found if operator is not None)


class _Search:
    """Looks through subgraphs, and through those that they call, each once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._found: dict[int, Operator | None] = {}

    def first_open(self, subgraph: Subgraph, depth: int) -> Operator | None:
        if subgraph.index not in self._found:
            self._found[subgraph.index] = None  # For subgraphs that call themselves.
            self._found[subgraph.index] = self._look_through(subgraph, depth)
        return self._found[subgraph.index]

    def _look_through(self, subgraph: Subgraph, depth: int) -> Operator | None:
        known = {tensor.index for tensor in subgraph.tensors if tensor.is_constant}
        for operator in subgraph.operators:
            if _is_open(operator, subgraph, known) or self._calls_open(operator, depth + 1):
                return operator
            reads = [tensor for tensor in operator.inputs if tensor != NO_TENSOR]
            from_known = operator.kind in _WORKED_OUT_FROM_KNOWN and known.issuperset(reads)
            if from_known or operator.kind in _WORKED_OUT:
                known.update(operator.outputs)
        return None

    def _calls_open(self, operator: Operator, depth: int) -> bool:
        """Whether a loop or branch leaves sizes open: inside, by growing, or by branches that differ."""
        if operator.kind not in ("WHILE", "IF") or depth > _DEEPEST_CALL:
            return False
        subgraphs = self._model.subgraphs
        called = [subgraphs[index] for index in _called(operator) if 0 <= index < len(subgraphs)]
        if any(self.first_open(body, depth) for body in called):
            return True
        if operator.kind == "WHILE" and called:
            return _shapes(called[-1], called[-1].inputs) != _shapes(called[-1], called[-1].outputs)
        return len({_shapes(branch, branch.outputs) for branch in called}) > 1


def _is_open(operator: Operator, subgraph: Subgraph, known: set[int]) -> bool:
    if operator.kind in _ALWAYS_OPEN:
        return True
    if operator.kind == "CUSTOM" and operator.custom_code not in _RESOLVED_CUSTOM:
        return True
    outputs = [subgraph.tensors[tensor] for tensor in operator.outputs if tensor != NO_TENSOR]
    if any(tensor.dtype == "string" for tensor in outputs):
        return True
    if operator.kind == "READ_VARIABLE" and outputs and not outputs[0].shape:
        return True
    positions = _DECIDING.get(operator.kind, ())
    deciding = [operator.inputs[place] for place in positions if place < len(operator.inputs)]
    return any(tensor not in known and tensor != NO_TENSOR for tensor in deciding)


def _called(operator: Operator) -> Iterator[int]:
    for name in ("cond_subgraph_index", "body_subgraph_index", "then_subgraph_index", "else_subgraph_index"):
        index: OptionValue | None = operator.options.get(name)
        if isinstance(index, int):
            yield index


def _shapes(subgraph: Subgraph, tensors: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(subgraph.tensors[tensor].shape for tensor in tensors)
