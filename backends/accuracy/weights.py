"""What stands in an operator's weights: their histogram, and channels that hold nothing."""

from dataclasses import dataclass

import numpy as np

from backends.errors import ModelFileError
from backends.model.constant_values import ValueHistogram, count_values, read_values
from backends.model.model import NO_TENSOR, Model, OperatorId
from backends.progress import Progress

_OUTPUT_DIMENSION = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 0, "TRANSPOSE_CONV": 0, "CONV_3D": 4}
"""Which dimension of the weights counts the output's channels (TFLite's schema: OHWI, 1HWC, OI, DHWIO)."""
_MOST_ELEMENTS = 1 << 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weights of one operator in real values."""

    tensor: str
    shape: tuple[int, ...]
    histogram: ValueHistogram | None
    largest: tuple[float, ...] = ()
    """Largest absolute value of each output channel."""
    dead: tuple[int, ...] = ()
    """Output channels whose weights are all 0."""

    @property
    def spread(self) -> float | None:
        """How many times larger the largest channel is than the smallest living one: what one scale must span."""
        living = [value for value in self.largest if value > 0]
        return max(living) / min(living) if living else None


def read_weights(model: Model, id_: OperatorId, progress: Progress | None = None) -> Weights | None:
    """Read the weights of an operator that has any; ``None`` for others, and for weights that cannot be read.

    Raises:
        Cancelled: the user cancelled.
    """
    operator = model.operator(id_)
    axis = _OUTPUT_DIMENSION.get(operator.kind)
    if axis is None or len(operator.inputs) <= 1:
        return None
    index = operator.inputs[1]
    if index == NO_TENSOR or not model.subgraphs[id_.subgraph].tensors[index].is_constant:
        return None
    try:
        values = read_values(model, id_.subgraph, index)
    except ModelFileError:
        return None
    progress = progress or Progress()
    histogram = count_values(values, progress, is_real=True)
    largest: tuple[float, ...] = ()
    if 0 < values.stored.size <= _MOST_ELEMENTS and len(values.shape) > axis:
        real = np.abs(np.asarray(values.part((), is_real=True), np.float64))
        others = tuple(dimension for dimension in range(real.ndim) if dimension != axis)
        largest = tuple(real.max(axis=others).tolist())
    return Weights(
        tensor=values.tensor.name,
        shape=values.shape,
        histogram=histogram,
        largest=largest,
        dead=tuple(channel for channel, value in enumerate(largest) if value == 0),
    )
