"""What is simply so of an operator, and how its tensors are quantised."""

import difflib

import numpy as np

from backends.model.model import NO_TENSOR
from backends.query.error import QueryError
from backends.query.facts import Mask, OperatorIndex, QueryFacts
from backends.query.field import FLAGS, QUANTISED
from backends.query.syntax import Value


def flag_mask(value: Value, facts: QueryFacts) -> Mask:
    """Tell of which operators a flag holds.

    Raises:
        QueryError: there is no such flag.
    """
    name, index = one_of(value, FLAGS, "is"), facts.index
    if name in ("fused", "measured"):
        times = facts.times()
        if name == "fused":
            return index.mask_of(id_ for id_, time in times.items() if time.fused_into is not None)
        return index.mask_of(id_ for id_, time in times.items() if time.time_ns is not None)
    if name == "custom":
        return np.asarray([bool(operator.custom_code) for operator in index.operators], bool)
    if name == "quantised":
        return _quantised(index)
    if name == "constant-input":
        return _used(index, [tensor.is_constant for tensor in index.tensors], False)
    of_tensor = {
        "dynamic": [not t.has_rank or any(size < 0 for size in t.display_shape) for t in index.tensors],
        "sparse": [tensor.is_sparse for tensor in index.tensors],
        "variable": [tensor.is_variable for tensor in index.tensors],
    }
    return _used(index, of_tensor[name], None)


def quantisation_mask(value: Value, index: OperatorIndex) -> Mask:
    """Tell of which operators the tensors are quantised in some way.

    Raises:
        QueryError: there is no such way.
    """
    name = one_of(value, QUANTISED, "quantised")
    if name in ("yes", "no"):
        return _quantised(index) if name == "yes" else ~_quantised(index)
    kinds = [tensor.quantization for tensor in index.tensors]
    per_channel = _used(index, [kind is not None and kind.is_per_channel for kind in kinds], None)
    if name == "per-channel":
        return per_channel
    if name == "blockwise":
        is_blockwise = [k is not None and (k.block_size > 0 or k.scale_tensor != NO_TENSOR) for k in kinds]
        return _used(index, is_blockwise, None)
    return _quantised(index) & ~per_channel


def one_of(value: Value, names: tuple[str, ...], field: str) -> str:
    """Give the one of the names that is meant; a beginning that fits only one is enough.

    Raises:
        QueryError: none is.
    """
    wanted = value.text.casefold().replace("quantized", "quantised")
    if wanted in names:
        return wanted
    begun = [name for name in names if name.startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    close = difflib.get_close_matches(wanted, names, 1)
    hint = f"did you mean {field}:{close[0]}" if close else f"there is {', '.join(names)}"
    raise QueryError(f"'{value.text}' is nothing that {field} can be; {hint}.", value.start, value.end)


def _quantised(index: OperatorIndex) -> Mask:
    return _used(index, [t.quantization is not None and bool(t.quantization.scale) for t in index.tensors], None)


def _used(index: OperatorIndex, tensors: list[bool], side: bool | None) -> Mask:
    return index.uses.operators_with(np.asarray(tensors, bool), side, index.count)
