"""What is kept of a tensor over all samples: energies, channels, and a histogram."""

from typing import Any

import numpy as np

_BINS = 48
_COUNTED = 1 << 16
"""A histogram looks at no more elements of a sample than about this many, evenly spread."""
_MOST_CHANNELS = 4096


class LayerSums:
    """Adds up how one tensor of two models compares, sample by sample."""

    def __init__(self) -> None:
        self._samples = 0
        self._signal = 0.0
        self._noise = 0.0
        self._max_abs = 0.0
        self._clipped = 0
        self._elements = 0
        self._spans: list[Any] = []
        self._edges: Any = None
        self._counts: list[Any] = []

    def add(self, reference: Any, actual: Any, limits: tuple[float, float] | None) -> None:
        """Add one sample.

        Args:
            reference: real values of the tensor that is right; finite or not.
            actual: those of the other, of the same shape.
            limits: least and largest value that the other can hold, for integers.
        """
        a, b = reference.astype(np.float64).ravel(), actual.astype(np.float64).ravel()
        good = np.isfinite(a) & np.isfinite(b)
        a, b = (a, b) if good.all() else (a[good], b[good])
        if not a.size:
            return
        self._samples += 1
        difference = a - b
        self._signal += float(np.dot(a, a))
        self._noise += float(np.dot(difference, difference))
        self._max_abs = max(self._max_abs, float(np.abs(difference).max()))
        self._elements += a.size
        if limits is not None:
            step = (limits[1] - limits[0]) / 255
            self._clipped += int(np.count_nonzero((a > limits[1] + step) | (a < limits[0] - step)))
        self._add_channels(reference, actual)
        self._count(a, b)

    def result(self) -> dict[str, Any]:
        """Give everything, empty where no sample could be compared."""
        if not self._samples:
            return {}
        dead, lost = self._channels()
        return {
            "signal": self._signal / self._elements,
            "noise": self._noise / self._elements,
            "max_abs": self._max_abs,
            "clipped": self._clipped / self._elements,
            "channels": int(self._spans[0].size) if self._spans else 0,
            "dead": dead,
            "lost": lost,
            "edges": self._edges.tolist(),
            "counts": [counts.tolist() for counts in self._counts],
        }

    def _add_channels(self, reference: Any, actual: Any) -> None:
        """Keep the least and largest value of each channel, the last dimension."""
        if reference.ndim < 2 or not 1 < reference.shape[-1] <= _MOST_CHANNELS:
            return
        rows = [values.reshape(-1, values.shape[-1]) for values in (reference, actual)]
        now = [rows[0].min(0), rows[0].max(0), rows[1].min(0), rows[1].max(0)]
        if not self._spans:
            self._spans = now
        elif self._spans[0].shape == now[0].shape:
            pick = (np.minimum, np.maximum, np.minimum, np.maximum)
            self._spans = [choose(old, new) for choose, old, new in zip(pick, self._spans, now, strict=True)]

    def _channels(self) -> tuple[list[int], list[int]]:
        """Give the channels that are always 0 in the reference, and those that only the other lost."""
        if not self._spans:
            return [], []
        low, high, other_low, other_high = self._spans
        dead = (low == 0) & (high == 0)
        lost = (low != high) & (other_low == other_high)
        return np.flatnonzero(dead).tolist(), np.flatnonzero(lost).tolist()

    def _count(self, a: Any, b: Any) -> None:
        every = max(1, a.size // _COUNTED)
        a, b = a[::every], b[::every]
        if self._edges is None:
            low, high = float(min(a.min(), b.min())), float(max(a.max(), b.max()))
            margin = (high - low) * 0.05 or max(abs(high), 1.0) * 0.5
            self._edges = np.linspace(low - margin, high + margin, _BINS + 1)
            self._counts = [np.zeros(_BINS, np.int64), np.zeros(_BINS, np.int64)]
        for counts, values in zip(self._counts, (a, b), strict=True):
            clipped = np.clip(values, self._edges[0], self._edges[-1])
            counts += np.histogram(clipped, self._edges)[0]
