"""Conditions on a comparison, such as ``psnr<30``, that make a script fail."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backends.accuracy.comparison import OutputComparison

_READS: Mapping[str, Callable[[OutputComparison], float | None]] = {
    "psnr": lambda output: output.psnr_db,
    "worst-psnr": lambda output: output.worst_psnr_db,
    "ssim": lambda output: output.ssim,
    "cosine": lambda output: output.cosine,
    "max-abs": lambda output: output.max_abs,
    "mean-abs": lambda output: output.mean_abs,
    "top1": lambda output: output.top.get(1),
    "top3": lambda output: output.top.get(3),
    "top5": lambda output: output.top.get(5),
    "label-top1": lambda output: output.actual_top.get(1),
    "label-top3": lambda output: output.actual_top.get(3),
    "label-top5": lambda output: output.actual_top.get(5),
}
MEASURES = tuple(_READS)
_FORM = re.compile(r"\s*([\w-]+)\s*([<>])\s*([-+]?\d+(?:\.\d+)?)\s*(%?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A measure and what it must not be below or above; shares are from 0 to 1."""

    measure: str
    is_below: bool
    limit: float

    def is_met(self, output: OutputComparison) -> bool:
        """Whether the condition holds for an output; a measure that has no meaning there meets none."""
        if output.odd:
            return True
        value = _READS[self.measure](output)
        if value is None:
            return False
        return value < self.limit if self.is_below else value > self.limit


def parse_threshold(text: str) -> Threshold:
    """Read ``psnr<30`` or ``top1<95%``.

    Raises:
        ValueError: it does not read so, or there is no such measure.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} should look like psnr<30 or top1<95%")
    measure, sign, number, percent = found.groups()
    if measure not in _READS:
        raise ValueError(f"there is no measure {measure!r}; known are {', '.join(MEASURES)}")
    return Threshold(measure=measure, is_below=sign == "<", limit=float(number) / (100 if percent else 1))
