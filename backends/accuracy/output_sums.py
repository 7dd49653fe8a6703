"""What is kept of an output over all samples: sums and extremes, not values."""

from typing import Any

import numpy as np

from backends.accuracy import measures

TOPS = (1, 3, 5)


class OutputSums:
    """Adds up how one output of two models compares, sample by sample."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._count = 0
        self._odd = 0
        self._max_abs = 0.0
        self._lists: dict[str, list[float]] = {}
        self._peak = 0.0
        self._shape: tuple[int, ...] = ()
        self._low, self._high = np.inf, -np.inf
        self._ends = [0.0, 0.0]
        self._actual = [np.inf, -np.inf]

    def add(self, reference: Any, actual: Any, stored: Any, *, label: int | None = None, truth: Any = None) -> None:
        """Add one sample.

        Args:
            reference: real values of the model that is right.
            actual: real values of the other.
            stored: the other's values as they are stored.
            label: the right class, where it is known.
            truth: the right picture in pixels, where there is one.

        Raises:
            ValueError: the shapes differ.
        """
        if reference.shape != actual.shape:
            raise ValueError(f"the outputs {self.name} have different shapes: {reference.shape} and {actual.shape}")
        self._count += 1
        self._shape = tuple(int(size) for size in reference.shape)
        if not (np.isfinite(reference).all() and np.isfinite(actual).all()):
            self._odd += 1
            return
        difference = np.abs(reference.astype(np.float64) - actual)
        self._max_abs = max(self._max_abs, float(difference.max(initial=0.0)))
        self._note("mean_abs", float(difference.mean()) if difference.size else 0.0)
        peak = measures.peak_of(reference)
        self._peak = max(self._peak, peak)
        self._note("psnr_db", measures.psnr_db(reference, actual, peak) if reference.size else None)
        self._note("cosine", measures.cosine(reference, actual))
        self._note_range(reference, actual, stored)
        if measures.looks_like_picture(self._shape):
            self._add_picture(reference, actual, truth, peak)
        elif measures.looks_like_classes(self._shape):
            self._add_classes(reference, actual, label)

    def result(self) -> dict[str, Any]:
        """Give means over the samples, and the extremes."""
        worst = self._lists.get("psnr_db", ())
        found: dict[str, Any] = {
            "name": self.name,
            "shape": list(self._shape),
            "samples": self._count,
            "odd": self._odd,
            "max_abs": self._max_abs if self._count > self._odd else None,
            "peak": self._peak,
            "worst_psnr_db": min(worst, default=None),
            "reference_range": [self._low, self._high],
            "actual_range": list(self._actual),
            "ends": [end / max(1, self._count - self._odd) for end in self._ends],
            "psnr_by_sample": list(worst),
        }
        found.update({key: float(np.mean(values)) for key, values in self._lists.items() if values})
        return found

    def _note(self, key: str, value: float | None) -> None:
        if value is not None:
            self._lists.setdefault(key, []).append(value)

    def _note_range(self, reference: Any, actual: Any, stored: Any) -> None:
        self._low = min(self._low, float(reference.min(initial=np.inf)))
        self._high = max(self._high, float(reference.max(initial=-np.inf)))
        self._actual[0] = min(self._actual[0], float(actual.min(initial=np.inf)))
        self._actual[1] = max(self._actual[1], float(actual.max(initial=-np.inf)))
        if stored.dtype.kind in "iu" and stored.size:
            limits = np.iinfo(stored.dtype)
            self._ends[0] += float(np.mean(stored == limits.min))
            self._ends[1] += float(np.mean(stored == limits.max))

    def _add_picture(self, reference: Any, actual: Any, truth: Any, peak: float) -> None:
        if min(self._shape[1:3]) >= 11:
            self._note("ssim", measures.ssim(reference, actual, peak))
        if truth is None:
            return
        scaled = truth if peak == 255.0 else truth / np.float32(255)
        for side, values in (("reference", reference), ("actual", actual)):
            self._note(f"{side}_truth_psnr_db", measures.psnr_db(scaled, values, peak))
            if min(self._shape[1:3]) >= 11:
                self._note(f"{side}_truth_ssim", measures.ssim(scaled, values, peak))

    def _add_classes(self, reference: Any, actual: Any, label: int | None) -> None:
        best = int(np.argmax(reference.ravel()))
        for count in TOPS:
            if count <= reference.size:
                self._note(f"top{count}", float(measures.is_among_best(actual, best, count)))
                if label is not None:
                    self._note(f"reference_top{count}", float(measures.is_among_best(reference, label, count)))
                    self._note(f"actual_top{count}", float(measures.is_among_best(actual, label, count)))
