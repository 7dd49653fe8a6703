"""What the inspector shows of a constant, made off the main thread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backends.model.constant import ConstantStatistics, constant_statistics, read_constant
from backends.model.model import Model

_MAP_ROWS, _MAP_COLUMNS = 48, 256
_SHOWN_VALUES = 24
_SHOWN_STRING = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConstantPreview:
    """Statistics, first values and a small map of a constant; ``None`` where there is nothing to show."""

    tensor: int
    statistics: ConstantStatistics | None
    first_values: tuple[str, ...]
    value_count: int
    value_map: NDArray[np.float32] | None
    """Rows of the first dimension, the others side by side, thinned out; scaled to -1..1 by the largest magnitude."""


def preview_constant(model: Model, subgraph: int, tensor: int) -> ConstantPreview:
    """Look at a constant; takes a moment for large ones."""
    values = read_constant(model, subgraph, tensor)
    if values is None:
        return _empty(tensor)
    if isinstance(values, list):
        shown = tuple(repr(text[:_SHOWN_STRING]) for text in values[:_SHOWN_VALUES])
        return ConstantPreview(
            tensor=tensor, statistics=None, first_values=shown,
            value_count=len(values), value_map=None,
        )  # fmt: skip
    statistics = constant_statistics(model, subgraph, tensor)
    return ConstantPreview(
        tensor=tensor,
        statistics=statistics,
        first_values=tuple(format_value(value) for value in values.reshape(-1)[:_SHOWN_VALUES]),
        value_count=int(values.size),
        value_map=_map_of(values),
    )


def format_value(value: object) -> str:
    """Give one stored value as text."""
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    return str(value)


def _empty(tensor: int) -> ConstantPreview:
    return ConstantPreview(tensor=tensor, statistics=None, first_values=(), value_count=0, value_map=None)


def _map_of(values: NDArray[np.generic]) -> NDArray[np.float32] | None:
    if values.size < 2 or values.dtype.kind not in "biuf":
        return None
    rows = values.reshape(values.shape[0], -1) if values.ndim > 1 else values.reshape(1, -1)
    row_step, column_step = -(-rows.shape[0] // _MAP_ROWS), -(-rows.shape[1] // _MAP_COLUMNS)
    thinned = rows[::row_step, ::column_step].astype(np.float32)
    thinned = np.nan_to_num(thinned, nan=0.0, posinf=0.0, neginf=0.0)
    largest = float(np.abs(thinned).max(initial=0.0))
    result: NDArray[np.float32] = thinned / largest if largest else thinned
    return result
