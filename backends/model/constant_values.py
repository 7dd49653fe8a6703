"""All values of a constant, stored and real, without a second copy of a large one."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from backends.errors import ModelFileError
from backends.model.constant import Values, quantization_steps, read_constant
from backends.model.model import Model, Tensor
from backends.progress import Progress

_CHUNK = 1 << 20
"""Elements that are handed on in one go."""
_COUNTED = 1 << 22
"""A histogram looks at no more elements than about this many, evenly spread."""
_BINS = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConstantValues:
    """The values of a constant in its shape; real ones are computed where they are looked at."""

    tensor: Tensor
    stored: Values
    """As ``read_constant`` gives them; strings as objects."""
    scale: Values | None = None
    """A float32 view of the shape; ``None`` where there are no real values behind the stored ones."""
    zero: Values | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of all dimensions."""
        return self.stored.shape

    @property
    def is_text(self) -> bool:
        """Whether the values are strings."""
        return self.stored.dtype.kind == "O"

    @property
    def has_real(self) -> bool:
        """Whether real values differ from the stored ones and can be computed."""
        return self.scale is not None

    def part(self, index: Any, *, is_real: bool) -> Any:
        """Give the values at an index or slices of NumPy."""
        stored = self.stored[index]
        if not is_real or self.scale is None or self.zero is None:
            return stored
        return (np.asarray(stored).astype(np.float32) - self.zero[index]) * self.scale[index]

    def chunks(self, *, is_real: bool) -> Iterator[Values]:
        """Give all values in the order of the file, as flat parts."""
        if self.is_text:
            yield self.stored.reshape(-1)
        elif not is_real or self.scale is None or self.zero is None:
            flat = self.stored.reshape(-1)
            for first in range(0, flat.size, _CHUNK):
                yield flat[first : first + _CHUNK]
        elif self.stored.size:
            operands = (self.stored, self.zero, self.scale)
            with np.nditer(operands, ["external_loop", "buffered"], order="C", buffersize=_CHUNK) as parts:
                for stored, zero, scale in parts:
                    yield (stored.astype(np.float32) - zero) * scale


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueHistogram:
    """``counts[i]`` finite values lie between ``edges[i]`` and ``edges[i + 1]``."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    every: int = 1
    """Only each ``every``-th value was counted."""


def read_values(model: Model, subgraph: int, tensor: int) -> ConstantValues:
    """Read a constant; takes a moment where it has to be decoded.

    Raises:
        ModelFileError: the values are not in the file, contradict the shape, or are too many to decode.
    """
    found = model.subgraphs[subgraph].tensors[tensor]
    values = read_constant(model, subgraph, tensor)
    if values is None:
        raise ModelFileError(
            f"The values of tensor {tensor} cannot be read.",
            hint="They are not in the file, contradict the shape, or are too many to decode.",
        )
    if isinstance(values, list):
        texts = np.empty(len(values), object)
        texts[:] = values
        fits = prod(found.shape) == len(values)
        return ConstantValues(tensor=found, stored=texts.reshape(found.shape) if fits else texts)
    steps = quantization_steps(found, values.shape) if values.dtype.kind in "iu" else None
    scale, zero = steps if steps else (None, None)
    return ConstantValues(tensor=found, stored=values, scale=scale, zero=zero)


def count_values(values: ConstantValues, progress: Progress, *, is_real: bool) -> ValueHistogram | None:
    """Count finite values in bins of equal width, a whole number wide for integers; ``None`` where none can be counted.

    Raises:
        Cancelled: the user cancelled.
    """
    if values.stored.dtype.kind not in "biuf":
        return None
    every = -(-values.stored.size // _COUNTED)
    sample = [np.zeros(0)]
    position = 0
    for chunk in values.chunks(is_real=is_real):
        progress.check()
        taken = chunk[-position % every :: every].astype(np.float64)
        sample.append(taken[np.isfinite(taken)])
        position += chunk.size
    finite = np.concatenate(sample)
    if not finite.size:
        return None
    counts, edges = np.histogram(finite, _edges(finite, is_whole=not is_real and values.stored.dtype.kind != "f"))
    return ValueHistogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()), every=every)


def _edges(values: Values, *, is_whole: bool) -> Values:
    low, high = float(values.min()), float(values.max())
    if is_whole:
        width = max(1.0, np.ceil((high - low + 1) / _BINS))
        count = int((high - low) // width) + 1
        edges: Values = low - 0.5 + width * np.arange(count + 1)
        return edges
    if high <= low:
        # Some width for the one value there is.
        margin = max(abs(low), 1.0) * 0.5
        low, high = low - margin, high + margin
    spread: Values = np.linspace(low, high, _BINS + 1)
    return spread
