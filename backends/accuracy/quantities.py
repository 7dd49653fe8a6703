"""Real values to what a tensor stores and back; used in the child process, where tensors are dictionaries."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def to_stored(real: Array, details: Mapping[str, Any]) -> Array:
    """Quantise values for an input; ``details`` as the interpreter gives them."""
    dtype = np.dtype(details["dtype"])
    scale, zero = details["quantization"]
    if dtype.kind not in "iu":
        return np.ascontiguousarray(real.astype(dtype))
    limits = np.iinfo(dtype)
    stored = np.rint(real.astype(np.float64) / scale) + zero if scale else np.rint(real.astype(np.float64))
    return np.ascontiguousarray(np.clip(stored, limits.min, limits.max).astype(dtype))


def to_real(stored: Array, details: Mapping[str, Any]) -> Array:
    """Give the real values behind a tensor, also with a scale for each channel."""
    if stored.dtype.kind not in "iu":
        return stored.astype(np.float32)
    parameters = details["quantization_parameters"]
    scales, zeros = np.asarray(parameters["scales"], np.float32), np.asarray(parameters["zero_points"])
    if not scales.size:
        return stored.astype(np.float32)
    if scales.size > 1:
        shape = [1] * stored.ndim
        shape[int(parameters["quantized_dimension"])] = scales.size
        scales, zeros = scales.reshape(shape), zeros.reshape(shape)
    return (stored.astype(np.float32) - zeros.astype(np.float32)) * scales
