"""Whether the parts of a model fit together: errors where the graph is not one, warnings for oddities."""

from math import inf

import numpy as np

from backends.errors import ModelFileError
from backends.model.dtype import byte_count
from backends.model.flatbuffer import DAMAGED_HINT, Positions, Ragged
from backends.model.model import NO_TENSOR, Quantization, Subgraph, Tensor
from backends.model.operator_reader import OperatorRows
from backends.model.tensor_reader import Buffers


def check_indices(name: str, tensor_slices: list[slice], operators: OperatorRows, ends: tuple[Ragged, Ragged]) -> None:
    """Refuse a model whose operators or subgraphs name tensors that do not exist.

    Args:
        name: what to call the file.
        tensor_slices: the tensors of each subgraph.
        operators: the operators of all subgraphs.
        ends: inputs and outputs of the subgraphs.

    Raises:
        ModelFileError: an index is out of range.
    """
    counts = np.array([part.stop - part.start for part in tensor_slices], np.int64)
    per_operator = np.repeat(counts, [part.stop - part.start for part in operators.slices])
    for what, lists in (
        ("reads", operators.inputs),
        ("writes", operators.outputs),
        ("uses", operators.intermediates),
    ):
        wrong = _first_wrong(lists, per_operator)
        if wrong is not None:
            owner, tensor = wrong
            operator = operators.operators[owner]
            raise ModelFileError(
                f"{name}: operator {operator.id.index} ({operator.label}) of subgraph {operator.id.subgraph} {what} "
                f"tensor {tensor}, but the subgraph has only {per_operator[owner]} tensors.",
                hint=DAMAGED_HINT,
            )
    for what, lists in zip(("input", "output"), ends, strict=True):
        wrong = _first_wrong(lists, counts)
        if wrong is not None:
            raise ModelFileError(
                f"{name}: subgraph {wrong[0]} has tensor {wrong[1]} as {what}, but only {counts[wrong[0]]} tensors.",
                hint=DAMAGED_HINT,
            )


def find_oddities(graphs: tuple[Subgraph, ...], operators: OperatorRows, buffers: Buffers) -> tuple[str, ...]:
    """Say what is strange about a model that can be shown nevertheless, one sentence for each kind of oddity."""
    found: list[str] = []
    for graph, part in zip(graphs, operators.slices, strict=True):
        found += _order_oddities(graph, operators, part)
        found += _tensor_oddities(graph, buffers)
        unknown = sorted({op.kind for op in graph.operators if op.kind.startswith("UNKNOWN_")})
        if unknown:
            found.append(f"Subgraph {graph.index} has operators newer than this program knows: {', '.join(unknown)}.")
    found += _reference_oddities(graphs)
    return tuple(found)


def _first_wrong(lists: Ragged, limits: Positions) -> tuple[int, int] | None:
    """The owner and value of the first index that is neither ``NO_TENSOR`` nor below its owner's limit."""
    values = lists.values.astype(np.int64)
    owners = np.repeat(np.arange(len(limits)), lists.ends - lists.starts)
    wrong = np.flatnonzero((values < NO_TENSOR) | (values >= limits[owners]))
    return (int(owners[wrong[0]]), int(values[wrong[0]])) if wrong.size else None


def _order_oddities(graph: Subgraph, operators: OperatorRows, part: slice) -> list[str]:
    """Tensors that are read before (or without) being written, or written twice."""
    count = len(graph.tensors)
    if not graph.operators or not count:
        return []
    writers, written = _entries(operators.outputs, part)
    readers, read = _entries(operators.inputs, part)
    producer = np.full(count, -1)
    producer[written] = writers
    available = np.array([t.is_constant or t.is_variable for t in graph.tensors])
    available[list(graph.inputs)] = True
    early = ~available[read] & (producer[read] >= readers)
    never = ~available[read] & (producer[read] < 0)
    twice = np.flatnonzero(np.bincount(written, minlength=count) > 1)
    found = []
    if early.any():
        first = int(np.flatnonzero(early)[0])
        found.append(
            f"Subgraph {graph.index} is not in execution order or has a cycle: operator {readers[first]} reads tensor "
            f"{read[first]}, which operator {producer[read[first]]} writes{_more(int(early.sum()))}."
        )
    if never.any():
        first = int(np.flatnonzero(never)[0])
        found.append(
            f"Subgraph {graph.index}: operator {readers[first]} reads tensor {read[first]}, which nothing "
            f"writes{_more(int(never.sum()))}."
        )
    if twice.size:
        found.append(f"Subgraph {graph.index}: tensor {twice[0]} is written more than once{_more(twice.size)}.")
    return found


def _entries(lists: Ragged, part: slice) -> tuple[Positions, Positions]:
    """Operator (within the subgraph) and tensor of each entry of the lists of one subgraph, absent ones left out."""
    starts, ends = lists.starts[part], lists.ends[part]
    values = lists.values[starts[0] : ends[-1]].astype(np.int64)
    owners = np.repeat(np.arange(len(starts)), ends - starts)
    present = values >= 0
    return owners[present], values[present]


def _tensor_oddities(graph: Subgraph, buffers: Buffers) -> list[str]:
    """Tensors whose buffer, size or quantisation contradicts the rest."""
    kinds: dict[str, list[str]] = {}
    for tensor in graph.tensors:
        if tensor.buffer or tensor.quantization is not None:
            for kind, detail in _oddities_of_tensor(tensor, len(graph.tensors), buffers):
                kinds.setdefault(kind, []).append(f"tensor {tensor.index}{detail}")
    return [f"Subgraph {graph.index}: {kind}: {found[0]}{_more(len(found))}." for kind, found in kinds.items()]


def _oddities_of_tensor(tensor: Tensor, tensor_count: int, buffers: Buffers) -> list[tuple[str, str]]:
    """Kind and detail of each oddity of one tensor."""
    found = []
    if tensor.buffer and tensor.buffer >= len(buffers):
        found.append(("a buffer does not exist", f" names buffer {tensor.buffer} of {len(buffers)}"))
    elif tensor.buffer and tensor.is_constant and not tensor.is_sparse:
        found += _size_oddities(tensor, buffers[tensor.buffer][1])
    if tensor.is_constant and tensor.is_variable:
        found.append(("a variable has a fixed value", ""))
    if tensor.quantization is not None:
        found += _quantization_oddities(tensor, tensor.quantization, tensor_count)
    return found


def _size_oddities(tensor: Tensor, stored: int) -> list[tuple[str, str]]:
    """Whether the stored bytes of a dense constant fit its shape."""
    expected = byte_count(tensor.dtype, tensor.shape)
    if expected is None:
        unknown = any(size < 0 for size in tensor.shape)
        return [("a constant has a size that is not known", "")] if unknown else []
    if stored == expected:
        return []
    relation = "small" if stored < expected else "large"
    return [(f"a constant is too {relation} for its shape", f" needs {expected} bytes, has {stored}")]


def _quantization_oddities(tensor: Tensor, quantization: Quantization, tensor_count: int) -> list[tuple[str, str]]:
    """Scales that are no scales, or do not match zero points or shape."""
    scales, zeros = len(quantization.scale), len(quantization.zero_point)
    is_per_block = quantization.scale_tensor != NO_TENSOR or quantization.zero_point_tensor != NO_TENSOR
    if scales == zeros == 1 and 0 < quantization.scale[0] < inf and not is_per_block:
        return []
    found = []
    if not all(0 < scale < inf for scale in quantization.scale):
        found.append(("a quantisation scale is not a positive number", ""))
    if scales != zeros and scales and zeros:
        found.append(("scales and zero points differ in number", f" has {scales} and {zeros}"))
    if scales > 1:
        dimension, shape = quantization.dimension, tensor.shape
        if not 0 <= dimension < len(shape):
            found.append(("the quantised dimension does not exist", f" has {len(shape)}, quantised is {dimension}"))
        elif shape[dimension] != scales and not quantization.block_size:
            found.append(("scales do not match the shape", f" has {scales} scales for {shape[dimension]} slices"))
    for other in (quantization.scale_tensor, quantization.zero_point_tensor):
        if not NO_TENSOR <= other < tensor_count:
            found.append(("a tensor of block scales does not exist", f" names tensor {other}"))
    return found


def _reference_oddities(graphs: tuple[Subgraph, ...]) -> list[str]:
    """Operators that call subgraphs which do not exist."""
    found = []
    for graph in graphs:
        for operator in graph.operators:
            for key, value in operator.options.items():
                if "subgraph" not in key and key != "called_computations":
                    continue
                called = value if isinstance(value, tuple) else (value,)
                wrong = [index for index in called if isinstance(index, int) and not 0 <= index < len(graphs)]
                if wrong:
                    found.append(
                        f"Subgraph {graph.index}: operator {operator.id.index} ({operator.label}) calls subgraph "
                        f"{wrong[0]}, which does not exist"
                    )
    return [f"{found[0]}{_more(len(found))}."] if found else []


def _more(count: int) -> str:
    """Say that there are others like the first: `` (and 3 more)``."""
    return f" (and {count - 1} more)" if count > 1 else ""
