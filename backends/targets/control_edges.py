"""Which operators must run before which, as a model's own metadata says.

Converters may store such an order in the metadata buffer ``model_control_dependencies``: a version, then for each
subgraph a list of pairs of operators, all as variable-length integers of 7 bits a byte, the lowest first
(tflite/converter/experimental/remat/metadata_util.cc, LiteRT f674577). The runtime uses it instead of keeping
operators with side effects in line, and ignores it where it is damaged.
"""

from collections.abc import Iterator

from backends.model.model import Model

Edges = tuple[tuple[int, int], ...]

METADATA_NAME = "model_control_dependencies"
_VERSION = 1
_INT32_BYTES = 5
"""The most bytes that a 32-bit number takes."""


def read_control_edges(model: Model) -> tuple[Edges, ...] | None:
    """Give for each subgraph the pairs (earlier operator, later operator), or ``None`` if the model states none."""
    for entry in model.metadata:
        if entry.name == METADATA_NAME and 0 <= entry.buffer < len(model.buffers):
            start, length = model.buffers[entry.buffer]
            return _parse(bytes(model.data[start : start + length]), len(model.subgraphs))
    return None


def _parse(data: bytes, subgraph_count: int) -> tuple[Edges, ...] | None:
    numbers = _numbers(data)
    try:
        if next(numbers) != _VERSION or next(numbers) != subgraph_count:
            return None
        edges: list[Edges] = []
        for _ in range(subgraph_count):
            count = next(numbers)
            if count > len(data):
                return None
            edges.append(tuple((_signed(next(numbers)), _signed(next(numbers))) for _ in range(count)))
    except (StopIteration, RuntimeError, ValueError):
        return None
    return tuple(edges) if next(numbers, None) is None else None


def _numbers(data: bytes) -> Iterator[int]:
    value = 0
    shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield value
            value = shift = 0
        elif shift >= 7 * _INT32_BYTES:
            raise ValueError("a number is too long")
    if shift:
        raise ValueError("the last number is cut")


def _signed(value: int) -> int:
    """Undo the folding of negative numbers onto odd ones."""
    return -(value // 2) - 1 if value % 2 else value // 2
